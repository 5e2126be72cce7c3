"""Over-the-air task configurations: the speed of a rollout, and when a task aborts.

Owns their four operations. `ota_executions` applies the timeout and the abort criteria.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import OTA_TASK_CONFIGURATION


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateOtaTaskConfiguration."""
    return account.create(OTA_TASK_CONFIGURATION, parameters)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetOtaTaskConfiguration."""
    return account.find(OTA_TASK_CONFIGURATION, text(parameters, "Identifier"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListOtaTaskConfigurations."""
    return account.page(OTA_TASK_CONFIGURATION, parameters)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteOtaTaskConfiguration."""
    identifier = text(parameters, "Identifier")
    account.find(OTA_TASK_CONFIGURATION, identifier)
    account.remove(OTA_TASK_CONFIGURATION, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateOtaTaskConfiguration": create,
    "GetOtaTaskConfiguration": get,
    "ListOtaTaskConfigurations": list_configurations,
    "DeleteOtaTaskConfiguration": delete,
}
