"""A short run of the benchmarks. ``python -m tests.benchmarks.emulator`` is the long one."""

import pytest

from tests.benchmarks import emulator as benchmark


def test_a_long_list_is_read_in_flat_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """Pages are released while the list is read to its end."""
    assert benchmark.long_list(3000) < benchmark.MEMORY_BAR
    assert "listed 3000 things in 3 pages" in capsys.readouterr().out


def test_the_start_is_compared_with_boto3(capsys: pytest.CaptureFixture[str]) -> None:
    """Two programs run in their own processes, and their difference is reported."""
    difference = benchmark.start(rounds=1)
    assert "start: boto3 alone" in capsys.readouterr().out
    # One run on a busy machine is too noisy for the limit, which the long command checks.
    assert difference < 10 * benchmark.START_BAR
