"""The log of calls that the emulated service received.

Owns the records and their bound. This module must not know the meaning of a call.
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
    """A call in progress. The dispatcher fills it in.

    Attributes:
        number: position in the order of arrival.
        operation: name of the operation.
        parameters: parameters by their names in the model.
        error: name of the error.
        carried_out: true if the call was executed.
        injected: injected fault and delay.
    """

    number: int
    operation: str | None = None
    parameters: JsonObject = field(factory=dict, repr=False)
    error: str | None = None
    carried_out: bool = False
    injected: InjectedFault = field(factory=InjectedFault)


class CallLog:
    """The calls in order of arrival. Only the last 10,000 completed ones are kept."""

    def __init__(self) -> None:
        self._numbers = count()
        self._lock = Lock()
        self._calls: deque[tuple[int, Call]] = deque(maxlen=MAX_CALLS)

    def start(self) -> PendingCall:
        """Record the arrival of a call."""
        return PendingCall(next(self._numbers))

    def finish(self, pending: PendingCall, status: int) -> None:
        """Record the response to a call."""
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
        """All recorded calls, in order of arrival."""
        with self._lock:
            recorded = list(self._calls)
        return tuple(call for _, call in sorted(recorded, key=lambda entry: entry[0]))
