"""One call's way: token, wire form, attempts under one deadline, answer.

It is a flow, so that it is written once for both colours. What is known of attempts that failed is
kept here as well, and told to those who observe. Whether another attempt is due is decided in
`iotmi.retrying`.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Final, Generic, TypeVar

import attrs

from iotmi._botocore.cancellation import CancelScope
from iotmi._botocore.transport import Reply, Transport
from iotmi._observability.events import Attempt, Observer, Outcome, Retry, Watch, Watches
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Flow, TimeIsUpError, Work
from iotmi._schema.model import Request, Response, token_member
from iotmi._schema.redaction import Conceal, concealer
from iotmi._serde.decoder import decode_answer, encode
from iotmi._serde.errors import UnreadableError
from iotmi.errors import (
    CallError,
    DeadlineExceededError,
    FailedAttempt,
    ResponseError,
    ServiceError,
)
from iotmi.pacing import Pacers, paced
from iotmi.retrying import Persistence

R = TypeVar("R")

_log: Final = logging.getLogger("iotmi")


class Call(Generic[R]):
    """One call under way. `Persistence` decides on its attempts; this makes them, and remembers."""

    __slots__ = (
        "_attempt_began",
        "_began",
        "_deadline",
        "_failures",
        "_last",
        "_made",
        "_operation",
        "_pacers",
        "_parameters",
        "_pause",
        "_paused",
        "_persistence",
        "_reply",
        "_request",
        "_told",
        "_transport",
        "_watch",
        "repeatable",
    )

    def __init__(
        self,
        request: Request[R],
        *,
        transport: Transport,
        persistence: Persistence,
        pacers: Pacers | None,
        deadline: Deadline,
    ) -> None:
        self._request = request
        self._transport = transport
        self._persistence = persistence
        self._pacers = pacers
        self._deadline = deadline
        self._operation = type(request).__name__
        self._parameters = encode(request)
        token = token_member(type(request))
        if token is not None:
            # Before the first attempt: botocore would make up another for each.
            self._parameters.setdefault(token.wire, str(uuid.uuid4()))
        self.repeatable = request.repeatable
        self._began = self._attempt_began = time.monotonic()
        self._made = self._told = 0
        self._pause = self._paused = 0.0
        self._reply: Reply | None = None
        self._failures: tuple[FailedAttempt, ...] = ()
        self._last: CallError | None = None
        self._watch: Watch | None = None

    # -- one attempt -------------------------------------------------------------------

    def attempt(self, number: int, /) -> Flow[Response[R]]:
        """Make attempt *number*."""
        try:
            if self._pacers is None:
                reply = yield from self._sent(number)
            else:
                reply = yield from paced(
                    self._sent(number),
                    self._pacers.of(self._operation),
                    deadline=self._deadline,
                    too_late=self._turn_too_late,
                    really=self._persistence.policy.sleep is None,
                )
            return self._read(reply)
        except CallError as error:
            if self._made == number:
                self._failed(error)
            raise

    def _sent(self, number: int) -> Flow[Reply]:
        # A pause may have taken longer than it should.
        if self._deadline.remaining() == 0.0:
            raise self._exceeded("no time was left for the next") from self._last
        self._reply = None
        self._made = number
        self._attempt_began = time.monotonic()
        _log.debug("%s begins attempt %d", self._operation, number)
        scope = CancelScope(self._deadline)
        step = Work(partial(self._perform, scope), self._deadline, scope.cancel)
        try:
            yield step
        except TimeIsUpError as error:
            if error.unbegun is None:
                elapsed = time.monotonic() - self._attempt_began
                raise self._exceeded(f"cut short after {elapsed:.2f} s") from self._last
            self._made -= 1
            raise self._exceeded(f"the next was not sent: {error.unbegun}") from self._last
        self._reply = reply = step.result
        return reply

    def _perform(self, scope: CancelScope) -> Reply:
        asked = self._operation, self._parameters, self._concealer, scope
        if self._watch is None:
            return self._transport.perform(*asked)
        # Not around the flow: this begins and ends in one thread and one context, while a flow that
        # was left may be closed in another.
        with self._watch.attempting():
            return self._transport.perform(*asked)

    def _concealer(self) -> Conceal:
        return concealer(self._request)

    def _read(self, reply: Reply) -> Response[R]:
        try:
            document = reply.document()
            value = decode_answer(document, self._request)
        except UnreadableError as error:
            reason, path = f"{error}", error.path
        except (ValueError, RecursionError):
            reason, path = "the body is not JSON", None
        else:
            elapsed = time.monotonic() - self._began
            _log.debug(
                "%s answered HTTP %d after %d attempts in %.3f s, request id %s",
                self._operation,
                reply.http_status,
                self._made,
                elapsed,
                reply.request_id,
            )
            return Response(
                value=value,
                request_id=reply.request_id,
                http_status=reply.http_status,
                attempts=self._made,
                elapsed=elapsed,
                raw=document,
            )
        # Neither cause is chained: both may quote the body.
        raise ResponseError(
            f"{self._operation}: an answer that cannot be read: {reason} "
            f"(request id {reply.request_id})",
            operation=self._operation,
            request_id=reply.request_id,
            path=path,
        ) from None

    # -- what becomes of it ------------------------------------------------------------

    def _failed(self, error: CallError) -> None:
        """Write down that the attempt under way ended with *error*."""
        failure = FailedAttempt(
            kind=type(error).__name__,
            code=error.code if isinstance(error, ServiceError) else None,
            request_id=error.request_id,
            http_status=self._http_status(error),
            elapsed=time.monotonic() - self._attempt_began,
            # One that was cut short goes on with nobody waiting.
            may_have_acted=error.uncertain or isinstance(error, DeadlineExceededError),
        )
        error.attempts = self._made
        self._failures = error.failures = (*self._failures, failure)
        self._last = error
        _log.debug(
            "%s attempt %d failed after %.3f s: %s",
            self._operation,
            self._made,
            failure.elapsed,
            failure,
        )

    def _exceeded(self, why: str) -> DeadlineExceededError:
        return self._deadline.exceeded(
            self._operation,
            attempts=self._made,
            failures=self._failures,
            last=self._last,
            why=why,
        )

    def _turn_too_late(self, seconds: float) -> DeadlineExceededError:
        return self._exceeded(f"the turn of the next would come {seconds:.2f} s later")

    def elapsed(self) -> float:
        """Seconds since the call began, pauses counted too where they are not really made."""
        return max(time.monotonic() - self._began, self._paused)

    def refuse_pause(self, error: CallError, seconds: float, /) -> None:
        """Raise `DeadlineExceededError` if a pause of *seconds* would end too late."""
        if self._deadline.passed_by(seconds):
            raise self._exceeded(f"the next would begin {seconds:.2f} s later") from error

    def before_pause(self, error: CallError, seconds: float, /) -> None:
        """The attempt that ended with *error* is tried again after a pause."""
        *before, failure = self._failures
        self._failures = error.failures = (*before, attrs.evolve(failure, pause=seconds))
        if self._watch is not None:
            self._watch.pause_begins(
                Retry(operation=self._operation, attempt=self._made, error=error, pause=seconds)
            )
        _log.debug(
            "%s pauses for %.3f s before attempt %d", self._operation, seconds, self._made + 1
        )
        self._pause = seconds
        self._paused += seconds
        self._deadline.count(seconds)

    # -- who is told -------------------------------------------------------------------

    @property
    def watched(self) -> bool:
        """Whether anybody is to be told of attempts."""
        return self._watch is not None

    def tell_attempt(self, error: CallError | None, /) -> None:
        """Tell who watches that an attempt has ended, if one was made."""
        if self._watch is not None and self._told < self._made:
            self._told = self._made
            ended = Attempt(
                operation=self._operation,
                attempt=self._made,
                error=error,
                elapsed=self._failures[-1].elapsed
                if error is not None
                else time.monotonic() - self._attempt_began,
                pause=self._pause,
                request_id=self._request_id(error),
            )
            self._watch.attempt_ended(ended)

    def observed(self, observers: Sequence[Observer]) -> Flow[Response[R]]:
        """The whole call, with *observers* told."""
        watches = [
            observer.call_begins(
                self._operation,
                region_name=self._transport.region_name,
                page=self._deadline.page,
            )
            for observer in observers
        ]
        self._watch = watch = watches[0] if len(watches) == 1 else Watches(watches)
        raised: BaseException | None = None
        try:
            return (yield from self._persistence.attempts(self))
        except BaseException as error:
            raised = error
            raise
        finally:
            outcome = Outcome(
                attempts=self._made,
                elapsed=self.elapsed(),
                error=raised,
                request_id=self._request_id(raised),
                http_status=self._http_status(raised),
            )
            watch.call_ended(outcome)
            del raised

    def _request_id(self, error: BaseException | None) -> str | None:
        if isinstance(error, CallError):
            return error.request_id
        return self._reply.request_id if self._reply else None

    def _http_status(self, error: BaseException | None) -> int | None:
        if isinstance(error, ServiceError):
            return error.http_status or None
        return self._reply.http_status if self._reply else None
