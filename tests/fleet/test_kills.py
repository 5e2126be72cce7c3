"""A short form of the proof with kills, and of the proof of scale."""

from pathlib import Path

from tests.fleet.kills import kill_again_and_again
from tests.fleet.scale import by_fleet


def test_killed_jobs_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    """After kills under faults, the ledger and the emulator agree row by row."""
    result = kill_again_and_again(tmp_path, kills=3, rows=120, seed=3)
    assert result.kills == 3
    assert result.status.total == 120
    assert result.was_unknown > 0


def test_a_job_keeps_to_the_limit(tmp_path: Path) -> None:
    """At a limit that the client must find, every row has one thing."""
    figures = by_fleet(tmp_path, 200, 100.0)
    assert (figures.lost, figures.doubled, figures.failed) == (0, 0, 0)
