"""The two sides, read once, and a line to catch requests on."""

from collections.abc import Callable, Iterator

import pytest

from tests.conformance import library, service
from tests.conformance.library import Library
from tests.conformance.service import Service
from tests.conformance.wire import Line
from tests.support.bad_servers import listening


@pytest.fixture(scope="session")
def theirs() -> Service:
    """The service as the installed botocore knows it."""
    return service.installed()


@pytest.fixture(scope="session")
def ours() -> Library:
    """The library as it is."""
    return library.installed()


@pytest.fixture
def line() -> Iterator[Line]:
    """A line on which nothing was left unread."""
    line = Line()
    with listening(line.serve) as line.url:
        yield line
    assert not line.sent


@pytest.fixture
def tell() -> Callable[[str], None]:
    """Says a figure, for ``pytest -rP``."""
    return print
