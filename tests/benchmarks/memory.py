"""The memory growth of a process during a long listing, with and without keeping the items."""

from tests.benchmarks.environments import CLIENTS, Environments, workers
from tests.benchmarks.measuring import Extent, Row, rotated
from tests.benchmarks.server import Server


def holding(server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Measure the memory of keeping 100,000 things."""
    return [Row.of("hold", "growth", "MiB", _growths(server, environments, extent, kept=True))]


def iterating(server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Measure the growth during a listing of 100,000 things without keeping any."""
    growth = _growths(server, environments, extent, kept=False)
    return [Row.of("iterate", "growth", "MiB", growth, compared=False)]


def _growths(
    server: Server, environments: Environments, extent: Extent, *, kept: bool
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in CLIENTS}
    for names in rotated(CLIENTS, extent.at_most(3)):
        for name in names:
            # A new process each time, because the memory of a listing is not all given back.
            with workers(environments, [name]) as running:
                grown = running[name].number("grown", url=server.url, pages=extent.pages, kept=kept)
            found[name].append(grown)
    return found
