"""Runtime log configurations: the log that a hub writes.

Owns their three operations, and the default values. A configuration is deleted with its managed
thing.
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
        "LogFlushLevel": "DISABLED",  # documented, although the model lacks this level
        "LocalStoreLocation": "/var/log/awsiotmi",
        "LocalStoreFileRotationMaxBytes": 125 * 1024,
        "UploadLog": False,
        "UploadPeriodMinutes": 5,
        "DeleteLocalStoreAfterUpload": True,
    }
)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetRuntimeLogConfiguration."""
    identifier = _thing(account, parameters)
    kept = account.transaction.get(RUNTIME_LOG_CONFIGURATION.name, identifier) or {}
    return {
        "ManagedThingId": identifier,
        "RuntimeLogConfigurations": {**_DEFAULTS, **mapping(kept, "RuntimeLogConfigurations")},
    }


def put(account: AccountState, parameters: JsonObject) -> None:
    """Handle PutRuntimeLogConfiguration, which replaces the configuration before."""
    account.transaction.put(RUNTIME_LOG_CONFIGURATION.name, _thing(account, parameters), parameters)


def reset(account: AccountState, parameters: JsonObject) -> None:
    """Handle ResetRuntimeLogConfiguration."""
    account.transaction.delete(RUNTIME_LOG_CONFIGURATION.name, _thing(account, parameters))


def _thing(account: AccountState, parameters: JsonObject) -> str:
    return text(account.find(MANAGED_THING, text(parameters, "ManagedThingId")), "Id")


HANDLERS: Final[Mapping[str, Handler]] = {
    "GetRuntimeLogConfiguration": get,
    "PutRuntimeLogConfiguration": put,
    "ResetRuntimeLogConfiguration": reset,
}
