"""Waiters: poll a resource at growing intervals until it reaches the expected state.

The service has no waiters of its own. A waiter is a generator of steps, so that one text serves
both clients. This module does not know which resource it polls.
"""

import random
from collections.abc import Callable
from typing import TypeVar

from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Steps, send, sleep
from iotmi._schema.model import Request
from iotmi.errors import ResourceNotFoundError, WaitFailedError, WaitTimeoutError
from iotmi.waiting import PollInterval

T = TypeVar("T")


def wait_until(
    request: Request[T],
    *,
    expected: str,
    is_success: Callable[[T], bool],
    is_failure: Callable[[T], bool],
    timeout: float,
    poll_interval: PollInterval,
) -> Steps[T]:
    """Send *request* until its answer is as *hoped*.

    Raises:
        WaitFailedError: an answer from which the hoped-for one cannot come any more.
        WaitTimeoutError: it did not come in *timeout* seconds.
    """
    deadline = Deadline(timeout)
    bound = poll_interval.initial
    while True:
        value = yield from send(request)
        if is_success(value):
            return value
        if is_failure(value):
            raise WaitFailedError(f"{expected} cannot come any more; last seen: {value}", value)
        # Jitter spreads the load; it keeps no secret.
        seconds = random.uniform(bound / 2, bound)  # noqa: S311
        if deadline.would_exceed(seconds):
            raise WaitTimeoutError(
                f"{expected} did not come within {timeout:g} s; last seen: {value}", value
            )
        deadline.add_simulated(seconds)
        yield from sleep(seconds)
        bound = min(bound * 2, poll_interval.maximum)


def wait_until_deleted(
    request: Request[T],
    *,
    expected: str,
    is_success: Callable[[T], bool],
    is_failure: Callable[[T], bool],
    timeout: float,
    poll_interval: PollInterval,
) -> Steps[None]:
    """Send *request* until the service says that there is no such resource, or none any more.

    Raises:
        WaitFailedError: an answer that says it will stay.
        WaitTimeoutError: it was not gone in *timeout* seconds.
    """
    try:
        yield from wait_until(
            request,
            expected=expected,
            is_success=is_success,
            is_failure=is_failure,
            timeout=timeout,
            poll_interval=poll_interval,
        )
    except ResourceNotFoundError:
        return
