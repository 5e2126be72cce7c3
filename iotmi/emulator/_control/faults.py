"""Routes of fault injection.

Owns the members of each kind of fault, which are the parameters of the methods of `Faults`.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._control.routes import Route, Sent
from iotmi.emulator._control.schemas import (
    BOOLEAN,
    Schema,
    by_kind,
    choice,
    integer,
    nullable,
    number,
    record,
    string,
)
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._model.operations import load_service

MAX_TIMES: Final = 10_000
MAX_SECONDS: Final = 300

_OPERATION: Final = nullable(string(shortest=1, longest=64, about="operation, or null for all"))
_TIMES: Final = integer(1, MAX_TIMES, about="number of calls")
_BEFORE: Final[Schema] = {**BOOLEAN, "description": "false to execute the calls first"}
_SHARE: Final = number(0, 1, above=True, about="probability for each call")
_NEXT: Final[Mapping[str, Schema]] = {"operation": _OPERATION, "times": _TIMES}
_ERRORS: Final = choice(*sorted(load_service().error_statuses), about="name of the error")

KINDS: Final[Mapping[str, Schema]] = {
    "fail": record(
        {"error": _ERRORS},
        {
            **_NEXT,
            "retry_after": nullable(number(0, 86_400, about="seconds of a Retry-After header")),
            "before_effect": _BEFORE,
        },
    ),
    "reset_connections": record({}, {**_NEXT, "before_effect": _BEFORE}),
    "lose_answers": record({}, _NEXT),
    "refuse_connections": record({}, _NEXT),
    "garble_answers": record({}, {**_NEXT, "truncated": BOOLEAN}),
    "succeed_next": record({}, _NEXT),
    "fail_randomly": record(
        {},
        {
            "share": _SHARE,
            "code": _ERRORS,
            "operation": _OPERATION,
            "before_effect": _BEFORE,
        },
    ),
    "drop_randomly": record(
        {}, {"share": _SHARE, "operation": _OPERATION, "before_effect": _BEFORE}
    ),
    "delay": record(
        {"seconds": number(0, MAX_SECONDS)},
        {"jitter": number(0, MAX_SECONDS), "operation": _OPERATION},
    ),
    "throttle": record(
        {},
        {
            "scale": number(0, 1_000_000, above=True),
            "burst": nullable(number(1, 1_000_000)),
            "rate": nullable(number(0, 1_000_000, above=True)),
            "operation": _OPERATION,
        },
    ),
}
"""The members of each kind. The kinds are the methods of `Faults`."""


def show(emulator: Emulator, _sent: Sent) -> JsonValue:
    """Return the planned faults and the counts."""
    active = emulator.faults.active
    return {
        "queued": [_document(each) for each in active.queued],
        "random": [_document(each) for each in active.random],
        "delays": [_document(each) for each in active.delays],
        "throttles": [_document(each) for each in active.throttles],
        "counts": {str(kind): count for kind, count in emulator.faults.counts.items()},
    }


def plan(emulator: Emulator, sent: Sent) -> JsonValue:
    """Plan a fault, and return all planned faults."""
    given = dict(sent.body)
    kind = given.pop("kind")
    if kind == "fail":
        given.setdefault("operation", None)
    getattr(emulator.faults, str(kind))(**given)
    return show(emulator, sent)


def clear(emulator: Emulator, _sent: Sent) -> JsonValue:
    """Remove all faults. The counts stay."""
    emulator.faults.clear()
    return None


def _document(entry: Mapping[str, object]) -> JsonObject:
    return {
        name: value
        for name, value in entry.items()
        if isinstance(value, bool | int | float | str | None)
    }


ROUTES: Final = (
    Route("GET", "/faults", show, "List the planned faults", response="Faults", group="faults"),
    Route(
        "POST",
        "/faults",
        plan,
        "Plan a fault",
        response="Faults",
        status=201,
        body=by_kind(KINDS),
        group="faults",
    ),
    Route("DELETE", "/faults", clear, "Remove all faults", status=204, group="faults"),
)
