"""Connectivity of managed things: connected or not, reachable or not, and why.

Owns the rules by which a thing counts as connected, and by which a command reaches its device.
This module must not know what connects or disconnects a thing.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._core.json import JsonObject, JsonValue, optional_text
from iotmi.emulator._model.resource_types import MANAGED_THING
from iotmi.emulator._storage.store import Transaction
from iotmi.emulator._storage.transitions import OFFLINE_REASON

_CONNECTED_STATUSES: Final = frozenset({"DISCOVERED", "ACTIVATED"})
_DEFAULT_REASON: Final = "CLIENT_INITIATED_DISCONNECT"


def is_connected(thing: Mapping[str, JsonValue]) -> bool:
    """Return True if the thing's own device is connected, whatever its hub."""
    return thing["ProvisioningStatus"] in _CONNECTED_STATUSES and not thing.get(OFFLINE_REASON)


def connected_since(thing: Mapping[str, JsonValue]) -> JsonValue:
    """Return the moment at which a connected thing was connected, or None if unknown."""
    return thing.get("ConnectionChangedAt", thing.get("ConnectedAt"))


def disconnect_reason(thing: Mapping[str, JsonValue]) -> str:
    """Return the reason why a thing is disconnected."""
    reason = thing.get(OFFLINE_REASON)
    return reason if isinstance(reason, str) else _DEFAULT_REASON


def is_reachable(transaction: Transaction, thing: JsonObject) -> bool:
    """Return True if neither the thing's device nor its hub is offline."""
    return unreachable_reason(transaction, thing) is None


def unreachable_reason(transaction: Transaction, thing: JsonObject) -> str | None:
    """Return why the thing's device or its hub is offline, or None if both are online."""
    hub_id = optional_text(thing, "ParentControllerId")
    hub = None if hub_id is None else transaction.get(MANAGED_THING.name, hub_id)
    reason = optional_text(thing, OFFLINE_REASON)
    return reason if reason is not None or hub is None else optional_text(hub, OFFLINE_REASON)
