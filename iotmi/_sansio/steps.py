"""Logic that takes more than one step, written once for the sync and the async client.

A flow is a generator that yields steps and never waits itself. Two short drivers run it, one sync
and one async. A step carries its own outcome back, so that no type is lost on the way.
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
    """Something that a flow asks its driver to do."""

    __slots__ = ()


class Send(Step, Generic[R]):
    """Send a request, retries and all, as a page of *walk* if it is one. Sets `response`."""

    __slots__ = ("paging", "request", "response")

    response: Response[R]

    def __init__(self, request: Request[R], paging: PagingDeadline | None = None) -> None:
        self.request = request
        self.paging = paging


class Sleep(Step):
    """Let time pass."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Delay(Step):
    """Let real time pass, whatever a retry policy puts in place of sleeping."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class WaitForSocket(Step):
    """Wait until a non-blocking socket can be read or written. The driver sets `ready`.

    Attributes:
        seconds: how long at most; None for no bound.
        ready: False if the time ran out.
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
    """Wait until fewer than *limit* tasks hold a slot of *owner*. The driver sets `release`.

    A task is cheap and a socket is not: a thousand tasks must not open a thousand connections.
    Threads are not limited. The driver throws `DeadlineReachedError` if the time is up.

    Attributes:
        release: gives the slot back; to be called once.
    """

    __slots__ = ("deadline", "limit", "owner", "release")

    release: Callable[[], None]

    def __init__(self, owner: object, limit: int, deadline: Deadline) -> None:
        self.owner = owner
        self.limit = limit
        self.deadline = deadline


class LookUp(Step, Generic[T]):
    """Find something that many calls may need at once, within *deadline*. Sets `result`.

    At most one thread of *flight* is under way. The driver throws `DeadlineReachedError` into the
    flow when the time is up. The thread then goes on, and the next call profits from its result.

    Attributes:
        known: gives the result if no thread is needed.
        find: finds and keeps the result. It may block.
    """

    __slots__ = ("deadline", "find", "flight", "known", "result")

    result: T

    def __init__(
        self,
        known: Callable[[], T | None],
        find: Callable[[], T],
        flight: SingleFlight,
        deadline: Deadline,
    ) -> None:
        self.known = known
        self.find = find
        self.flight = flight
        self.deadline = deadline


class Blocking(Enum):
    """How a function of `RunBlocking` blocks its thread.

    Attributes:
        NEVER: it stays within the process. Both drivers run it where they are.
        BOUNDED: it keeps the deadline itself. The sync driver runs it where it is.
        UNBOUNDED: it may block for longer than the deadline. Only a thread can be left.
    """

    NEVER = auto()
    BOUNDED = auto()
    UNBOUNDED = auto()


class RunBlocking(Step, Generic[T]):
    """Run a function that may block, until *deadline* at the latest. The driver sets `result`.

    The driver throws `DeadlineReachedError` into the flow when the time is up. The function then
    goes on in its thread and its result is lost.
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
    """Wait until *future* is done or *deadline* is reached. The steps look at the future after."""

    __slots__ = ("deadline", "future")

    def __init__(self, future: Future[T], deadline: Deadline) -> None:
        self.future = future
        self.deadline = deadline


class DeadlineReachedError(Exception):
    """The time for some work was up.

    Attributes:
        not_started_because: why the attempt never began; None where it did.
        sent: whether the request, or a part of it, may have left.
    """

    def __init__(self, not_started_because: str | None, *, sent: bool = True) -> None:
        super().__init__(not_started_because)
        self.not_started_because = not_started_because
        self.sent = sent


class ThreadUnavailableError(Exception):
    """No thread could be started, and the work may not run without one."""


Steps: TypeAlias = Generator[Step, None, R]


def send(request: Request[R]) -> Steps[R]:
    """Send *request* and give the answer."""
    step = Send(request)
    yield step
    return step.response.value


def send_all_pages(listing: Listing[T]) -> Steps[list[T]]:
    """Send *listing*, page after page, and give all items."""
    found: list[T] = []
    paging = PagingDeadline()
    tokens = set[str]()
    asked: Listing[T] | None = listing
    while asked is not None:
        step = Send(asked, paging)
        yield step
        found += step.response.value.items
        asked = next_page(asked, step.response, tokens)
    return found


def next_page(
    listing: Listing[T], response: Response[Page[T]], tokens: set[str]
) -> Listing[T] | None:
    """Return the request of the page after *response* to *listing*, or None after the last page.

    Args:
        listing: the request of the page before.
        response: its response.
        tokens: the tokens of the walk so far, to which this one is added.

    Raises:
        ResponseError: the service returned a token of this walk again.
    """
    token = response.value.next_token
    # The service may end a listing by an empty token too.
    if not token:
        return None
    asked = getattr(listing, "next_token", None)
    if asked is not None:
        tokens.add(asked)
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
    # The service's token may break the service's own pattern.
    with unchecked():
        return evolve(listing, next_token=token)


def sleep(seconds: float) -> Steps[None]:
    """Let *seconds* pass."""
    yield Sleep(seconds)
