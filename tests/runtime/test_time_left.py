"""How much time there is, and attempts that were left, piece by piece and without waiting.

What a call makes of it is the business of `tests.runtime.test_deadline`.
"""

import threading
from collections.abc import Callable

import pytest

import iotmi
from iotmi import FailedAttempt
from iotmi._runtime.abandonment import Leavable, LeftBehind
from iotmi._sansio.deadline import Deadline, Walk
from iotmi._sansio.steps import TimeIsUpError
from tests.support.threads import unfinished, work

# -- a deadline ------------------------------------------------------------------------


def test_pauses_are_counted_as_time_that_passed() -> None:
    """So that time passes too where a test does not wait."""
    deadline = Deadline(10.0)
    assert deadline.elapsed() < 1.0
    deadline.count(1.0)
    deadline.count(3.0)
    assert (deadline.elapsed(), deadline.remaining()) == (4.0, 6.0)
    deadline.count(7.0)
    assert deadline.remaining() == 0.0


def test_a_pause_may_end_at_the_very_end() -> None:
    """Only one that ends later is too long."""
    deadline = Deadline(10.0)
    deadline.count(4.0)
    assert not deadline.passed_by(6.0)
    assert deadline.passed_by(6.001)


def test_a_span_without_an_end_is_never_passed() -> None:
    """Nothing is too long for it."""
    deadline = Deadline(None)
    deadline.count(1e9)
    assert deadline.remaining() is None
    assert not deadline.passed_by(1e9)


def test_the_error_of_a_deadline_tells_all_that_is_known() -> None:
    """Time, page, attempts, pauses, and the story, in its text and its members."""
    deadline, last = Deadline(10.0), iotmi.NoResponseError("x", operation="Op")
    failures = [
        FailedAttempt(kind="ThrottlingError", code="Code", request_id="r", elapsed=0.5),
        FailedAttempt(kind="NoResponseError", elapsed=0.5),
    ]
    deadline.count(2.5)
    error = deadline.exceeded("Op", attempts=2, failures=failures, last=last, why="so it is")
    assert str(error) == (
        "Op: no answer within 10 s, after 2 attempts (2.50 s in all, 2.50 s of it pauses): "
        "Code, request id r; NoResponseError; so it is"
    )
    assert (error.operation, error.timeout, error.attempts) == ("Op", 10.0, 2)
    assert (error.last, error.page, error.failures) == (last, None, tuple(failures))
    deadline.page = 3
    error = deadline.exceeded("Op", attempts=1, failures=(), last=None, why="so it is")
    assert str(error) == (
        "Op: no answer within 10 s, on page 3, after 1 attempt "
        "(2.50 s in all, 2.50 s of it pauses): so it is"
    )
    assert (error.last, error.page, error.failures) == (None, 3, ())


def test_the_pages_of_a_walk_are_numbered_and_share_one_deadline() -> None:
    """The first page's bound is that of all."""
    walk = Walk()
    walk.end_page()
    first = walk.begin_page(10.0)
    assert (first.page, first.seconds) == (1, 10.0)
    first.count(4.0)
    walk.end_page()
    second = walk.begin_page(99.0)
    assert second is first
    assert (second.page, second.seconds, second.remaining()) == (2, 10.0, 6.0)


# -- attempts that were left -----------------------------------------------------------


def begun(among: LeftBehind) -> "Leavable[None]":
    """An attempt under way."""
    attempt = Leavable(work(lambda: None), among)
    among.began(attempt)
    return attempt


def test_each_attempt_that_was_left_counts_until_it_ends() -> None:
    """There is room again when so many have ended that fewer than the most go on."""
    among = LeftBehind(2)
    attempts = [begun(among) for _ in range(3)]
    full = []
    for attempt in attempts:
        full.append(among.too_many)
        assert attempt.leave().unbegun is None
    assert "3 attempts" in str(among.refusal().unbegun)
    for attempt in attempts[:2]:
        full.append(among.too_many)
        among.ended(attempt)
    assert "1 attempts" in str(among.refusal().unbegun)
    assert [*full, among.too_many] == [False, False, True, True, True, False]


def test_who_waits_for_room_is_told_when_there_is_some() -> None:
    """Or when there is none in time."""
    among = LeftBehind(1)
    among.wait(0.0)
    attempt = begun(among)
    attempt.leave()
    with pytest.raises(TimeIsUpError, match="1 attempts that were left"):
        among.wait(0.0)
    waiting = threading.Thread(target=among.wait, args=(60.0,))
    waiting.start()
    assert unfinished(waiting.join) == 1
    among.ended(attempt)
    waiting.join(10.0)
    assert not waiting.is_alive()


def fail() -> None:
    """End badly."""
    raise LookupError("mine")


def test_an_attempt_that_was_not_left_leaves_nothing_behind() -> None:
    """Whether it ends well or badly, and where it is left after its end."""
    among = LeftBehind(1)
    well, badly = Leavable(work(lambda: 5), among), Leavable(work(fail), among)
    assert well() == 5
    with pytest.raises(LookupError, match="mine"):
        badly()
    for attempt in (well, badly):
        assert attempt.ended
        assert attempt.leave().unbegun is None
        assert not among.too_many


def test_an_attempt_that_no_thread_took_up_is_not_made() -> None:
    """Its caller is told that it was never sent."""
    among, made = LeftBehind(1), list[int]()
    attempt = Leavable(work(lambda: made.append(1)), among)
    assert attempt.leave().unbegun == "no worker thread became free"
    with pytest.raises(TimeIsUpError, match="no worker thread"):
        attempt()
    assert made == []
    assert not among.too_many


class Watched(Leavable[None]):
    """An attempt that tells when somebody looks whether it was left, or leaves it."""

    looked: Callable[[], object] = staticmethod(lambda: None)

    @property
    def left(self) -> bool:
        self.looked()
        return False

    @left.setter
    def left(self, _: bool) -> None:
        self.looked()


@pytest.mark.parametrize("does", [LeftBehind.began, LeftBehind.ended, LeftBehind.leave])
def test_threads_begin_end_and_leave_one_after_the_other(
    does: Callable[[LeftBehind, Leavable[None]], object],
) -> None:
    """An attempt cannot be left in the moment in which it ends."""
    among, waiting = LeftBehind(9), list[int]()
    first, second, third = (begun(among) for _ in range(3))
    attempt = Watched(work(lambda: None), among)
    attempt.looked = lambda: waiting.append(
        unfinished(
            lambda: among.began(first), lambda: among.ended(second), lambda: among.leave(third)
        )
    )
    does(among, attempt)
    assert waiting == [3]
