"""Event log configurations: the events that are written to a log, by resource.

Owns their five operations. A resource, or all resources of a type, has at most one configuration.
Only its level can change. Nothing is logged.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import EVENT_LOG_CONFIGURATION

_ALL_RESOURCES: Final = "*"


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateEventLogConfiguration. Without an id it covers all resources of the type."""
    given: JsonObject = {"ResourceId": _ALL_RESOURCES, **parameters}
    same = {name: text(given, name) for name in ("ResourceType", "ResourceId")}
    if account.first(EVENT_LOG_CONFIGURATION, same):
        raise conflict(EVENT_LOG_CONFIGURATION.conflict_message)
    return account.create(EVENT_LOG_CONFIGURATION, given)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetEventLogConfiguration."""
    return account.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListEventLogConfigurations."""
    return account.page(EVENT_LOG_CONFIGURATION, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateEventLogConfiguration."""
    configuration = account.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))
    account.save(EVENT_LOG_CONFIGURATION, {**configuration, **parameters})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteEventLogConfiguration."""
    identifier = text(parameters, "Id")
    account.find(EVENT_LOG_CONFIGURATION, identifier)
    account.remove(EVENT_LOG_CONFIGURATION, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateEventLogConfiguration": create,
    "GetEventLogConfiguration": get,
    "ListEventLogConfigurations": list_configurations,
    "UpdateEventLogConfiguration": update,
    "DeleteEventLogConfiguration": delete,
}
