"""One send: what a worker does in a thread, another process or another machine.

A function here gets a client and a request and returns plain facts. It never raises for an error of
the call, and it writes no ledger.
"""

import pickle
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from iotmi._schema.lazy import LazyModule
from iotmi._schema.model import Request
from iotmi.client import Client
from iotmi.errors import (
    AccessDeniedError,
    AuthenticationError,
    CallError,
    ConflictError,
    NotSentError,
    ResourceNotFoundError,
    ServiceError,
    ServiceQuotaExceededError,
    ThrottlingError,
    UnauthorizedError,
)
from iotmi.pacing import Pacing
from iotmi.retrying import RetryPolicy

if TYPE_CHECKING:
    import tenacity
else:
    tenacity = LazyModule("tenacity")


@frozen(kw_only=True)
class Sent:
    """The result of one send, as plain facts that pickle.

    Attributes:
        ok: True if the service accepted the request.
        result: the id of a new resource, or the trace id of a command.
        kind: the name of the error's class, or None.
        cause: the service's error code, or the name of the error's class.
        detail: the message of the error.
        request_id: of the last response.
        may_have_acted: True if the service may have acted on any attempt.
        retry_after: seconds that the service asked to wait, or None.
        not_sent: True if nothing was sent.
        retryable: True if the same request may succeed a moment later.
    """

    ok: bool
    result: str | None = None
    kind: str | None = None
    cause: str | None = None
    detail: str | None = None
    request_id: str | None = None
    may_have_acted: bool = False
    retry_after: float | None = None
    not_sent: bool = False
    retryable: bool = False

    @property
    def throttled(self) -> bool:
        """True if the service throttled the last attempt, which did nothing."""
        return self.kind == "ThrottlingError"


@frozen
class StopAtThrottle:
    """A stop strategy of tenacity that leaves throttles to the job, and asks another strategy.

    The job has one rate limiter for all workers. A worker that repeats a throttled call by itself
    would pass it by.
    """

    other: Callable[..., bool] | None = None

    def __call__(self, state: "tenacity.RetryCallState") -> bool:
        """Return True if the call ends here."""
        outcome = state.outcome
        if outcome is not None and isinstance(outcome.exception(), ThrottlingError):
            return True
        return self.other is not None and self.other(state)


def worker_client(client: Client) -> Client:
    """Return a copy of *client* whose throttles and rates are the business of the job."""
    policy: RetryPolicy = client._context.retry_strategy.policy  # noqa: SLF001 - one mechanism
    unlimited = Pacing(initial_rate=1e6, min_rate=1e6, burst=1_000_000)
    paced = client._context.rate_limiters is not None  # noqa: SLF001
    return client.with_options(
        retry=attrs.evolve(policy, stop=StopAtThrottle(policy.stop)),
        pacing=unlimited if paced else None,
    )


def send(client: Client, request: Request[object]) -> Sent:
    """Send *request* and return the facts of its outcome."""
    try:
        response = client.send(request)
    except CallError as error:
        return failure(error)
    value = response.value
    result = getattr(value, "id", None) or getattr(value, "trace_id", None)
    return Sent(
        ok=True,
        result=result if isinstance(result, str) else None,
        request_id=response.request_id,
    )


def failure(error: CallError) -> Sent:
    """Return the facts of *error*."""
    return Sent(
        ok=False,
        kind=_kind_of(error),
        cause=error.code if isinstance(error, ServiceError) else type(error).__name__,
        detail=str(error)[:500],
        request_id=error.request_id,
        may_have_acted=error.may_have_acted,
        retry_after=error.retry_after if isinstance(error, ServiceError) else None,
        not_sent=isinstance(error, NotSentError),
        retryable=error.retryable,
    )


_KINDS = (
    ThrottlingError,
    AuthenticationError,
    AccessDeniedError,
    UnauthorizedError,
    ServiceQuotaExceededError,
    ResourceNotFoundError,
    ConflictError,
)


def _kind_of(error: CallError) -> str:
    for kind in _KINDS:
        if isinstance(error, kind):
            return kind.__name__
    return type(error).__name__


# -- in another process ------------------------------------------------------------------


@frozen
class Task:
    """A request for another process.

    Attributes:
        recipe: the pickled client: its options, without credentials.
        request: the request, with its token.
        claim: a name that only one worker may claim, for a request that must not be sent twice.
    """

    recipe: bytes = field(repr=False)
    request: Request[object]
    claim: str | None = None


def send_task(task: Task) -> Sent:
    """Send the request of *task* over this process's own client."""
    if task.claim is not None and not _claimed(task.claim):
        return Sent(
            ok=False,
            kind="WorkerLostError",
            cause="WorkerLost",
            detail="the worker that sent the request ended before it reported the response",
            may_have_acted=True,
        )
    return send(_client_of(task.recipe), task.request)


@lru_cache(maxsize=8)
def _client_of(recipe: bytes) -> Client:
    """Return the client of this process that *recipe* describes."""
    client: Client = pickle.loads(recipe)  # noqa: S301 - made by the job, in `Task`
    return client


def _claimed(name: str) -> bool:
    """Claim *name* on a Dask cluster, and return False if another worker claimed it before.

    Dask repeats the task of a worker that was lost. Other executors do not.
    """
    if "distributed.worker" not in sys.modules:
        return True
    return _claimed_on_cluster(name)


def _claimed_on_cluster(name: str) -> bool:
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        # Dask is imported, and this is no worker of it.
        return True
    try:
        # The scheduler decides which of two workers is the first.
        dask_queue(name, maxsize=1).put(1, timeout=0)
    except TimeoutError:
        return False
    return True


def dask_queue(name: str, **options: Any) -> Any:  # noqa: ANN401 - Dask has no types for it
    """Return the queue of a Dask cluster with this name."""
    from distributed import Queue

    return Queue(name, **options)  # type: ignore[no-untyped-call]  # Dask's
