"""Waiting for sockets and look-ups in the calling thread: the sync half of the exchange's I/O."""

import select
import socket
from collections.abc import Callable
from typing import Final, TypeVar

from iotmi._sansio.flight import FlightTimeoutError
from iotmi._sansio.steps import DeadlineReachedError, LookUp, Step, Steps, TakeSlot, WaitForSocket

R = TypeVar("R")
T = TypeVar("T")


def run(steps: Steps[R]) -> R:
    """Drive an exchange to its end in this thread."""
    try:
        step = next(steps)
        while True:
            try:
                do(step)
            except Exception as error:  # noqa: BLE001 - the exchange may handle it
                step = steps.throw(error)
            else:
                step = next(steps)
    except StopIteration as stop:
        result: R = stop.value
        return result
    finally:
        steps.close()


def do(step: Step) -> None:
    """Do what an exchange asks for."""
    match step:
        case WaitForSocket():
            step.ready = _wait(step)
        case TakeSlot():
            step.release = _nothing
        case LookUp():
            look_up(step)
        case _:
            raise TypeError(f"an exchange does not ask for {type(step).__name__}")


def _nothing() -> None:
    """A thread holds no slot."""


def look_up(step: LookUp[T]) -> None:
    """Find a result: in this thread if there is no deadline, else in one that can be left.

    Raises:
        DeadlineReachedError: the time is up.
    """
    seconds = step.deadline.remaining()
    known = step.known()
    if known is not None:
        step.result = known
    elif seconds is None:
        step.result = step.find()
    else:
        try:
            step.result = step.flight.run(step.find, seconds)
        except FlightTimeoutError:
            raise DeadlineReachedError(None, sent=False) from None


def _poll(step: WaitForSocket) -> bool:
    # Made for each wait: gevent replaces `select.poll`, perhaps after this module was loaded.
    poll = select.poll()
    poll.register(
        step.sock, (select.POLLIN if step.read else 0) | (select.POLLOUT if step.write else 0)
    )
    return bool(poll.poll(None if step.seconds is None else step.seconds * 1000))


def _select(step: WaitForSocket) -> bool:
    reading: list[socket.socket] = [step.sock] if step.read else []
    writing: list[socket.socket] = [step.sock] if step.write else []
    # On Windows a connection that was refused is exceptional, and not writable.
    return any(select.select(reading, writing, writing, step.seconds))


_wait: Final[Callable[[WaitForSocket], bool]] = _poll if hasattr(select, "poll") else _select
