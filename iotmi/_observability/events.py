"""What may be told of a call while it is under way, and to whom.

A client has observers. Each is told when a call begins and answers with a `CallObserver`, which is told
the rest of that call, in the call's own thread or task. What an observer raises ends the call: it
is the application's own. Where nobody observes, nothing of this is made. This module does not know
how a call is made.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

from attrs import frozen

from iotmi.errors import CallError


@frozen(kw_only=True)
class Attempt:
    """What `RetryPolicy.on_attempt` is told: an attempt that has ended, well or badly.

    Attributes:
        operation: the operation's name.
        attempt: which attempt, from 1.
        error: how it failed, or None where it was answered.
        elapsed: seconds that it took.
        pause: seconds of the retry's pause before it; 0.0 for the first.
        request_id: what AWS support asks for, or None where none came.
    """

    operation: str
    attempt: int
    error: CallError | None
    elapsed: float
    pause: float
    request_id: str | None


@frozen(kw_only=True)
class Retry:
    """What `RetryPolicy.on_retry` is told: the attempt that failed, and what comes next.

    Attributes:
        operation: the operation's name.
        attempt: which attempt failed, from 1.
        error: how.
        pause: seconds until the next attempt.
    """

    operation: str
    attempt: int
    error: CallError
    pause: float


@frozen(kw_only=True)
class CallResult:
    """How a call ended.

    Attributes:
        attempts: how often the request was tried.
        elapsed: seconds, over all attempts and pauses.
        error: what was raised; None where it was answered; a ``GeneratorExit`` where its caller
            left it, cancelled or interrupted.
        request_id: of the answer or of the error, or None where none came.
        http_status: of the answer, or None where there is none.
    """

    attempts: int
    elapsed: float
    error: BaseException | None
    request_id: str | None
    http_status: int | None


class CallObserver(Protocol):
    """What is told of one call, each thing when it happens; `on_call_end` always, and last."""

    def around_attempt(self) -> AbstractContextManager[object]:
        """What an attempt is made within. Entered and left in the thread that makes the attempt."""
        ...

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """An attempt has ended. One that its caller left, or that was never begun, is not told."""
        ...

    def on_backoff(self, retry: Retry, /) -> None:
        """The attempt that has just ended is tried again after a pause, which begins now."""
        ...

    def on_call_end(self, outcome: CallResult, /) -> None:
        """Nothing more comes."""
        ...


class Instrumentation(Protocol):
    """What is told that calls begin. Shared by all threads and tasks of a client."""

    def on_call_start(
        self, operation: str, /, *, region_name: str, page: int | None
    ) -> CallObserver:
        """A call begins; what comes back is told the rest.

        Args:
            operation: the operation's name.
            region_name: where the service is called.
            page: of a walk over a listing, which page this call asks for, from 1; else None.
        """
        ...


class CompositeCallObserver:
    """Several watches of one call as one, told in order."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    @contextmanager
    def around_attempt(self) -> Iterator[None]:
        """Within what each asks for; the last is the innermost."""
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.around_attempt())
            yield

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Tell each."""
        for observer in self._observers:
            observer.on_attempt_end(attempt)

    def on_backoff(self, retry: Retry, /) -> None:
        """Tell each."""
        for observer in self._observers:
            observer.on_backoff(retry)

    def on_call_end(self, outcome: CallResult, /) -> None:
        """Tell each."""
        for observer in self._observers:
            observer.on_call_end(outcome)
