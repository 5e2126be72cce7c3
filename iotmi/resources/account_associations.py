"""Account associations: links between an end user's third-party account and this service.

Owns the operations, the waiter and the complete linking flow. Does not know how the sign-in page is
shown to the end user.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.common import (
    ACCOUNT_ASSOCIATION_ID,
    AUTH_MATERIAL_NAME,
    CLIENT_TOKEN,
    CONNECTOR_DESTINATION_ID,
    DEVICE_DISCOVERY_ID,
    MANAGED_THING_ID,
    MAX_RESULTS,
    NEXT_TOKEN,
    TAGS,
)
from iotmi._models.events import AssociationState
from iotmi._sansio.steps import Steps, send
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Text, WireName
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval

OAUTH_AUTHORIZATION_URL: Final = (
    Text(0, 1024, r"$|^(https):\/\/.*"),
    SENSITIVE,
    WireName("OAuthAuthorizationUrl"),
)


ACCOUNT_ASSOCIATION_ARN: Final = Text(
    67,
    1011,
    r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:account-association/[0-9a-zA-Z]+",
)


@model
class CreatedAccountAssociation:
    """The id, state and sign-in address of a new account association.

    Attributes:
        oauth_authorization_url: https address where the end user signs in, or an empty string if no
            sign-in is required; sensitive.
        account_association_id: id of the association, 1 to 64 letters and digits.
        association_state: progress of the link.
        arn: Amazon Resource Name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateAccountAssociation.html
    """

    oauth_authorization_url: Annotated[str, OAUTH_AUTHORIZATION_URL]
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID]
    association_state: AssociationState
    arn: Annotated[str, ACCOUNT_ASSOCIATION_ARN]


ACCOUNT_ASSOCIATION_NAME: Final = Text(1, 128, r"[A-Za-z0-9-_ ]+")
ACCOUNT_ASSOCIATION_DESCRIPTION: Final = Text(1, 4096, r"[A-Za-z0-9-_ ]+")


@model
class GeneralAuthorizationName:
    """The name of the stored secret that authorizes a link without an end user's sign-in.

    Attributes:
        auth_material_name: name of an `AuthMaterial` of the connector destination, 1 to 100
            characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GeneralAuthorizationName.html
    """

    auth_material_name: Annotated[str, AUTH_MATERIAL_NAME] | None = None


@model
class CreateAccountAssociation(Request[CreatedAccountAssociation]):
    """Create an account association, which links an end user's account with a third party.

    With OAuth, the end user signs in at the `oauth_authorization_url` of the response.
    `wait_until_settled` polls until the sign-in ends. `link` does both.

    Args:
        client_token: idempotency token, 1 to 64 characters; generated if None.
        connector_destination_id: connector destination to sign in at.
        name: 1 to 128 letters, digits, hyphens, underscores and spaces.
        description: 1 to 4096 of the same characters.
        tags: AWS tags, 1 to 50; sensitive.
        general_authorization: stored secret to use instead of a sign-in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateAccountAssociation.html
    """

    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID]
    name: Annotated[str, ACCOUNT_ASSOCIATION_NAME] | None = None
    description: Annotated[str, ACCOUNT_ASSOCIATION_DESCRIPTION] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None
    general_authorization: GeneralAuthorizationName | None = None


ACCOUNT_ASSOCIATION_ERROR_MESSAGE: Final = Text(1, 4096, r"[A-Za-z0-9-_ ]+")


@model
class AccountAssociation:
    """A link between an end user's account and a third party.

    Attributes:
        account_association_id: id of the association.
        association_state: progress of the link.
        error_message: explanation of a failure.
        connector_destination_id: id of the connector destination.
        name: display name.
        description: free text.
        arn: Amazon Resource Name.
        oauth_authorization_url: address where the end user signs in, or an empty string; sensitive.
        tags: AWS tags; sensitive.
        general_authorization: stored secret used instead of a sign-in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetAccountAssociation.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID]
    association_state: AssociationState
    error_message: Annotated[str, ACCOUNT_ASSOCIATION_ERROR_MESSAGE] | None = None
    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    name: Annotated[str, ACCOUNT_ASSOCIATION_NAME] | None = None
    description: Annotated[str, ACCOUNT_ASSOCIATION_DESCRIPTION] | None = None
    arn: Annotated[str, ACCOUNT_ASSOCIATION_ARN] | None = None
    oauth_authorization_url: Annotated[str, OAUTH_AUTHORIZATION_URL]
    tags: Annotated[Mapping[str, str], TAGS] | None = None
    general_authorization: GeneralAuthorizationName | None = None


