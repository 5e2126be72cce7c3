"""Logic that takes more than one step, written once for the sync and the async client.

`Steps` is a generator that yields steps and never waits itself. Two short drivers run it, one sync
and one async. The driver sets the outcome on the step, which keeps the outcome's type.
"""

import socket
from collections.abc import Callable, Generator
from concurrent.futures import Future
from enum import Enum, auto
from typing import Generic, TypeAlias, TypeVar

from iotmi._sansio.deadline import Deadline, PagingDeadline
from iotmi._sansio.flight import SingleFlight
from iotmi._schema.model import Listing, Request, evolve
from iotmi._schema.responses import Page, Response
from iotmi._schema.validation import unchecked
from iotmi.errors import ResponseError

T = TypeVar("T")
R = TypeVar("R")


class Step:
    """An action of the driver that steps wait for."""

    __slots__ = ()


class Send(Step, Generic[R]):
    """A request to send, with its retries. The driver sets `response`.

    Attributes:
        request: the request.
        paging: the deadline of the whole paging, if the request is for a page.
        response: the response.
    """

    __slots__ = ("paging", "request", "response")

    response: Response[R]

    def __init__(self, request: Request[R], paging: PagingDeadline | None = None) -> None:
        self.request = request
        self.paging = paging


class Sleep(Step):
    """A pause, which a retry policy's `sleep` may replace."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Delay(Step):
    """A pause in real time, which no retry policy replaces."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class WaitForSocket(Step):
    """A wait for a non-blocking socket. The driver sets `ready`.

    Attributes:
        sock: the socket.
        seconds: the timeout; None for no timeout.
        read: true to wait until the socket can be read.
        write: true to wait until the socket can be written.
        ready: False if the timeout passed.
    """

    __slots__ = ("read", "ready", "seconds", "sock", "write")

    ready: bool

    def __init__(
        self, sock: socket.socket, seconds: float | None, *, read: bool, write: bool
    ) -> None:
        self.sock = sock
        self.seconds = seconds
        self.read = read
        self.write = write


class TakeSlot(Step):
    """A wait until fewer than *limit* tasks hold a slot of *owner*. The driver sets `release`.

    Without slots, a thousand tasks would open a thousand connections. Threads are not limited. The
    driver throws `DeadlineReachedError` if the deadline passes.

    Attributes:
        owner: the holder of the slots, for example a connection pool.
        limit: the number of slots.
        deadline: the end of the wait.
        release: returns the slot; call it once.
    """

    __slots__ = ("deadline", "limit", "owner", "release")

    release: Callable[[], None]

    def __init__(self, owner: object, limit: int, deadline: Deadline) -> None:
        self.owner = owner
        self.limit = limit
        self.deadline = deadline


class LookUp(Step, Generic[T]):
    """A blocking function whose result many calls may need at once. The driver sets `future`.

    The driver starts the function in *flight* and waits for the future until *deadline*. Without a
    deadline, the sync driver runs the function in the calling thread.

    Attributes:
        function: finds and keeps the result.
        flight: runs the function in one thread for all calls.
        deadline: the end of the wait. The thread continues after it.
        future: is done unless the deadline has passed.
    """

    __slots__ = ("deadline", "flight", "function", "future")

    future: Future[T]

    def __init__(self, function: Callable[[], T], flight: SingleFlight, deadline: Deadline) -> None:
        self.function = function
        self.flight = flight
        self.deadline = deadline


class Blocking(Enum):
    """The ways in which a function of `RunBlocking` blocks its thread.

    Attributes:
        NEVER: the function stays within the process. Both drivers run it in their own thread.
        BOUNDED: the function keeps the deadline. The sync driver runs it in the calling thread.
        UNBOUNDED: the function may exceed the deadline, so it needs a thread to abandon.
    """

    NEVER = auto()
    BOUNDED = auto()
    UNBOUNDED = auto()


class RunBlocking(Step, Generic[T]):
    """A function that may block. The driver sets `result`.

    The driver throws `DeadlineReachedError` into the steps when *deadline* passes. The function
    then continues in its abandoned thread, and its result is discarded.
    """

    __slots__ = ("blocking", "deadline", "function", "result")

    result: T

    def __init__(
        self,
        function: Callable[[], T],
        deadline: Deadline,
        blocking: Blocking = Blocking.UNBOUNDED,
    ) -> None:
        self.function = function
        self.deadline = deadline
        self.blocking = blocking


class Wait(Step, Generic[T]):
    """A wait until *future* is done or *deadline* passes. The steps then check the future."""

    __slots__ = ("deadline", "future")

    def __init__(self, future: Future[T], deadline: Deadline) -> None:
        self.future = future
        self.deadline = deadline


class DeadlineReachedError(Exception):
    """The deadline of a call passed.

    Attributes:
        not_started_because: the reason why the attempt did not start; None if it did.
        sent: whether the request, or a part of it, may have been sent.
    """

    def __init__(self, not_started_because: str | None, *, sent: bool = True) -> None:
        super().__init__(not_started_because)
        self.not_started_because = not_started_because
        self.sent = sent


class ThreadUnavailableError(Exception):
    """No thread could be started for work that needs one."""


Steps: TypeAlias = Generator[Step, None, R]


def send(request: Request[R]) -> Steps[R]:
    """Send *request* and return the response's value."""
    step = Send(request)
    yield step
    return step.response.value


def send_all_pages(listing: Listing[T]) -> Steps[list[T]]:
    """Send *listing*, page after page, and return all items."""
    found: list[T] = []
    paging = PagingDeadline()
    tokens = set[str]()
    page: Listing[T] | None = listing
    while page is not None:
        step = Send(page, paging)
        yield step
        found += step.response.value.items
        page = next_page(page, step.response, tokens)
    return found


def next_page(
    listing: Listing[T], response: Response[Page[T]], tokens: set[str]
) -> Listing[T] | None:
    """Return the request for the page after *response*; None after the last page.

    Args:
        listing: the request for the page of *response*.
        response: the response with the next token.
        tokens: the tokens of this paging so far; the new token is added.

    Raises:
        ResponseError: the service returned a token twice.
    """
    token = response.value.next_token
    # An empty token also marks the last page.
    if not token:
        return None
    sent = getattr(listing, "next_token", None)
    if sent is not None:
        tokens.add(sent)
    if token in tokens:
        operation = type(listing).__name__
        raise ResponseError(
            f"{operation}: the service returned the same next_token twice, so the listing would "
            "never end",
            operation=operation,
            request_id=response.request_id,
            path="next_token",
        )
    tokens.add(token)
    # A token of the service may violate the pattern in the service's own model.
    with unchecked():
        return evolve(listing, next_token=token)


def sleep(seconds: float) -> Steps[None]:
    """Pause for *seconds*."""
    yield Sleep(seconds)


def look_up(function: Callable[[], T], flight: SingleFlight, deadline: Deadline) -> Steps[T]:
    """Return the result of *function*, which runs once for all calls that wait for it.

    Raises:
        DeadlineReachedError: the deadline passed. Nothing was sent.
    """
    step = LookUp(function, flight, deadline)
    yield step
    if not step.future.done():
        raise DeadlineReachedError(None, sent=False)
    return step.future.result()
