"""Destinations: the Kinesis streams that receive notifications.

Owns their five operations. A destination is identified by its name. This module must not know
what is sent.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, picked, text
from iotmi.emulator._model.resource_types import DESTINATION, NOTIFICATION_CONFIGURATION

_CHANGEABLE: Final = ("DeliveryDestinationArn", "DeliveryDestinationType", "Description", "RoleArn")


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateDestination."""
    return account.create(DESTINATION, parameters)


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetDestination."""
    return account.find(DESTINATION, text(parameters, "Name"))


def list_destinations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListDestinations."""
    return account.page(DESTINATION, parameters)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateDestination. Without changes, nothing happens."""
    destination = account.find(DESTINATION, text(parameters, "Name"))
    changes = picked(parameters, *_CHANGEABLE)
    if changes:
        account.save(DESTINATION, {**destination, **changes})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteDestination. The operation declares no conflict."""
    name = text(parameters, "Name")
    account.find(DESTINATION, name)
    if account.first(NOTIFICATION_CONFIGURATION, {"DestinationName": name}):
        raise account.invalid("The destination is in use by a notification configuration.")
    account.remove(DESTINATION, name)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateDestination": create,
    "GetDestination": get,
    "ListDestinations": list_destinations,
    "UpdateDestination": update,
    "DeleteDestination": delete,
}
