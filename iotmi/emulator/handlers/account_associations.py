"""Account associations, and the things registered with them.

Owns their nine operations. No user logs in: a login succeeds by itself, unless a test has the
association in hand.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.errors import conflict, not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CLOUD,
    CONNECTOR_DESTINATION,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator.handlers._support.registrations import connect

# Registration brings a thing to ACTIVATED from each of these, and from no other.
_REGISTRABLE: Final = frozenset(
    {"UNASSOCIATED", "PRE_ASSOCIATED", "DISCOVERED", "ACTIVATED", "ISOLATED"}
)
# The last deregistration isolates a thing that was reachable.
_REACHABLE: Final = frozenset({"DISCOVERED", "ACTIVATED"})
_PAIR: Final = ("ManagedThingId", "AccountAssociationId")
_FILTERS: Final[Mapping[str, str]] = MappingProxyType({name: name for name in _PAIR})


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateAccountAssociation; general authorization needs no login."""
    login = "GeneralAuthorization" not in parameters
    return world.create(
        ACCOUNT_ASSOCIATION,
        {
            **parameters,
            "ConnectorDestinationId": _destination_of(world, parameters),
            "AssociationState": "ASSOCIATION_IN_PROGRESS" if login else "ASSOCIATION_SUCCEEDED",
            "OAuthAuthorizationUrl": _login_url() if login else "",
        },
    )


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetAccountAssociation."""
    return world.look(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))


def list_associations(world: World, parameters: JsonObject) -> JsonObject:
    """ListAccountAssociations."""
    filters = {"ConnectorDestinationId": "ConnectorDestinationId"}
    return world.page(ACCOUNT_ASSOCIATION, parameters, filters)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateAccountAssociation; nothing given, nothing done."""
    association = _not_deleting(world, parameters)
    changes = picked(parameters, "Name", "Description")
    if changes:
        world.save(ACCOUNT_ASSOCIATION, {**association, **changes})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteAccountAssociation; the operation declares no conflict."""
    identifier = text(parameters, "AccountAssociationId")
    association = world.find(ACCOUNT_ASSOCIATION, identifier)
    if world.first(REGISTRATION, _registered(AccountAssociationId=identifier)):
        raise world.invalid("Managed things are registered with the account association.")
    world.rows.delete_where(REGISTRATION.name, "AccountAssociationId", identifier)
    world.enter(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_DELETING")


def start_refresh(world: World, parameters: JsonObject) -> JsonObject:
    """StartAccountAssociationRefresh; another login is under way."""
    association = _not_deleting(world, parameters)
    if "GeneralAuthorization" in association:
        raise world.invalid("The account association has no login to refresh.")
    association |= {"OAuthAuthorizationUrl": _login_url(), "ErrorMessage": None}
    world.enter(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_IN_PROGRESS")
    return association


def register(world: World, parameters: JsonObject) -> JsonObject:
    """RegisterAccountAssociation; the thing can be reached through the account."""
    thing = world.find(MANAGED_THING, text(parameters, "ManagedThingId"))
    association = world.find(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))
    if thing["Flow"] != BY_CLOUD:
        raise world.invalid("The managed thing is not a device of a cloud.")
    if thing["ProvisioningStatus"] not in _REGISTRABLE:
        raise conflict("The managed thing is being deleted.")
    if association["AssociationState"] != "ASSOCIATION_SUCCEEDED":
        raise conflict("The account association is not in the state ASSOCIATION_SUCCEEDED.")
    foreseen = world.first(REGISTRATION, {name: text(parameters, name) for name in _PAIR})
    if foreseen is None:
        foreseen = world.create(REGISTRATION, picked(parameters, *_PAIR))
    elif foreseen["ManagedThingAssociationStatus"] == "ASSOCIATED":
        raise conflict("The managed thing is registered with the account association already.")
    connect(world, thing, association, foreseen)
    return parameters


def deregister(world: World, parameters: JsonObject) -> None:
    """DeregisterAccountAssociation; a thing without any is isolated."""
    thing = world.find(MANAGED_THING, text(parameters, "ManagedThingId"))
    association = text(parameters, "AccountAssociationId")
    world.find(ACCOUNT_ASSOCIATION, association)
    pair = {name: text(parameters, name) for name in _PAIR}
    registration = world.first(REGISTRATION, _registered(**pair))
    if registration is None:
        raise not_found(
            "Managed Thing Association resource not found.", association, "AccountAssociation"
        )
    world.remove(REGISTRATION, text(registration, "Id"))
    if thing["ProvisioningStatus"] in _REACHABLE and not world.first(
        REGISTRATION, _registered(ManagedThingId=text(thing, "Id"))
    ):
        world.enter(MANAGED_THING, thing, "ISOLATED")


def list_registrations(world: World, parameters: JsonObject) -> JsonObject:
    """ListManagedThingAccountAssociations."""
    return world.page(REGISTRATION, parameters, _FILTERS)


def _destination_of(world: World, parameters: JsonObject) -> JsonValue:
    """The connector destination an association is to be through; there must be one."""
    return world.find(CONNECTOR_DESTINATION, text(parameters, "ConnectorDestinationId"))["Id"]


def _registered(**members: str) -> dict[str, str]:
    return {**members, "ManagedThingAssociationStatus": "ASSOCIATED"}


def _not_deleting(world: World, parameters: JsonObject) -> JsonObject:
    association = world.find(ACCOUNT_ASSOCIATION, text(parameters, "AccountAssociationId"))
    if optional_text(association, "AssociationState") == "ASSOCIATION_DELETING":
        raise conflict("The account association is being deleted.")
    return association


def _login_url() -> str:
    # A name under .invalid belongs to nobody, so no browser can be led astray.
    return f"https://login.emulator.invalid/authorize?response_type=code&state={uuid4().hex}"


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
