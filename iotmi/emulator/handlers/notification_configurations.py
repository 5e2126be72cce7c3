"""Notification configurations: which destination each type of event goes to.

Owns their five operations. There is at most one configuration of each event type, which is
what it is known by.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """CreateNotificationConfiguration."""
    _require_destination(account, parameters)
    return account.create(NOTIFICATION_CONFIGURATION, parameters)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """GetNotificationConfiguration."""
    return account.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """ListNotificationConfigurations."""
    return account.page(NOTIFICATION_CONFIGURATION, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """UpdateNotificationConfiguration."""
    configuration = account.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))
    _require_destination(account, parameters)
    account.save(NOTIFICATION_CONFIGURATION, {**configuration, **parameters})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """DeleteNotificationConfiguration."""
    event_type = text(parameters, "EventType")
    account.find(NOTIFICATION_CONFIGURATION, event_type)
    account.remove(NOTIFICATION_CONFIGURATION, event_type)


def _require_destination(account: AccountState, parameters: JsonObject) -> None:
    """Create declares no error for what is not found, so the parameter is what is wrong."""
    if account.transaction.get(DESTINATION.name, text(parameters, "DestinationName")) is None:
        raise account.invalid("DestinationName must be of a destination there is")


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateNotificationConfiguration": create,
    "GetNotificationConfiguration": get,
    "ListNotificationConfigurations": list_configurations,
    "UpdateNotificationConfiguration": update,
    "DeleteNotificationConfiguration": delete,
}
