"""The look-up of a resource by the id in a path.

Owns the error for an id that no resource of the type has. This module must not know any route.
"""

from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._emulator import Emulator, dispatcher_of
from iotmi.emulator._model.resource_types import ResourceType


def find(emulator: Emulator, resource_type: ResourceType, identifier: str) -> JsonObject:
    """Return a resource.

    Raises:
        LookupError: no resource of the type has this id.
    """
    with dispatcher_of(emulator).transaction() as account:
        found = account.transaction.get(resource_type.name, identifier)
    if found is None:
        raise LookupError(f"No {resource_type.noun} has the id {identifier!a}.")
    return found
