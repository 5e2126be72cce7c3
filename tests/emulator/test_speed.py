"""A short run of the measurements: ``python -m tests.benchmarks.emulator`` is the long one."""

import pytest

from tests.benchmarks import emulator as benchmark


def test_a_long_list_is_read_in_flat_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """Pages are let go of; the list is told whole."""
    assert benchmark.long_list(3000) < benchmark.MEMORY_BAR
    assert "listed 3000 things in 3 pages" in capsys.readouterr().out


def test_the_emulator_starts_beside_boto3(capsys: pytest.CaptureFixture[str]) -> None:
    """The two programs run in processes of their own, and the difference is told."""
    difference = benchmark.start(rounds=1)
    assert "start: boto3 alone" in capsys.readouterr().out
    # One run of each, with all else that runs: the bar itself is the long command's.
    assert difference < 10 * benchmark.START_BAR
