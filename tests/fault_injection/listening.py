"""Is anything lost where a process that listens is killed again and again?

    python -m tests.fault_injection.listening --kills 20 --events 1000

An emulator puts its notifications on a stream of moto's server. A process listens to the stream
and is killed with SIGKILL at moments drawn from a seed, while its reads meet expired iterators and
throttles. Then a shard is split and two are merged. Checked: every notification was delivered, in
the order of its shard; a kill repeats at most one batch of a shard.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

from attrs import define, field, frozen

from iotmi.emulator import Emulator
from tests.emulator.support import notifications as notified

from .consumer import kinesis_client
from .streams import kinesis_server

CONSUMER: Final = "tests.fault_injection.consumer"
STREAM: Final = "home"
BATCH: Final = 1000
PATIENCE: Final = 60.0


@frozen
class Report:
    """The result of a run."""

    events: int
    kills: int
    deliveries: int
    missing: int
    most_repeated: int
    out_of_order: int
    shards: int

    def __str__(self) -> str:
        return (
            f"{self.events} events, {self.kills} kills, {self.deliveries} deliveries: "
            f"{self.missing} missing, {self.out_of_order} out of order, at most "
            f"{self.most_repeated} records of a shard repeated by one kill; {self.shards} shards"
        )


@define
class Consumer:
    """The process that listens, and what it wrote in all its lives."""

    endpoint: str
    folder: Path
    every: int
    lives: list[int] = field(factory=list)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.lives.append(len(self.lines()))
        output, checkpoints = str(self.folder / "lines"), str(self.folder / "checkpoints")
        every = str(self.every)
        self._process = subprocess.Popen(
            [sys.executable, "-m", CONSUMER, self.endpoint, STREAM, checkpoints, output, every]
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lines(self) -> list[Any]:
        path = self.folder / "lines"
        if not path.exists():
            return []
        whole, _, _ = path.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def wait(self, ready: Callable[[list[Any]], bool]) -> None:
        """Wait until the lines satisfy *ready*. Fails where the process ends or stands still."""
        until = time.monotonic() + PATIENCE
        while not ready(self.lines()):
            assert self._process is not None
            assert self._process.poll() is None, "the consumer ended by itself"
            assert time.monotonic() < until, "the consumer stands still"
            time.sleep(0.01)


@contextmanager
def home(kinesis: Any, things: int) -> Iterator[tuple[Emulator, list[str]]]:  # noqa: ANN401
    """Give an emulator with switches whose states go to the stream."""
    with Emulator(kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        switches = [notified.create_switch(client) for _ in range(things)]
        # Ids are random. Each of the two shards needs a switch, or resharding moves nothing.
        while len(set(map(_shard_of, switches))) < 2:
            switches.append(notified.create_switch(client))
        notified.subscribe(client, "DEVICE_STATE", name=STREAM)
        yield emulator, switches


def _shard_of(thing_id: str) -> int:
    """Return the shard of two that holds a thing's events: Kinesis takes the MD5 of the key."""
    key = notified.managed_thing_arn(thing_id).encode()
    return hashlib.md5(key, usedforsecurity=False).digest()[0] >> 7


