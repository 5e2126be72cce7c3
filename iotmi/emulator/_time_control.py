"""The three clocks of an emulator, and the control of the one that can be moved.

Owns their names, and the record with which a file's emulated time continues. This module must not
know what is timed.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from iotmi.emulator._account.scheduler import reschedule_all
from iotmi.emulator._core.clock import Clock, emulated_clock, to_datetime
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._storage.store import Store

if TYPE_CHECKING:
    from iotmi.emulator._connectors.deliveries import Deliveries

ClockName: TypeAlias = Literal["on_read", "emulated", "real"]

_RECORD: Final = "emulated-time"
_NOW: Final = "Now"


def validate_clock(name: str) -> None:
    """Check that *name* is the name of a clock.

    Raises:
        ValueError: *name* is not one of the three names.
    """
    allowed = get_args(ClockName)
    if name not in allowed:
        raise ValueError(f"clock must be one of {', '.join(allowed)}, not {name!r}")


def open_clock(name: ClockName, store: Store) -> Clock:
    """Return the clock called *name*. An emulated one continues at the time in the file."""
    if name == "emulated":
        with store.transaction() as transaction:
            kept = (transaction.get(_RECORD, _RECORD) or {}).get(_NOW)
        return emulated_clock(kept if isinstance(kept, int) else round(time.time() * 1000))
    return Clock(is_running=name == "real")


def clock_source(name: ClockName, clock: Clock) -> Callable[[], float]:
    """Return a function that gives the emulator's time in seconds, for throttles."""
    if name == "real":
        return time.monotonic
    # The clock may have started to run since this function was made.
    return lambda: clock.present / 1000 if clock.is_running else time.monotonic() + clock.skipped


def sleep_for(
    name: ClockName, dispatcher: Dispatcher, deliveries: "Deliveries | None"
) -> Callable[[float], None] | None:
    """Return the function with which a client sleeps, or None for real sleeping."""
    if name == "real":
        return None

    def sleep(seconds: float) -> None:
        if dispatcher.clock.is_running:
            advance(dispatcher, deliveries, timedelta(seconds=seconds))
        else:
            dispatcher.clock.skip(seconds)

    return sleep


def start(dispatcher: Dispatcher) -> None:
    """Schedule the transitions of all stored resources, if the clock is running."""
    if dispatcher.clock.is_running:
        with dispatcher.transaction() as account:
            reschedule_all(account)


def advance(dispatcher: Dispatcher, deliveries: "Deliveries | None", passed: timedelta) -> datetime:
    """Move the emulated time forward, apply the due transitions, and return the new time.

    With connectors, the time moves to one moment after the other, because their functions act at
    the moment at which they are asked.

    Raises:
        ValueError: *passed* is negative.
    """
    milliseconds = round(passed / timedelta(milliseconds=1))
    if milliseconds < 0:
        raise ValueError("cannot move time backwards")
    if not dispatcher.clock.is_running:
        dispatcher.clock.stop()
        start(dispatcher)
    target = dispatcher.clock.present + milliseconds
    if deliveries is not None:
        while (moment := deliveries.next_moment(target)) is not None:
            dispatcher.clock.advance_to(moment)
            dispatcher.run_due()
            deliveries.deliver_due()
    dispatcher.clock.advance_to(target)
    dispatcher.run_due()
    return persist(dispatcher)


def persist(dispatcher: Dispatcher) -> datetime:
    """Store the present time, so that the file continues from it. Return the time."""
    with dispatcher.store.transaction() as transaction:
        now: JsonObject = {_NOW: dispatcher.clock.now()}
        transaction.put(_RECORD, _RECORD, now)
    return to_datetime(dispatcher.clock.present)
