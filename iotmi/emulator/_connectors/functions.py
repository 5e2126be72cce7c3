"""The functions of connectors as a test controls them: their faults and their invocations.

Owns the plan of faults and the record of invocations. This module must not know how a function is
invoked.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Final, Literal, TypeAlias, get_args

from attrs import field, frozen

from iotmi.emulator._connectors.loading import (
    ConnectorCode,
    LambdaHandler,
    handler_of,
    problems_of,
)
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator.handlers._support.invocations import OPERATIONS

MAX_INVOCATIONS: Final = 1000

ConnectorFault: TypeAlias = Literal["slow", "raise", "malformed", "twice"]
"""The kind of a connector's fault."""

Outcome: TypeAlias = Literal["responded", "refused", "timed out", "raised", "malformed"]
"""The outcome of one invocation."""


@frozen
class PlannedConnectorFault:
    """A fault of the next invocations of a function.

    Attributes:
        kind: kind of the fault.
        operation: operation that it hits, such as ``AWS.SendCommand``, or None for all.
    """

    kind: ConnectorFault
    operation: str | None = None


@frozen
class Invocation:
    """One invocation of a connector's function.

    Attributes:
        operation: operation of the request, such as ``AWS.SendCommand``.
        request: event that the function got. The repr leaves it out, because it has a token.
        delivery: number of this delivery of the request, from 1 to 6.
        outcome: ``responded``, ``refused`` (a code other than 200), ``timed out``, ``raised`` or
            ``malformed``.
        response: response of the function, if it is JSON.
        error: type and message of the exception that the function raised, or None.
        fault: kind of the planned fault that the invocation met, or None.
    """

    operation: str
    request: Mapping[str, JsonValue] = field(repr=False, hash=False)
    delivery: int
    outcome: Outcome
    response: JsonValue = field(default=None, repr=False, hash=False)
    error: str | None = field(default=None, repr=False)
    fault: ConnectorFault | None = None


class ConnectorFunction:
    """The function of a connector, its faults and its invocations. All methods are thread-safe.

    Attributes:
        arn: ARN of the function.
        problems: what the connector lacks, as its own ``check()`` says.

    Args:
        arn: ARN of the function.
        code: code of the connector.

    Raises:
        TypeError: *code* is neither a function nor an object with a ``lambda_handler``.
    """

    def __init__(self, arn: str, code: ConnectorCode) -> None:
        self.arn: str = arn
        self.problems: tuple[str, ...] = problems_of(code)
        self._handler = handler_of(code)
        self._lock = Lock()
        self._faults: deque[PlannedConnectorFault] = deque()
        self._invocations: deque[Invocation] = deque(maxlen=MAX_INVOCATIONS)

    @property
    def handler(self) -> LambdaHandler:
        """The Lambda handler."""
        return self._handler

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """The last 1,000 invocations, in order of their ends."""
        with self._lock:
            return tuple(self._invocations)

    @property
    def faults(self) -> tuple[PlannedConnectorFault, ...]:
        """The planned faults, in the order in which invocations meet them."""
        with self._lock:
            return tuple(self._faults)

    def fail(self, kind: ConnectorFault, operation: str | None = None, *, times: int = 1) -> None:
        """Plan a fault of the next invocations.

        - ``slow``: the response comes after the limit of 2 seconds. The function has run.
        - ``raise``: the function fails before it does anything.
        - ``malformed``: the response is not in the documented form. The function has run.
        - ``twice``: the request is delivered again although the function responded, so a function
          that does not recognize repetitions responds twice.

        Args:
            kind: kind of the fault.
            operation: operation to hit, such as ``AWS.SendCommand``; any if None.
            times: number of invocations, at least 1. Six failures of a request are final.

        Raises:
            ValueError: *kind* or *operation* is unknown, or *times* is out of range.
        """
        if kind not in get_args(ConnectorFault):
            raise ValueError(f"kind must be one of {', '.join(get_args(ConnectorFault))}")
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"operation must be one of {', '.join(OPERATIONS)}")
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._lock:
            self._faults.extend([PlannedConnectorFault(kind, operation)] * times)

    def clear(self) -> None:
        """Remove all planned faults."""
        with self._lock:
            self._faults.clear()

    def next_fault(self, operation: str) -> ConnectorFault | None:
        """Take the planned fault of an invocation, or return None."""
        with self._lock:
            for planned in self._faults:
                if planned.operation in (None, operation):
                    self._faults.remove(planned)
                    return planned.kind
        return None

    def record(self, invocation: Invocation) -> None:
        """Add an invocation to the record."""
        with self._lock:
            self._invocations.append(invocation)


class Connectors(Mapping[str, ConnectorFunction]):
    """The functions of connectors, by ARN: ``emulator.connectors[arn]``."""

    def __init__(self, functions: Mapping[str, ConnectorFunction]) -> None:
        self._functions = functions

    def __getitem__(self, arn: str) -> ConnectorFunction:
        try:
            return self._functions[arn]
        except KeyError:
            known = ", ".join(self._functions) or "none"
            raise KeyError(f"no connector has the function {arn}; there are {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


def open_functions(connectors: Mapping[str, ConnectorCode]) -> Connectors:
    """Return the functions of connectors.

    Raises:
        TypeError: the code of a connector is neither a function nor has a ``lambda_handler``.
    """
    return Connectors({arn: ConnectorFunction(arn, code) for arn, code in connectors.items()})
