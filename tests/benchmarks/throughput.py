"""The throughput of concurrent calls, with a service that takes 5 ms per call.

Calls come from 32 threads that share a client, or from 200 asyncio tasks. Each client has 32
connections, which is the default of iotmi (boto3 and capo have 10). boto3 has no async client, so
its tasks use the default pool of `asyncio.to_thread`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from threading import Thread
from typing import Final, TypeAlias

import boto3
from botocore.config import Config
from capo_iot_managed_integrations import (
    AsyncIoTManagedIntegrationsClient,
    IoTManagedIntegrationsClient,
)
from zapros import AsyncStdNetworkHandler, StdNetworkHandler

from iotmi import AsyncClient, Client
from tests.benchmarks import subprocesses
from tests.benchmarks.measuring import Extent, Row, Samples, rotated
from tests.benchmarks.responses import THING_ID
from tests.benchmarks.server import Server

LATENCY: Final = 0.005
THREADS: Final = 32
TASKS: Final = 200
CONNECTIONS: Final = 32

Get: TypeAlias = Callable[[str], Awaitable[object]]


def measure(name: str, server: Server, extent: Extent) -> list[Row]:
    """Return the row of ``threads`` or ``tasks``."""
    rounds = extent.at_most(7)
    samples = subprocesses.call(
        "throughput", url=server.url, name=name, rounds=rounds, calls=extent.calls
    )
    if not isinstance(samples, dict):
        raise TypeError("samples were expected")
    return [Row.of(name, "throughput", "calls/s", samples, more_is_better=True)]


def _sync_gets(url: str) -> Mapping[str, Callable[[str], object]]:
    get = _boto3_get(url)
    handler = StdNetworkHandler(
        http1={
            "max_connections_per_host": CONNECTIONS,
            "max_idle_connections_per_host": CONNECTIONS,
        }
    )
    return {
        "boto3": lambda identifier: get(Identifier=identifier),
        "iotmi": Client(endpoint_url=url).managed_things.get,
        "capo": IoTManagedIntegrationsClient(handler, endpoint=url).get_managed_thing,
    }


def _boto3_get(url: str) -> Callable[..., object]:
    config = Config(max_pool_connections=CONNECTIONS)
    client = boto3.client("iot-managed-integrations", endpoint_url=url, config=config)
    get: Callable[..., object] = client.get_managed_thing
    return get


def _by_threads(url: str, rounds: int, calls: int) -> Samples:
    gets = _sync_gets(url)
    each = max(1, calls // THREADS)
    rates: dict[str, list[float]] = {name: [] for name in gets}

    def seconds(name: str) -> float:
        def work() -> None:
            for _ in range(each):
                gets[name](THING_ID)

        team = [Thread(target=work) for _ in range(THREADS)]
        began = time.perf_counter()
        for thread in team:
            thread.start()
        for thread in team:
            thread.join()
        return time.perf_counter() - began

    for name in rates:
        seconds(name)
    for names in rotated(list(rates), rounds):
        for name in names:
            rates[name].append(each * THREADS / seconds(name))
    return rates


@asynccontextmanager
async def _boto3(url: str) -> AsyncIterator[Get]:
    blocking_get = _boto3_get(url)

    async def get(identifier: str) -> object:
        return await asyncio.to_thread(blocking_get, Identifier=identifier)

    yield get


@asynccontextmanager
async def _iotmi(url: str) -> AsyncIterator[Get]:
    async with AsyncClient(endpoint_url=url) as client:
        yield client.managed_things.get


@asynccontextmanager
async def _capo(url: str) -> AsyncIterator[Get]:
    handler = AsyncStdNetworkHandler(
        http1={
            "max_connections_per_host": CONNECTIONS,
            "max_idle_connections_per_host": CONNECTIONS,
        }
    )
    async with AsyncIoTManagedIntegrationsClient(handler, endpoint=url) as client:
        yield client.get_managed_thing


_ASYNC_GETS: Final[Mapping[str, Callable[[str], AbstractAsyncContextManager[Get]]]] = {
    "boto3": _boto3,
    "iotmi": _iotmi,
    "capo": _capo,
}


def _by_tasks(url: str, rounds: int, calls: int) -> Samples:
    each = max(1, calls // TASKS)
    rates: dict[str, list[float]] = {name: [] for name in _ASYNC_GETS}

    async def seconds(name: str) -> float:
        async with _ASYNC_GETS[name](url) as get:

            async def work(times: int) -> None:
                for _ in range(times):
                    await get(THING_ID)

            # Open the connections before the measurement.
            await asyncio.gather(*(work(1) for _ in range(TASKS)))
            began = time.perf_counter()
            await asyncio.gather(*(work(each) for _ in range(TASKS)))
            return time.perf_counter() - began

    for names in rotated(list(rates), rounds):
        for name in names:
            rates[name].append(each * TASKS / asyncio.run(seconds(name)))
    return rates


def _serve_call(url: str, name: str, rounds: int, calls: int) -> Samples:
    return WORKS[name](url, rounds, calls)


WORKS: Final = {"threads": _by_threads, "tasks": _by_tasks}


if __name__ == "__main__":
    subprocesses.serve(_serve_call)
