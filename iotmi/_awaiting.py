"""The awaiting driver. The only module of the client that needs anyio, the extra `async`."""

from collections.abc import Callable
from typing import ClassVar, ParamSpec, TypeVar

import anyio
import anyio.to_thread

from iotmi._bind import Awaited
from iotmi._engine import Course
from iotmi._flow import Flow, Pause, Send, Step, Work
from iotmi._model import Listing, Request, Response
from iotmi.paging import AsyncPager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class AwaitingEngine:
    """Runs flows as coroutines, under asyncio or trio; what blocks runs in worker threads.

    The threads are anyio's, as many at a time as the transport has connections. aiobotocore was
    rejected: it pins botocore to a few patch releases. See docs/design/async.md.
    """

    pager_type: ClassVar[type] = AsyncPager

    def __init__(self, course: Course) -> None:
        self.course = course
        self._limiter = anyio.CapacityLimiter(course.transport.connections)

    async def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and wait for what comes."""
        return await self.run(self.course.perform(request))

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
                with anyio.fail_after(step.seconds):
                    step.result = await anyio.to_thread.run_sync(
                        step.function, abandon_on_cancel=True, limiter=self._limiter
                    )
            case Pause():
                sleep = self.course.persistence.policy.sleep
                if sleep is None:
                    await anyio.sleep(step.seconds)
                else:
                    sleep(step.seconds)
            case Send():
                step.response = await self.send(step.request)

    def __repr__(self) -> str:
        return f"<awaiting engine in {self.course.transport.region_name}>"
