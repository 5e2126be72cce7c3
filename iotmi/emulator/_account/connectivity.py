"""Whether a managed thing is connected.

Owns that one question. It does not know what makes a thing connect, nor who asks.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._storage.transitions import OFFLINE_REASON

_CONNECTED: Final = frozenset({"DISCOVERED", "ACTIVATED"})
_USUAL_REASON: Final = "CLIENT_INITIATED_DISCONNECT"


def is_connected(thing: Mapping[str, JsonValue]) -> bool:
    """Whether the service reaches the thing's device."""
    return thing["ProvisioningStatus"] in _CONNECTED and not thing.get(OFFLINE_REASON)


def connected_since(thing: Mapping[str, JsonValue]) -> JsonValue:
    """The moment from which on a thing that is connected was so, as far as is known."""
    return thing.get("ConnectionChangedAt", thing.get("ConnectedAt"))


def disconnect_reason(thing: Mapping[str, JsonValue]) -> str:
    """The reason for which a thing that is not connected is not."""
    reason = thing.get(OFFLINE_REASON)
    return reason if isinstance(reason, str) else _USUAL_REASON
