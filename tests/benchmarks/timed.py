"""Workloads with a measured time per call, each in its own process.

Separate processes keep workloads from affecting each other, and the CPU time of the process is that
of the workload.
"""

import cProfile
import io
import pstats
from collections.abc import Callable, Mapping
from typing import Final

from attrs import asdict, frozen

from tests.benchmarks import calls, subprocesses, without_io
from tests.benchmarks.measuring import Extent, Preparations, Row, Times, compare, scaled
from tests.benchmarks.server import Server


@frozen
class Work:
    """A workload.

    Attributes:
        prepare: a function from the service's URL and the calls of a block to the preparations.
        calls: the calls of a block, which takes some tens of milliseconds.
        unit: the unit of the figures.
        waits: True if the elapsed time exceeds the CPU time.
    """

    prepare: Callable[[str, int], Preparations]
    calls: int
    unit: str
    waits: bool = True


_A_SECOND_IN: Final = {"ms": 1e3, "µs": 1e6}

WORKS: Final[Mapping[str, Work]] = {
    "list": Work(calls.listing, 20, "ms"),
    "create": Work(calls.creating, 20, "ms"),
    "create-new": Work(calls.creating_new, 20, "ms"),
    "get": Work(calls.getting, 80, "ms"),
    "connect": Work(calls.getting, 5, "ms"),
    "build": Work(without_io.building, 40, "µs", waits=False),
    "build-unchecked": Work(without_io.building_unchecked, 100, "µs", waits=False),
    "decode": Work(without_io.decoding, 40, "µs", waits=False),
}


def measure(name: str, server: Server, extent: Extent) -> list[Row]:
    """Return the rows of one workload."""
    work = WORKS[name]
    size = max(1, int(work.calls * extent.share))
    response = subprocesses.call(
        "timed",
        settings=server.trust,
        name=name,
        url=server.url,
        rounds=extent.rounds,
        size=size,
        profiled=False,
    )
    if not isinstance(response, dict):
        raise TypeError("times were expected")
    found = Times(**response)
    factor = _A_SECOND_IN[work.unit]
    rows = [Row.of(name, "CPU", work.unit, scaled(found.processor, factor))]
    if work.waits:
        rows.append(Row.of(name, "wall", work.unit, scaled(found.clock, factor)))
    return rows


def profile(name: str, server: Server) -> str:
    """Return a profile of iotmi in one workload."""
    size = WORKS[name].calls * 10
    arguments = {"name": name, "url": server.url, "rounds": 1, "size": size, "profiled": True}
    return str(subprocesses.call("timed", settings=server.trust, **arguments))


def _serve_call(name: str, url: str, rounds: int, size: int, *, profiled: bool) -> object:
    preparations = WORKS[name].prepare(url, size)
    if not profiled:
        return asdict(compare(preparations, rounds=rounds, calls=size))
    prepare = preparations["iotmi"]
    # Exclude one-time initialization from the profile.
    prepare()()
    block = prepare()
    profiler = cProfile.Profile()
    profiler.runcall(block)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(25)
    return text.getvalue()


if __name__ == "__main__":
    subprocesses.serve(_serve_call)