@model
class GetAccountAssociation(Request[AccountAssociation]):
    """Return the account association with this id.

    Raises:
        ResourceNotFoundError: no account association has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetAccountAssociation.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] = field(kw_only=False)


@model
class AccountAssociationItem:
    """An account association as listed. `AccountAssociation` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AccountAssociationItem.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID]
    association_state: AssociationState
    error_message: Annotated[str, ACCOUNT_ASSOCIATION_ERROR_MESSAGE] | None = None
    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    name: Annotated[str, ACCOUNT_ASSOCIATION_NAME] | None = None
    description: Annotated[str, ACCOUNT_ASSOCIATION_DESCRIPTION] | None = None
    arn: Annotated[str, ACCOUNT_ASSOCIATION_ARN] | None = None


@model
class ListAccountAssociations(Listing[AccountAssociationItem]):
    """Return a pager over the account associations.

    Args:
        connector_destination_id: id of one connector destination.
        max_results: items on one page, 1 to 1000.
        next_token: token of the first page to request.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListAccountAssociations.html
    """

    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None


@model
class UpdateAccountAssociation(Request[None]):
    """Update the name or description of an account association.

    Args:
        account_association_id: id of the association.
        name: 1 to 128 letters, digits, hyphens, underscores and spaces.
        description: 1 to 4096 of the same characters.

    Raises:
        ResourceNotFoundError: no account association has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateAccountAssociation.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] = field(kw_only=False)
    name: Annotated[str, ACCOUNT_ASSOCIATION_NAME] | None = None
    description: Annotated[str, ACCOUNT_ASSOCIATION_DESCRIPTION] | None = None


@model
class DeleteAccountAssociation(Request[None]):
    """Delete an account association. Deregister its managed things first.

    Raises:
        ResourceNotFoundError: no account association has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteAccountAssociation.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] = field(kw_only=False)


@model
class StartedAccountAssociationRefresh:
    """The address of a renewed sign-in.

    Attributes:
        oauth_authorization_url: https address where the end user signs in; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartAccountAssociationRefresh.html
    """

    oauth_authorization_url: Annotated[str, OAUTH_AUTHORIZATION_URL]


@model
class StartAccountAssociationRefresh(Request[StartedAccountAssociationRefresh]):
    """Start a new sign-in for an account association with expired tokens.

    If the outcome of an attempt is unknown, the call is not retried: each start invalidates the
    address of the previous one.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartAccountAssociationRefresh.html
    """

    idempotent = False

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] = field(kw_only=False)


@model
class RegisteredAccountAssociation:
    """A managed thing with its account association and the discovery that found it.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterAccountAssociation.html
    """

    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None
    device_discovery_id: Annotated[str, DEVICE_DISCOVERY_ID] | None = None
    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None


@model
class RegisterAccountAssociation(Request[RegisteredAccountAssociation]):
    """Register a managed thing, found by a cloud discovery, with an account association.

    The managed thing can receive commands afterwards.

    Args:
        managed_thing_id: id of the managed thing.
        account_association_id: id of the association.
        device_discovery_id: id of the discovery that found the device.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterAccountAssociation.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID]
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID]
    device_discovery_id: Annotated[str, DEVICE_DISCOVERY_ID]


@model
class DeregisterAccountAssociation(Request[None]):
    """Deregister a managed thing from an account association.

    A managed thing without any association becomes ``ISOLATED``.

    Args:
        managed_thing_id: id of the managed thing.
        account_association_id: id of the association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeregisterAccountAssociation.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID]
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID]


