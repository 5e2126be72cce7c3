"""Credential lockers.

Owns their four operations. A name may be given twice; a locker in use is not deleted.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, picked, text
from iotmi.emulator._model.resource_types import CREDENTIAL_LOCKER, MANAGED_THING


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateCredentialLocker."""
    return world.create(CREDENTIAL_LOCKER, picked(parameters, "Name", "Tags"))


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetCredentialLocker."""
    return world.find(CREDENTIAL_LOCKER, text(parameters, "Identifier"))


def list_lockers(world: World, parameters: JsonObject) -> JsonObject:
    """ListCredentialLockers."""
    return world.page(CREDENTIAL_LOCKER, parameters)


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteCredentialLocker; the operation declares no conflict."""
    identifier = text(parameters, "Identifier")
    world.find(CREDENTIAL_LOCKER, identifier)
    if world.first(MANAGED_THING, {"CredentialLockerId": identifier}):
        raise world.invalid("The credential locker is in use by a managed thing.")
    world.remove(CREDENTIAL_LOCKER, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateCredentialLocker": create,
    "GetCredentialLocker": get,
    "ListCredentialLockers": list_lockers,
    "DeleteCredentialLocker": delete,
}
