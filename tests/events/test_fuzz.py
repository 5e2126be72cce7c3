"""A short run of `python -m tests.fuzz.events`."""

from tests.fuzz.events import run


def test_every_input_becomes_an_event_or_an_event_error() -> None:
    """Random and mutated inputs become events or `EventError`, and both occur often."""
    endings = run(20_000, seed=20261129)
    assert endings.total() == 20_000
    assert endings["EventError"] > 1_000
    assert len(endings) == 12
