"""When a resource's status changes by itself.

Owns the plan: the members of a resource that hold it back, and the moment at which the next
change is due. It does not make changes, nor know what a status means.
"""

from typing import Final

from iotmi.emulator._core.json import JsonObject, optional_text
from iotmi.emulator._model.resource_types import ResourceType, Transition
from iotmi.emulator._storage.store import Transaction

DUE_AT: Final = "DueAt"
"""The moment of the next change; rows are found by it."""

DUE_STATUS: Final = "DueStatus"
"""The status that then comes."""

HELD: Final = "Held"
"""Present while a test has the resource in hand."""

OFFLINE_REASON: Final = "Offline"
"""The reason why a device is not reached, present while it is not."""

WINDOW_ENDS_AT: Final = "OpenUntil"
"""The moment after which a window is shut, and the next step does not come by itself."""

# Of the present status: when the step comes, and when its limit.
_TRANSITION_AT: Final = "StepAt"
_TIMEOUT_AT: Final = "LimitAt"


def is_blocked(transaction: Transaction, resource_type: ResourceType, document: JsonObject) -> bool:
    """Whether a resource's status stays as it is until something else happens."""
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


def is_unavailable(document: JsonObject) -> bool:
    """Whether a resource helps nothing on, because it is in hand or its device is not reached."""
    return bool(document.get(HELD) or document.get(OFFLINE_REASON))


def clear_schedule(document: JsonObject) -> None:
    """Forget the plan of the status before."""
    for member in (DUE_AT, DUE_STATUS, WINDOW_ENDS_AT, _TRANSITION_AT, _TIMEOUT_AT):
        document.pop(member, None)


def schedule(
    transaction: Transaction, resource_type: ResourceType, document: JsonObject, now: int
) -> None:
    """Write down when a resource's status changes next, now that this may have changed."""
    timeout = (
        resource_type.lifecycle.timeout_transition(document) if resource_type.lifecycle else None
    )
    if document.get(HELD):
        timeout = None
    transition = (
        resource_type.lifecycle.next_transition(document) if resource_type.lifecycle else None
    )
    if is_blocked(transaction, resource_type, document):
        transition = None
    timeout_at = _fix_moment(document, _TIMEOUT_AT, timeout, now)
    transition_at = _fix_moment(document, _TRANSITION_AT, transition, now)
    window_end = document.get(WINDOW_ENDS_AT)
    if isinstance(window_end, int) and transition_at is not None and transition_at > window_end:
        transition_at = _fix_moment(document, _TRANSITION_AT, None, now)
    for member in (DUE_AT, DUE_STATUS):
        document.pop(member, None)
    # Where both come at once, the step was not too late.
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
    """When a step comes; once that has been written down it stays, until the step is off."""
    if transition is None:
        document.pop(member, None)
    elif member not in document:
        document[member] = transition.moment(document, now)
    moment = document.get(member)
    return moment if isinstance(moment, int) else None
