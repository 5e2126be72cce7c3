"""A Dask cluster of worker processes, one of which can be killed, or of threads."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define

from iotmi import fleet


@contextmanager
def cluster(workers: int, *, processes: bool = True) -> Iterator[Any]:
    """Yield a client of a cluster with *workers* processes, or with as many threads of this one."""
    from distributed import Client, LocalCluster

    # Dask has few types.
    make_cluster: Any = LocalCluster
    make_client: Any = Client
    with make_cluster(
        n_workers=workers, threads_per_worker=4, processes=processes, dashboard_address=None
    ) as local:
        with make_client(local) as client:
            yield client


@define
class Killer:
    """A progress hook that kills a worker once.

    Attributes:
        process: the process id of the worker.
        after: the number of rows that must be done first.
        failed: the number of rows that must have failed first.
        killed: the signal sent, or 0.
    """

    process: int
    after: int
    failed: int = 0
    killed: int = 0

    def __call__(self, moment: fleet.Progress) -> None:
        """Kill the worker if it is time."""
        if not self.killed and moment.done >= self.after and moment.failed >= self.failed:
            self.killed = signal.SIGKILL
            os.kill(self.process, signal.SIGKILL)


def kill_a_worker(dask: Any, after: int, failed: int = 0) -> Killer:  # noqa: ANN401 - Dask has no types
    """Return a hook that kills a worker of *dask* when so many rows have ended."""
    workers: dict[str, int] = dask.run(os.getpid)
    return Killer(next(iter(workers.values())), after, failed)
