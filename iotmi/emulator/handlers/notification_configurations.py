"""Notification configurations: the destination of each type of event.

Owns their five operations. A configuration is identified by its event type.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateNotificationConfiguration."""
    _require_destination(account, parameters)
    return account.create(NOTIFICATION_CONFIGURATION, parameters)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetNotificationConfiguration."""
    return account.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))


def list_configurations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListNotificationConfigurations."""
    return account.page(NOTIFICATION_CONFIGURATION, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateNotificationConfiguration."""
    configuration = account.find(NOTIFICATION_CONFIGURATION, text(parameters, "EventType"))
    _require_destination(account, parameters)
    account.save(NOTIFICATION_CONFIGURATION, {**configuration, **parameters})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteNotificationConfiguration."""
    event_type = text(parameters, "EventType")
    account.find(NOTIFICATION_CONFIGURATION, event_type)
    account.remove(NOTIFICATION_CONFIGURATION, event_type)


def _require_destination(account: AccountState, parameters: JsonObject) -> None:
    """Check that the destination exists.

    CreateNotificationConfiguration declares no error for a missing resource, so the fault is an
    invalid parameter.
    """
    if account.transaction.get(DESTINATION.name, text(parameters, "DestinationName")) is None:
        raise account.invalid("DestinationName must be the name of an existing destination")


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateNotificationConfiguration": create,
    "GetNotificationConfiguration": get,
    "ListNotificationConfigurations": list_configurations,
    "UpdateNotificationConfiguration": update,
    "DeleteNotificationConfiguration": delete,
}
