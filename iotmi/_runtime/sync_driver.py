"""The sync driver, which runs steps in the calling thread.

`iotmi._runtime.async_driver` differs only in how it waits and where it runs blocking work.
"""

import time
from concurrent.futures import Future, wait
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import ClassVar, ParamSpec, TypeVar

from iotmi._botocore.blocking_io import do, run
from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._runtime.context import ClientContext
from iotmi._runtime.pickling import PicklableDriver
from iotmi._sansio.deadline import PagingDeadline
from iotmi._sansio.flight import complete
from iotmi._sansio.steps import (
    Blocking,
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
from iotmi.paging import Pager

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class SyncDriver(PicklableDriver[ClientContext]):
    """A driver that runs steps in the calling thread."""

    is_async: ClassVar[bool] = False
    pager_type: ClassVar[type] = Pager

    def __init__(self, context: ClientContext) -> None:
        self.context = context

    def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request*, as a page of *paging* if given, and return the response."""
        return self.run(self.context.execute(request, paging))

    def fetch(self, request: Request[R]) -> R:
        """Send *request* and return its value."""
        return self.send(request).value

    def run(self, steps: Steps[R]) -> R:
        """Run *steps* to their end, and return their result."""
        return run(steps, self._run_step)

    def pager(self, listing: Listing[T]) -> Pager[T]:
        """Return a pager over *listing*."""
        return Pager(self, listing)

    def _run_step(self, step: Step) -> None:
        match step:
            case WaitForSocket() | TakeSlot() | LookUp():
                do(step)
            case RunBlocking():
                seconds = step.deadline.remaining()
                if seconds is None or step.blocking is not Blocking.UNBOUNDED:
                    step.result = step.function()
                else:
                    step.result = _run_in_thread(seconds, step, self.context.connection.abandoned)
            case Delay():
                time.sleep(step.seconds)
            case Sleep():
                (self.context.retry_strategy.policy.sleep or time.sleep)(step.seconds)
            case Wait():
                wait((step.future,), step.deadline.remaining())
            case Send():
                step.response = self.send(step.request, step.paging)
            case _:
                raise TypeError(f"{type(step).__name__} is not a step that a driver performs")

    def __repr__(self) -> str:
        return f"<sync driver in {self.context.transport.region_name}>"


def _run_in_thread(seconds: float, work: RunBlocking[T], abandoned: AbandonedCalls) -> T:
    """Return the result of *work*, or abandon the work after *seconds*.

    A thread cannot be stopped. An abandoned thread ends on its own.

    Raises:
        DeadlineReachedError: the time is up, or too many abandoned calls are still running.
        ThreadUnavailableError: no thread could be started.
    """
    end = time.monotonic() + seconds
    abandoned.wait(seconds)
    attempt = AbandonableCall(work, abandoned)
    future: Future[T] = Future()
    target = partial(copy_context().run, complete, future, attempt)
    try:
        Thread(target=target, name="iotmi-attempt", daemon=True).start()
    except RuntimeError as error:
        # The process has reached its limit of threads, or the interpreter is ending.
        raise ThreadUnavailableError(str(error)) from error
    try:
        return future.result(max(0.0, end - time.monotonic()))
    except TimeoutError as error:
        # If the work is done, the TimeoutError is its own, or the work has just ended.
        if future.done():
            return future.result()
        raise attempt.abandon() from error
    except BaseException:
        attempt.abandon()
        raise