class ManagedThingAssociationStatus(OpenEnum):
    """The progress of the registration of a managed thing with an account association."""

    PRE_ASSOCIATED = "PRE_ASSOCIATED"
    ASSOCIATED = "ASSOCIATED"


@model
class ManagedThingAssociation:
    """The registration of one managed thing with one account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingAssociation.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None
    managed_thing_association_status: ManagedThingAssociationStatus | None = None


@model
class ListManagedThingAccountAssociations(Listing[ManagedThingAssociation]):
    """Return a pager over the registrations of managed things with account associations.

    Args:
        managed_thing_id: id of one managed thing.
        account_association_id: id of one association.
        max_results: items on one page, 1 to 1000.
        next_token: token of the first page to request.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThingAccountAssociations.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None


_UNLINKED = frozenset(
    {
        AssociationState.ASSOCIATION_FAILED,
        AssociationState.ASSOCIATION_DELETING,
        AssociationState.REFRESH_TOKEN_EXPIRED,
    }
)


def _until_settled(
    account_association_id: str,
    *,
    timeout: float = 300.0,
    pauses: PollInterval = DEFAULT_POLL_INTERVAL,
) -> Steps[AccountAssociation]:
    """Wait until the end user has signed in and the link succeeded, and return the association.

    Args:
        account_association_id: id of the association.
        timeout: longest wait in seconds, long enough for a person to sign in.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the link failed, expired or is being deleted; `last_value` of the error is
            the association.
        WaitTimeoutError: the sign-in did not end in time; `last_value` of the error is the
            association.
    """
    return wait_until(
        GetAccountAssociation(account_association_id),
        expected=f"account association {account_association_id} ASSOCIATION_SUCCEEDED",
        is_success=lambda link: link.association_state == AssociationState.ASSOCIATION_SUCCEEDED,
        is_failure=lambda link: link.association_state in _UNLINKED,
        timeout=timeout,
        poll_interval=pauses,
    )


def _link(
    request: CreateAccountAssociation,
    *,
    sign_in: Callable[[str], object],
    timeout: float = 300.0,
    pauses: PollInterval = DEFAULT_POLL_INTERVAL,
) -> Steps[AccountAssociation]:
    """Link an end user's account: create the association, have the user sign in, and wait.

    ``link(CreateAccountAssociation(connector_destination_id=id), sign_in=webbrowser.open_new)``

    Args:
        request: association to create.
        sign_in: function called once with the sensitive address where the end user signs in, unless
            no sign-in is required. It should return at once.
        timeout: longest wait in seconds, long enough for a person to sign in.
        pauses: how often to poll, a `PollInterval`.

    Returns:
        The association, in the state ``ASSOCIATION_SUCCEEDED``.

    Raises:
        WaitFailedError: the link failed, expired or is being deleted; `last_value` of the error is
            the association.
        WaitTimeoutError: the sign-in did not end in time; `last_value` of the error is the
            association.
    """
    created = yield from send(request)
    if created.oauth_authorization_url:
        sign_in(created.oauth_authorization_url)
    return (
        yield from _until_settled(created.account_association_id, timeout=timeout, pauses=pauses)
    )


class AccountAssociations(Family[M]):
    """Links between end users' third-party accounts and this service."""

    create: Final = call(CreateAccountAssociation)
    get: Final = call(GetAccountAssociation)
    list: Final = paged(ListAccountAssociations)
    update: Final = call(UpdateAccountAssociation)
    delete: Final = call(DeleteAccountAssociation)
    start_refresh: Final = call(StartAccountAssociationRefresh)
    register: Final = call(RegisterAccountAssociation)
    deregister: Final = call(DeregisterAccountAssociation)
    list_managed_things: Final = paged(ListManagedThingAccountAssociations)
    wait_until_settled: Final = flow(_until_settled)
    link: Final = flow(_link)
