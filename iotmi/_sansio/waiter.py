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
    """Send *request* until `is_success` accepts the value, and return the value.

    Args:
        request: the read to poll with.
        expected: the expected state in words, for the errors: "managed thing x ACTIVATED".
        is_success: True for a value in the expected state.
        is_failure: True for a value that can no longer reach it.
        timeout: the longest wait in seconds.
        poll_interval: the pauses between polls.

    Raises:
        WaitFailedError: `is_failure` accepted a value.
        WaitTimeoutError: the expected state was not reached within *timeout* seconds.
    """
    deadline = Deadline(timeout)
    bound = poll_interval.initial
    while True:
        value = yield from send(request)
        if is_success(value):
            return value
        if is_failure(value):
            raise WaitFailedError(
                f"{expected}: can no longer be reached; last value: {value}", value
            )
        # Jitter spreads the load and protects no secret.
        seconds = random.uniform(bound / 2, bound)  # noqa: S311
        if deadline.would_exceed(seconds):
            raise WaitTimeoutError(
                f"{expected}: not reached within {timeout:g} s; last value: {value}", value
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
    """Send *request* until `is_success` accepts the value, or the resource does not exist.

    Raises:
        WaitFailedError: `is_failure` accepted a value, so the resource will stay.
        WaitTimeoutError: the resource still existed after *timeout* seconds.
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
