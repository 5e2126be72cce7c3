"""Logic that takes more than one step, written once for both colours.

A flow is a generator that yields steps and never waits itself: `Send` a request, `Sleep` a while,
do some `RunBlocking` that blocks. Two short drivers run it, one blocking and one awaiting; they live with
the engines. A step carries its own outcome back, so that no type is lost on the way.
"""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Generic, TypeAlias, TypeVar

from iotmi._sansio.deadline import Deadline, PagingDeadline
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


class RunBlocking(Step, Generic[T]):
    """Run a function that blocks, until *deadline* at the latest. The driver sets `result`.

    Where the time is up, the driver throws `DeadlineReachedError`. For whatever reason it waits no more,
    it calls *cancel*, from which the function may learn that it works in vain.
    """

    __slots__ = ("cancel", "deadline", "function", "result")

    result: T

    def __init__(
        self, function: Callable[[], T], deadline: Deadline, cancel: Callable[[], None]
    ) -> None:
        self.function = function
        self.deadline = deadline
        self.cancel = cancel


class Wait(Step, Generic[T]):
    """Wait until *future* is done or *deadline* is reached. The steps look at the future after."""

    __slots__ = ("deadline", "future")

    def __init__(self, future: Future[T], deadline: Deadline) -> None:
        self.future = future
        self.deadline = deadline


class DeadlineReachedError(Exception):
    """The time for some work was up.

    Attributes:
        unbegun: why it was never begun; None where it was, and goes on with nobody waiting.
    """

    def __init__(self, not_started_because: str | None) -> None:
        super().__init__(not_started_because)
        self.not_started_because = not_started_because


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
    asked: Listing[T] | None = listing
    while asked is not None:
        step = Send(asked, paging)
        yield step
        found += step.response.value.items
        asked = next_page(asked, step.response)
    return found


def next_page(listing: Listing[T], response: Response[Page[T]]) -> Listing[T] | None:
    """What asks for the page after the one that *listing* was answered with; None after the last.

    Raises:
        ResponseError: the service answered the token that it was asked with.
    """
    token = response.value.next_token
    if token is None:
        return None
    if token == getattr(listing, "next_token", None):
        operation = type(listing).__name__
        raise ResponseError(
            f"{operation}: the service answered the same next_token twice; a walk would never end",
            operation=operation,
            request_id=response.request_id,
            path="next_token",
        )
    # The token is the service's own; it need not keep to the service's pattern.
    with unchecked():
        return evolve(listing, next_token=token)


def sleep(seconds: float) -> Steps[None]:
    """Let *seconds* pass."""
    yield Sleep(seconds)
