"""When a resource's status changes by itself.

Owns the plan: the members of a resource that hold it back, and the moment at which the next
change is due. It does not make changes, nor know what a status means.
"""

from typing import Final

from iotmi.emulator._core.json import JsonObject, optional_text
from iotmi.emulator._model.resource_types import Kind, Step
from iotmi.emulator._storage.store import Rows

DUE_AT: Final = "DueAt"
"""The moment of the next change; rows are found by it."""

DUE_STATUS: Final = "DueStatus"
"""The status that then comes."""

HELD: Final = "Held"
"""Present while a test has the resource in hand."""

OFFLINE: Final = "Offline"
"""The reason why a device is not reached, present while it is not."""

OPEN_UNTIL: Final = "OpenUntil"
"""The moment after which a window is shut, and the next step does not come by itself."""

# Of the present status: when the step comes, and when its limit.
_STEP_AT: Final = "StepAt"
_LIMIT_AT: Final = "LimitAt"


def waits(rows: Rows, kind: Kind, document: JsonObject) -> bool:
    """Whether a resource's status stays as it is until something else happens."""
    if document.get(HELD):
        return True
    lifecycle = kind.lifecycle
    if lifecycle is None or document[lifecycle.member] not in lifecycle.helped:
        return False
    if document.get(OFFLINE):
        return True
    for helper, member in lifecycle.helpers:
        identifier = optional_text(document, member)
        found = None if identifier is None else rows.get(helper, identifier)
        if found is not None and is_out_of_reach(found):
            return True
    return False


def is_out_of_reach(document: JsonObject) -> bool:
    """Whether a resource helps nothing on, because it is in hand or its device is not reached."""
    return bool(document.get(HELD) or document.get(OFFLINE))


def begin(document: JsonObject) -> None:
    """Forget the plan of the status before."""
    for member in (DUE_AT, DUE_STATUS, OPEN_UNTIL, _STEP_AT, _LIMIT_AT):
        document.pop(member, None)


def plan(rows: Rows, kind: Kind, document: JsonObject, now: int) -> None:
    """Write down when a resource's status changes next, now that this may have changed."""
    limit = kind.lifecycle.limit(document) if kind.lifecycle else None
    if document.get(HELD):
        limit = None
    step = kind.lifecycle.following(document) if kind.lifecycle else None
    if waits(rows, kind, document):
        step = None
    limit_at = _keep(document, _LIMIT_AT, limit, now)
    step_at = _keep(document, _STEP_AT, step, now)
    shut = document.get(OPEN_UNTIL)
    if isinstance(shut, int) and step_at is not None and step_at > shut:
        step_at = _keep(document, _STEP_AT, None, now)
    for member in (DUE_AT, DUE_STATUS):
        document.pop(member, None)
    # Where both come at once, the step was not too late.
    if step is not None and step_at is not None and (limit_at is None or step_at <= limit_at):
        document |= {DUE_AT: step_at, DUE_STATUS: step.status}
    elif limit is not None and limit_at is not None:
        document |= {DUE_AT: limit_at, DUE_STATUS: limit.status}


def _keep(document: JsonObject, member: str, step: Step | None, now: int) -> int | None:
    """When a step comes; once that has been written down it stays, until the step is off."""
    if step is None:
        document.pop(member, None)
    elif member not in document:
        document[member] = step.moment(document, now)
    moment = document.get(member)
    return moment if isinstance(moment, int) else None
