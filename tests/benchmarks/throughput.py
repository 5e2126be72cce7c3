"""The throughput of concurrent calls, with a service that takes 5 ms per call.

Calls come from 32 threads that share a client, or from 200 tasks of asyncio or trio. Each client
has 32 connections. boto3 has no async client, so its tasks use `asyncio.to_thread` and
`trio.to_thread` with their default limits of threads.
"""

from collections.abc import Mapping
from typing import Final

from tests.benchmarks.environments import CLIENTS, Environments, workers
from tests.benchmarks.measuring import Extent, Row, rotated
from tests.benchmarks.server import Server

LATENCY: Final = 0.005
_ROUNDS: Final = 7
_THREADS: Final = 32
_TASKS: Final = 200


def by_threads(server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Return the row of ``threads``."""
    rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
    calls = max(1, extent.calls // _THREADS)
    with workers(environments) as running:
        for worker in running.values():
            worker.run("share", url=server.url)
            # Open the connections before the measurement.
            worker.run("threads", calls=calls, threads=_THREADS)
        for names in rotated(CLIENTS, extent.at_most(_ROUNDS)):
            for name in names:
                rate = running[name].number("threads", calls=calls, threads=_THREADS)
                rates[name].append(rate)
    return [Row.of("threads", "throughput", "calls/s", rates, more_is_better=True)]


BACKENDS: Final[Mapping[str, str]] = {"tasks": "asyncio", "trio-tasks": "trio"}
"""The event loops, by workload."""


def by_tasks(work: str, server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Return the rows of ``tasks`` or ``trio-tasks``: calls a second, and the most threads."""
    rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
    threads: dict[str, float] = dict.fromkeys(CLIENTS, 0.0)
    calls = max(1, extent.calls // _TASKS)
    backend = BACKENDS[work]
    with workers(environments, trio=backend == "trio") as running:
        for names in rotated(CLIENTS, extent.at_most(_ROUNDS)):
            for name in names:
                rate, seen = running[name].pair(
                    "tasks", url=server.url, backend=backend, calls=calls, tasks=_TASKS
                )
                rates[name].append(rate)
                threads[name] = max(threads[name], seen)
    most = {name: [seen] for name, seen in threads.items()}
    return [
        Row.of(work, "throughput", "calls/s", rates, more_is_better=True),
        Row.of(work, "threads", "threads", most, compared=False),
    ]
