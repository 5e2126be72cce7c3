"""Account associations: links between an end user's account with a third party and this service."""

from collections.abc import Callable
from typing import Annotated, Final

from attrs import field

from iotmi._bind import Family, M, call, flow, paged
from iotmi._constraints import SENSITIVE, Text, Wire
from iotmi._enums import OpenEnum
from iotmi._flow import Flow, ask
from iotmi._model import Listing, Request, model
from iotmi.resources._event_values import AssociationState
from iotmi.resources._shared import (
    AccountAssociationId,
    AuthMaterialName,
    ClientToken,
    ConnectorDestinationId,
    DeviceDiscoveryId,
    ManagedThingId,
    MaxResults,
    NextToken,
    TagMap,
)
from iotmi.waiting import DEFAULT_PAUSES, Pauses, until

OAuthAuthorizationUrl = Annotated[
    str, Text(0, 1024, r"$|^(https):\/\/.*"), SENSITIVE, Wire("OAuthAuthorizationUrl")
]


AccountAssociationArn = Annotated[
    str,
    Text(
        67,
        1011,
        r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:account-association/[0-9a-zA-Z]+",
    ),
]


@model
class CreatedAccountAssociation:
    """What a creation tells of the new account association.

    `oauth_authorization_url` is where the end user signs in; it is empty where none has to.
    Sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateAccountAssociation.html
    """

    oauth_authorization_url: OAuthAuthorizationUrl
    account_association_id: AccountAssociationId
    association_state: AssociationState
    arn: AccountAssociationArn


AccountAssociationName = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+")]
AccountAssociationDescription = Annotated[str, Text(1, 4096, r"[A-Za-z0-9-_ ]+")]


@model
class GeneralAuthorizationName:
    """Names the authorization material of the connector destination, where no end user signs in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GeneralAuthorizationName.html
    """

    auth_material_name: AuthMaterialName | None = None


@model
class CreateAccountAssociation(Request[CreatedAccountAssociation]):
    """Begin to link an end user's account with a third party.

    With OAuth the end user signs in at the answer's `oauth_authorization_url`; `wait_until_settled`
    waits for that. Limits: a name has 1 to 128 characters, a description 1 to 4096: letters,
    digits, hyphens, underscores and spaces; up to 50 tags.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateAccountAssociation.html
    """

    client_token: ClientToken | None = None
    connector_destination_id: ConnectorDestinationId
    name: AccountAssociationName | None = None
    description: AccountAssociationDescription | None = None
    tags: TagMap | None = None
    general_authorization: GeneralAuthorizationName | None = None


AccountAssociationErrorMessage = Annotated[str, Text(1, 4096, r"[A-Za-z0-9-_ ]+")]


@model
class AccountAssociation:
    """A link between an end user's account and a third party.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetAccountAssociation.html
    """

    account_association_id: AccountAssociationId
    association_state: AssociationState
    error_message: AccountAssociationErrorMessage | None = None
    connector_destination_id: ConnectorDestinationId | None = None
    name: AccountAssociationName | None = None
    description: AccountAssociationDescription | None = None
    arn: AccountAssociationArn | None = None
    oauth_authorization_url: OAuthAuthorizationUrl
    tags: TagMap | None = None
    general_authorization: GeneralAuthorizationName | None = None


@model
class GetAccountAssociation(Request[AccountAssociation]):
    """One account association, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetAccountAssociation.html
    """

    account_association_id: AccountAssociationId = field(kw_only=False)


@model
class AccountAssociationItem:
    """What a listing tells of an account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AccountAssociationItem.html
    """

    account_association_id: AccountAssociationId
    association_state: AssociationState
    error_message: AccountAssociationErrorMessage | None = None
    connector_destination_id: ConnectorDestinationId | None = None
    name: AccountAssociationName | None = None
    description: AccountAssociationDescription | None = None
    arn: AccountAssociationArn | None = None


@model
class ListAccountAssociations(Listing[AccountAssociationItem]):
    """Account associations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListAccountAssociations.html
    """

    connector_destination_id: ConnectorDestinationId | None = None
    max_results: MaxResults | None = None
    next_token: NextToken | None = None


@model
class UpdateAccountAssociation(Request[None]):
    """Change the name or the description of an account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateAccountAssociation.html
    """

    account_association_id: AccountAssociationId = field(kw_only=False)
    name: AccountAssociationName | None = None
    description: AccountAssociationDescription | None = None


@model
class DeleteAccountAssociation(Request[None]):
    """Delete an account association. Its managed things must be deregistered first.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteAccountAssociation.html
    """

    account_association_id: AccountAssociationId = field(kw_only=False)


@model
class StartedAccountAssociationRefresh:
    """Where the end user signs in again. Sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartAccountAssociationRefresh.html
    """

    oauth_authorization_url: OAuthAuthorizationUrl


@model
class StartAccountAssociationRefresh(Request[StartedAccountAssociationRefresh]):
    """Ask for a new sign-in, where the tokens of an account association have expired.

    It is not repeated after an error that leaves open whether the service acted: each start makes
    the address of the one before it worthless.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartAccountAssociationRefresh.html
    """

    repeatable = False

    account_association_id: AccountAssociationId = field(kw_only=False)


