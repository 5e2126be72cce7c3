"""Many rows against an accelerated limit, and a plain boto3 thread pool with the same work.

    python -m tests.fleet.scale --rows 100000 --rate 200

The emulator runs in a process of its own, and throttles above the rate. A run is good if every row
has exactly one thing and the time is at least 95 % of the ideal: rows divided by the rate.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import boto3
from attrs import frozen
from botocore.config import Config

from iotmi import fleet
from tests.fleet.devices import code, name, write_csv
from tests.fleet.service import REGION, client_of, names, service
from tests.support.http_servers import KEYS

BAR: Final = 0.95
WORKERS: Final = 32


@frozen(kw_only=True)
class Figures:
    """The figures of one way to do the work.

    Attributes:
        way: its name.
        seconds: duration.
        ideal: seconds at the full rate.
        lost: rows without a thing.
        doubled: rows with more than one thing.
        failed: rows that the way reported as failed.
        throttled: calls that the service throttled, or None if the way does not know.
    """

    way: str
    seconds: float
    ideal: float
    lost: int
    doubled: int
    failed: int
    throttled: int | None = None

    @property
    def share(self) -> float:
        """The share of the ideal speed."""
        return self.ideal / self.seconds

    def __str__(self) -> str:
        throttled = "" if self.throttled is None else f", {self.throttled:,} throttled"
        return (
            f"{self.way:<22} {self.seconds:8.1f} s  {self.share:6.1%} of the ideal, "
            f"{self.lost:,} lost, {self.doubled:,} doubled, {self.failed:,} failed{throttled}"
        )


def measure(
    way: str, rows: int, rate: float, work: Callable[[str], tuple[int, int | None]]
) -> Figures:
    """Do the work in one way against a new emulator, and compare what it left."""
    with service({"throttle": {"rate": rate}}) as address:
        began = time.perf_counter()
        failed, throttled = work(address)
        seconds = time.perf_counter() - began
        found = Counter(names(address))
    counts = [found[name(number)] for number in range(1, rows + 1)]
    return Figures(
        way=way,
        seconds=seconds,
        # The bucket of the service is full at first.
        ideal=rows / rate,
        lost=counts.count(0),
        doubled=sum(count > 1 for count in counts),
        failed=failed,
        throttled=throttled,
    )


def by_fleet(folder: Path, rows: int, rate: float) -> Figures:
    """Measure a job of `iotmi.fleet`, from the first look at the file to the summary."""
    source = write_csv(folder / "devices.csv", rows)

    def work(address: str) -> tuple[int, int | None]:
        job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=folder / "ledger")
        with client_of(address) as client:
            summary = job.run(client)
        return summary.failed + summary.unknown, summary.throttled

    return measure("iotmi.fleet", rows, rate, work)


def by_boto3(rows: int, rate: float, mode: str) -> Figures:
    """Measure a plain pool of threads over one boto3 client."""

    def work(address: str) -> tuple[int, int | None]:
        session = boto3.Session(
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        options: dict[str, Any] = {} if mode == "default" else {"retries": {"mode": mode}}
        config = Config(max_pool_connections=WORKERS, **options)
        client: Any = session.client(
            "iot-managed-integrations", endpoint_url=address, config=config
        )

        def create(number: int) -> int:
            try:
                client.create_managed_thing(
                    Role="DEVICE",
                    Name=name(number),
                    AuthenticationMaterial=code(number),
                    AuthenticationMaterialType="CUSTOM_PROTOCOL_QR_BAR_CODE",
                    MetaData={"site": f"site {number % 7}"},
                )
            except Exception:  # noqa: BLE001 - a script counts whatever failed
                return 1
            return 0

        with ThreadPoolExecutor(WORKERS) as pool:
            return sum(pool.map(create, range(1, rows + 1))), None

    return measure(f"boto3, {mode} retries", rows, rate, work)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Measure many rows at an accelerated limit.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=200.0, help="calls a second")
    parser.add_argument("--boto3-rows", type=int, help="fewer rows for boto3; as many if left out")
    given = parser.parse_args()
    fewer = given.boto3_rows or given.rows
    with TemporaryDirectory() as folder:
        ours = by_fleet(Path(folder), given.rows, given.rate)
        sys.stdout.write(f"{ours}\n")
        for mode in ("default", "standard", "adaptive"):
            sys.stdout.write(f"{by_boto3(fewer, given.rate, mode)}\n")
            sys.stdout.flush()
    good = ours.share >= BAR and not (ours.lost or ours.doubled or ours.failed)
    sys.stdout.write(f"bar {BAR:.0%} of the ideal: {'held' if good else 'MISSED'}\n")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
