"""The async driver. The only module of the client that needs anyio, the extra `async`."""

from concurrent.futures import Future
from typing import ClassVar, Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from attrs import field, frozen

from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._runtime.context import ClientContext
from iotmi._runtime.futures import wait_for_future
from iotmi._runtime.pickling import PicklableDriver
from iotmi._sansio.deadline import Deadline, PagingDeadline
from iotmi._sansio.steps import (
    Blocking,
    DeadlineReachedError,
    Delay,
    LookUp,
    RunBlocking,
    Send,
    Sleep,
    Step,
    Steps,
    TakeSlot,
    ThreadUnavailableError,
    Wait,
    WaitForSocket,
)
from iotmi._schema.model import Listing, Request
from iotmi._schema.responses import Response
from iotmi.paging import AsyncPager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# Seconds between two checks for the end of an abandoned call. A thread cannot wake a task whose
# event loop may be closed.
POLL_INTERVAL: Final = 0.02


class WorkerThreads:
    """The worker threads of one client under one event loop, for calls that botocore sends."""

    def __init__(self, limit: int) -> None:
        self._limiter = anyio.CapacityLimiter(limit)
        self._polling = anyio.Lock()

    async def run(self, work: RunBlocking[T], abandoned: AbandonedCalls) -> None:
        """Do *work* in a thread until its deadline, and abandon the work then.

        Raises:
            DeadlineReachedError: the deadline passed.
            ThreadUnavailableError: no thread could be started.
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
        except RuntimeError as error:
            if attempt.started:
                # The work raised it, not anyio.
                raise
            raise ThreadUnavailableError(str(error)) from error
        except BaseException:
            attempt.abandon()
            raise
        raise attempt.abandon()

    async def _wait_for_slot(self, abandoned: AbandonedCalls) -> None:
        # Only the task that holds the lock polls.
        async with self._polling:
            while abandoned.at_limit:
                await anyio.sleep(POLL_INTERVAL)


@frozen
class _LoopState:
    """The limits of one event loop. anyio's primitives work in one event loop only."""

    workers: WeakKeyDictionary[AbandonedCalls, WorkerThreads] = field(factory=WeakKeyDictionary)
    slots: WeakKeyDictionary[object, anyio.Semaphore] = field(factory=WeakKeyDictionary)


_state: Final[RunVar[_LoopState]] = RunVar("iotmi_threads")


def _state_of_loop() -> _LoopState:
    state = _state.get(None)
    if state is None:
        state = _LoopState()
        _state.set(state)
    return state


class AsyncDriver(PicklableDriver[ClientContext]):
    """A driver that runs steps in a coroutine, under asyncio or trio.

    The event loop waits for sockets. Only blocking work runs in threads, which are anyio's.
    aiobotocore was rejected: it pins botocore to a few patch releases. See docs/design/async.md.
    """

    is_async: ClassVar[bool] = True
    pager_type: ClassVar[type] = AsyncPager

    def __init__(self, context: ClientContext) -> None:
        self.context = context

    async def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request*, as a page of *paging* if given, and return the response."""
        return await self.run(self.context.execute(request, paging))

    async def fetch(self, request: Request[R]) -> R:
        """Send *request* and return its value."""
        return (await self.send(request)).value

    async def run(self, steps: Steps[R]) -> R:
        """Run *steps* to their end, and return their result."""
        try:
            step = next(steps)
            while True:
                try:
                    await self._run_step(step)
                except Exception as error:  # noqa: BLE001 - the steps may handle it
                    step = steps.throw(error)
                else:
                    step = next(steps)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            # Cancelled steps close their connection here, not in the garbage collector.
            steps.close()

    def pager(self, listing: Listing[T]) -> AsyncPager[T]:
        """Return a pager over *listing*."""
        return AsyncPager(self, listing)

    async def _run_step(self, step: Step) -> None:
        match step:
            case WaitForSocket():
                step.ready = await _wait(step)
            case TakeSlot():
                await _take_slot(step)
            case LookUp():
                step.future = step.flight.start(step.function)
                await _wait_for_future(step.future, step.deadline)
            case RunBlocking():
                await self._run_blocking(step)
            case Delay():
                await anyio.sleep(step.seconds)
            case Sleep():
                sleep = self.context.retry_strategy.policy.sleep
                if sleep is None:
                    await anyio.sleep(step.seconds)
                else:
                    sleep(step.seconds)
            case Wait():
                await _wait_for_future(step.future, step.deadline)
            case Send():
                step.response = await self.send(step.request, step.paging)
            case _:
                raise TypeError(f"{type(step).__name__} is not a step that a driver performs")

    async def _run_blocking(self, step: RunBlocking[T]) -> None:
        if step.blocking is Blocking.NEVER:
            # Without a checkpoint, a task that calls in a loop would block all other tasks.
            await anyio.lowlevel.checkpoint()
            step.result = step.function()
            return
        abandoned = self.context.connection.abandoned
        workers = _state_of_loop().workers
        threads = workers.get(abandoned)
        if threads is None:
            threads = workers[abandoned] = WorkerThreads(self.context.transport.connections)
        await threads.run(step, abandoned)

    def __repr__(self) -> str:
        return f"<async driver in {self.context.transport.region_name}>"


async def _take_slot(step: TakeSlot) -> None:
    slots = _state_of_loop().slots
    free = slots.get(step.owner)
    if free is None:
        # The exchange that follows is a checkpoint.
        free = slots[step.owner] = anyio.Semaphore(step.limit, fast_acquire=True)
    remaining = step.deadline.remaining()
    if remaining is None:
        await free.acquire()
    else:
        with anyio.move_on_after(remaining) as scope:
            await free.acquire()
        if scope.cancelled_caught:
            raise DeadlineReachedError("no connection became free")
    step.release = free.release


async def _wait_for_future(future: Future[T], deadline: Deadline) -> None:
    with anyio.move_on_after(deadline.remaining()):
        await wait_for_future(future)


async def _wait(step: WaitForSocket) -> bool:
    """Wait until the socket is ready; return False if the timeout passes."""
    with anyio.move_on_after(step.seconds):
        if not step.write:
            await anyio.wait_readable(step.sock)
        elif not step.read:
            await anyio.wait_writable(step.sock)
        else:
            await _wait_for_either(step)
        return True
    return False


async def _wait_for_either(step: WaitForSocket) -> None:
    async with anyio.create_task_group() as group:

        async def readable() -> None:
            await anyio.wait_readable(step.sock)
            group.cancel_scope.cancel()

        group.start_soon(readable)
        await anyio.wait_writable(step.sock)
        group.cancel_scope.cancel()