@model
class RegisteredAccountAssociation:
    """What now belongs together.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterAccountAssociation.html
    """

    account_association_id: AccountAssociationId | None = None
    device_discovery_id: DeviceDiscoveryId | None = None
    managed_thing_id: ManagedThingId | None = None


@model
class RegisterAccountAssociation(Request[RegisteredAccountAssociation]):
    """Connect a managed thing, found by a cloud discovery, with an account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_RegisterAccountAssociation.html
    """

    managed_thing_id: ManagedThingId
    account_association_id: AccountAssociationId
    device_discovery_id: DeviceDiscoveryId


@model
class DeregisterAccountAssociation(Request[None]):
    """Disconnect a managed thing from an account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeregisterAccountAssociation.html
    """

    managed_thing_id: ManagedThingId
    account_association_id: AccountAssociationId


class ManagedThingAssociationStatus(OpenEnum):
    """Whether a managed thing and an account association are connected, or will be."""

    PRE_ASSOCIATED = "PRE_ASSOCIATED"
    ASSOCIATED = "ASSOCIATED"


@model
class ManagedThingAssociation:
    """One managed thing and one account association.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingAssociation.html
    """

    managed_thing_id: ManagedThingId | None = None
    account_association_id: AccountAssociationId | None = None
    managed_thing_association_status: ManagedThingAssociationStatus | None = None


@model
class ListManagedThingAccountAssociations(Listing[ManagedThingAssociation]):
    """Which managed things and account associations are connected, page by page.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThingAccountAssociations.html
    """

    managed_thing_id: ManagedThingId | None = None
    account_association_id: AccountAssociationId | None = None
    max_results: MaxResults | None = None
    next_token: NextToken | None = None


_UNLINKED = frozenset(
    {
        AssociationState.ASSOCIATION_FAILED,
        AssociationState.ASSOCIATION_DELETING,
        AssociationState.REFRESH_TOKEN_EXPIRED,
    }
)


def _until_settled(
    account_association_id: str, *, timeout: float = 300.0, pauses: Pauses = DEFAULT_PAUSES
) -> Flow[AccountAssociation]:
    """Wait until the end user has signed in and the link stands, and give the association.

    Args:
        account_association_id: the association's id.
        timeout: seconds to wait at most; people take their time.
        pauses: how often to look.

    Raises:
        WaitFailedError: the link failed, is being deleted or has expired; the error's ``value`` is
            the association.
        WaitTimeoutError: nobody signed in in time; the error's ``value`` is the association.
    """
    return until(
        GetAccountAssociation(account_association_id),
        hoped=f"account association {account_association_id} ASSOCIATION_SUCCEEDED",
        is_reached=lambda link: link.association_state == AssociationState.ASSOCIATION_SUCCEEDED,
        is_lost=lambda link: link.association_state in _UNLINKED,
        timeout=timeout,
        pauses=pauses,
    )


def _link(
    request: CreateAccountAssociation,
    *,
    sign_in: Callable[[str], object],
    timeout: float = 300.0,
    pauses: Pauses = DEFAULT_PAUSES,
) -> Flow[AccountAssociation]:
    """Link an end user's account: begin, have the user sign in, wait, and give the association.

    ``link(CreateAccountAssociation(connector_destination_id=id), sign_in=webbrowser.open_new)``

    Args:
        request: what to link.
        sign_in: called once with the address where the end user signs in, which is sensitive; not
            called where nobody has to. It should return at once.
        timeout: seconds to wait at most; people take their time.
        pauses: how often to look.

    Raises:
        WaitFailedError: the link failed, is being deleted or has expired; the error's ``value`` is
            the association.
        WaitTimeoutError: nobody signed in in time; the error's ``value`` is the association.
    """
    created = yield from ask(request)
    if created.oauth_authorization_url:
        sign_in(created.oauth_authorization_url)
    return (
        yield from _until_settled(created.account_association_id, timeout=timeout, pauses=pauses)
    )


class AccountAssociations(Family[M]):
    """Links between an end user's account with a third party and this service."""

    create: Final = call(CreateAccountAssociation)
    """Begin to link an end user's account with a third party."""
    get: Final = call(GetAccountAssociation)
    """One account association, by id."""
    list: Final = paged(ListAccountAssociations)
    """Account associations, page by page as they are asked for."""
    update: Final = call(UpdateAccountAssociation)
    """Change the name or the description of an account association."""
    delete: Final = call(DeleteAccountAssociation)
    """Delete an account association. Its managed things must be deregistered first."""
    start_refresh: Final = call(StartAccountAssociationRefresh)
    """Ask for a new sign-in, where the tokens of an account association have expired."""
    register: Final = call(RegisterAccountAssociation)
    """Connect a managed thing, found by a cloud discovery, with an account association."""
    deregister: Final = call(DeregisterAccountAssociation)
    """Disconnect a managed thing from an account association."""
    list_managed_things: Final = paged(ListManagedThingAccountAssociations)
    """Which managed things and account associations are connected, page by page."""
    wait_until_settled: Final = flow(_until_settled)
    """Wait until the end user has signed in and the link stands, and give the association."""
    link: Final = flow(_link)
    """Link an end user's account: begin, have the user sign in, wait, and give the association."""
