"""Random use of the emulator beside a reference in plain dictionaries: a short run of it.

The long one is a command: ``python -m tests.stateful``.
"""

from pathlib import Path

import pytest

from tests.stateful import reference_model as reference
from tests.stateful.__main__ import spend_days


def test_the_emulator_and_the_reference_see_the_same_days() -> None:
    """Thirty days of random calls, the same in each run, without a difference."""
    tally = spend_days(30)
    assert tally.runs >= 30
    assert tally.compared > tally.steps > 300
    assert set(tally.refusals) == {
        "ConflictException",
        "ResourceNotFoundException",
        "ValidationException",
    }


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that is wrong about one status does not get through the days."""
    monkeypatch.setitem(reference.STEPS, "bar code", {"PRE_ASSOCIATED": "ACTIVATED"})
    with pytest.raises(AssertionError):
        spend_days(30)


def test_the_reference_knows_nothing_of_the_emulator() -> None:
    """It imports nothing of it, and is short enough to be read and believed."""
    text = Path(reference.__file__).read_text()
    assert "iotmi" not in text.partition('"""')[2].partition('"""')[2]
    assert len(text.splitlines()) <= 250
