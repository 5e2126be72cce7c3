"""A short random comparison of the emulator with the reference model.

The long one is a command: ``python -m tests.stateful``.
"""

from pathlib import Path

import pytest

from tests.stateful import reference_model as reference
from tests.stateful.__main__ import run_sequences


def test_the_emulator_and_the_reference_agree() -> None:
    """Thirty fixed random runs find no difference."""
    tally = run_sequences(30)
    assert tally.runs >= 30
    assert tally.compared > tally.steps > 300
    assert set(tally.refusals) == {
        "ConflictException",
        "ResourceNotFoundException",
        "ValidationException",
    }


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference with one wrong status fails."""
    monkeypatch.setitem(reference.STEPS, "bar code", {"PRE_ASSOCIATED": "ACTIVATED"})
    with pytest.raises(AssertionError):
        run_sequences(30)


def test_the_reference_is_independent() -> None:
    """The reference model imports nothing of the emulator, and is short."""
    text = Path(reference.__file__).read_text()
    assert "iotmi" not in text.partition('"""')[2].partition('"""')[2]
    assert len(text.splitlines()) <= 250
