"""A measured process, which takes commands over a pipe.

    python -m tests.benchmarks.contestant.worker boto3

Each line of standard input is a JSON array: a command of `Worker` and its arguments. Each line of
standard output is the JSON of the result. The process ends with its standard input, or with the
first error.
"""

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from tests.benchmarks.contestant import concurrency, memory, works
from tests.benchmarks.contestant.client import BenchmarkClient, Get
from tests.benchmarks.contestant.devices import devices
from tests.benchmarks.contestant.responses import THING_ID

(_DEVICE,) = devices([0])
_ONCE: Final[Mapping[str, Callable[[BenchmarkClient], object]]] = {
    "list": lambda client: client.page_ids(),
    "create": lambda client: client.created_id(_DEVICE),
    "get": lambda client: client.got_id(THING_ID),
}


class Worker:
    """The commands of the process.

    A command that a `BenchmarkClient` makes calls for creates one, with the URL of the service.
    """

    _prepare: works.Preparation
    _shared_get: Get

    def __init__(self, client: type[BenchmarkClient]) -> None:
        self._client = client

    def once(self, work: str, url: str) -> object:
        """Make one call, and return the ids in its response."""
        return _ONCE[work](self._client(url))

    def prepare(self, work: str, url: str, calls: int) -> None:
        """Prepare a workload, and run a block of it to warm up."""
        self._prepare = works.WORKS[work](self._client(url), calls)
        self._prepare()()

    def block(self) -> tuple[float, float]:
        """Return the CPU seconds and the elapsed seconds of a block."""
        return works.seconds(self._prepare)

    def profile(self) -> str:
        """Return a profile of a block."""
        return works.profile(self._prepare)

    def share(self, url: str) -> None:
        """Prepare a client for many threads."""
        self._shared_get = self._client.shared_get(url)

    def threads(self, calls: int, threads: int) -> float:
        """Return the calls per second of many threads."""
        return concurrency.by_threads(self._shared_get, calls, threads)

    def tasks(self, url: str, backend: str, calls: int, tasks: int) -> tuple[float, int]:
        """Return the calls per second of many tasks, and the threads of this process."""
        return concurrency.by_tasks(self._client, url, backend, calls, tasks)

    def grown(self, url: str, pages: int, *, kept: bool) -> float:
        """Return the MiB by which a long listing makes this process grow."""
        return memory.grown(self._client(url), pages, kept=kept)


def main() -> None:
    """Serve commands until standard input ends."""
    worker = Worker(import_module(f"tests.benchmarks.contestant.with_{sys.argv[1]}").Client)
    for line in sys.stdin:
        command, arguments = json.loads(line)
        result = getattr(worker, command)(**arguments)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
