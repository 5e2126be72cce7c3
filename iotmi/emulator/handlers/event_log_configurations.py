"""Event log configurations: which events of which resources are written to a log.

Owns their five operations. There is one configuration of each resource, or of all resources
of a type, and only its level changes. Nothing is logged.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import EVENT_LOG_CONFIGURATION

_ALL_RESOURCES: Final = "*"


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """CreateEventLogConfiguration; without an id it is of all resources of the type."""
    given: JsonObject = {"ResourceId": _ALL_RESOURCES, **parameters}
    same = {name: text(given, name) for name in ("ResourceType", "ResourceId")}
    if account.first(EVENT_LOG_CONFIGURATION, same):
        raise conflict(EVENT_LOG_CONFIGURATION.conflict_message)
    return account.create(EVENT_LOG_CONFIGURATION, given)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """GetEventLogConfiguration."""
    return account.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """ListEventLogConfigurations."""
    return account.page(EVENT_LOG_CONFIGURATION, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """UpdateEventLogConfiguration."""
    configuration = account.find(EVENT_LOG_CONFIGURATION, text(parameters, "Id"))
    account.save(EVENT_LOG_CONFIGURATION, {**configuration, **parameters})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """DeleteEventLogConfiguration."""
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
