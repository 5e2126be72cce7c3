"""Fixtures: both sides, read once, and a capture of requests."""

from collections.abc import Callable, Iterator

import pytest

from tests.conformance import library, service
from tests.conformance.library import Library
from tests.conformance.service import Service
from tests.conformance.wire import Line
from tests.support.bad_servers import listening


@pytest.fixture(scope="session")
def theirs() -> Service:
    """Return the service of the installed botocore."""
    return service.installed()


@pytest.fixture(scope="session")
def ours() -> Library:
    """Return the library's declarations."""
    return library.installed()


@pytest.fixture
def line() -> Iterator[Line]:
    """Return a capture in which every request must be read."""
    line = Line()
    with listening(line.serve) as line.url:
        yield line
    assert not line.sent


@pytest.fixture
def tell() -> Callable[[str], None]:
    """Print a figure, for ``pytest -rP``."""
    return print
