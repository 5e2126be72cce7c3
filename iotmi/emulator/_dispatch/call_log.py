"""What the emulated service saw.

Owns the record of calls and its bound. It does not know what a call means.
"""

from collections import deque
from collections.abc import Mapping
from itertools import count
from threading import Lock
from types import MappingProxyType
from typing import Final

from attrs import define, field, frozen

from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._faults.kinds import FaultKind, InjectedFault

MAX_CALLS: Final = 10_000


@frozen
class Call:
    """One call as the service saw it.

    Attributes:
        operation: Its name, or None where the path is no operation's.
        parameters: What it asked for, by the model's names; not shown, it may hold secrets.
        status: The HTTP status of the answer; 0 where it was broken off before there was one.
        error: The error's code, or None for a success. Whether the caller got to know either
            is the *fault*'s.
        carried_out: Whether it was done what was asked for, whatever was answered.
        fault: What a planted fault did to it.
        delay: Seconds it was kept waiting by one.
    """

    operation: str | None
    parameters: Mapping[str, object] = field(repr=False, hash=False)
    status: int
    error: str | None
    carried_out: bool = False
    fault: FaultKind | None = None
    delay: float = 0.0


@define
class PendingCall:
    """A call under way, filled in as more of it is known."""

    number: int
    operation: str | None = None
    parameters: JsonObject = field(factory=dict, repr=False)
    error: str | None = None
    carried_out: bool = False
    injected: InjectedFault = field(factory=InjectedFault)


class CallLog:
    """The calls in order of arrival, the last 10,000 of those answered."""

    def __init__(self) -> None:
        self._numbers = count()
        self._lock = Lock()
        self._calls: deque[tuple[int, Call]] = deque(maxlen=MAX_CALLS)

    def start(self) -> PendingCall:
        """Take note that a call has come in."""
        return PendingCall(next(self._numbers))

    def finish(self, pending: PendingCall, status: int) -> None:
        """Take note of how it was answered."""
        fault = pending.injected.fault
        call = Call(
            pending.operation,
            MappingProxyType(pending.parameters),
            status,
            pending.error,
            pending.carried_out,
            None if fault is None else fault.kind,
            pending.injected.delay,
        )
        with self._lock:
            self._calls.append((pending.number, call))

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls recorded, in order of arrival."""
        with self._lock:
            recorded = list(self._calls)
        return tuple(call for _, call in sorted(recorded, key=lambda entry: entry[0]))
