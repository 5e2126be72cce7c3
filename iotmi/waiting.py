"""Waiters: look, and look again after growing pauses, until the state that is hoped for comes.

The service has no waiters of its own. A waiter is a flow, so that one text serves both clients.
This module does not know what is waited for.
"""

import random
from collections.abc import Callable
from typing import Final, TypeVar

from attrs import field, frozen, validators

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Flow, ask, pause
from iotmi._schema.model import Request
from iotmi.errors import ResourceNotFoundError, WaitFailedError, WaitTimeoutError

T = TypeVar("T")


@frozen(kw_only=True)
class Pauses:
    """How often a waiter looks.

    The first look is at once. Pauses double from *first* to *longest*, each drawn between half of
    its bound and the whole, so that many waiters do not look in step.

    Attributes:
        first: the bound of the first pause, in seconds.
        longest: the highest bound, in seconds.
    """

    first: float = field(default=0.5, validator=validators.gt(0.0))
    longest: float = field(default=15.0, validator=validators.gt(0.0))


DEFAULT_PAUSES: Final = Pauses()


def until(
    request: Request[T],
    *,
    hoped: str,
    is_reached: Callable[[T], bool],
    is_lost: Callable[[T], bool],
    timeout: float,
    pauses: Pauses,
) -> Flow[T]:
    """Send *request* until its answer is as *hoped*.

    Raises:
        WaitFailedError: an answer from which the hoped-for one cannot come any more.
        WaitTimeoutError: it did not come in *timeout* seconds.
    """
    deadline = Deadline(timeout)
    bound = pauses.first
    while True:
        value = yield from ask(request)
        if is_reached(value):
            return value
        if is_lost(value):
            raise WaitFailedError(f"{hoped} cannot come any more; last seen: {value}", value)
        # Jitter spreads the load; it keeps no secret.
        seconds = random.uniform(bound / 2, bound)  # noqa: S311
        if deadline.passed_by(seconds):
            raise WaitTimeoutError(
                f"{hoped} did not come within {timeout:g} s; last seen: {value}", value
            )
        deadline.count(seconds)
        yield from pause(seconds)
        bound = min(bound * 2, pauses.longest)


def until_gone(
    request: Request[T],
    *,
    hoped: str,
    is_gone: Callable[[T], bool],
    is_lost: Callable[[T], bool],
    timeout: float,
    pauses: Pauses,
) -> Flow[None]:
    """Send *request* until the service says that there is no such resource, or none any more.

    Raises:
        WaitFailedError: an answer that says it will stay.
        WaitTimeoutError: it was not gone in *timeout* seconds.
    """
    try:
        yield from until(
            request,
            hoped=hoped,
            is_reached=is_gone,
            is_lost=is_lost,
            timeout=timeout,
            pauses=pauses,
        )
    except ResourceNotFoundError:
        return
