"""A short run of `rate_limit`, and tests of its figures."""

import pytest

from tests.fault_injection.rate_limit import broken, chased, line
from tests.fault_injection.rate_limit_clients import CONTESTANTS, OURS, Race, chase, race


def test_paced_creates_are_neither_lost_nor_doubled() -> None:
    """A paced client finds a limit in real time, and loses or repeats no create."""
    run = race(OURS, creates=40, limit=40.0, burst=10.0, seed=1)
    assert (len(run.taken), run.lost, run.doubled, run.given_up) == (40, 0, 0, 0)
    # No faster than the limit allows: the burst at once, then the rest.
    assert run.seconds >= (40 - 10) / 40.0 * 0.9
    assert "0 lost, 0 doubled" in line(OURS, run, creates=40, rate=40.0, burst=10.0)


@pytest.mark.parametrize(
    "name", [name for name in CONTESTANTS if name != OURS and "adaptive" not in name]
)
def test_only_failed_creates_are_lost(name: str) -> None:
    """For each client, exactly the creates that raised are lost."""
    run = race(name, creates=40, limit=200.0, burst=20.0, seed=1)
    assert len(run.taken) + run.lost == 40
    assert run.lost == run.given_up
    assert run.doubled == 0


def test_a_changing_limit_is_followed() -> None:
    """Each limit holds for its phase, and calls are measured against it."""
    run, changes = chase(OURS, limits=[50.0, 10.0], burst=5.0, seconds=0.8, seed=1)
    late = [moment - planned for moment, planned in zip(changes, [0.0, 0.8, 1.6], strict=True)]
    assert all(-0.01 < seconds < 3.0 for seconds in late)
    assert run.lost == run.doubled == 0
    after = [moment for moment in run.taken if moment > changes[1]]
    # Some calls of the earlier limit end after the change. Without the change all calls would take
    # half the time.
    assert len(after) <= 5 + 10 * (after[-1] - changes[1]) + 8


def steady(rate: float, since: float, until: float) -> list[float]:
    """Return moments at a constant rate."""
    return [since + number / rate for number in range(round((until - since) * rate))]


def test_the_time_to_follow_a_limit() -> None:
    """A decrease is followed when throttles stop, an increase when the rate is used."""
    taken = steady(20, 0, 10) + steady(10, 10, 30) + steady(10, 30, 33) + steady(20, 33, 50)
    run = Race(taken=taken, refused=steady(10, 10, 14))
    down = run.following(20, 10, since=10, until=30)
    assert down is not None
    assert 3.0 < down <= 4.0
    up = run.following(10, 20, since=30, until=50)
    assert up is not None
    assert 2.0 < up <= 3.0
    assert run.following(20, 40, since=30, until=50) is None
    shown, in_time = chased(OURS, run, [20, 10, 20], [0.0, 10.0, 30.0, 50.0])
    assert in_time
    assert "from 20 to 10 a second after 3." in shown
    late = Race(taken=taken, refused=steady(10, 10, 20))
    assert not chased(OURS, late, [20, 10, 20], [0.0, 10.0, 30.0, 50.0])[1]


def test_broken_rules_are_reported() -> None:
    """Low use, many throttles and lost creates are each reported."""
    good = Race(taken=steady(20, 0, 50), refused=steady(0.5, 0, 50))
    assert good.use(20) == pytest.approx(1.0, abs=0.01)
    assert broken(good, creates=1000, rate=20) == []
    bad = Race(taken=steady(15, 0, 50), refused=steady(1, 0, 50), lost=1)
    findings = broken(bad, creates=1000, rate=20)
    assert [finding.split()[0] for finding in findings] == ["1", "75.0%", "6.2%"]
    assert len(broken(bad, creates=100, rate=20)) == 1
    assert Race(taken=steady(20, 0, 5)).use(20) is None
