"""Works that are timed call by call, each in a process of its own.

So none finds what another left behind, and what the process takes is what its work takes.
"""

import cProfile
import io
import pstats
from collections.abc import Callable, Mapping
from typing import Final

from attrs import asdict, frozen

from tests.benchmarks import calls, children, inside
from tests.benchmarks.measuring import Extent, Preparations, Row, Times, compare, scaled
from tests.benchmarks.server import Server


@frozen
class Work:
    """What is timed.

    Attributes:
        prepare: given the service's address and the calls of a block, what each contestant does.
        calls: of a block; that takes each some tens of milliseconds.
        unit: of the figures.
        waits: whether time by the clock is more than CPU time.
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
    "build": Work(inside.building, 40, "µs", waits=False),
    "build-unchecked": Work(inside.building_unchecked, 100, "µs", waits=False),
    "decode": Work(inside.decoding, 40, "µs", waits=False),
}


def measure(name: str, server: Server, extent: Extent) -> list[Row]:
    """The rows of one work."""
    work = WORKS[name]
    size = max(1, int(work.calls * extent.share))
    answer = children.ask(
        "timed",
        settings=server.trust,
        name=name,
        url=server.url,
        rounds=extent.rounds,
        size=size,
        profiled=False,
    )
    if not isinstance(answer, dict):
        raise TypeError("times were expected")
    found = Times(**answer)
    factor = _A_SECOND_IN[work.unit]
    rows = [Row.of(name, "CPU", work.unit, scaled(found.processor, factor))]
    if work.waits:
        rows.append(Row.of(name, "wall", work.unit, scaled(found.clock, factor)))
    return rows


def profile(name: str, server: Server) -> str:
    """Where the time goes in iotmi's part of a work."""
    size = WORKS[name].calls * 10
    question = {"name": name, "url": server.url, "rounds": 1, "size": size, "profiled": True}
    return str(children.ask("timed", settings=server.trust, **question))


def _answer(name: str, url: str, rounds: int, size: int, *, profiled: bool) -> object:
    preparations = WORKS[name].prepare(url, size)
    if not profiled:
        return asdict(compare(preparations, rounds=rounds, calls=size))
    prepare = preparations["iotmi"]
    # Once before, so that what is done a single time in a process is left out.
    prepare()()
    block = prepare()
    profiler = cProfile.Profile()
    profiler.runcall(block)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(25)
    return text.getvalue()


if __name__ == "__main__":
    children.answer(_answer)
