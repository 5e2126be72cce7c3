"""`events.listen` with a Kinesis that throttles, fails, and removes shards."""

import logging
import sqlite3
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from iotmi import events
from iotmi.events import _kinesis
from tests.fault_injection.consumer import fail_every, kinesis_client

from .streams import STREAM, number_of, numbers, put


def test_an_expired_iterator_is_renewed(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The new iterator starts after the last delivered record."""
    fail_every(kinesis, 2, "ExpiredIteratorException")
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    for number in range(5):
        put(kinesis, number)
        assert numbers(listening, 1) == [number]


@pytest.mark.parametrize("code", sorted(_kinesis.TRANSIENT))
def test_a_transient_error_is_retried(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The retry follows a pause, and a log record reports it."""
    fail_every(kinesis, 2, code)
    put(kinesis, 1, 2)
    with caplog.at_level(logging.WARNING, "iotmi.events"):
        listening = events.listen(
            STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest"
        )
        assert numbers(listening, 2) == [1, 2]
        put(kinesis, 3)
        assert numbers(listening, 1) == [3]
    assert code in caplog.text


def test_a_failed_connection_is_retried(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The number of retries is unlimited."""
    left = iter(range(5))

    def refuse(**_: object) -> None:
        for _number in left:
            raise EndpointConnectionError(endpoint_url="https://kinesis")

    put(kinesis, 1)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")
    kinesis.meta.events.register_first("before-send.kinesis", refuse)
    assert numbers(listening, 1) == [1]
    assert list(left) == []


def test_a_permanent_error_is_raised(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """`listen` raises for an unknown stream, and the iteration raises for later errors."""
    with pytest.raises(ClientError, match="ResourceNotFound"):
        events.listen("nowhere", kinesis=kinesis, checkpoints=tmp_path / "c")
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    fail_every(kinesis, 1, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        next(listening)


def test_an_invalid_start_is_refused(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The error is raised before a file is created."""
    with pytest.raises(ValueError, match="'newest'"):
        events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="newest")  # type: ignore[arg-type]
    assert not (tmp_path / "c").exists()


def test_listening_waits_for_new_records(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The stream is empty at first, and its shards are listed again meanwhile."""
    listed: list[int] = []
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")

    def put_after_some_listings(**_: object) -> None:
        listed.append(1)
        if len(listed) == 3:
            put(kinesis_client(), 1)

    kinesis.meta.events.register("before-call.kinesis.ListShards", put_after_some_listings)
    assert numbers(listening, 1) == [1]


def test_a_failed_listing_is_retried(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Records are delivered meanwhile."""
    failed: list[int] = []
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")

    def refuse(**_: object) -> None:
        failed.append(1)
        if len(failed) == 3:
            put(kinesis_client(), 1)
        raise EndpointConnectionError(endpoint_url="https://kinesis")

    kinesis.meta.events.register("before-call.kinesis.ListShards", refuse)
    with caplog.at_level(logging.WARNING, "iotmi.events"):
        assert numbers(listening, 1) == [1]
    assert "list the shards" in caplog.text


def with_header(kinesis: Any, date: str | None) -> None:  # noqa: ANN401
    """Let the responses of *kinesis* have another header ``Date``, or none."""

    def change(parsed: dict[str, Any], **_: object) -> None:
        headers = parsed["ResponseMetadata"]["HTTPHeaders"]
        headers.pop("date", None)
        if date is not None:
            headers["date"] = date

    kinesis.meta.events.register("after-call.kinesis", change)


@pytest.mark.parametrize(
    ("date", "starts_at"),
    [
        ("Wed, 31 Jan 2024 12:00:00 GMT", datetime(2024, 1, 31, 12, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_clock_of_kinesis_bounds_the_start(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
    date: str | None,
    starts_at: datetime | None,
) -> None:
    """Kinesis refuses a time in its future. Without its clock, the local clock counts."""
    asked: list[datetime] = []

    def note(params: dict[str, Any], **_: object) -> None:
        if "Timestamp" in params:
            asked.append(params["Timestamp"])

    before = datetime.now(UTC)
    with_header(kinesis, date)
    kinesis.meta.events.register("provide-client-params.kinesis.GetShardIterator", note)
    events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    put(kinesis, 1)
    # The second run starts at the time that the first run stored.
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    assert numbers(listening, 1) == [1]
    if starts_at is None:
        assert all(before <= each <= datetime.now(UTC) for each in asked)
    else:
        assert set(asked) == {starts_at}
    assert asked


def test_a_file_of_another_kind_holds_no_checkpoints(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The file stays as it is."""
    path = tmp_path / "c"
    path.write_text("no database" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        events.listen(STREAM, kinesis=kinesis, checkpoints=path)
    assert path.read_text() == "no database" * 100


def test_a_shard_that_kinesis_has_removed_is_not_read(kinesis: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A shard that no listing shows any more is forgotten, and the others are read."""
    removed, listed = "shardId-000000000001", 0

    def remove(parsed: dict[str, Any], **_: object) -> None:
        nonlocal listed
        listed += 1
        if listed > 1:
            parsed["Shards"] = [each for each in parsed["Shards"] if each["ShardId"] != removed]
        if listed == 4:
            put(kinesis_client(), 2, shard=1)
            put(kinesis_client(), 1)

    kinesis.meta.events.register("after-call.kinesis.ListShards", remove)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c")
    (record,) = islice(listening, 1)
    assert (number_of(record), record.shard_id) == (1, "shardId-000000000000")
    assert listed >= 4


def test_a_stream_with_many_shards_is_listed_in_pages(
    kinesis: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    """The request for the next page has only the token."""
    asked: list[dict[str, object]] = []

    def halve(params: dict[str, object], **_: object) -> None:
        asked.append(dict(params))
        # moto requires the stream name together with the token, and AWS refuses both.
        params |= {"MaxResults": 1, "StreamName": STREAM}

    kinesis.meta.events.register("provide-client-params.kinesis.ListShards", halve)
    put(kinesis, 1)
    put(kinesis, 2, shard=1)
    listening = events.listen(STREAM, kinesis=kinesis, checkpoints=tmp_path / "c", start="earliest")
    assert set(numbers(listening, 2)) == {1, 2}
    assert [sorted(each) for each in asked[:2]] == [["StreamName"], ["NextToken"]]
