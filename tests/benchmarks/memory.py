"""Memory of a long listing, kept whole or passed by: growth of a process that does nothing else."""

import gc
import resource
import sys
from pathlib import Path
from typing import Final

from tests.benchmarks import children
from tests.benchmarks.answers import PAGE_SIZE
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.measuring import Extent, Row, in_turn
from tests.benchmarks.server import Server

_THINGS: Final = 100_000
_STATUS: Final = Path("/proc/self/statm")


def holding(server: Server, extent: Extent) -> list[Row]:
    """What 100,000 things take that are kept."""
    return [Row.of("hold", "growth", "MiB", _asked(server, extent, kept=True))]


def iterating(server: Server, extent: Extent) -> list[Row]:
    """By how much a walk over 100,000 things grows from its first 5,000 on, with none kept."""
    growth = _asked(server, extent, kept=False)
    return [Row.of("iterate", "growth", "MiB", growth, compared=False)]


def _asked(server: Server, extent: Extent, *, kept: bool) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {kind.name: [] for kind in CONTESTANTS}
    for names in in_turn(list(found), extent.at_most(3)):
        for name in names:
            grown = children.ask("memory", url=server.url, name=name, pages=extent.pages, kept=kept)
            if not isinstance(grown, float):
                raise TypeError("a growth was expected")
            found[name].append(grown)
    return found


def _grown(url: str, name: str, pages: int, *, kept: bool) -> float:
    """MiB by which this process grows."""
    (contestant,) = (kind(url) for kind in CONTESTANTS if kind.name == name)
    # What is done a single time in a process is done.
    contestant.page()
    held = []
    seen = 0
    gc.collect()
    begun = most = _resident()
    for number, page in enumerate(contestant.pages()):
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
    """MiB that this process holds in memory; the most it ever held, where Linux is not there."""
    if _STATUS.exists():
        return int(_STATUS.read_text().split()[1]) * resource.getpagesize() / 2**20
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    children.answer(_grown)
