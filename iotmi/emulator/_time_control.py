"""The three kinds of time an emulator can have, and the moving of the one that can be moved.

Owns their names, and the record by which a file's emulated time goes on where it was. It
does not know what is timed.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args

from iotmi.emulator._account.scheduler import reschedule_all
from iotmi.emulator._core.clock import Clock, emulated_clock, to_datetime
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._storage.store import Store

ClockName: TypeAlias = Literal["on_read", "emulated", "real"]

_RECORD: Final = "emulated-time"
_NOW: Final = "Now"


def validate_clock(name: str) -> None:
    """Refuse a name that is no clock's.

    Raises:
        ValueError: It is not one of the three.
    """
    allowed = get_args(ClockName)
    if name not in allowed:
        raise ValueError(f"clock must be one of {', '.join(allowed)}, not {name!r}")


def open_clock(name: ClockName, store: Store) -> Clock:
    """The clock of this name; an emulated one goes on where the file's last one was."""
    if name == "emulated":
        with store.transaction() as transaction:
            kept = (transaction.get(_RECORD, _RECORD) or {}).get(_NOW)
        return emulated_clock(kept if isinstance(kept, int) else round(time.time() * 1000))
    return Clock(is_running=name == "real")


def clock_source(name: ClockName, clock: Clock) -> Callable[[], float]:
    """Seconds that pass as the emulator's time does, for what happens between calls."""
    if name == "real":
        return time.monotonic
    # Time that ran by looks may have been taken in hand meanwhile.
    return lambda: clock.present / 1000 if clock.is_running else time.monotonic() + clock.skipped


def sleep_for(name: ClockName, dispatcher: Dispatcher) -> Callable[[float], None] | None:
    """What a client of the emulator does in the place of waiting; None where it really waits."""
    if name == "real":
        return None

    def sleep(seconds: float) -> None:
        if dispatcher.clock.is_running:
            advance(dispatcher, timedelta(seconds=seconds))
        else:
            dispatcher.clock.skip(seconds)

    return sleep


def start(dispatcher: Dispatcher) -> None:
    """Let time run over what a file holds."""
    if dispatcher.clock.is_running:
        with dispatcher.transaction() as account:
            reschedule_all(account)


def advance(dispatcher: Dispatcher, passed: timedelta) -> datetime:
    """Let emulated time pass, with all that becomes due in it; the time that it then is.

    Raises:
        ValueError: Time would go back.
    """
    milliseconds = round(passed / timedelta(milliseconds=1))
    if milliseconds < 0:
        raise ValueError("time does not go back")
    if not dispatcher.clock.is_running:
        dispatcher.clock.stop()
        start(dispatcher)
    dispatcher.clock.advance(milliseconds)
    dispatcher.run_due()
    return persist(dispatcher)


def persist(dispatcher: Dispatcher) -> datetime:
    """Have a file go on from this moment when it is opened again; the moment."""
    with dispatcher.store.transaction() as transaction:
        now: JsonObject = {_NOW: dispatcher.clock.now()}
        transaction.put(_RECORD, _RECORD, now)
    return to_datetime(dispatcher.clock.present)
