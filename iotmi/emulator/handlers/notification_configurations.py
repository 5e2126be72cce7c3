"""Notification configurations: which destination each type of event goes to.

Owns their five operations. There is at most one configuration of each event type, which is
what it is known by.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateNotificationConfiguration."""
    _require_destination(world, parameters)
    return world.create(NOTIFICATION_CONFIGURATION, parameters)


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetNotificationConfiguration."""
    return world.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))


def list_configurations(world: World, parameters: JsonObject) -> JsonObject:
    """ListNotificationConfigurations."""
    return world.page(NOTIFICATION_CONFIGURATION, parameters)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateNotificationConfiguration."""
    configuration = world.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))
    _require_destination(world, parameters)
    world.save(NOTIFICATION_CONFIGURATION, {**configuration, **parameters})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteNotificationConfiguration."""
    event_type = text(parameters, "EventType")
    world.find(NOTIFICATION_CONFIGURATION, event_type)
    world.remove(NOTIFICATION_CONFIGURATION, event_type)


def _require_destination(world: World, parameters: JsonObject) -> None:
    """Create declares no error for what is not found, so the parameter is what is wrong."""
    if world.rows.get(DESTINATION.name, text(parameters, "DestinationName")) is None:
        raise world.invalid("DestinationName must be of a destination there is")


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateNotificationConfiguration": create,
    "GetNotificationConfiguration": get,
    "ListNotificationConfigurations": list_configurations,
    "UpdateNotificationConfiguration": update,
    "DeleteNotificationConfiguration": delete,
}
