"""Client context: how one client sends its requests.

A client and its copies share what their options do not replace: the connection, the retry quota,
the rate limiters. This module does not know which driver runs the steps that it makes.
"""

import math
import os
import sys
from collections.abc import Callable
from typing import TypeVar

from attrs import evolve, frozen

from iotmi._botocore.transport import Transport
from iotmi._observability.events import Instrumentation
from iotmi._runtime.abandonment import AbandonedCalls
from iotmi._runtime.call import Call
from iotmi._runtime.fork import ForkLocal
from iotmi._runtime.pickling import ClientRecipe, PickledClient
from iotmi._runtime.rate_limiter import RateLimiters
from iotmi._runtime.retry import PolicyObserver, RetryStrategy
from iotmi._sansio.deadline import Deadline, PagingDeadline
from iotmi._sansio.steps import Steps
from iotmi._schema.model import Request
from iotmi._schema.responses import Response
from iotmi._schema.sealing import without_frames
from iotmi._values import Value
from iotmi.errors import IotmiError
from iotmi.pacing import Pacing
from iotmi.retrying import RetryPolicy

R = TypeVar("R")


@frozen(eq=False, repr=False)
class ConnectionState(Value):
    """A connection, shared by a client and its copies, and its abandoned attempts."""

    transport: Transport
    abandoned: AbandonedCalls

    @classmethod
    def create(cls, transport: Transport) -> "ConnectionState":
        """Return the state of a new connection, with as many abandoned attempts as sockets."""
        return cls(transport, AbandonedCalls(transport.connections))


@frozen(eq=False, repr=False)
class RuntimeState(Value):
    """The state of a client that a forked child must not share with its parent."""

    connection: ConnectionState
    retry_strategy: RetryStrategy
    rate_limiters: RateLimiters | None

    def renewed(self, retry: RetryPolicy | None, pacing: Pacing | None) -> "RuntimeState":
        """Return a copy with a new retry strategy and new rate limiters where one is given."""
        return evolve(
            self,
            retry_strategy=RetryStrategy.from_policy(retry) if retry else self.retry_strategy,
            rate_limiters=RateLimiters(pacing) if pacing else self.rate_limiters,
        )


class ClientContext:
    """How one client sends a request: over which connection, with which retries and timeout.

    Each call compares the process id, and in a forked child takes the child's own state.
    """

    def __init__(
        self,
        state: ForkLocal[RuntimeState],
        timeout: float | None,
        recipe: ClientRecipe,
        observers: tuple[Instrumentation, ...] = (),
    ) -> None:
        self._state = state
        self.recipe = recipe
        self.timeout = None if timeout == math.inf else timeout
        self._extra_observers = observers
        self._refresh_after_fork()

    @classmethod
    def create(
        cls,
        connection: ConnectionState,
        reconnect: Callable[[ConnectionState], ConnectionState],
        *,
        retry: RetryPolicy,
        pacing: Pacing | None,
        timeout: float | None,
        recipe: ClientRecipe,
        observers: tuple[Instrumentation, ...] = (),
    ) -> "ClientContext":
        """Return the context of a new client.

        Args:
            connection: the connection of this process.
            reconnect: returns the connection of a forked child, given its parent's.
            retry: the retry policy.
            pacing: the pacing, or None to send calls at once.
            timeout: seconds for each call, or None for no limit.
            recipe: pickles the client.
            observers: observe every call.
        """

        def state_over(connection: ConnectionState) -> RuntimeState:
            strategy = RetryStrategy.from_policy(retry)
            return RuntimeState(connection, strategy, RateLimiters(pacing) if pacing else None)

        # A child gets a new random generator too: equal backoffs would make children retry in step.
        state = ForkLocal(
            state_over(connection), lambda parent: state_over(reconnect(parent.connection))
        )
        return cls(state, timeout, recipe, observers)

    def with_options(
        self, *, retry: RetryPolicy | None, pacing: Pacing | None, timeout: float | None
    ) -> "ClientContext":
        """Return a context over the same connection. None changes nothing; infinity is no limit."""
        shared = self._state
        state = ForkLocal(
            shared.get().renewed(retry, pacing), lambda _: shared.get().renewed(retry, pacing)
        )
        seconds = self.timeout if timeout is None else timeout
        return ClientContext(state, seconds, self.recipe, self._extra_observers)

    def pickled(self) -> PickledClient:
        """Return the class and the options from which another process makes the client again.

        Raises:
            PicklingError: the client was made from an option that does not pickle.
        """
        return self.recipe.pickled(
            # Resolved here, because the other process may find another Region.
            region_name=self.transport.region_name,
            retry=self.retry_strategy.policy,
            pacing=self.rate_limiters.pacing if self.rate_limiters else None,
            timeout=self.timeout,
        )

    def _refresh_after_fork(self) -> None:
        state = self._state.get()
        self.connection = state.connection
        self.transport = state.connection.transport
        self.retry_strategy = state.retry_strategy
        self.rate_limiters = state.rate_limiters
        policy = state.retry_strategy.policy
        hooked = policy.on_attempt is not None or policy.on_retry is not None
        # Hooks are last: an exception of theirs ends the call, when the others have been notified.
        self.observers = (
            (*self._extra_observers, PolicyObserver(policy)) if hooked else self._extra_observers
        )
        # Last, because another thread may compare it meanwhile.
        self._process = os.getpid()

    def close(self) -> None:
        """Close the connections of this process, unless the application made them."""
        state = self._state.peek()
        if state is not None:
            state.connection.transport.close()

    def execute(
        self, request: Request[R], paging: PagingDeadline | None = None
    ) -> Steps[Response[R]]:
        """Send *request*, as a page of *paging* if given, until it succeeds or fails for good."""
        if os.getpid() != self._process:
            self._refresh_after_fork()
        try:
            if paging is not None:
                return (yield from self._execute_page(request, paging))
            return (yield from self._execute(Deadline(self.timeout), request))
        except IotmiError as error:
            # Their frames hold the bodies of requests and responses.
            raise without_frames(error)  # noqa: B904 - the same error

    def _execute_page(self, request: Request[R], paging: PagingDeadline) -> Steps[Response[R]]:
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
            # The application loaded it, and may have set a provider since the last call.
            observers = (*_opentelemetry(), *observers)
        if observers:
            return call.run_observed(observers)
        return self.retry_strategy.run(call)


def _opentelemetry() -> tuple[Instrumentation, ...]:
    try:
        from iotmi._observability.opentelemetry import active_instrumentation
    except ImportError:
        # The API is older than the extra `otel` requires. A call must not fail because of it.
        return ()
    return active_instrumentation()
