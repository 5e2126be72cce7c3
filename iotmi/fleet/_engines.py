"""Engines: where the sends of a job run. Threads, any executor, or a Dask cluster.

An engine takes a request and returns a future with the facts of its outcome. It knows neither rows
nor the ledger.
"""

import pickle
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import Final, Protocol, TypeAlias, runtime_checkable

from iotmi._schema.model import Request
from iotmi.client import Client
from iotmi.fleet._errors import ExecutorError
from iotmi.fleet._work import Sent, Task, dask_queue, send, send_task, worker_client

MAX_IN_FLIGHT: Final = 64
"""The most calls at once. Threads start when they are needed."""


@runtime_checkable
class DaskClient(Protocol):
    """The part of ``distributed.Client`` that a job uses."""

    def get_executor(self, *, pure: bool) -> Executor:
        """Return an executor that runs tasks on the cluster.

        Args:
            pure: True to give an equal task the result of the earlier one.
        """
        ...


ExecutorLike: TypeAlias = Executor | DaskClient


class Engine(Protocol):
    """Sends requests at the same time."""

    def submit(self, request: Request[object], claim: str, /) -> "Future[Sent]":
        """Send *request*; *claim* is a name for this send that no other has."""
        ...

    def forget(self, claim: str) -> None:
        """Forget a name whose send has ended."""
        ...

    def close(self) -> None:
        """End what the engine started, without waiting for calls in progress."""
        ...


def engine_for(client: Client, executor: ExecutorLike | None) -> Engine:
    """Return the engine of *executor*; one of its own threads for None.

    Raises:
        ExecutorError: the tasks would run in other processes, and *client* does not pickle.
    """
    if executor is None:
        pool = ThreadPoolExecutor(MAX_IN_FLIGHT, thread_name_prefix="iotmi-fleet")
        return ThreadEngine(worker_client(client), pool, owned=True)
    if isinstance(executor, ThreadPoolExecutor):
        return ThreadEngine(worker_client(client), executor, owned=False)
    try:
        recipe = pickle.dumps(worker_client(client))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ExecutorError(
            f"the client cannot go to other processes: {error}; make it from profile_name, "
            "region_name and endpoint_url, with hooks that are functions of a module"
        ) from None
    if isinstance(executor, DaskClient):
        return DaskEngine(executor, recipe)
    return ExecutorEngine(executor, recipe)


class ThreadEngine:
    """Threads of this process, which share one client."""

    def __init__(self, client: Client, pool: ThreadPoolExecutor, *, owned: bool) -> None:
        self._client = client
        self._pool = pool
        self._owned = owned

    def submit(self, request: Request[object], _claim: str, /) -> "Future[Sent]":
        return _submitted(self._pool, send, self._client, request)

    def forget(self, claim: str) -> None:
        pass

    def close(self) -> None:
        if self._owned:
            self._pool.shutdown(wait=False, cancel_futures=True)


class ExecutorEngine:
    """An executor of the application, whose tasks may run in other processes."""

    def __init__(self, executor: Executor, recipe: bytes) -> None:
        self._executor = executor
        self._recipe = recipe

    def submit(self, request: Request[object], claim: str, /) -> "Future[Sent]":
        named = None if request.idempotent else claim
        return _submitted(self._executor, send_task, Task(self._recipe, request, named))

    def forget(self, claim: str) -> None:
        pass

    def close(self) -> None:
        # The executor is the application's.
        pass


class DaskEngine(ExecutorEngine):
    """A Dask cluster. Dask repeats the tasks of a worker that was lost."""

    def __init__(self, client: DaskClient, recipe: bytes) -> None:
        # A request that is sent again is an equal task, and its old result is the throttle.
        super().__init__(client.get_executor(pure=False), recipe)
        self._cluster = client
        self._claims: set[str] = set()

    def submit(self, request: Request[object], claim: str, /) -> "Future[Sent]":
        if not request.idempotent:
            self._claims.add(claim)
        return super().submit(request, claim)

    def forget(self, claim: str) -> None:
        if claim in self._claims:
            self._claims.remove(claim)
            dask_queue(claim, client=self._cluster).close()

    def close(self) -> None:
        # Without waiting: a task that hangs must not keep the run.
        self._executor.shutdown(wait=False)


def _submitted(
    executor: Executor, function: Callable[..., Sent], *arguments: object
) -> "Future[Sent]":
    try:
        return executor.submit(function, *arguments)
    except (BrokenExecutor, RuntimeError) as error:
        raise ExecutorError(
            f"the executor takes no more work: {error}; run the same job again with a new one"
        ) from error
