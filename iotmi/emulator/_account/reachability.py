"""Whether a managed thing's device can be reached, by itself and through its hub.

Owns that one question. It does not know who asks.
"""

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject, optional_text
from iotmi.emulator._model.resource_types import MANAGED_THING
from iotmi.emulator._storage.transitions import OFFLINE_REASON


def is_reachable(account: AccountState, thing: JsonObject) -> bool:
    """Whether what is sent to a thing reaches its device."""
    return unreachable_reason(account, thing) is None


def unreachable_reason(account: AccountState, thing: JsonObject) -> str | None:
    """Why a device, or the hub it is behind, is cut off; None where neither is."""
    hub = optional_text(thing, "ParentControllerId")
    found = None if hub is None else account.transaction.get(MANAGED_THING.name, hub)
    reason = optional_text(thing, OFFLINE_REASON)
    return reason if reason is not None or found is None else optional_text(found, OFFLINE_REASON)
