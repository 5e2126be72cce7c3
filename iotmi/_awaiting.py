"""The awaiting driver. The only module of the client that needs anyio, the extra `async`."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import ClassVar, Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from iotmi._bind import Awaited
from iotmi._course import Course
from iotmi._deadline import Walk
from iotmi._flow import Flow, Pause, Send, Step, Wait, Work
from iotmi._leaving import Leavable, LeftBehind
from iotmi._model import Listing, Request, Response
from iotmi.paging import AsyncPager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# How often somebody looks whether an attempt that was left has ended: a thread cannot wake a task
# whose event loop may be gone.
LOOK: Final = 0.02


class Threads:
    """The worker threads of one connection under one event loop, as many as it has connections."""

    def __init__(self, most: int) -> None:
        self._limiter = anyio.CapacityLimiter(most)
        self._looking = anyio.Lock()

    async def run(self, work: Work[T], left: LeftBehind) -> None:
        """Do *work* in one of them, or leave it.

        Raises:
            TimeIsUpError: its time is up, or was up before it could begin.
        """
        attempt = Leavable(work, left)
        try:
            with anyio.move_on_after(work.deadline.remaining()):
                if left.too_many:
                    await self._room(left)
                work.result = await anyio.to_thread.run_sync(
                    attempt, abandon_on_cancel=True, limiter=self._limiter
                )
                return
        except BaseException:
            attempt.leave()
            raise
        raise attempt.leave()

    async def _room(self, left: LeftBehind) -> None:
        # One looks for all who wait.
        async with self._looking:
            while left.too_many:
                await anyio.sleep(LOOK)


_threads: Final[RunVar[WeakKeyDictionary[LeftBehind, Threads]]] = RunVar("iotmi_threads")


def _threads_for(course: Course) -> Threads:
    """The threads of *course*'s connection under the running event loop, made when first needed.

    A limiter belongs to one event loop, and a client may be used under several.
    """
    every = _threads.get(None)
    if every is None:
        every = WeakKeyDictionary()
        _threads.set(every)
    left = course.line.left
    threads = every.get(left)
    if threads is None:
        threads = every[left] = Threads(course.transport.connections)
    return threads


class AwaitingEngine:
    """Runs flows as coroutines, under asyncio or trio; what blocks runs in worker threads.

    The threads are anyio's, as many at a time as the transport has connections. aiobotocore was
    rejected: it pins botocore to a few patch releases. See docs/design/async.md.
    """

    pager_type: ClassVar[type] = AsyncPager

    def __init__(self, course: Course) -> None:
        self.course = course

    async def send(self, request: Request[R], walk: Walk | None = None) -> Response[R]:
        """Send *request*, as a page of *walk* if it is one, and wait for what comes."""
        return await self.run(self.course.perform(request, walk))

    async def run(self, flow: Flow[R]) -> R:
        """Drive *flow* to its end."""
        try:
            step = next(flow)
            while True:
                try:
                    await self._do(step)
                except Exception as error:  # noqa: BLE001
                    # It belongs to the flow, which may have an answer to it.
                    step = flow.throw(error)
                else:
                    step = next(flow)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            # A cancelled flow ends here and not where the garbage collector finds it.
            flow.close()

    def method(self, flow: Callable[P, Flow[R]]) -> Callable[P, Awaited[R]]:
        """A coroutine function that runs *flow*."""

        async def method(*args: P.args, **kwargs: P.kwargs) -> R:
            return await self.run(flow(*args, **kwargs))

        return method

    def pager(self, listing: Listing[T]) -> AsyncPager[T]:
        """A pager over *listing*."""
        return AsyncPager(self, listing)

    async def _do(self, step: Step) -> None:
        match step:
            case Work():
                # A thread cannot be stopped: who is cancelled leaves it to end by itself.
                await _threads_for(self.course).run(step, self.course.line.left)
            case Pause():
                sleep = self.course.persistence.policy.sleep
                if sleep is None:
                    await anyio.sleep(step.seconds)
                else:
                    sleep(step.seconds)
            case Wait():
                with anyio.move_on_after(step.deadline.remaining()):
                    await _done(step.future)
            case Send():
                step.response = await self.send(step.request, step.walk)

    def __repr__(self) -> str:
        return f"<awaiting engine in {self.course.transport.region_name}>"


async def _done(future: Future[T]) -> None:
    """Wait until *future* is done, without a thread."""
    done = anyio.Event()
    call_soon = _call_soon()

    def wake(_: Future[T]) -> None:
        # Called in the thread that sets the result, when the loop may have ended.
        with suppress(RuntimeError):
            call_soon(done.set)

    future.add_done_callback(wake)
    await done.wait()


def _call_soon() -> Callable[[Callable[[], None]], object]:
    """Return a function that any thread may call, to call another in the running event loop.

    anyio has one since 4.11 only.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        call_soon: Callable[[Callable[[], None]], object] = (
            trio.lowlevel.current_trio_token().run_sync_soon
        )
        return call_soon
    return asyncio.get_running_loop().call_soon_threadsafe
