"""Observers of calls: what they are notified of, and when.

A client has instrumentations. Each is notified when a call starts and returns a `CallObserver`,
which is notified of the rest of the call in the call's own thread or task. An exception of an
observer ends the call. Nothing is built for a client without instrumentations. This module does not
know how a call is made.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

from attrs import frozen

from iotmi._schema.public import public
from iotmi._values import Value
from iotmi.errors import CallError


@public
@frozen(kw_only=True, eq=False, repr=False)
class Attempt(Value):
    """An attempt that ended, with or without success: the argument of `RetryPolicy.on_attempt`.

    Attributes:
        operation: the operation's name.
        attempt: the number of the attempt, from 1.
        error: the error, or None after a success.
        elapsed: seconds that the attempt took.
        pause: seconds of the pause before the attempt; 0.0 before the first.
        request_id: the id that AWS support asks for, or None if no response had one.
    """

    operation: str
    attempt: int
    error: CallError | None
    elapsed: float
    pause: float
    request_id: str | None


@public
@frozen(kw_only=True, eq=False, repr=False)
class Retry(Value):
    """A failed attempt that will be retried: the argument of `RetryPolicy.on_retry`.

    Attributes:
        operation: the operation's name.
        attempt: the number of the failed attempt, from 1.
        error: the error of the attempt.
        pause: seconds until the next attempt.
    """

    operation: str
    attempt: int
    error: CallError
    pause: float


@frozen(kw_only=True, eq=False, repr=False)
class CallResult(Value):
    """The end of a call.

    Attributes:
        attempts: the number of attempts.
        elapsed: seconds, all attempts and pauses included.
        error: the exception raised; None after a success; ``GeneratorExit`` if the caller was
            cancelled or interrupted.
        request_id: the id of the response or of the error, or None.
        http_status: the status of the response, or None if none arrived.
    """

    attempts: int
    elapsed: float
    error: BaseException | None
    request_id: str | None
    http_status: int | None


class CallObserver(Protocol):
    """An object that is notified of one call; of its end always, and last."""

    def around_attempt(self) -> AbstractContextManager[object]:
        """Return a context for one attempt, entered and left in the thread that makes it."""
        ...

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Receive an attempt that ended. Abandoned and prevented attempts are not reported."""
        ...

    def on_backoff(self, retry: Retry, /) -> None:
        """Receive the retry of the attempt that just ended; its pause begins now."""
        ...

    def on_call_end(self, outcome: CallResult, /) -> None:
        """Receive the end of the call. Called last, exactly once."""
        ...


class Instrumentation(Protocol):
    """A factory of call observers, shared by all threads and tasks of a client."""

    def on_call_start(
        self, operation: str, /, *, region_name: str, page: int | None
    ) -> CallObserver:
        """Return an observer of the call that starts.

        Args:
            operation: the operation's name.
            region_name: the Region of the client.
            page: the number of the page being requested, from 1, in a walk over a listing; or None.
        """
        ...


class CompositeCallObserver:
    """Several observers of one call as one, notified in order."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    @contextmanager
    def around_attempt(self) -> Iterator[None]:
        """Enter the context of each observer; the last is the innermost."""
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.around_attempt())
            yield

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Notify each observer."""
        for observer in self._observers:
            observer.on_attempt_end(attempt)

    def on_backoff(self, retry: Retry, /) -> None:
        """Notify each observer."""
        for observer in self._observers:
            observer.on_backoff(retry)

    def on_call_end(self, outcome: CallResult, /) -> None:
        """Notify each observer."""
        for observer in self._observers:
            observer.on_call_end(outcome)
