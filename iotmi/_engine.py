"""The blocking driver: runs flows in the calling thread.

Its sibling `iotmi._awaiting` differs in how it waits and where blocking work runs, and in nothing
else.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import ClassVar, ParamSpec, TypeVar

from iotmi._course import Course
from iotmi._deadline import Walk
from iotmi._flow import Flow, Pause, Send, Step, Wait, Work
from iotmi._leaving import Leavable, LeftBehind
from iotmi._model import Listing, Request, Response
from iotmi.paging import Pager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class BlockingEngine:
    """Runs flows in the calling thread."""

    pager_type: ClassVar[type] = Pager

    def __init__(self, course: Course) -> None:
        self.course = course

    def send(self, request: Request[R], walk: Walk | None = None) -> Response[R]:
        """Send *request*, as a page of *walk* if it is one, and wait for what comes."""
        return self.run(self.course.perform(request, walk))

    def run(self, flow: Flow[R]) -> R:
        """Drive *flow* to its end."""
        try:
            step = next(flow)
            while True:
                try:
                    self._do(step)
                except Exception as error:  # noqa: BLE001
                    # It belongs to the flow, which may have an answer to it.
                    step = flow.throw(error)
                else:
                    step = next(flow)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            # An interrupted flow ends here and not where the garbage collector finds it.
            flow.close()

    def method(self, flow: Callable[P, Flow[R]]) -> Callable[P, R]:
        """A function that runs *flow*."""

        def method(*args: P.args, **kwargs: P.kwargs) -> R:
            return self.run(flow(*args, **kwargs))

        return method

    def pager(self, listing: Listing[T]) -> Pager[T]:
        """A pager over *listing*."""
        return Pager(self, listing)

    def _do(self, step: Step) -> None:
        match step:
            case Work():
                seconds = step.deadline.remaining()
                if seconds is None:
                    step.result = step.function()
                else:
                    step.result = _within(seconds, step, self.course.line.left)
            case Pause():
                (self.course.persistence.policy.sleep or time.sleep)(step.seconds)
            case Wait():
                wait((step.future,), step.deadline.remaining())
            case Send():
                step.response = self.send(step.request, step.walk)

    def __repr__(self) -> str:
        return f"<blocking engine in {self.course.transport.region_name}>"


def _within(seconds: float, work: Work[T], left: LeftBehind) -> T:
    """What *work* gives, if it does so within *seconds*.

    A call that hangs cannot be stopped, so it runs in a thread of its own, which is left behind
    when the time is up.

    Raises:
        TimeIsUpError: it did not, or *left* had no room for another that hangs.
    """
    end = time.monotonic() + seconds
    left.wait(seconds)
    attempt = Leavable(work, left)
    future: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(attempt))
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)

    Thread(target=run, name="iotmi-attempt", daemon=True).start()
    try:
        return future.result(max(0.0, end - time.monotonic()))
    except TimeoutError as error:
        # Its own, where it has ended after all.
        if future.done():
            return future.result()
        raise attempt.leave() from error
    except BaseException:
        attempt.leave()
        raise
