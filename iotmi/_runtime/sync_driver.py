"""The blocking driver: runs flows in the calling thread.

Its sibling `iotmi._runtime.async_driver` differs in how it waits and where blocking work runs, and in nothing
else.
"""

import time
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import ClassVar, ParamSpec, TypeVar

from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._runtime.context import ClientContext
from iotmi._sansio.deadline import PagingDeadline
from iotmi._sansio.steps import RunBlocking, Send, Sleep, Step, Steps, Wait
from iotmi._schema.model import Listing, Request
from iotmi._schema.responses import Response
from iotmi.paging import Pager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class SyncDriver:
    """Runs steps in the calling thread."""

    is_async: ClassVar[bool] = False
    pager_type: ClassVar[type] = Pager

    def __init__(self, context: ClientContext) -> None:
        self.context = context

    def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request*, as a page of *walk* if it is one, and wait for what comes."""
        return self.run(self.context.execute(request, paging))

    def fetch(self, request: Request[R]) -> R:
        """Send *request* and return its value."""
        return self.send(request).value

    def run(self, steps: Steps[R]) -> R:
        """Drive *steps* to its end."""
        try:
            step = next(steps)
            while True:
                try:
                    self._run_step(step)
                except Exception as error:  # noqa: BLE001
                    # It belongs to the flow, which may have an answer to it.
                    step = steps.throw(error)
                else:
                    step = next(steps)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            # An interrupted flow ends here and not where the garbage collector finds it.
            steps.close()

    def pager(self, listing: Listing[T]) -> Pager[T]:
        """A pager over *listing*."""
        return Pager(self, listing)

    def _run_step(self, step: Step) -> None:
        match step:
            case RunBlocking():
                seconds = step.deadline.remaining()
                if seconds is None:
                    step.result = step.function()
                else:
                    step.result = _run_in_thread(seconds, step, self.context.connection.abandoned)
            case Sleep():
                (self.context.retry_strategy.policy.sleep or time.sleep)(step.seconds)
            case Wait():
                wait((step.future,), step.deadline.remaining())
            case Send():
                step.response = self.send(step.request, step.paging)

    def __repr__(self) -> str:
        return f"<blocking engine in {self.context.transport.region_name}>"


def _run_in_thread(seconds: float, work: RunBlocking[T], abandoned: AbandonedCalls) -> T:
    """What *work* gives, if it does so within *seconds*.

    A call that hangs cannot be stopped, so it runs in a thread of its own, which is left behind
    when the time is up.

    Raises:
        TimeIsUpError: it did not, or *left* had no room for another that hangs.
    """
    end = time.monotonic() + seconds
    abandoned.wait(seconds)
    attempt = AbandonableCall(work, abandoned)
    future: Future[T] = Future()
    copied_context = copy_context()

    def run() -> None:
        try:
            future.set_result(copied_context.run(attempt))
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)

    Thread(target=run, name="iotmi-attempt", daemon=True).start()
    try:
        return future.result(max(0.0, end - time.monotonic()))
    except TimeoutError as error:
        # Its own, where it has ended after all.
        if future.done():
            return future.result()
        raise attempt.abandon() from error
    except BaseException:
        attempt.abandon()
        raise
