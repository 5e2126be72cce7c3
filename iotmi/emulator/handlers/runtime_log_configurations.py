"""Runtime log configurations: what a hub writes to its own log.

Owns their three operations and the values that hold where none was put. A configuration goes
with its managed thing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, text
from iotmi.emulator._model.resource_types import MANAGED_THING, RUNTIME_LOG_CONFIGURATION

_DEFAULTS: Final[Mapping[str, JsonValue]] = MappingProxyType(
    {
        "LogLevel": "WARN",
        "LogFlushLevel": "DISABLED",  # so documented, though the model has no such level
        "LocalStoreLocation": "/var/log/awsiotmi",
        "LocalStoreFileRotationMaxBytes": 125 * 1024,
        "UploadLog": False,
        "UploadPeriodMinutes": 5,
        "DeleteLocalStoreAfterUpload": True,
    }
)


def get(world: World, parameters: JsonObject) -> JsonObject:
    """GetRuntimeLogConfiguration."""
    identifier = _thing(world, parameters)
    kept = world.rows.get(RUNTIME_LOG_CONFIGURATION.name, identifier) or {}
    return {
        "ManagedThingId": identifier,
        "RuntimeLogConfigurations": {**_DEFAULTS, **mapping(kept, "RuntimeLogConfigurations")},
    }


def put(world: World, parameters: JsonObject) -> None:
    """PutRuntimeLogConfiguration; it takes the place of the one before."""
    world.rows.put(RUNTIME_LOG_CONFIGURATION.name, _thing(world, parameters), parameters)


def reset(world: World, parameters: JsonObject) -> None:
    """ResetRuntimeLogConfiguration."""
    world.rows.delete(RUNTIME_LOG_CONFIGURATION.name, _thing(world, parameters))


def _thing(world: World, parameters: JsonObject) -> str:
    return text(world.find(MANAGED_THING, text(parameters, "ManagedThingId")), "Id")


HANDLERS: Final[Mapping[str, Handler]] = {
    "GetRuntimeLogConfiguration": get,
    "PutRuntimeLogConfiguration": put,
    "ResetRuntimeLogConfiguration": reset,
}
