"""The memory growth of this process during a long listing, with and without keeping the items."""

import gc
import resource
import sys
from pathlib import Path
from typing import Final

from tests.benchmarks.contestant.client import BenchmarkClient
from tests.benchmarks.contestant.responses import PAGE_SIZE

_THINGS: Final = 100_000
_STATUS: Final = Path("/proc/self/statm")


def grown(client: BenchmarkClient, pages: int, *, kept: bool) -> float:
    """Return the MiB by which this process grows; with *kept*, for 100,000 things."""
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
        raise RuntimeError(f"{seen} things were listed, not {pages * PAGE_SIZE}")
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
