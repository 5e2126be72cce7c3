"""The emulator in a process of its own, with faults, for jobs that run in other processes.

    python -m tests.fleet.service '{"throttle": {"rate": 200}}'

The argument maps methods of `Faults` to their keywords, one mapping or a list of them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import boto3

from iotmi import Client, Pacing, RetryPolicy
from iotmi.emulator import Emulator
from iotmi.emulator.server import serve
from tests.support.http_servers import KEYS

REGION: Final = "eu-west-1"


@contextmanager
def service(faults: Mapping[str, object] | None = None, *, seed: int = 0) -> Iterator[str]:
    """Yield the address of an emulator with *faults* in its own process."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fleet.service", json.dumps(faults or {}), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def client_of(
    address: str, *, retry: RetryPolicy | None = None, pacing: Pacing | None = None
) -> Client:
    """Return a client of *address* with made-up credentials that does not pickle."""
    session = boto3.Session(
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    return Client(
        session=session, endpoint_url=address, retry=retry or RetryPolicy(), pacing=pacing
    )


def names(address: str) -> list[str]:
    """Return the name of every managed thing."""
    with client_of(address, retry=RetryPolicy(max_attempts=50, quota=None)) as client:
        things = client.managed_things.list(max_results=1000)
        return [thing.name or "" for thing in things]


def main() -> None:
    """Serve until the process is killed."""
    with Emulator(seed=int(sys.argv[2])) as emulator:
        for method, calls in json.loads(sys.argv[1]).items():
            for keywords in calls if isinstance(calls, list) else [calls]:
                getattr(emulator.faults, method)(**keywords)

        def ready(address: str) -> None:
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()

        serve(emulator, ready=ready)


if __name__ == "__main__":
    main()
