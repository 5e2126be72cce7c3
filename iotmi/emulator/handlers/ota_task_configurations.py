"""Over-the-air task configurations: how fast a task is rolled out, and when it is given up.

Owns their four operations. A configuration is kept and shown; it has no effect.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import OTA_TASK_CONFIGURATION


def create(world: World, parameters: JsonObject) -> JsonObject:
    """CreateOtaTaskConfiguration."""
    return world.create(OTA_TASK_CONFIGURATION, parameters)


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetOtaTaskConfiguration."""
    return world.find(OTA_TASK_CONFIGURATION, text(parameters, "Identifier"))


def list_configurations(world: World, parameters: JsonObject) -> JsonObject:
    """ListOtaTaskConfigurations."""
    return world.page(OTA_TASK_CONFIGURATION, parameters)


def delete(world: World, parameters: JsonObject) -> None:
    """DeleteOtaTaskConfiguration."""
    identifier = text(parameters, "Identifier")
    world.find(OTA_TASK_CONFIGURATION, identifier)
    world.remove(OTA_TASK_CONFIGURATION, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTaskConfiguration": create,
    "GetOtaTaskConfiguration": get,
    "ListOtaTaskConfigurations": list_configurations,
    "DeleteOtaTaskConfiguration": delete,
}
