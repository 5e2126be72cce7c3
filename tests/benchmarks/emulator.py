"""The overhead of the emulator: its start, its time per call, and the memory of a long list.

    python -m tests.benchmarks.emulator [--things 100000]

Exits with 1 if a bar is missed. Start and get are measured in CPU time, which other processes do
not affect. Neither of them waits.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Final

from botocore.config import Config

from iotmi import AuthenticationMaterialType, Client, CreateManagedThing, RetryPolicy, Role
from iotmi.emulator import Emulator, HttpRequest, HttpResponse
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._boto3_client import attach
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import MANAGED_THING

START_BAR: Final = 50.0
"""Milliseconds more than boto3 needs to create a client."""
CALL_BAR: Final = 0.4
"""Milliseconds that the emulator adds to a get."""
MEMORY_BAR: Final = 16.0
"""MiB by which the process may grow while it reads the long list."""

_BOTO3_ALONE: Final = """
import time; began = time.process_time()
import boto3
boto3.Session(
    aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1"
).client("iot-managed-integrations")
print(time.process_time() - began)
"""
_EMULATOR: Final = """
import time; began = time.process_time()
from iotmi.emulator import Emulator
Emulator().boto3_client()
print(time.process_time() - began)
"""


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def start(rounds: int = 9) -> float:
    """Return the milliseconds that an emulator adds to the creation of a boto3 client."""
    taken: dict[str, list[float]] = {_BOTO3_ALONE: [], _EMULATOR: []}
    with TemporaryDirectory() as compiled:
        # An installed package has bytecode, but bytecode of a checkout may be disabled.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        for number in range(rounds + 1):
            # Alternate, so that other load on the machine affects both.
            for program, seconds in taken.items():
                command = [sys.executable, "-c", program]
                done = subprocess.run(
                    command, env=environment, capture_output=True, text=True, check=True
                )
                if number:
                    seconds.append(float(done.stdout))
    alone, emulated = (min(seconds) * 1000 for seconds in taken.values())
    say(f"start: boto3 alone {alone:.0f} ms, with the emulator {emulated:.0f} ms")
    return emulated - alone


def request(number: int) -> CreateManagedThing:
    """Return a request for the creation of a hub."""
    return CreateManagedThing(
        role=Role.CONTROLLER,
        authentication_material=f"SN:BENCHMARK{number:07};UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    )


def milliseconds(call: Callable[[], object], times: int = 500, rounds: int = 9) -> float:
    """Return the milliseconds of a call in the best round."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            call()
        taken.append((time.process_time() - began) / times * 1000)
    return min(taken)


def get() -> float:
    """Return the milliseconds that the emulator adds to a get."""
    with Emulator() as emulator:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        boto3_client = emulator.boto3_client(config=config)
        client = Client(boto3_client=boto3_client, retry=RetryPolicy.none())
        thing = client.send(request(0)).value.id
        emulated = milliseconds(lambda: client.managed_things.get(thing))
        response = emulator.handle(HttpRequest("GET", f"/managed-things/{thing}"))

        def canned(_request: HttpRequest) -> HttpResponse:
            return response

        attach(boto3_client, canned)
        alone = milliseconds(lambda: client.managed_things.get(thing))
    say(f"get: the client alone {alone:.3f} ms, with the emulator {emulated:.3f} ms")
    return emulated - alone


def fill(emulator: Emulator, client: Client, things: int) -> None:
    """Create things, the first 2000 by calls and the others directly in the account state."""
    by_calls = min(things, 2000)
    began = time.perf_counter()
    for number in range(by_calls):
        client.send(request(number))
    rate = by_calls / (time.perf_counter() - began)
    say(f"made {by_calls} things by calls: {rate:.0f} per second")
    dispatcher = emulator._dispatcher
    operation = load_service().operations["CreateManagedThing"]
    began = time.perf_counter()
    with dispatcher.store.transaction() as transaction:
        account = AccountState(
            transaction,
            dispatcher.clock,
            dispatcher.scope,
            operation,
            dispatcher.default_devices,
        )
        for _ in range(by_calls, things):
            account.create(
                MANAGED_THING,
                {"Role": "CONTROLLER", "ProvisioningStatus": "PRE_ASSOCIATED", "Flow": "by-code"},
            )
    if things > by_calls:
        rate = (things - by_calls) / (time.perf_counter() - began)
        say(f"made {things - by_calls} things directly: {rate:.0f} per second")


def peak() -> float:
    """Return the peak memory of this process in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def long_list(things: int) -> float:
    """Return the MiB by which the process grows while it reads a list page by page."""
    with Emulator() as emulator:
        client = emulator.client()
        fill(emulator, client, things)
        before = peak()
        began = time.perf_counter()
        seen = [0, 0]
        for page in client.managed_things.list(max_results=1000).pages():
            seen[0] += 1
            seen[1] += len(page.items)
        rate = seen[1] / (time.perf_counter() - began)
        if seen[1] != things:
            raise RuntimeError(f"{seen[1]} things were listed, not {things}")
        say(f"listed {seen[1]} things in {seen[0]} pages: {rate:.0f} things a second")
        say(f"memory: {before:.0f} MiB with all of them kept, {peak():.0f} MiB after reading")
        return peak() - before


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Measure the overhead of the emulator.")
    parser.add_argument("--things", type=int, default=100_000)
    given = parser.parse_args()
    bars = {
        "start, more than boto3": (start(), START_BAR, "ms"),
        "get, more than the client alone": (get(), CALL_BAR, "ms"),
        "growth in reading the list": (long_list(given.things), MEMORY_BAR, "MiB"),
    }
    for name, (figure, bar, unit) in bars.items():
        held = "held" if figure < bar else "MISSED"
        say(f"{name}: {figure:.3f} {unit}, bar {bar} {unit}: {held}")
    return int(any(figure >= bar for figure, bar, _ in bars.values()))


if __name__ == "__main__":
    sys.exit(main())
