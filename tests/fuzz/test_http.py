"""A short run of `tests.fuzz.http`, and tests of its requests."""

from itertools import islice
from pathlib import Path

from botocore.loaders import Loader

from tests.conformance.generate import chance
from tests.conformance.service import SERVICE, Service
from tests.fuzz.hostile import Forger, strings_of
from tests.fuzz.http import run


def test_hostile_requests_are_refused_and_change_nothing(tmp_path: Path) -> None:
    """Each of 300 hostile requests gets a response, and refused ones change no row."""
    figures = run(tmp_path / "home.db", requests=300, seed=5)
    assert figures.kinds.total() == 300
    assert set(figures.kinds) == {"JSON", "SQL", "bytes", "path", "types"}
    assert figures.refused_unchanged > 150


def test_sql_is_put_into_every_string() -> None:
    """Every string of an operation is found, and a seed fixes the requests."""
    theirs = Service(Loader().load_service_model(SERVICE, "service-2"))
    send = theirs.operations["SendManagedThingCommand"].input
    places = set(strings_of(send))
    assert ("ManagedThingId",) in places
    assert ("Endpoints", 0, "capabilities", 0, "actions", 0, "parameters") in places
    first, second = (
        list(islice(Forger(theirs, chance("a"), {"Identifier": "a"}).requests(), 40))
        for _ in range(2)
    )
    assert first == second
