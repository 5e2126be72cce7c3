"""Over-the-air task configurations: how fast a task is rolled out, and when it is given up.

Owns their four operations. A configuration is kept and shown; it has no effect.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import OTA_TASK_CONFIGURATION


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """CreateOtaTaskConfiguration."""
    return account.create(OTA_TASK_CONFIGURATION, parameters)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """GetOtaTaskConfiguration."""
    return account.find(OTA_TASK_CONFIGURATION, text(parameters, "Identifier"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """ListOtaTaskConfigurations."""
    return account.page(OTA_TASK_CONFIGURATION, parameters)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """DeleteOtaTaskConfiguration."""
    identifier = text(parameters, "Identifier")
    account.find(OTA_TASK_CONFIGURATION, identifier)
    account.remove(OTA_TASK_CONFIGURATION, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTaskConfiguration": create,
    "GetOtaTaskConfiguration": get,
    "ListOtaTaskConfigurations": list_configurations,
    "DeleteOtaTaskConfiguration": delete,
}
