"""A command whose response is lost arrives once.

    python -m tests.fault_injection.double_delivery [--only WORD]

A service carries out `SendManagedThingCommand` and loses each response: it closes or resets the
connection, sends an error or half a response, or stays silent. The table has the requests that the
service counted for one call of each client. Only iotmi must send one request, whichever way its
client is made. boto3 and capo are in the table for comparison.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from typing import Any, Final, TypeAlias
from unittest.mock import patch

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import iotmi
from iotmi import RetryPolicy, SendManagedThingCommand
from tests.botocore.ways import ALL, Way, boto3_client
from tests.support.bad_servers import listening
from tests.support.factories import toggle
from tests.support.http_servers import KEYS, Act
from tests.support.losing_servers import ENDS, Losing

OURS: Final = "iotmi"
CAPO: Final = "capo_iot_managed_integrations"
TIMEOUT: Final = 6.0
"""Seconds after which a client gives up on a silent service, and in which a request must leave."""
MODES: Final = ("legacy", "standard", "adaptive")
ATTEMPTS: Final = (1, 3, 10)

_LAMP: Final[Mapping[str, Any]] = {
    "endpointId": "1",
    "capabilities": [
        {
            "id": "matter.OnOff@1.4",
            "name": "On/Off",
            "version": "6",
            "actions": [{"name": "Toggle"}],
        }
    ],
}

Call: TypeAlias = Callable[[str], object]
"""Calls the operation once at an address. A client's own errors are expected."""


def _silent(_connection: object) -> None:
    """Send nothing."""


SCENES: Final[Mapping[str, Act]] = {**ENDS, "silent": _silent}


def iotmi_calls() -> Iterator[tuple[str, Call]]:
    """Yield a call for each way of making a client of iotmi."""
    for way in ALL:
        yield f"{OURS}, {way.name}", partial(_iotmi, way)
    (own, *_) = ALL
    yield f"{OURS}, {own.name}, 10 attempts", partial(_iotmi, own, attempts=10)
    for mode in MODES:
        for attempts in ATTEMPTS:
            config = _retrying(mode, total_max_attempts=attempts)
            for way in ALL:
                if way.source == "handed-in":
                    name = f"{OURS}, {way.name}, {mode}, {attempts}"
                    yield name, partial(_iotmi, way, config=config)


def peer_calls() -> Iterator[tuple[str, Call]]:
    """Yield a call for each retry mode of boto3, and for capo if it is installed."""
    yield "boto3, default", partial(_boto3, Config())
    for mode in MODES:
        yield f"boto3, {mode}", partial(_boto3, _retrying(mode))
    if find_spec(CAPO):
        yield "capo", _capo


def _iotmi(way: Way, url: str, *, config: Config | None = None, attempts: int = 3) -> None:
    command = SendManagedThingCommand("lamp", endpoints=(toggle(),))
    retry = RetryPolicy(max_attempts=attempts)
    (found,) = way.run(url, command, retry=retry, timeout=TIMEOUT, config=config)
    if not isinstance(found, iotmi.CallError) or not found.may_have_acted:
        raise TypeError(f"iotmi gave {found!r} instead of an error that leaves the outcome open")


def _retrying(mode: str, **more: int) -> Config:
    retries: Any = {"mode": mode, **more}
    return Config(retries=retries)


def _boto3(config: Config, url: str) -> None:
    client = boto3_client(url, config.merge(Config(read_timeout=TIMEOUT)))
    with suppress(ClientError, BotoCoreError):
        client.send_managed_thing_command(ManagedThingId="lamp", Endpoints=[_LAMP])


def _capo(url: str) -> None:
    from capo_iot_managed_integrations import IoTManagedIntegrationsClient
    from zapros import StdNetworkHandler

    client = IoTManagedIntegrationsClient(StdNetworkHandler(read_timeout=TIMEOUT), endpoint=url)
    capability = _LAMP["capabilities"]
    # Half a response raises h11's own error.
    with suppress(Exception):
        client.send_managed_thing_command(
            "lamp", [{"endpoint_id": "1", "capabilities": capability}]
        )


def arrivals(call: Call, scene: str) -> int:
    """Return how many requests one call sends to a service that loses each response."""
    service = Losing(SCENES[scene])
    with listening(service) as url:
        call(url)
    return service.arrived


Table: TypeAlias = Mapping[str, Mapping[str, int]]
"""The arrivals, by client and scene."""


def deliver(calls: Mapping[str, Call], scenes: Sequence[str]) -> Table:
    """Let each client call in each scene."""
    # Most of the time passes in pauses between attempts.
    with _keys(), ThreadPoolExecutor(_PARALLEL) as pool:
        running = {
            name: {scene: pool.submit(arrivals, call, scene) for scene in scenes}
            for name, call in calls.items()
        }
        return {
            name: {scene: found.result() for scene, found in each.items()}
            for name, each in running.items()
        }


_PARALLEL: Final = 8


@contextmanager
def _keys() -> Iterator[None]:
    # capo does not read AWS_DEFAULT_REGION.
    with patch.dict(os.environ, {**KEYS, "AWS_REGION": KEYS["AWS_DEFAULT_REGION"]}):
        yield


def findings(table: Table) -> list[str]:
    """Return the scenes in which a command of iotmi did not arrive exactly once."""
    return [
        f"{name}: {arrived} arrivals, {scene}"
        for name, row in table.items()
        if name.startswith(OURS)
        for scene, arrived in row.items()
        if arrived != 1
    ]


def text(table: Table, scenes: Sequence[str]) -> str:
    """Return the table as text."""
    lines = [f"  {'':40}{''.join(f'{scene:>8}' for scene in scenes)}"]
    lines += [
        f"  {name:40}{''.join(f'{row[scene]:8}' for scene in scenes)}"
        for name, row in table.items()
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="clients with this in their name")
    given = parser.parse_args()
    calls = {name: call for name, call in (*iotmi_calls(), *peer_calls()) if given.only in name}
    table = deliver(calls, list(SCENES))
    sys.stdout.write(text(table, list(SCENES)))
    if not find_spec(CAPO):
        sys.stdout.write("  capo is left out: it is not installed (the extra dev has it)\n")
    found = findings(table)
    for finding in found:
        sys.stdout.write(f"  DOES NOT HOLD: {finding}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
