"""Destinations: the Kinesis streams that notifications go to.

Owns their five operations. A destination is known by its name. It does not know what is sent there.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, picked, text
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION

_CHANGEABLE: Final = ("DeliveryDestinationArn", "DeliveryDestinationType", "Description", "RoleArn")


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateDestination."""
    return world.create(DESTINATION, parameters)


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetDestination."""
    return world.find(DESTINATION, text(parameters, "Name"))


def list_destinations(world: World, parameters: JsonObject) -> JsonObject:
    """ListDestinations."""
    return world.page(DESTINATION, parameters)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateDestination; nothing given, nothing done."""
    destination = world.find(DESTINATION, text(parameters, "Name"))
    changes = picked(parameters, *_CHANGEABLE)
    if changes:
        world.save(DESTINATION, {**destination, **changes})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteDestination; the operation declares no conflict."""
    name = text(parameters, "Name")
    world.find(DESTINATION, name)
    if world.first(NOTIFICATION_CONFIGURATION, {"DestinationName": name}):
        raise world.invalid("The destination is in use by a notification configuration.")
    world.remove(DESTINATION, name)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateDestination": create,
    "GetDestination": get,
    "ListDestinations": list_destinations,
    "UpdateDestination": update,
    "DeleteDestination": delete,
}
