"""The schedule of a resource's next transition, kept in the resource's own document.

Owns the members that block a transition, and the moment at which the next one is due. It must
neither apply transitions nor know what a status means.
"""

from typing import Final

from iotmi.emulator._core.json import JsonObject, optional_text
from iotmi.emulator._model.resource_types import ResourceType, Transition
from iotmi.emulator._storage.store import Transaction

DUE_AT: Final = "DueAt"
"""The moment of the next transition. The store finds due resources by this member."""

DUE_STATUS: Final = "DueStatus"
"""The status after the next transition."""

HELD: Final = "Held"
"""True while a test holds the resource."""

OFFLINE_REASON: Final = "Offline"
"""The reason why a device is offline, present only while it is."""

AWAITS: Final = "Awaits"
"""The status in which a resource waits for another event on a running clock, if it does."""

WINDOW_ENDS_AT: Final = "OpenUntil"
"""The moment at which a setup window closes. A transition after it does not happen."""

# Moments of the present status. The member names stay as they are in existing files.
_TRANSITION_AT: Final = "StepAt"
_TIMEOUT_AT: Final = "LimitAt"


def is_blocked(transaction: Transaction, resource_type: ResourceType, document: JsonObject) -> bool:
    """Return True if a resource's status changes only through another event.

    A held resource is blocked. So is one whose status needs a device that is offline or held.
    """
    if document.get(HELD):
        return True
    lifecycle = resource_type.lifecycle
    if lifecycle is None or document[lifecycle.member] not in lifecycle.blocked_statuses:
        return False
    if document.get(OFFLINE_REASON):
        return True
    for dependency, member in lifecycle.depends_on:
        identifier = optional_text(document, member)
        found = None if identifier is None else transaction.get(dependency, identifier)
        if found is not None and is_unavailable(found):
            return True
    return False


def _awaits(resource_type: ResourceType, document: JsonObject) -> bool:
    lifecycle = resource_type.lifecycle
    awaited = document.get(AWAITS)
    return lifecycle is not None and awaited is not None and awaited == document[lifecycle.member]


def is_unavailable(document: JsonObject) -> bool:
    """Return True if a resource blocks its dependents, because it is held or offline."""
    return bool(document.get(HELD) or document.get(OFFLINE_REASON))


def clear_schedule(document: JsonObject) -> None:
    """Remove the schedule of the previous status."""
    for member in (DUE_AT, DUE_STATUS, WINDOW_ENDS_AT, _TRANSITION_AT, _TIMEOUT_AT):
        document.pop(member, None)


def schedule(
    transaction: Transaction, resource_type: ResourceType, document: JsonObject, now: int
) -> None:
    """Write the next transition of a resource and its moment into *document*."""
    timeout = (
        resource_type.lifecycle.timeout_transition(document) if resource_type.lifecycle else None
    )
    if document.get(HELD):
        timeout = None
    transition = (
        resource_type.lifecycle.next_transition(document) if resource_type.lifecycle else None
    )
    if is_blocked(transaction, resource_type, document) or _awaits(resource_type, document):
        transition = None
    timeout_at = _fix_moment(document, _TIMEOUT_AT, timeout, now)
    transition_at = _fix_moment(document, _TRANSITION_AT, transition, now)
    window_end = document.get(WINDOW_ENDS_AT)
    if isinstance(window_end, int) and transition_at is not None and transition_at > window_end:
        transition_at = _fix_moment(document, _TRANSITION_AT, None, now)
    for member in (DUE_AT, DUE_STATUS):
        document.pop(member, None)
    # At the same moment, the transition wins over the timeout.
    if (
        transition is not None
        and transition_at is not None
        and (timeout_at is None or transition_at <= timeout_at)
    ):
        document |= {DUE_AT: transition_at, DUE_STATUS: transition.status}
    elif timeout is not None and timeout_at is not None:
        document |= {DUE_AT: timeout_at, DUE_STATUS: timeout.status}


def _fix_moment(
    document: JsonObject, member: str, transition: Transition | None, now: int
) -> int | None:
    """Return the moment of a transition, and store it so that later calls return the same one.

    Without a transition the stored moment is removed.
    """
    if transition is None:
        document.pop(member, None)
    elif member not in document:
        document[member] = transition.moment(document, now)
    moment = document.get(member)
    return moment if isinstance(moment, int) else None
