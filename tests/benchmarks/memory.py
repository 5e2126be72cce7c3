"""The memory growth of a process during a long listing, with and without keeping the items."""

import gc
import resource
import sys
from pathlib import Path
from typing import Final

from tests.benchmarks import subprocesses
from tests.benchmarks.clients import CLIENTS
from tests.benchmarks.measuring import Extent, Row, rotated
from tests.benchmarks.responses import PAGE_SIZE
from tests.benchmarks.server import Server

_THINGS: Final = 100_000
_STATUS: Final = Path("/proc/self/statm")


def holding(server: Server, extent: Extent) -> list[Row]:
    """Measure the memory of keeping 100,000 things."""
    return [Row.of("hold", "growth", "MiB", _growths(server, extent, kept=True))]


def iterating(server: Server, extent: Extent) -> list[Row]:
    """Measure the growth during a listing of 100,000 things without keeping any."""
    growth = _growths(server, extent, kept=False)
    return [Row.of("iterate", "growth", "MiB", growth, compared=False)]


def _growths(server: Server, extent: Extent, *, kept: bool) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {kind.name: [] for kind in CLIENTS}
    for names in rotated(list(found), extent.at_most(3)):
        for name in names:
            grown = subprocesses.call(
                "memory", url=server.url, name=name, pages=extent.pages, kept=kept
            )
            if not isinstance(grown, float):
                raise TypeError("a growth was expected")
            found[name].append(grown)
    return found


def _grown(url: str, name: str, pages: int, *, kept: bool) -> float:
    """Return the MiB by which this process grows."""
    (client,) = (kind(url) for kind in CLIENTS if kind.name == name)
    # Exclude one-time initialization from the measurement.
    client.page()
    held = []
    seen = 0
    gc.collect()
    begun = most = _resident()
    for number, page in enumerate(client.pages()):
        seen += len(page)
        if kept:
            held.append(page)
        elif number == pages // 20:
            begun = most = _resident()
        else:
            most = max(most, _resident())
    if seen != pages * PAGE_SIZE:
        raise RuntimeError(f"{name} saw {seen} things of {pages * PAGE_SIZE}")
    if not kept:
        return most - begun
    gc.collect()
    return (_resident() - begun) * _THINGS / seen


def _resident() -> float:
    """Return the resident memory of this process in MiB, or its peak outside Linux."""
    if _STATUS.exists():
        return int(_STATUS.read_text().split()[1]) * resource.getpagesize() / 2**20
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    subprocesses.serve(_grown)