def run(
    *, kills: int, events: int, seed: int, every: int = 5, reshard: bool = True, folder: Path
) -> Report:
    """Let events flow and kill the consumer meanwhile."""
    chance = random.Random(seed)
    with kinesis_server() as endpoint:
        kinesis = kinesis_client(endpoint)
        kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        with home(kinesis, 6) as (emulator, switches):
            order = [chance.choice(switches) for _ in range(events)]

            def produce() -> None:
                for value, switch in enumerate(order):
                    emulator.devices.report(switch, "OnTime", value)

            producer = Thread(target=produce)
            consumer = Consumer(endpoint, folder, every)
            try:
                consumer.start()
                producer.start()
                for kill in range(kills):
                    # Spread over the events, so that each life has a part of a batch before it.
                    _wait_for_lines(consumer, chance.randint(1, events // (2 * kills + 1)))
                    consumer.kill()
                    consumer.start()
                    print(f"kill {kill + 1} of {kills}", file=sys.stderr)  # noqa: T201
                producer.join()
                consumer.wait(lambda lines: _everything_came(emulator, lines))
                if reshard:
                    _reshard(kinesis, emulator, switches, consumer)
            finally:
                consumer.kill()
                producer.join()
            shards = kinesis.list_shards(StreamName=STREAM)["Shards"]
            return _judged(emulator, consumer.lines(), consumer.lives, shards)


def _wait_for_lines(consumer: Consumer, more: int) -> None:
    goal = len(consumer.lines()) + more
    consumer.wait(lambda lines: len(lines) >= goal)


def _reshard(kinesis: Any, emulator: Emulator, switches: list[str], consumer: Consumer) -> None:  # noqa: ANN401
    """Split a shard and merge two, with events before, between and after."""
    # Values that no other report has, within the range of the property.
    for value, step in enumerate((_split, _merge), 30_000):
        for switch in switches:
            emulator.devices.report(switch, "OnTime", value * 2)
        step(kinesis)
        for switch in switches:
            emulator.devices.report(switch, "OnTime", value * 2 + 1)
        consumer.wait(lambda lines: _everything_came(emulator, lines))


def _open_shards(kinesis: Any) -> list[Any]:  # noqa: ANN401
    shards = kinesis.list_shards(StreamName=STREAM)["Shards"]
    found = [each for each in shards if "EndingSequenceNumber" not in each["SequenceNumberRange"]]
    return sorted(found, key=lambda shard: int(shard["HashKeyRange"]["StartingHashKey"]))


def _split(kinesis: Any) -> None:  # noqa: ANN401
    shard = _open_shards(kinesis)[0]
    low, high = (int(shard["HashKeyRange"][f"{end}HashKey"]) for end in ("Starting", "Ending"))
    kinesis.split_shard(
        StreamName=STREAM,
        ShardToSplit=shard["ShardId"],
        NewStartingHashKey=str((low + high) // 2),
    )


def _merge(kinesis: Any) -> None:  # noqa: ANN401
    first, second, *_ = _open_shards(kinesis)
    kinesis.merge_shards(
        StreamName=STREAM,
        ShardToMerge=first["ShardId"],
        AdjacentShardToMerge=second["ShardId"],
    )


def _everything_came(emulator: Emulator, lines: list[Any]) -> bool:
    sent = {notification.data.decode() for notification in emulator.notifications}
    return sent <= {line[2] for line in lines if isinstance(line, list)}


def _judged(
    emulator: Emulator, lines: list[Any], lives: Sequence[int], shards: list[Any]
) -> Report:
    sent = [notification.data.decode() for notification in emulator.notifications]
    came = [line for line in lines if isinstance(line, list)]
    first: dict[str, int] = {}
    for place, (_, _, data) in enumerate(came):
        first.setdefault(data, place)
    kills = len(lives) - 1
    return Report(
        events=len(sent),
        kills=kills,
        deliveries=len(came),
        missing=len(set(sent) - set(first)),
        most_repeated=_most_repeated(lines, lives),
        out_of_order=_out_of_order(emulator, first) + _before_their_parents(came, shards),
        shards=len({line[0] for line in came}),
    )


def _most_repeated(lines: list[Any], lives: Sequence[int]) -> int:
    """Return how many records of one shard came again after one kill, at most."""
    furthest: dict[str, int] = defaultdict(int)
    most = 0
    for start, end in pairwise([*lives, len(lines)]):
        twice: dict[str, int] = defaultdict(int)
        for line in lines[start:end]:
            if isinstance(line, list):
                shard, number = line[0], int(line[1])
                twice[shard] += number <= furthest[shard]
                furthest[shard] = max(furthest[shard], number)
        most = max([most, *twice.values()])
    return most


def _out_of_order(emulator: Emulator, first: Mapping[str, int]) -> int:
    """Return how many events of a device came first after a later one of the same device."""
    wrong = 0
    last: dict[str, int] = {}
    for notification in emulator.notifications:
        place = first.get(notification.data.decode(), -1)
        wrong += place < last.get(notification.partition_key, -1)
        last[notification.partition_key] = place
    return wrong


def _before_their_parents(came: list[Any], shards: list[Any]) -> int:
    """Return how many shards were begun before the records of their parents were all delivered."""
    firsts: dict[str, int] = {}
    news: dict[str, int] = {}
    seen: set[str] = set()
    for place, (shard, _, data) in enumerate(came):
        firsts.setdefault(shard, place)
        if data not in seen:
            news[shard] = place
            seen.add(data)
    return sum(
        firsts.get(shard["ShardId"], len(came)) < news.get(shard.get(parent, ""), -1)
        for shard in shards
        for parent in ("ParentShardId", "AdjacentParentShardId")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=5, help="one read in so many fails")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        report = run(
            kills=options.kills,
            events=options.events,
            seed=options.seed,
            every=options.every,
            folder=Path(folder),
        )
    print(report)  # noqa: T201
    if report.missing or report.out_of_order or report.most_repeated > BATCH:
        sys.exit("records were lost, out of order, or repeated more often than allowed")


if __name__ == "__main__":
    main()
