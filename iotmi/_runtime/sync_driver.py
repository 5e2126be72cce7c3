"""The sync driver: runs flows in the calling thread.

Its sibling `iotmi._runtime.async_driver` differs only in how it waits and where work that blocks
runs.
"""

import time
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import ClassVar, ParamSpec, TypeVar

from iotmi._botocore.blocking_io import do
from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._runtime.context import ClientContext
from iotmi._runtime.pickling import PicklableDriver
from iotmi._sansio.deadline import PagingDeadline
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

    def __repr__(self) -> str:
        return f"<sync driver in {self.context.transport.region_name}>"


def _run_in_thread(seconds: float, work: RunBlocking[T], abandoned: AbandonedCalls) -> T:
    """Return what *work* gives, if it does so within *seconds*.

    A thread cannot be stopped. When the time is up, it is left and ends on its own.

    Raises:
        DeadlineReachedError: it did not, or too many abandoned calls are still running.
        ThreadUnavailableError: no thread could be started.
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

    try:
        Thread(target=run, name="iotmi-attempt", daemon=True).start()
    except RuntimeError as error:
        # The process has reached its limit of threads, or the interpreter is ending.
        raise ThreadUnavailableError(str(error)) from error
    try:
        return future.result(max(0.0, end - time.monotonic()))
    except TimeoutError as error:
        # A TimeoutError of its own, if it has ended after all.
        if future.done():
            return future.result()
        raise attempt.abandon() from error
    except BaseException:
        attempt.abandon()
        raise
