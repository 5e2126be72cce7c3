"""A short run of `python -m tests.fuzz.connectors`."""

from tests.fuzz.connectors import run


def test_every_invocation_has_a_response() -> None:
    """Mutated invocations have well-formed responses, and most kinds of responses occur."""
    endings = run(2_000, seed=20261129)
    assert endings.total() == 2_000
    assert {"200", "400", "404", "500", "501", "batch"} <= set(endings)
    assert min(endings["200"], endings["400"], endings["500"]) > 100
