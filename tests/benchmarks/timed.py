"""Workloads with a measured time per call, each with new processes of all clients.

New processes keep workloads from affecting each other.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from attrs import frozen

from tests.benchmarks.environments import CLIENTS, Environments, workers
from tests.benchmarks.measuring import FLOOR, Extent, Row, compare, scaled
from tests.benchmarks.report import OURS
from tests.benchmarks.server import Server


@frozen
class Work:
    """A workload.

    Attributes:
        calls: the calls of a block, which takes some tens of milliseconds.
        unit: the unit of the figures.
        waits: True if the elapsed time exceeds the CPU time.
        clients: the clients that support the workload.
    """

    calls: int
    unit: str
    waits: bool = True
    clients: Sequence[str] = CLIENTS


_A_SECOND_IN: Final = {"ms": 1e3, "µs": 1e6}
# capo does not validate, so its building is not comparable.
_VALIDATING: Final = ("boto3", "iotmi")

WORKS: Final[Mapping[str, Work]] = {
    "list": Work(20, "ms"),
    "create": Work(20, "ms"),
    "create-new": Work(20, "ms"),
    "get": Work(80, "ms"),
    "connect": Work(5, "ms"),
    "build": Work(40, "µs", waits=False, clients=_VALIDATING),
    "build-unchecked": Work(100, "µs", waits=False, clients=_VALIDATING),
    "decode": Work(40, "µs", waits=False, clients=(*CLIENTS, FLOOR)),
}


def measure(name: str, server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Return the rows of one workload."""
    work = WORKS[name]
    size = max(1, int(work.calls * extent.share))
    with workers(environments, work.clients, trust=server.trust) as running:
        for worker in running.values():
            worker.run("prepare", work=name, url=server.url, calls=size)
        blocks = {client: partial(worker.pair, "block") for client, worker in running.items()}
        found = compare(blocks, rounds=extent.rounds)
    factor = _A_SECOND_IN[work.unit] / size
    rows = [Row.of(name, "CPU", work.unit, scaled(found.processor, factor))]
    if work.waits:
        rows.append(Row.of(name, "wall", work.unit, scaled(found.clock, factor)))
    return rows


def profile(name: str, server: Server, environments: Environments) -> str:
    """Return a profile of iotmi in one workload."""
    with workers(environments, [OURS], trust=server.trust) as running:
        size = WORKS[name].calls * 10
        running[OURS].run("prepare", work=name, url=server.url, calls=size)
        return str(running[OURS].run("profile"))
