"""Event log configurations: which events of which resources are written to a log.

Owns their five operations. There is one configuration of each resource, or of all resources
of a type, and only its level changes. Nothing is logged.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import EVENT_LOG_CONFIGURATION

_EVERY: Final = "*"


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateEventLogConfiguration; without an id it is of all resources of the type."""
    given: JsonObject = {"ResourceId": _EVERY, **parameters}
    same = {name: text(given, name) for name in ("ResourceType", "ResourceId")}
    if world.first(EVENT_LOG_CONFIGURATION, same):
        raise conflict(EVENT_LOG_CONFIGURATION.taken)
    return world.create(EVENT_LOG_CONFIGURATION, given)


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetEventLogConfiguration."""
    return world.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))


def list_configurations(world: World, parameters: JsonObject) -> JsonObject:
    """ListEventLogConfigurations."""
    return world.page(EVENT_LOG_CONFIGURATION, parameters)


def update(world: World, parameters: JsonObject) -> None:
    """UpdateEventLogConfiguration."""
    configuration = world.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))
    world.save(EVENT_LOG_CONFIGURATION, {**configuration, **parameters})


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteEventLogConfiguration."""
    identifier = text(parameters, "Id")
    world.find(EVENT_LOG_CONFIGURATION, identifier)
    world.remove(EVENT_LOG_CONFIGURATION, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateEventLogConfiguration": create,
    "GetEventLogConfiguration": get,
    "ListEventLogConfigurations": list_configurations,
    "UpdateEventLogConfiguration": update,
    "DeleteEventLogConfiguration": delete,
}
