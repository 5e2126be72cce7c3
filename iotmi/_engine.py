"""One call's way: token, wire form, attempts under one deadline, answer. And the blocking driver.

The way is a flow, `Course.perform`, and is written once. `BlockingEngine` here and `AwaitingEngine`
in its own module differ in how they wait and where blocking work runs, and in nothing else.
"""

import logging
import math
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import ClassVar, Final, ParamSpec, TypeVar

from iotmi._codec import UnreadableError, decode_answer, encode
from iotmi._deadline import Deadline
from iotmi._flow import Flow, Pause, Send, Step, Work, work
from iotmi._model import Listing, Request, Response, token_member
from iotmi._secrets import concealer
from iotmi._transport import Reply, Transport
from iotmi._values import JsonValue
from iotmi.errors import CallError, ResponseError
from iotmi.pacing import Pacers, Pacing, paced
from iotmi.paging import Pager
from iotmi.retrying import Persistence, RetryPolicy

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_log: Final = logging.getLogger("iotmi")


class Course:
    """How one client sends a request: over which transport, how persistently, for how long."""

    def __init__(
        self,
        transport: Transport,
        persistence: Persistence,
        pacers: Pacers | None,
        timeout: float | None,
    ) -> None:
        self.transport = transport
        self.persistence = persistence
        self.pacers = pacers
        self.timeout = timeout

    def with_options(
        self, *, retry: RetryPolicy | None, pacing: Pacing | None, timeout: float | None
    ) -> "Course":
        """Another course over the same transport. None changes nothing; infinity is no bound."""
        bound = self.timeout if timeout is None else timeout
        return Course(
            self.transport.lent(),
            Persistence.of(retry) if retry else self.persistence,
            Pacers(pacing) if pacing else self.pacers,
            None if bound == math.inf else bound,
        )

    def perform(self, request: Request[R]) -> Flow[Response[R]]:
        """Send *request* until it is answered or given up."""
        operation = type(request).__name__
        parameters = encode(request)
        token = token_member(type(request))
        if token is not None:
            # Before the first attempt: botocore would make up another for each.
            parameters.setdefault(token.wire, str(uuid.uuid4()))
        deadline = Deadline(self.timeout)
        began = time.monotonic()
        made = 0
        last: CallError | None = None

        def attempt(number: int) -> Flow[Reply]:
            nonlocal made, last
            made = number
            try:
                sending = self._attempt(request, operation, parameters, deadline)
                if self.pacers is None:
                    return (yield from sending)
                return (
                    yield from paced(
                        sending,
                        self.pacers.of(operation),
                        operation=operation,
                        number=number,
                        deadline=deadline,
                        last=last,
                        really=self.persistence.policy.sleep is None,
                    )
                )
            except CallError as error:
                last = error
                error.attempts = number
                _log.debug("%s attempt %d failed: %s", operation, number, type(error).__name__)
                raise
            except TimeoutError as error:
                raise deadline.exceeded(operation, number, last) from error

        reply = yield from self.persistence.attempts(
            attempt, operation=operation, repeatable=request.repeatable, deadline=deadline
        )
        elapsed = time.monotonic() - began
        _log.debug(
            "%s answered HTTP %d after %d attempts in %.3f s, request id %s",
            operation,
            reply.http_status,
            made,
            elapsed,
            reply.request_id,
        )
        value, raw = self._read(request, operation, reply, made)
        return Response(
            value=value,
            request_id=reply.request_id,
            http_status=reply.http_status,
            attempts=made,
            elapsed=elapsed,
            raw=raw,
        )

    def _attempt(
        self,
        request: Request[R],
        operation: str,
        parameters: dict[str, object],
        deadline: Deadline,
    ) -> Flow[Reply]:
        def perform() -> Reply:
            return self.transport.perform(operation, parameters, lambda: concealer(request))

        # What is left is asked when the attempt begins, which may be after its turn has come.
        return (yield from work(perform, seconds=deadline.remaining()))

    def _read(
        self, request: Request[R], operation: str, reply: Reply, attempts: int
    ) -> tuple[R, JsonValue]:
        try:
            document = reply.document()
            return decode_answer(document, request), document
        except UnreadableError as error:
            reason, path = f"{error}", error.path
        except (ValueError, RecursionError):
            reason, path = "the body is not JSON", None
        # Neither cause is chained: both may quote the body.
        raise ResponseError(
            f"{operation}: an answer that cannot be read: {reason} (request id {reply.request_id})",
            operation=operation,
            request_id=reply.request_id,
            path=path,
            attempts=attempts,
        ) from None


class BlockingEngine:
    """Runs flows in the calling thread."""

    pager_type: ClassVar[type] = Pager

    def __init__(self, course: Course) -> None:
        self.course = course

    def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and wait for what comes."""
        return self.run(self.course.perform(request))

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
                step.result = _within(step.seconds, step.function)
            case Pause():
                (self.course.persistence.policy.sleep or time.sleep)(step.seconds)
            case Send():
                step.response = self.send(step.request)

    def __repr__(self) -> str:
        return f"<blocking engine in {self.course.transport.region_name}>"


def _within(seconds: float | None, function: Callable[[], T]) -> T:
    """What *function* gives, if it does so within *seconds*.

    A call that hangs cannot be stopped, so where the time is bounded it runs in a thread of its
    own, which is left behind when the time is up.

    Raises:
        TimeoutError: it did not.
    """
    if seconds is None:
        return function()
    future: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(function))
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)

    Thread(target=run, name="iotmi-attempt", daemon=True).start()
    return future.result(seconds)
