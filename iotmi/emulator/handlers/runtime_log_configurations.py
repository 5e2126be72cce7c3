"""Runtime log configurations: what a hub writes to its own log.

Owns their three operations and the values that hold where none was put. A configuration goes
with its managed thing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
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


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """GetRuntimeLogConfiguration."""
    identifier = _thing(account, parameters)
    kept = account.transaction.get(RUNTIME_LOG_CONFIGURATION.name, identifier) or {}
    return {
        "ManagedThingId": identifier,
        "RuntimeLogConfigurations": {**_DEFAULTS, **mapping(kept, "RuntimeLogConfigurations")},
    }


def put(account: AccountState, parameters: JsonObject) -> None:
    """PutRuntimeLogConfiguration; it takes the place of the one before."""
    account.transaction.put(RUNTIME_LOG_CONFIGURATION.name, _thing(account, parameters), parameters)


def reset(account: AccountState, parameters: JsonObject) -> None:
    """ResetRuntimeLogConfiguration."""
    account.transaction.delete(RUNTIME_LOG_CONFIGURATION.name, _thing(account, parameters))


def _thing(account: AccountState, parameters: JsonObject) -> str:
    return text(account.find(MANAGED_THING, text(parameters, "ManagedThingId")), "Id")


HANDLERS: Final[Mapping[str, Handler]] = {
    "GetRuntimeLogConfiguration": get,
    "PutRuntimeLogConfiguration": put,
    "ResetRuntimeLogConfiguration": reset,
}
