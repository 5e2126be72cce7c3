"""One call: idempotency token, encoding, attempts under one deadline, decoding.

A call is a generator of steps, written once for both clients. It also records its failed attempts
and notifies observers. `iotmi._runtime.retry` decides whether another attempt is due.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final, Generic, TypeVar

import attrs

from iotmi._botocore.transport import Transport, TransportResponse
from iotmi._observability.events import (
    Attempt,
    CallObserver,
    CallResult,
    CompositeCallObserver,
    Instrumentation,
    Retry,
)
from iotmi._runtime.rate_limiter import RateLimiters, rate_limited
from iotmi._runtime.retry import RetryStrategy
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import DeadlineReachedError, Steps, ThreadUnavailableError
from iotmi._schema.model import Request
from iotmi._schema.redaction import Redact, redactor
from iotmi._schema.responses import Response
from iotmi._schema.schema import schema_of
from iotmi._serde.decoder import decode_response
from iotmi._serde.encoder import encode
from iotmi._serde.errors import DecodeError
from iotmi.errors import (
    CallError,
    DeadlineExceededError,
    FailedAttempt,
    NotSentError,
    ResponseError,
    ServiceError,
)

R = TypeVar("R")

_log: Final = logging.getLogger("iotmi")


class Call(Generic[R]):
    """One call in progress: it makes and records the attempts that a `RetryStrategy` requests."""

    __slots__ = (
        "_attempt_began",
        "_attempt_ended",
        "_attempts",
        "_began",
        "_client_token",
        "_cut_off_after_sending",
        "_deadline",
        "_failed_attempts",
        "_last",
        "_notified",
        "_observer",
        "_operation",
        "_parameters",
        "_pause",
        "_paused",
        "_rate_limiters",
        "_request",
        "_response",
        "_retry_strategy",
        "_transport",
        "idempotent",
    )

    def __init__(
        self,
        request: Request[R],
        *,
        transport: Transport,
        retry_strategy: RetryStrategy,
        rate_limiters: RateLimiters | None,
        deadline: Deadline,
    ) -> None:
        self._request = request
        self._transport = transport
        self._retry_strategy = retry_strategy
        self._rate_limiters = rate_limiters
        self._deadline = deadline
        self._operation = type(request).__name__
        self._parameters = encode(request)
        token = schema_of(type(request)).idempotency_token
        if token is not None:
            # Before the first attempt, because botocore would generate a new token for each.
            self._parameters.setdefault(token.wire, str(uuid.uuid4()))
        sent_token = self._parameters.get("ClientToken")
        self._client_token = sent_token if isinstance(sent_token, str) else None
        self._cut_off_after_sending = False
        self.idempotent = request.idempotent
        self._began = self._attempt_began = self._attempt_ended = time.monotonic()
        self._attempts = self._notified = 0
        self._pause = self._paused = 0.0
        self._response: TransportResponse | None = None
        self._failed_attempts: tuple[FailedAttempt, ...] = ()
        self._last: CallError | None = None
        self._observer: CallObserver | None = None

    # -- one attempt -------------------------------------------------------------------

    def attempt(self, number: int, /) -> Steps[Response[R]]:
        """Make attempt *number*."""
        try:
            if self._rate_limiters is None:
                response = yield from self._send(number)
            else:
                response = yield from rate_limited(
                    self._send(number),
                    self._rate_limiters.of(self._operation),
                    deadline=self._deadline,
                    too_late=self._rate_limited_too_long,
                    really=self._retry_strategy.policy.sleep is None,
                )
            return self._read(response)
        except CallError as error:
            if self._attempts == number:
                self._record_failure(error)
            raise

    def _send(self, number: int) -> Steps[TransportResponse]:
        # The pause before may have taken longer than planned.
        if self._deadline.remaining() == 0.0:
            raise self._exceeded("no time left for the next attempt") from self._last
        self._response = None
        self._attempts = number
        self._attempt_began = time.monotonic()
        _log.debug("%s begins attempt %d", self._operation, number)
        try:
            self._response = response = yield from self._exchange()
        except DeadlineReachedError as error:
            if error.not_started_because is None:
                elapsed = time.monotonic() - self._attempt_began
                self._cut_off_after_sending = error.sent
                raise self._exceeded(f"cut off after {elapsed:.2f} s") from self._last
            self._attempts -= 1
            raise self._exceeded(
                f"the next attempt was not sent: {error.not_started_because}"
            ) from self._last
        except ThreadUnavailableError as error:
            raise NotSentError(
                f"{self._operation}: nothing was sent: no thread could be started, which botocore "
                f"needs for a call with a deadline or under an event loop: {error}",
                operation=self._operation,
            ) from None
        return response

    def _exchange(self) -> Steps[TransportResponse]:
        return self._transport.send(
            self._operation,
            self._parameters,
            self._redactor,
            self._deadline,
            nullcontext if self._observer is None else self._observer.around_attempt,
        )

    def _redactor(self) -> Redact:
        return redactor(self._request)

    def _read(self, response: TransportResponse) -> Response[R]:
        try:
            document = response.document()
            value = decode_response(document, self._request)
        except DecodeError as error:
            reason, path = f"{error}", error.path or None
        except (ValueError, RecursionError):
            reason, path = "the body is not JSON", None
        else:
            if response.lacks_body:
                # Even a listing's last page is an object.
                raise self._unreadable(response, "the body is empty", None)
            self._attempt_ended = time.monotonic()
            elapsed = self._attempt_ended - self._began
            _log.debug(
                "%s answered HTTP %d after %d attempts in %.3f s, request id %s",
                self._operation,
                response.http_status,
                self._attempts,
                elapsed,
                response.request_id,
            )
            return Response(
                value=value,
                request_id=response.request_id,
                http_status=response.http_status,
                attempts=self._attempts,
                elapsed=elapsed,
                raw=document,
            )
        # Not chained to its cause, which may quote the body.
        raise self._unreadable(response, reason, path) from None

    def _unreadable(
        self, response: TransportResponse, reason: str, path: str | None
    ) -> ResponseError:
        return ResponseError(
            f"{self._operation}: the response cannot be decoded: {reason} "
            f"(request id {response.request_id})",
            operation=self._operation,
            request_id=response.request_id,
            path=path,
        )

    # -- failures and pauses ------------------------------------------------------------

    def _record_failure(self, error: CallError) -> None:
        """Record that the attempt in progress ended with *error*."""
        failure = FailedAttempt(
            error_type=type(error).__name__,
            code=error.code if isinstance(error, ServiceError) else None,
            request_id=error.request_id,
            http_status=self._http_status(error),
            elapsed=time.monotonic() - self._attempt_began,
            # An attempt that was cut off may still take effect.
            may_have_acted=error.may_have_acted or self._cut_off_after_sending,
        )
        error.client_token = self._client_token
        error.attempts = self._attempts
        self._failed_attempts = error.failed_attempts = (*self._failed_attempts, failure)
        self._last = error
        _log.debug(
            "%s attempt %d failed after %.3f s: %s",
            self._operation,
            self._attempts,
            failure.elapsed,
            failure,
        )

    def _exceeded(self, why: str) -> DeadlineExceededError:
        error = self._deadline.exceeded(
            self._operation,
            attempts=self._attempts,
            failed_attempts=self._failed_attempts,
            last=self._last,
            why=why,
        )
        error.client_token = self._client_token
        return error

    def _rate_limited_too_long(self, seconds: float) -> DeadlineExceededError:
        return self._exceeded(f"rate limit: the next attempt not before {seconds:.2f} s")

    def elapsed(self) -> float:
        """Return the seconds since the call began, simulated pauses included."""
        return max(time.monotonic() - self._began, self._paused)

    def check_backoff(self, error: CallError, seconds: float, /) -> None:
        """Raise `DeadlineExceededError` if a pause of *seconds* would end too late."""
        if self._deadline.would_exceed(seconds):
            raise self._exceeded(f"the next attempt would begin {seconds:.2f} s later") from error

    def on_backoff(self, error: CallError, seconds: float, /) -> None:
        """Record the pause of *seconds* that follows the attempt that failed with *error*."""
        *before, failure = self._failed_attempts
        self._failed_attempts = error.failed_attempts = (
            *before,
            attrs.evolve(failure, pause=seconds),
        )
        if self._observer is not None:
            self._observer.on_backoff(
                Retry(operation=self._operation, attempt=self._attempts, error=error, pause=seconds)
            )
        _log.debug(
            "%s pauses for %.3f s before attempt %d", self._operation, seconds, self._attempts + 1
        )
        self._pause = seconds
        self._paused += seconds
        self._deadline.add_simulated(seconds)

    # -- observers -------------------------------------------------------------------

    @property
    def observed(self) -> bool:
        """True if the call has observers."""
        return self._observer is not None

    def notify_attempt(self, error: CallError | None, /) -> None:
        """Notify the observers that an attempt ended, unless it was never sent."""
        if self._observer is not None and self._notified < self._attempts:
            self._notified = self._attempts
            ended = Attempt(
                operation=self._operation,
                attempt=self._attempts,
                error=error,
                elapsed=self._failed_attempts[-1].elapsed
                if error is not None
                else self._attempt_ended - self._attempt_began,
                pause=self._pause,
                request_id=self._request_id(error),
            )
            self._observer.on_attempt_end(ended)

    def run_observed(self, observers: Sequence[Instrumentation]) -> Steps[Response[R]]:
        """Run the whole call with *observers* notified."""
        observers_of_call = [
            observer.on_call_start(
                self._operation,
                region_name=self._transport.region_name,
                page=self._deadline.page,
            )
            for observer in observers
        ]
        self._observer = observer = (
            observers_of_call[0]
            if len(observers_of_call) == 1
            else CompositeCallObserver(observers_of_call)
        )
        raised: BaseException | None = None
        try:
            return (yield from self._retry_strategy.run(self))
        except BaseException as error:
            raised = error
            raise
        finally:
            outcome = CallResult(
                attempts=self._attempts,
                elapsed=self.elapsed(),
                error=raised,
                request_id=self._request_id(raised),
                http_status=self._http_status(raised),
            )
            observer.on_call_end(outcome)
            del raised

    def _request_id(self, error: BaseException | None) -> str | None:
        if isinstance(error, CallError):
            return error.request_id
        return self._response.request_id if self._response else None

    def _http_status(self, error: BaseException | None) -> int | None:
        if isinstance(error, ServiceError):
            return error.http_status or None
        return self._response.http_status if self._response else None
