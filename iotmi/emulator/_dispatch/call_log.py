"""The log of calls that the emulated service received.

Owns the records and their bound. This module must not know the meaning of a call.
"""

import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count, islice
from threading import Lock
from types import MappingProxyType
from typing import Final

from attrs import define, field, frozen

from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._core.observers import Observers
from iotmi.emulator._faults.kinds import FaultKind, InjectedFault

MAX_CALLS: Final = 10_000


def _now() -> datetime:
    return datetime.now(UTC)


@frozen
class Call:
    """One call as the service received it.

    Attributes:
        operation: name of the operation, or None if the path matches none.
        parameters: parameters by their names in the model. The repr leaves them out, because they
            may hold secrets.
        status: HTTP status of the response, or 0 if the call was broken off without one.
        error: name of the error, or None for a success. *fault* says if the caller received it.
        carried_out: true if the call was executed, whatever the response.
        fault: kind of the injected fault, or None.
        delay: seconds of the injected delay.
        number: position in the order of completion, from 1.
        started_at: time of arrival in UTC, by the machine's clock.
        seconds: time from arrival to response.
        request_id: id in the header ``X-Amzn-Requestid``, or None without a response.
    """

    operation: str | None
    parameters: Mapping[str, object] = field(repr=False, hash=False)
    status: int
    error: str | None
    carried_out: bool = False
    fault: FaultKind | None = None
    delay: float = 0.0
    number: int = field(default=0, kw_only=True, eq=False)
    started_at: datetime = field(factory=_now, kw_only=True, eq=False, repr=False)
    seconds: float = field(default=0.0, kw_only=True, eq=False, repr=False)
    request_id: str | None = field(default=None, kw_only=True, eq=False, repr=False)


@define
class PendingCall:
    """A call in progress. The dispatcher fills it in.

    Attributes:
        number: position in the order of arrival.
        operation: name of the operation.
        parameters: parameters by their names in the model.
        error: name of the error.
        carried_out: true if the call was executed.
        injected: injected fault and delay.
        started_at: time of arrival.
        started: time of arrival on a clock that only runs forward, in seconds.
    """

    number: int
    operation: str | None = None
    parameters: JsonObject = field(factory=dict, repr=False)
    error: str | None = None
    carried_out: bool = False
    injected: InjectedFault = field(factory=InjectedFault)
    started_at: datetime = field(factory=_now)
    started: float = field(factory=time.monotonic)


class CallLog:
    """The calls in order of arrival. Only the last 10,000 completed ones are kept.

    Attributes:
        observers: functions that are called after each completed call.
    """

    def __init__(self) -> None:
        self._numbers = count()
        self._lock = Lock()
        self._calls: deque[tuple[int, Call]] = deque(maxlen=MAX_CALLS)
        self._completed = 0
        self.observers: Observers = Observers()

    def start(self) -> PendingCall:
        """Record the arrival of a call."""
        return PendingCall(next(self._numbers))

    def finish(self, pending: PendingCall, status: int, request_id: str | None = None) -> None:
        """Record the response to a call."""
        fault = pending.injected.fault
        with self._lock:
            self._completed += 1
            call = Call(
                pending.operation,
                MappingProxyType(pending.parameters),
                status,
                pending.error,
                pending.carried_out,
                None if fault is None else fault.kind,
                pending.injected.delay,
                number=self._completed,
                started_at=pending.started_at,
                seconds=time.monotonic() - pending.started,
                request_id=request_id,
            )
            self._calls.append((pending.number, call))
        self.observers.notify()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All recorded calls, in order of arrival."""
        with self._lock:
            recorded = list(self._calls)
        return tuple(call for _, call in sorted(recorded, key=lambda entry: entry[0]))

    @property
    def completed(self) -> int:
        """The number of the last completed call."""
        with self._lock:
            return self._completed

    def after(self, number: int, limit: int) -> list[Call]:
        """Return at most *limit* recorded calls that completed after the call of a number."""
        with self._lock:
            # The numbers of the kept calls have no gaps.
            missing = max(0, number - (self._completed - len(self._calls)))
            return [call for _, call in islice(self._calls, missing, missing + limit)]

    def clear(self) -> None:
        """Forget all calls. The numbers continue."""
        with self._lock:
            self._calls.clear()
