"""The awaiting driver. The only module of the client that needs anyio, the extra `async`."""

from typing import ClassVar, Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._runtime.context import ClientContext
from iotmi._runtime.futures import wait_for_future
from iotmi._sansio.deadline import PagingDeadline
from iotmi._sansio.steps import RunBlocking, Send, Sleep, Step, Steps, Wait
from iotmi._schema.model import Listing, Request
from iotmi._schema.responses import Response
from iotmi.paging import AsyncPager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# How often somebody looks whether an attempt that was left has ended: a thread cannot wake a task
# whose event loop may be gone.
POLL_INTERVAL: Final = 0.02


class WorkerThreads:
    """The worker threads of one connection under one event loop, as many as it has connections."""

    def __init__(self, limit: int) -> None:
        self._limiter = anyio.CapacityLimiter(limit)
        self._polling = anyio.Lock()

    async def run(self, work: RunBlocking[T], abandoned: AbandonedCalls) -> None:
        """Do *work* in one of them, or leave it.

        Raises:
            TimeIsUpError: its time is up, or was up before it could begin.
        """
        attempt = AbandonableCall(work, abandoned)
        try:
            with anyio.move_on_after(work.deadline.remaining()):
                if abandoned.at_limit:
                    await self._wait_for_slot(abandoned)
                work.result = await anyio.to_thread.run_sync(
                    attempt, abandon_on_cancel=True, limiter=self._limiter
                )
                return
        except BaseException:
            attempt.abandon()
            raise
        raise attempt.abandon()

    async def _wait_for_slot(self, abandoned: AbandonedCalls) -> None:
        # One looks for all who wait.
        async with self._polling:
            while abandoned.at_limit:
                await anyio.sleep(POLL_INTERVAL)


_threads: Final[RunVar[WeakKeyDictionary[AbandonedCalls, WorkerThreads]]] = RunVar("iotmi_threads")


def _threads_for(context: ClientContext) -> WorkerThreads:
    """The threads of *course*'s connection under the running event loop, made when first needed.

    A limiter belongs to one event loop, and a client may be used under several.
    """
    every = _threads.get(None)
    if every is None:
        every = WeakKeyDictionary()
        _threads.set(every)
    abandoned = context.connection.abandoned
    threads = every.get(abandoned)
    if threads is None:
        threads = every[abandoned] = WorkerThreads(context.transport.connections)
    return threads


class AsyncDriver:
    """Runs flows as coroutines, under asyncio or trio; what blocks runs in worker threads.

    The threads are anyio's, as many at a time as the transport has connections. aiobotocore was
    rejected: it pins botocore to a few patch releases. See docs/design/async.md.
    """

    is_async: ClassVar[bool] = True
    pager_type: ClassVar[type] = AsyncPager

    def __init__(self, context: ClientContext) -> None:
        self.context = context

    async def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request*, as a page of *walk* if it is one, and wait for what comes."""
        return await self.run(self.context.execute(request, paging))

    async def fetch(self, request: Request[R]) -> R:
        """Send *request* and return its value."""
        return (await self.send(request)).value

    async def run(self, steps: Steps[R]) -> R:
        """Drive *steps* to its end."""
        try:
            step = next(steps)
            while True:
                try:
                    await self._run_step(step)
                except Exception as error:  # noqa: BLE001
                    # It belongs to the flow, which may have an answer to it.
                    step = steps.throw(error)
                else:
                    step = next(steps)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            # A cancelled flow ends here and not where the garbage collector finds it.
            steps.close()

    def pager(self, listing: Listing[T]) -> AsyncPager[T]:
        """A pager over *listing*."""
        return AsyncPager(self, listing)

    async def _run_step(self, step: Step) -> None:
        match step:
            case RunBlocking():
                # A thread cannot be stopped: who is cancelled leaves it to end by itself.
                await _threads_for(self.context).run(step, self.context.connection.abandoned)
            case Sleep():
                sleep = self.context.retry_strategy.policy.sleep
                if sleep is None:
                    await anyio.sleep(step.seconds)
                else:
                    sleep(step.seconds)
            case Wait():
                with anyio.move_on_after(step.deadline.remaining()):
                    await wait_for_future(step.future)
            case Send():
                step.response = await self.send(step.request, step.paging)

    def __repr__(self) -> str:
        return f"<awaiting engine in {self.context.transport.region_name}>"
