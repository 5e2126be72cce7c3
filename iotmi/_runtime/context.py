"""How one client sends its requests, and what of that each process must have of its own.

A client and its copies share what they do not set otherwise: the connection, the budget for
repeating, the pace. This module does not know who runs the flows that it makes.
"""

import math
import os
import sys
from typing import TypeVar

from attrs import frozen

from iotmi._botocore.transport import Transport
from iotmi._observability.events import Observer
from iotmi._runtime.abandonment import LeftBehind
from iotmi._runtime.call import Call
from iotmi._runtime.fork import PerProcess
from iotmi._sansio.deadline import Deadline, Walk
from iotmi._sansio.steps import Flow
from iotmi._schema.model import Request, Response
from iotmi.pacing import Pacers, Pacing
from iotmi.retrying import Hooks, Persistence, RetryPolicy

R = TypeVar("R")


@frozen
class Line:
    """A connection, shared by a client and its copies, and the attempts that were left over it."""

    transport: Transport
    left: LeftBehind

    @classmethod
    def over(cls, transport: Transport) -> "Line":
        """A fresh one; as many attempts may be left over it as it has connections."""
        return cls(transport, LeftBehind(transport.connections))


class Course:
    """How one client sends a request: over which line, how persistently, for how long.

    What must not be shared with a forked child is held per process; this looks at the process's
    number before each call and, in a child, takes what is the child's own.
    """

    def __init__(
        self,
        lines: PerProcess[Line],
        persistences: PerProcess[Persistence],
        pacers: PerProcess[Pacers] | None,
        timeout: float | None,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        self._lines = lines
        self._persistences = persistences
        self._every_pacers = pacers
        self.timeout = None if timeout == math.inf else timeout
        self._others = observers
        self._settle()

    @classmethod
    def along(
        cls,
        lines: PerProcess[Line],
        *,
        retry: RetryPolicy,
        pacing: Pacing | None,
        timeout: float | None,
        observers: tuple[Observer, ...] = (),
    ) -> "Course":
        """A first course: with a budget and a pace of its own."""
        pacers = _at_pace(pacing) if pacing else None
        return cls(lines, _persistent(retry), pacers, timeout, observers)

    def with_options(
        self, *, retry: RetryPolicy | None, pacing: Pacing | None, timeout: float | None
    ) -> "Course":
        """Another course over the same line. None changes nothing; infinity is no bound."""
        return Course(
            self._lines,
            _persistent(retry) if retry else self._persistences,
            _at_pace(pacing) if pacing else self._every_pacers,
            self.timeout if timeout is None else timeout,
            self._others,
        )

    def _settle(self) -> None:
        """Take what is this process's own."""
        self.line = self._lines.here()
        self.transport = self.line.transport
        self.persistence = self._persistences.here()
        self.pacers = self._every_pacers.here() if self._every_pacers else None
        policy = self.persistence.policy
        hooked = policy.on_attempt is not None or policy.on_retry is not None
        # The hooks last, for what they raise ends the call: the others have been told by then.
        self.observers = (*self._others, Hooks(policy)) if hooked else self._others
        # Last, for another thread may be looking.
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connections, where they are ours and of this process."""
        line = self._lines.made_here()
        if line is not None:
            line.transport.close()

    def perform(self, request: Request[R], walk: Walk | None = None) -> Flow[Response[R]]:
        """Send *request*, as a page of *walk* if it is one, until it is answered or given up."""
        if os.getpid() != self._process:
            self._settle()
        if walk is not None:
            return self._page(request, walk)
        return self._under(Deadline(self.timeout), request)

    def _page(self, request: Request[R], walk: Walk) -> Flow[Response[R]]:
        deadline = walk.begin_page(self.timeout)
        try:
            return (yield from self._under(deadline, request))
        finally:
            walk.end_page()

    def _under(self, deadline: Deadline, request: Request[R]) -> Flow[Response[R]]:
        call = Call(
            request,
            transport=self.transport,
            persistence=self.persistence,
            pacers=self.pacers,
            deadline=deadline,
        )
        observers = self.observers
        if "opentelemetry.trace" in sys.modules:
            # Loaded by the application, which may have set a provider since the call before.
            observers = (*_telemetry(), *observers)
        if observers:
            return call.observed(observers)
        return self.persistence.attempts(call)


def _telemetry() -> tuple[Observer, ...]:
    try:
        from iotmi._observability.opentelemetry import present
    except ImportError:
        # An API older than the extra `otel` asks for: a call must not fail of it.
        return ()
    return present()


def _persistent(policy: RetryPolicy) -> PerProcess[Persistence]:
    # Its chance anew too: children that drew the same pauses would come back in step.
    return PerProcess(Persistence.of(policy), lambda before: Persistence.of(before.policy))


def _at_pace(pacing: Pacing) -> PerProcess[Pacers]:
    return PerProcess(Pacers(pacing), lambda _: Pacers(pacing))
