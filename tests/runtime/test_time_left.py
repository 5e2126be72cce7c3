"""Deadlines and abandoned attempts, without waiting.

`tests.runtime.test_deadline` tests the deadlines of calls.
"""

import threading
from collections.abc import Callable

import pytest

import iotmi
from iotmi import FailedAttempt
from iotmi._runtime.abandonment import AbandonableCall, AbandonedCalls
from iotmi._sansio.deadline import Deadline, PagingDeadline
from iotmi._sansio.steps import DeadlineReachedError
from tests.support.threads import unfinished, work

# -- a deadline ------------------------------------------------------------------------


def test_simulated_pauses_count() -> None:
    """Simulated pauses count as elapsed time."""
    deadline = Deadline(10.0)
    assert deadline.elapsed() < 1.0
    deadline.add_simulated(1.0)
    deadline.add_simulated(3.0)
    assert (deadline.elapsed(), deadline.remaining()) == (4.0, 6.0)
    deadline.add_simulated(7.0)
    assert deadline.remaining() == 0.0


def test_a_pause_may_end_at_the_deadline() -> None:
    """A pause may end at the deadline exactly."""
    deadline = Deadline(10.0)
    deadline.add_simulated(4.0)
    assert not deadline.would_exceed(6.0)
    assert deadline.would_exceed(6.001)


def test_without_a_timeout_no_pause_is_too_long() -> None:
    """Without a timeout, no pause is too long."""
    deadline = Deadline(None)
    deadline.add_simulated(1e9)
    assert deadline.remaining() is None
    assert not deadline.would_exceed(1e9)


def test_the_error_of_a_deadline() -> None:
    """The error has time, page, attempts, pauses and failures, in text and fields."""
    deadline, last = Deadline(10.0), iotmi.NoResponseError("x", operation="Op")
    failures = [
        FailedAttempt(error_type="ThrottlingError", code="Code", request_id="r", elapsed=0.5),
        FailedAttempt(error_type="NoResponseError", elapsed=0.5),
    ]
    deadline.add_simulated(2.5)
    error = deadline.exceeded("Op", attempts=2, failed_attempts=failures, last=last, why="so it is")
    assert str(error) == (
        "Op: no response within 10 s, after 2 attempts (2.50 s in all, 2.50 s of it pauses): "
        "Code, request id r; NoResponseError; so it is"
    )
    assert (error.operation, error.timeout, error.attempts) == ("Op", 10.0, 2)
    assert (error.last, error.page, error.failed_attempts) == (last, None, tuple(failures))
    deadline.page = 3
    error = deadline.exceeded("Op", attempts=1, failed_attempts=(), last=None, why="so it is")
    assert str(error) == (
        "Op: no response within 10 s, on page 3, after 1 attempt "
        "(2.50 s in all, 2.50 s of it pauses): so it is"
    )
    assert (error.last, error.page, error.failed_attempts) == (None, 3, ())


def test_pages_are_numbered_and_share_one_deadline() -> None:
    """The first page's timeout holds for all pages."""
    walk = PagingDeadline()
    walk.end_page()
    first = walk.start_page(10.0)
    assert (first.page, first.seconds) == (1, 10.0)
    first.add_simulated(4.0)
    walk.end_page()
    second = walk.start_page(99.0)
    assert second is first
    assert (second.page, second.seconds, second.remaining()) == (2, 10.0, 6.0)


# -- attempts that were left -----------------------------------------------------------


def begun(among: AbandonedCalls) -> "AbandonableCall[None]":
    """Return a started attempt."""
    attempt = AbandonableCall(work(lambda: None), among)
    among.started(attempt)
    return attempt


def test_an_abandoned_attempt_counts_until_it_ends() -> None:
    """An abandoned attempt counts until it ends."""
    among = AbandonedCalls(2)
    attempts = [begun(among) for _ in range(3)]
    full = []
    for attempt in attempts:
        full.append(among.at_limit)
        assert attempt.abandon().not_started_because is None
    assert "3 abandoned" in str(among.limit_error().not_started_because)
    for attempt in attempts[:2]:
        full.append(among.at_limit)
        among.finished(attempt)
    assert "1 abandoned" in str(among.limit_error().not_started_because)
    assert [*full, among.at_limit] == [False, False, True, True, True, False]


def test_waiting_for_room() -> None:
    """A waiting caller gets True when an attempt ends, or False at the deadline."""
    among = AbandonedCalls(1)
    among.wait(0.0)
    attempt = begun(among)
    attempt.abandon()
    with pytest.raises(DeadlineReachedError, match="1 abandoned attempts"):
        among.wait(0.0)
    waiting = threading.Thread(target=among.wait, args=(60.0,))
    waiting.start()
    assert unfinished(waiting.join) == 1
    among.finished(attempt)
    waiting.join(10.0)
    assert not waiting.is_alive()


def fail() -> None:
    """Raise an error."""
    raise LookupError("mine")


def test_a_finished_attempt_is_not_counted() -> None:
    """A finished attempt is not counted, even if it is abandoned later."""
    among = AbandonedCalls(1)
    well, badly = AbandonableCall(work(lambda: 5), among), AbandonableCall(work(fail), among)
    assert well() == 5
    with pytest.raises(LookupError, match="mine"):
        badly()
    for attempt in (well, badly):
        assert attempt.finished
        assert attempt.abandon().not_started_because is None
        assert not among.at_limit


def test_an_attempt_without_a_thread_is_not_made() -> None:
    """An attempt without a thread is reported as never sent."""
    among, made = AbandonedCalls(1), list[int]()
    attempt = AbandonableCall(work(lambda: made.append(1)), among)
    assert attempt.abandon().not_started_because == "no worker thread became free"
    with pytest.raises(DeadlineReachedError, match="no worker thread"):
        attempt()
    assert made == []
    assert not among.at_limit


class Watched(AbandonableCall[None]):
    """An attempt that detects a read or a change of its abandoned flag."""

    looked: Callable[[], object] = staticmethod(lambda: None)

    @property
    def abandoned(self) -> bool:
        self.looked()
        return False

    @abandoned.setter
    def abandoned(self, _: bool) -> None:
        self.looked()


@pytest.mark.parametrize(
    "does", [AbandonedCalls.started, AbandonedCalls.finished, AbandonedCalls.abandon]
)
def test_ending_and_abandoning_hold_the_lock(
    does: Callable[[AbandonedCalls, AbandonableCall[None]], object],
) -> None:
    """An attempt cannot be abandoned at the moment when it ends."""
    among, waiting = AbandonedCalls(9), list[int]()
    first, second, third = (begun(among) for _ in range(3))
    attempt = Watched(work(lambda: None), among)
    attempt.looked = lambda: waiting.append(
        unfinished(
            lambda: among.started(first),
            lambda: among.finished(second),
            lambda: among.abandon(third),
        )
    )
    does(among, attempt)
    assert waiting == [3]
