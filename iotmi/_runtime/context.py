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
from iotmi._observability.events import Instrumentation
from iotmi._runtime.abandonment import AbandonedCalls
from iotmi._runtime.call import Call
from iotmi._runtime.fork import ForkLocal
from iotmi._runtime.rate_limiter import RateLimiters
from iotmi._runtime.retry import PolicyObserver, RetryStrategy
from iotmi._sansio.deadline import Deadline, PagingDeadline
from iotmi._sansio.steps import Steps
from iotmi._schema.model import Request
from iotmi._schema.responses import Response
from iotmi.pacing import Pacing
from iotmi.retrying import RetryPolicy

R = TypeVar("R")


@frozen
class ConnectionState:
    """A connection, shared by a client and its copies, and the attempts that were left over it."""

    transport: Transport
    abandoned: AbandonedCalls

    @classmethod
    def create(cls, transport: Transport) -> "ConnectionState":
        """A fresh one; as many attempts may be left over it as it has connections."""
        return cls(transport, AbandonedCalls(transport.connections))


class ClientContext:
    """How one client sends a request: over which line, how persistently, for how long.

    What must not be shared with a forked child is held per process; this looks at the process's
    number before each call and, in a child, takes what is the child's own.
    """

    def __init__(
        self,
        connections: ForkLocal[ConnectionState],
        retry_strategies: ForkLocal[RetryStrategy],
        rate_limiters: ForkLocal[RateLimiters] | None,
        timeout: float | None,
        observers: tuple[Instrumentation, ...] = (),
    ) -> None:
        self._connections = connections
        self._retry_strategies = retry_strategies
        self._all_rate_limiters = rate_limiters
        self.timeout = None if timeout == math.inf else timeout
        self._extra_observers = observers
        self._refresh_after_fork()

    @classmethod
    def create(
        cls,
        connections: ForkLocal[ConnectionState],
        *,
        retry: RetryPolicy,
        pacing: Pacing | None,
        timeout: float | None,
        observers: tuple[Instrumentation, ...] = (),
    ) -> "ClientContext":
        """A first course: with a budget and a pace of its own."""
        rate_limiters = _fork_local_limiters(pacing) if pacing else None
        return cls(connections, _fork_local_strategy(retry), rate_limiters, timeout, observers)

    def with_options(
        self, *, retry: RetryPolicy | None, pacing: Pacing | None, timeout: float | None
    ) -> "ClientContext":
        """Another course over the same line. None changes nothing; infinity is no bound."""
        return ClientContext(
            self._connections,
            _fork_local_strategy(retry) if retry else self._retry_strategies,
            _fork_local_limiters(pacing) if pacing else self._all_rate_limiters,
            self.timeout if timeout is None else timeout,
            self._extra_observers,
        )

    def _refresh_after_fork(self) -> None:
        """Take what is this process's own."""
        self.connection = self._connections.get()
        self.transport = self.connection.transport
        self.retry_strategy = self._retry_strategies.get()
        self.rate_limiters = self._all_rate_limiters.get() if self._all_rate_limiters else None
        policy = self.retry_strategy.policy
        hooked = policy.on_attempt is not None or policy.on_retry is not None
        # The hooks last, for what they raise ends the call: the others have been told by then.
        self.observers = (
            (*self._extra_observers, PolicyObserver(policy)) if hooked else self._extra_observers
        )
        # Last, for another thread may be looking.
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connections, where they are ours and of this process."""
        connection = self._connections.peek()
        if connection is not None:
            connection.transport.close()

    def execute(
        self, request: Request[R], paging: PagingDeadline | None = None
    ) -> Steps[Response[R]]:
        """Send *request*, as a page of *walk* if it is one, until it is answered or given up."""
        if os.getpid() != self._process:
            self._refresh_after_fork()
        if paging is not None:
            return self._page(request, paging)
        return self._execute(Deadline(self.timeout), request)

    def _page(self, request: Request[R], paging: PagingDeadline) -> Steps[Response[R]]:
        deadline = paging.start_page(self.timeout)
        try:
            return (yield from self._execute(deadline, request))
        finally:
            paging.end_page()

    def _execute(self, deadline: Deadline, request: Request[R]) -> Steps[Response[R]]:
        call = Call(
            request,
            transport=self.transport,
            retry_strategy=self.retry_strategy,
            rate_limiters=self.rate_limiters,
            deadline=deadline,
        )
        observers = self.observers
        if "opentelemetry.trace" in sys.modules:
            # Loaded by the application, which may have set a provider since the call before.
            observers = (*_opentelemetry(), *observers)
        if observers:
            return call.run_observed(observers)
        return self.retry_strategy.max_attempts(call)


def _opentelemetry() -> tuple[Instrumentation, ...]:
    try:
        from iotmi._observability.opentelemetry import active_instrumentation
    except ImportError:
        # An API older than the extra `otel` asks for: a call must not fail of it.
        return ()
    return active_instrumentation()


def _fork_local_strategy(policy: RetryPolicy) -> ForkLocal[RetryStrategy]:
    # Its chance anew too: children that drew the same pauses would come back in step.
    return ForkLocal(
        RetryStrategy.from_policy(policy), lambda parent: RetryStrategy.from_policy(parent.policy)
    )


def _fork_local_limiters(pacing: Pacing) -> ForkLocal[RateLimiters]:
    return ForkLocal(RateLimiters(pacing), lambda _: RateLimiters(pacing))
