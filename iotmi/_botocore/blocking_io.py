"""Waiting for sockets and look-ups in the calling thread: the sync half of the exchange's I/O."""

import select
import socket
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

from iotmi._sansio.flight import complete
from iotmi._sansio.steps import LookUp, Step, Steps, TakeSlot, WaitForSocket

R = TypeVar("R")
T = TypeVar("T")


def do(step: Step) -> None:
    """Do one step of an exchange."""
    match step:
        case WaitForSocket():
            step.ready = _wait(step)
        case TakeSlot():
            step.release = _nothing
        case LookUp():
            _look_up(step)
        case _:
            raise TypeError(f"{type(step).__name__} is not a step of an exchange")


def run(steps: Steps[R], perform: Callable[[Step], None] = do) -> R:
    """Run *steps* to their end in the calling thread, and return their result.

    Args:
        steps: the steps.
        perform: does one step; the steps of an exchange if not given.
    """
    try:
        step = next(steps)
        while True:
            try:
                perform(step)
            except Exception as error:  # noqa: BLE001 - the steps may handle it
                step = steps.throw(error)
            else:
                step = next(steps)
    except StopIteration as stop:
        result: R = stop.value
        return result
    finally:
        # Interrupted steps close their connection here, not in the garbage collector.
        steps.close()


def _nothing() -> None:
    """Release no slot, because threads take none."""


def _look_up(step: LookUp[T]) -> None:
    seconds = step.deadline.remaining()
    if seconds is None:
        step.future = Future()
        complete(step.future, step.function)
    else:
        step.future = step.flight.start(step.function)
        wait((step.future,), seconds)


def _poll(step: WaitForSocket) -> bool:
    # Created for each wait: gevent may replace `select.poll` after this module was imported.
    poll = select.poll()
    poll.register(
        step.sock, (select.POLLIN if step.read else 0) | (select.POLLOUT if step.write else 0)
    )
    return bool(poll.poll(None if step.seconds is None else step.seconds * 1000))


def _select(step: WaitForSocket) -> bool:
    reading: list[socket.socket] = [step.sock] if step.read else []
    writing: list[socket.socket] = [step.sock] if step.write else []
    # On Windows a refused connection is in the exceptional set, not in the writable set.
    return any(select.select(reading, writing, writing, step.seconds))


_wait: Final[Callable[[WaitForSocket], bool]] = _poll if hasattr(select, "poll") else _select
