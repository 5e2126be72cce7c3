"""The three kinds of time an emulator can have, and the moving of the one that can be moved.

Owns their names, and the record by which a file's emulated time goes on where it was. It
does not know what is timed.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args

from iotmi.emulator._account.scheduler import resume
from iotmi.emulator._core.clock import Clock, emulated, instant_of
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._dispatch.dispatcher import Backend
from iotmi.emulator._storage.store import Store

ClockName: TypeAlias = Literal["on_read", "emulated", "real"]

_RECORD: Final = "emulated-time"
_NOW: Final = "Now"


def require_clock(name: str) -> None:
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
        with store.transaction() as rows:
            kept = (rows.get(_RECORD, _RECORD) or {}).get(_NOW)
        return emulated(kept if isinstance(kept, int) else round(time.time() * 1000))
    return Clock(runs=name == "real")


def pace(name: ClockName, clock: Clock) -> Callable[[], float]:
    """Seconds that pass as the emulator's time does, for what happens between calls."""
    if name == "real":
        return time.monotonic
    # Time that ran by looks may have been taken in hand meanwhile.
    return lambda: clock.present / 1000 if clock.runs else time.monotonic() + clock.skipped


def pausing(name: ClockName, backend: Backend) -> Callable[[float], None] | None:
    """What a client of the emulator does in the place of waiting; None where it really waits."""
    if name == "real":
        return None

    def let_pass(seconds: float) -> None:
        if backend.clock.runs:
            move(backend, timedelta(seconds=seconds))
        else:
            backend.clock.skip(seconds)

    return let_pass


def begin(backend: Backend) -> None:
    """Let time run over what a file holds."""
    if backend.clock.runs:
        with backend.by_hand() as world:
            resume(world)


def move(backend: Backend, passed: timedelta) -> datetime:
    """Let emulated time pass, with all that becomes due in it; the time that it then is.

    Raises:
        ValueError: Time would go back.
    """
    milliseconds = round(passed / timedelta(milliseconds=1))
    if milliseconds < 0:
        raise ValueError("time does not go back")
    if not backend.clock.runs:
        backend.clock.stop()
        begin(backend)
    backend.clock.advance(milliseconds)
    backend.catch_up()
    return keep(backend)


def keep(backend: Backend) -> datetime:
    """Have a file go on from this moment when it is opened again; the moment."""
    with backend.store.transaction() as rows:
        now: JsonObject = {_NOW: backend.clock.now()}
        rows.put(_RECORD, _RECORD, now)
    return instant_of(backend.clock.present)
