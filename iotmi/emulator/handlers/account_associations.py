"""Account associations, and the managed things registered with them.

Owns their nine operations. No user logs in: a login succeeds on its own, unless a test holds the
association, or the function of the connector refuses the user.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState, Handler, TransitionGate
from iotmi.emulator._core.errors import conflict, not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CLOUD,
    CONNECTOR_DESTINATION,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator.handlers._support.registrations import associate

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import invocations
else:
    # Imported with the first use, because an emulator starts faster without it.
    invocations = LazyModule("iotmi.emulator.handlers._support.invocations")

# Registration activates a thing in these statuses only.
_REGISTRABLE: Final = frozenset(
    {"UNASSOCIATED", "PRE_ASSOCIATED", "DISCOVERED", "ACTIVATED", "ISOLATED"}
)
# The last deregistration isolates a thing in these statuses.
_REACHABLE: Final = frozenset({"DISCOVERED", "ACTIVATED"})
_PAIR: Final = ("ManagedThingId", "AccountAssociationId")
_FILTERS: Final[Mapping[str, str]] = MappingProxyType({name: name for name in _PAIR})


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateAccountAssociation. General authorization needs no login.

    The guide documents that general authorization succeeds at once. The connector's function
    activates the user after that, and its failure fails the association.
    """
    login = "GeneralAuthorization" not in parameters
    made = account.create(
        ACCOUNT_ASSOCIATION,
        {
            **parameters,
            "ConnectorDestinationId": _destination_of(account, parameters),
            "AssociationState": "ASSOCIATION_IN_PROGRESS" if login else "ASSOCIATION_SUCCEEDED",
            "OAuthAuthorizationUrl": _login_url() if login else "",
        },
    )
    if not login:
        invocations.activate_user(account, made)
    return made


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetAccountAssociation."""
    return account.read(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))


def list_associations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListAccountAssociations."""
    filters = {"ConnectorDestinationId": "ConnectorDestinationId"}
    return account.page(ACCOUNT_ASSOCIATION, parameters, filters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateAccountAssociation. Without changes, nothing happens."""
    association = _find_not_deleting(account, parameters)
    changes = picked(parameters, "Name", "Description")
    if changes:
        account.save(ACCOUNT_ASSOCIATION, {**association, **changes})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteAccountAssociation. The operation declares no conflict."""
    identifier = text(parameters, "AccountAssociationId")
    association = account.find(ACCOUNT_ASSOCIATION, identifier)
    if account.first(REGISTRATION, _registered(AccountAssociationId=identifier)):
        raise account.invalid("Managed things are registered with the account association.")
    account.transaction.delete_where(REGISTRATION.name, "AccountAssociationId", identifier)
    if association["AssociationState"] != "ASSOCIATION_DELETING":
        invocations.forget_activation(association)
        invocations.deactivate_user(account, association)
    account.set_status(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_DELETING")


def start_refresh(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle StartAccountAssociationRefresh, which starts another login."""
    association = _find_not_deleting(account, parameters)
    if "GeneralAuthorization" in association:
        raise account.invalid("The account association has no login to refresh.")
    invocations.forget_activation(association)
    association |= {"OAuthAuthorizationUrl": _login_url(), "ErrorMessage": None}
    account.set_status(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_IN_PROGRESS")
    return association


def register(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle RegisterAccountAssociation, which makes the thing reachable through the account."""
    thing = account.find(MANAGED_THING, text(parameters, "ManagedThingId"))
    association = account.find(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))
    if thing["Flow"] != BY_CLOUD:
        raise account.invalid("The managed thing is not a cloud device.")
    if thing["ProvisioningStatus"] not in _REGISTRABLE:
        raise conflict("The managed thing is being deleted.")
    if association["AssociationState"] != "ASSOCIATION_SUCCEEDED":
        raise conflict("The account association is not in the state ASSOCIATION_SUCCEEDED.")
    expected = account.first(REGISTRATION, {name: text(parameters, name) for name in _PAIR})
    if expected is None:
        expected = account.create(REGISTRATION, picked(parameters, *_PAIR))
    elif expected["ManagedThingAssociationStatus"] == "ASSOCIATED":
        raise conflict("The managed thing is already registered with the account association.")
    associate(account, thing, association, expected)
    return parameters


def deregister(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeregisterAccountAssociation. The last one isolates the thing."""
    thing = account.find(MANAGED_THING, text(parameters, "ManagedThingId"))
    association = text(parameters, "AccountAssociationId")
    account.find(ACCOUNT_ASSOCIATION, association)
    pair = {name: text(parameters, name) for name in _PAIR}
    registration = account.first(REGISTRATION, _registered(**pair))
    if registration is None:
        raise not_found(
            "Managed Thing Association resource not found.", association, "AccountAssociation"
        )
    account.remove(REGISTRATION, text(registration, "Id"))
    if thing["ProvisioningStatus"] in _REACHABLE and not account.first(
        REGISTRATION, _registered(ManagedThingId=text(thing, "Id"))
    ):
        account.set_status(MANAGED_THING, thing, "ISOLATED")


def list_registrations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListManagedThingAccountAssociations."""
    return account.page(REGISTRATION, parameters, _FILTERS)


def _destination_of(account: AccountState, parameters: JsonObject) -> JsonValue:
    """Return the id of the connector destination, which must exist."""
    return account.find(CONNECTOR_DESTINATION, text(parameters, "ConnectorDestinationId"))["Id"]


def _registered(**members: str) -> dict[str, str]:
    return {**members, "ManagedThingAssociationStatus": "ASSOCIATED"}


def _find_not_deleting(account: AccountState, parameters: JsonObject) -> JsonObject:
    association = account.find(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))
    if optional_text(association, "AssociationState") == "ASSOCIATION_DELETING":
        raise conflict("The account association is being deleted.")
    return association


def _login_url() -> str:
    # RFC 2606 reserves .invalid, so no browser can reach a server at this address.
    return f"https://login.emulator.invalid/authorize?response_type=code&state={uuid4().hex}"


def _on_login(account: AccountState, association: JsonObject, status: str) -> bool:
    """Leave the end of a login to the function of the connector, if there is one."""
    return bool(account.functions) and invocations.on_login(account, association, status)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateAccountAssociation": create,
    "GetAccountAssociation": get,
    "ListAccountAssociations": list_associations,
    "UpdateAccountAssociation": update,
    "DeleteAccountAssociation": delete,
    "StartAccountAssociationRefresh": start_refresh,
    "RegisterAccountAssociation": register,
    "DeregisterAccountAssociation": deregister,
    "ListManagedThingAccountAssociations": list_registrations,
}
TRANSITION_GATES: Final[Mapping[str, TransitionGate]] = {ACCOUNT_ASSOCIATION.name: _on_login}
