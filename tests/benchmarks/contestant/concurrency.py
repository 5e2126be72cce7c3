"""Concurrent calls of threads and of tasks, and the threads that the calls need."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.contestant.client import AsyncGet, BenchmarkClient, Get
from tests.benchmarks.contestant.responses import THING_ID

_LOOK_EVERY: Final = 0.005
_THREADS: Final = Path("/proc/self/task")


def by_threads(get: Get, calls: int, threads: int) -> float:
    """Return the calls per second of *threads* threads with *calls* calls each."""

    def work() -> None:
        for _ in range(calls):
            get(THING_ID)

    team = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    return calls * threads / (time.perf_counter() - began)


def by_tasks(
    client: type[BenchmarkClient], url: str, backend: str, calls: int, tasks: int
) -> tuple[float, int]:
    """Return the calls per second of *tasks* tasks, and the most threads of this process."""
    return _BACKENDS[backend](client, url, calls, tasks)


def _by_asyncio(
    client: type[BenchmarkClient], url: str, calls: int, tasks: int
) -> tuple[float, int]:
    async def run() -> tuple[float, int]:
        async with client.async_get(url, "asyncio") as get:
            # Open the connections before the measurement.
            await asyncio.gather(*(_work(get, 1) for _ in range(tasks)))
            most = _MostThreads()

            async def watch() -> None:
                while True:
                    most.look()
                    await asyncio.sleep(_LOOK_EVERY)

            watching = asyncio.create_task(watch())
            began = time.perf_counter()
            await asyncio.gather(*(_work(get, calls) for _ in range(tasks)))
            taken = time.perf_counter() - began
            watching.cancel()
            return calls * tasks / taken, most.seen

    return asyncio.run(run())


def _by_trio(client: type[BenchmarkClient], url: str, calls: int, tasks: int) -> tuple[float, int]:
    import trio

    async def run() -> tuple[float, int]:
        async with client.async_get(url, "trio") as get:

            async def each_task(times: int) -> None:
                async with trio.open_nursery() as nursery:
                    for _ in range(tasks):
                        nursery.start_soon(_work, get, times)

            await each_task(1)
            most = _MostThreads()

            async def watch() -> None:
                while True:
                    most.look()
                    await trio.sleep(_LOOK_EVERY)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch)
                began = time.perf_counter()
                await each_task(calls)
                taken = time.perf_counter() - began
                nursery.cancel_scope.cancel()
            return calls * tasks / taken, most.seen

    return trio.run(run)


async def _work(get: AsyncGet, times: int) -> None:
    for _ in range(times):
        await get(THING_ID)


class _MostThreads:
    """The most threads of this process that were seen at once."""

    def __init__(self) -> None:
        self.seen = 0
        self.look()

    def look(self) -> None:
        """Count the threads of the process, or those of Python outside Linux."""
        try:
            number = sum(1 for _ in _THREADS.iterdir())
        except FileNotFoundError:
            number = threading.active_count()
        self.seen = max(self.seen, number)


_Run = Callable[[type[BenchmarkClient], str, int, int], tuple[float, int]]
_BACKENDS: Final[Mapping[str, _Run]] = {"asyncio": _by_asyncio, "trio": _by_trio}
