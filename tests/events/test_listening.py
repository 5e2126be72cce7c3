"""`events.listen` and `listen_async`: order, checkpoints, resharding."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import anyio
import boto3
import pytest

from iotmi import events
from iotmi.events import Record
from tests.fault_injection import listening
from tests.fault_injection.consumer import fail_every

from .packing import packed
from .streams import STREAM, message, next_second, number_of, numbers, put

ANSWERS: Final = {"ThrottlingException", "ProvisionedThroughputExceededException"}


def test_every_record_is_delivered_in_order(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Each record has its shard, number, key and time of arrival."""
    put(kinesis, 1, 2, 3)
    put(kinesis, 11, 12, shard=1)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")
    came = list(islice(listening, 5))
    by_shard: dict[str | None, list[int]] = {}
    for record in came:
        by_shard.setdefault(record.shard_id, []).append(number_of(record))
        assert record.sequence_number is not None
        assert record.partition_key == str(number_of(record))
        assert record.arrived_at is not None
        assert record.arrived_at.tzinfo is UTC
    assert sorted(by_shard.values()) == [[1, 2, 3], [11, 12]]
    put(kinesis, 4)
    assert numbers(listening, 1) == [4]


def test_latest_starts_at_the_moment_of_the_call(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Records between the call and the first read are delivered."""
    put(kinesis, 1, 2)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    put(kinesis, 3)
    assert numbers(listening, 1) == [3]


def test_latest_survives_a_restart_before_the_first_record(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The second run continues at the start of the first run, not at the new end."""
    events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    put(kinesis, 1)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    assert numbers(listening, 1) == [1]


def test_a_datetime_is_a_start(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Records before the given time are skipped."""
    put(kinesis, 1)
    (first,) = kinesis.get_records(ShardIterator=first_iterator(kinesis))["Records"]
    after = next_second(first["ApproximateArrivalTimestamp"])
    put(kinesis, 2)
    for start, expected in ((after, 2), (datetime(2020, 1, 1, tzinfo=UTC), 1)):
        listening = events.listen(
            STREAM, kinesis=kinesis, checkpoints=tmp_path / str(expected), start=start
        )
        assert numbers(listening, 1) == [expected]


def first_iterator(kinesis: Any) -> str:  # noqa: ANN401
    answer = kinesis.get_shard_iterator(
        StreamName=STREAM, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    iterator: str = answer["ShardIterator"]
    return iterator


def test_a_record_is_consumed_when_the_next_is_requested(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The record at which the consumer failed is delivered again, and no earlier record."""
    put(kinesis, 1, 2, 3)

    def listen() -> Iterator[Record]:
        return events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")

    def consume() -> None:
        for record in listen():
            if number_of(record) == 2:
                raise OSError("the consumer fails")

    with pytest.raises(OSError, match="the consumer fails"):
        consume()
    assert numbers(listen(), 2) == [2, 3]


def test_records_inside_an_aggregate_are_consumed_together(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The records inside an aggregate share a sequence number."""
    put(kinesis, 1, data=packed([("a", None, message(1)), ("b", None, message(2))]))
    put(kinesis, 3)

    def listen() -> Iterator[Record]:
        return events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")

    first = listen()
    assert numbers(first, 2) == [1, 2]
    second = listen()
    assert numbers(second, 3) == [1, 2, 3]
    assert numbers(listen(), 1) == [3]


def test_an_undecodable_record_does_not_stop_the_others(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The undecodable record is delivered with its error."""
    put(kinesis, 1, data=b"no json")
    put(kinesis, 2)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")
    bad, good = islice(listening, 2)
    assert bad.error is not None
    assert number_of(good) == 2


def reshard(kinesis: Any) -> None:  # noqa: ANN401
    kinesis.split_shard(
        StreamName=STREAM, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
    )


def test_child_shards_start_after_their_parents(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The order holds after a split, and after a merge of a child with the other shard."""
    put(kinesis, 1, 2)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")
    assert numbers(listening, 1) == [1]
    reshard(kinesis)
    put(kinesis, 3)
    kinesis.merge_shards(
        StreamName=STREAM,
        ShardToMerge="shardId-000000000003",
        AdjacentShardToMerge="shardId-000000000001",
    )
    put(kinesis, 4, shard=1)
    came = list(islice(listening, 3))
    assert number_of(came[0]) == 2
    assert {number_of(record) for record in came[1:]} == {3, 4}
    assert {record.shard_id for record in came[1:]} == {
        "shardId-000000000002",
        "shardId-000000000004",
    }


def test_a_resharding_between_runs_is_followed(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The children are read from their start, although the first run started at the end."""
    put(kinesis, 1)
    next_second(datetime.now(UTC))
    first = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    put(kinesis, 2, 3)
    assert numbers(first, 1) == [2]
    reshard(kinesis)
    put(kinesis, 4)
    second = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    assert numbers(second, 3) == [2, 3, 4]
    third = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    assert numbers(third, 1) == [4]


def test_latest_skips_closed_shards(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The records of closed shards are older than the call."""
    put(kinesis, 1)
    reshard(kinesis)
    put(kinesis, 2)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    put(kinesis, 3)
    assert numbers(listening, 1) == [3]


def test_streams_may_share_a_file(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Each stream has its own checkpoints."""
    kinesis.create_stream(StreamName="other", ShardCount=1)
    kinesis.put_record(StreamName="other", Data=message(7), PartitionKey="k")
    put(kinesis, 1, 2)
    for name, expected in ((STREAM, 1), ("other", 7), (STREAM, 1)):
        listening = events.listen(
            name, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest"
        )
        assert numbers(listening, 1) == [expected]
    kinesis.delete_stream(StreamName="other")


def test_the_default_client_has_the_settings_of_boto3(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a client, `listen` creates one with boto3's default settings."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    put(kinesis, 1)
    listening = events.listen(STREAM, checkpoints=tmp_path / "c", start="earliest")
    assert numbers(listening, 1) == [1]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_listening_asynchronously(kinesis: Any, tmp_path: Path, backend: str) -> None:  # noqa: ANN401
    """`listen_async` works under asyncio and trio, with throttles and expired iterators."""
    fail_every(kinesis, 2, "ExpiredIteratorException", *ANSWERS)
    put(kinesis, 1, 2, 3)

    async def take(count: int) -> list[int]:
        came: list[int] = []
        listening = events.listen_async(
            STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest"
        )
        async for record in listening:
            came.append(number_of(record))
            if len(came) == count:
                break
        await listening.aclose()  # type: ignore[attr-defined]
        return came

    assert anyio.run(take, 2, backend=backend) == [1, 2]
    put(kinesis, 4)
    assert anyio.run(take, 3, backend=backend) == [2, 3, 4]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_listening_can_be_cancelled_while_it_waits(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
    backend: str,
) -> None:
    """The wait ends at once, and the checkpoints are closed."""

    async def wait() -> bool:
        with anyio.move_on_after(0.2) as scope:
            async for _ in events.listen_async(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c"):
                pass
        return scope.cancelled_caught

    assert anyio.run(wait, backend=backend)


def test_nothing_is_lost_over_kills_and_resharding(tmp_path: Path) -> None:
    """A short run of `python -m tests.fault_injection.listening` loses nothing."""
    report = listening.run(kills=2, events=60, seed=7, folder=tmp_path)
    assert report.missing == 0
    assert report.out_of_order == 0
    assert report.most_repeated <= listening.BATCH
    assert report.kills == 2
    assert report.shards > 2
