"""Logic that takes more than one step, written once for both colours.

A flow is a generator that yields steps and never waits itself: `Send` a request, `Pause` a while,
do some `Work` that blocks. Two short drivers run it, one blocking and one awaiting; they live with
the engines. A step carries its own outcome back, so that no type is lost on the way.
"""

from collections.abc import Callable, Generator
from typing import Generic, TypeAlias, TypeVar

from iotmi._model import Request, Response

T = TypeVar("T")
R = TypeVar("R")


class Step:
    """Something that a flow asks its driver to do."""

    __slots__ = ()


class Send(Step, Generic[R]):
    """Send a request, retries and all. The driver sets `response`."""

    __slots__ = ("request", "response")

    response: Response[R]

    def __init__(self, request: Request[R]) -> None:
        self.request = request


class Pause(Step):
    """Let time pass."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Work(Step, Generic[T]):
    """Run a function that blocks, for no longer than *seconds*. The driver sets `result`."""

    __slots__ = ("function", "result", "seconds")

    result: T

    def __init__(self, function: Callable[[], T], seconds: float | None) -> None:
        self.function = function
        self.seconds = seconds


Flow: TypeAlias = Generator[Step, None, R]


def ask(request: Request[R]) -> Flow[R]:
    """Send *request* and give the answer."""
    step = Send(request)
    yield step
    return step.response.value


def pause(seconds: float) -> Flow[None]:
    """Let *seconds* pass."""
    yield Pause(seconds)


def work(function: Callable[[], T], *, seconds: float | None) -> Flow[T]:
    """Run *function*, which blocks.

    Raises:
        TimeoutError: it had not ended after *seconds*; it goes on, and nobody waits for it.
    """
    step = Work(function, seconds)
    yield step
    return step.result
