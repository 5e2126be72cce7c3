"""Routes of the account as a whole: the home, time, reset and snapshots.

Owns the bounds of these requests. `Emulator` carries them out.
"""

from datetime import timedelta
from typing import Final

from iotmi.emulator._control.routes import ControlError, Route, Sent, invalid
from iotmi.emulator._control.schemas import ANY, choice, integer, map_of, number, record
from iotmi.emulator._core.clock import format_iso, to_moment
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._devices.seeds import NAMED
from iotmi.emulator._emulator import Emulator

MAX_SNAPSHOT: Final = 64 * 1024 * 1024
MAX_THINGS: Final = 1000
_MAX_DAYS: Final = 3650
_LAST_YEAR: Final = 9000


def home(emulator: Emulator, sent: Sent) -> JsonValue:
    """Return the whole home."""
    return emulator.home(limit=sent.number("limit", 500))


def time(emulator: Emulator, _sent: Sent) -> JsonValue:
    """Return the emulator's time."""
    return {"clock": emulator.clock, "now": _now(emulator)}


def advance(emulator: Emulator, sent: Sent) -> JsonValue:
    """Move the emulated time forward."""
    if not sent.body:
        raise invalid("the body must have seconds, minutes, hours or days")
    by = timedelta(
        **{name: value for name, value in sent.body.items() if isinstance(value, int | float)}
    )
    if emulator.clock == "real":
        raise ControlError(409, "real_clock", "The time of a real clock cannot be moved.")
    if (emulator.now() + by).year > _LAST_YEAR:
        raise ControlError(409, "end_of_time", f"The time must stay before the year {_LAST_YEAR}.")
    emulator.advance(by)
    return {"clock": emulator.clock, "now": _now(emulator)}


def reset(emulator: Emulator, sent: Sent) -> JsonValue:
    """Replace the home by a seed."""
    emulator.reset(sent.text("seed") or "empty")
    return {"revision": emulator.revision}


def take_snapshot(emulator: Emulator, _sent: Sent) -> JsonValue:
    """Return the whole state, with every secret."""
    return emulator.snapshot()


def restore(emulator: Emulator, sent: Sent) -> JsonValue:
    """Replace the state by a snapshot."""
    emulator.restore(sent.body)
    return {"revision": emulator.revision}


def _now(emulator: Emulator) -> str:
    return format_iso(to_moment(emulator.now()))


def _span(unit: str, in_a_day: int) -> JsonObject:
    return number(0, _MAX_DAYS * in_a_day, about=f"{unit} to move forward")


ROUTES: Final = (
    Route(
        "GET",
        "/home",
        home,
        "Get the home at a glance",
        response="Home",
        query={"limit": integer(1, MAX_THINGS, about="largest number of each kind; 500 if absent")},
    ),
    Route("GET", "/time", time, "Get the time", response="Time", group="time"),
    Route(
        "POST",
        "/time/advance",
        advance,
        "Move the emulated time forward",
        response="Time",
        body=record(
            {},
            {
                "seconds": _span("seconds", 86_400),
                "minutes": _span("minutes", 1440),
                "hours": _span("hours", 24),
                "days": _span("days", 1),
            },
        ),
        refusals=(409,),
        group="time",
    ),
    Route(
        "POST",
        "/reset",
        reset,
        "Replace the home by a seed, and forget calls, notifications and faults",
        response="Revision",
        body=record({}, {"seed": choice(*NAMED)}),
    ),
    Route(
        "GET",
        "/snapshot",
        take_snapshot,
        "Get a copy of the whole state, with every secret",
        response="Snapshot",
    ),
    Route(
        "PUT",
        "/snapshot",
        restore,
        "Replace the state by a snapshot",
        response="Revision",
        body=map_of(ANY),
        max_body=MAX_SNAPSHOT,
    ),
)
