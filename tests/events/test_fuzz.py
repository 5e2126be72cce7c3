"""A short form of `python -m tests.fuzz.events`."""

from tests.fuzz.events import run


def test_no_input_raises_anything_else() -> None:
    """Random and mutated inputs end in an event or in an `EventError`, and many in each."""
    endings = run(20_000, seed=20261129)
    assert endings.total() == 20_000
    assert endings["EventError"] > 1_000
    assert len(endings) == 12
