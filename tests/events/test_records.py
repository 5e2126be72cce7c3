"""`events.records`: each source, aggregated records, compressed records, damaged records."""

import base64
import copy
import gzip
import json
import pickle
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from aws_kinesis_agg.deaggregator import (  # type: ignore[import-untyped]
    deaggregate_records,
)
from hypothesis import given, settings, strategies as st

from iotmi import EventError, events
from iotmi.events import Record
from iotmi.events._kpl import split_aggregate
from iotmi.events._records import MAX_INFLATED

from .message import Json, moment
from .messages import MESSAGES
from .packing import MAGIC, octets_field, packed, varint, varint_field, with_checksum

SAMPLES: Final = Path(__file__).parents[1] / "samples"
KPL: Final = json.loads((SAMPLES / "kpl.json").read_text())
LAMBDA: Final = json.loads((SAMPLES / "lambda.json").read_text())
STATE: Final = json.dumps(MESSAGES["state"].document).encode()
NUMBER: Final = "49590338271490256608559692538361571095921575989136588898"


def only(source: Json) -> Record:
    (record,) = events.records(source)
    return record


# -- sources -------------------------------------------------------------------------------


def test_a_lambda_event_becomes_records() -> None:
    """Data, numbers, key, shard and time of arrival equal those of the event."""
    source = LAMBDA["events"]["two_records"]
    found = list(events.records(source))
    assert len(found) == 2
    for record, sent in zip(found, source["Records"], strict=True):
        inner = sent["kinesis"]
        assert record.data == base64.b64decode(inner["data"])
        assert record.sequence_number == inner["sequenceNumber"]
        assert record.sub_sequence_number == 0
        assert record.partition_key == inner["partitionKey"]
        assert record.shard_id == "shardId-000000000006"
        assert record.event == events.parse(record.data)
        assert record.error is None
    assert found[0].arrived_at == moment("2018-12-17T22:10:50.987")


def test_an_aggregated_record_of_a_lambda_event_is_split() -> None:
    """The records inside share the sequence number and have their own keys and positions."""
    found = list(events.records(LAMBDA["events"]["aggregated"]))
    assert [record.sub_sequence_number for record in found] == [0, 1, 2, 0]
    assert len({record.sequence_number for record in found}) == 2
    assert all(isinstance(record.event, events.DeviceReportEvent) for record in found[:3])
    assert isinstance(found[3].event, events.DeviceCommandEvent)
    assert "a" not in {record.partition_key for record in found}


@pytest.mark.parametrize("name", LAMBDA["events"])
def test_every_lambda_sample_is_decoded(name: str) -> None:
    """Every record has an event or an error."""
    source = LAMBDA["events"][name]
    found = list(events.records(source))
    assert len(found) >= len(source["Records"])
    assert all((record.event is None) != (record.error is None) for record in found)


def test_base64_uses_the_standard_alphabet() -> None:
    """The URL-safe alphabet is refused."""
    assert only(LAMBDA["events"]["url_safe_base64_is_not_used"]).data == b"\xfb\xff\xfe"


def test_a_get_records_response_becomes_records() -> None:
    """The formats of boto3 and of the HTTP API are accepted."""
    written = LAMBDA["other_shapes"]["get_records_boto3"]
    answered = copy.deepcopy(written)
    (item,) = answered["Records"]
    item["Data"] = base64.b64decode(item["Data"])
    item["ApproximateArrivalTimestamp"] = datetime.fromtimestamp(1588670713.454, UTC)
    record = only(answered)
    assert record == only(written)
    assert record.partition_key == "WEBSOCKET"
    assert record.sequence_number == NUMBER
    assert record.arrived_at == moment("2020-05-05T09:25:13.454")
    assert isinstance(record.event, events.DeviceCommandEvent)
    assert list(events.records(LAMBDA["other_shapes"]["get_records_closed_shard"])) == []


def test_a_firehose_event_becomes_records() -> None:
    """Numbers and times are those of the source stream."""
    record = only(LAMBDA["other_shapes"]["firehose_transform"])
    assert record.shard_id == "shardId-000000000000"
    assert record.sequence_number == "49546986683135544286507457936321625675700192471156785154"
    assert record.sub_sequence_number == 0
    assert record.arrived_at == moment("2022-09-24T14:13:40.148")
    assert isinstance(record.event, events.DeviceCommandEvent)


def test_an_iterable_is_read_lazily() -> None:
    """An endless iterable works, and an item of the wrong type is an error of its record."""

    def endless() -> Iterator[Json]:
        yield 5
        while True:
            yield bytearray(STATE)

    found = events.records(endless())
    assert next(found).error is not None
    assert next(found).event == events.parse(STATE)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (LAMBDA["other_shapes"]["sqs"], "Records[0].eventSource"),
        (LAMBDA["other_shapes"]["on_failure_sqs_sns"], ""),
        ({}, ""),
        ({"Records": 5}, ""),
        (STATE, ""),
        ("text", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_an_unknown_source_is_refused_at_once(source: Json, path: str) -> None:
    """The call raises, not the first iteration."""
    with pytest.raises(EventError) as caught:
        events.records(source)
    assert caught.value.path == path


@pytest.mark.parametrize("data", ["***", "ab", "é", "\ud800", None, 5])
def test_bad_base64_fails_only_its_record(data: Json) -> None:
    """The path names the record."""
    source = copy.deepcopy(LAMBDA["events"]["two_records"])
    source["Records"][0]["kinesis"]["data"] = data
    bad, good = events.records(source)
    assert bad.error is not None
    assert bad.error.path == "Records[0].kinesis.data"
    assert bad.sequence_number is not None
    assert good.event is not None


@pytest.mark.parametrize("item", [None, 5, {}, {"kinesis": None}, {"kinesis": {}}, {"Data": []}])
def test_a_record_without_members_does_not_affect_others(item: Json) -> None:
    """The other records are decoded."""
    source = copy.deepcopy(LAMBDA["events"]["two_records"])
    source["Records"].insert(0, item)
    bad, *good = events.records(source)
    assert bad.error is not None
    assert all(record.event is not None for record in good)


@pytest.mark.parametrize("arrival", ["soon", 1e300, float("nan"), None])
def test_an_invalid_time_of_arrival_is_none(arrival: Json) -> None:
    """The event is decoded, because the time of arrival is optional."""
    source = copy.deepcopy(LAMBDA["events"]["enhanced_fan_out"])
    source["Records"][0]["kinesis"]["approximateArrivalTimestamp"] = arrival
    assert only(source).arrived_at is None


def test_records_pickle_and_hide_their_data() -> None:
    """A copy is equal, and the repr has no data."""
    record = only([STATE])
    assert pickle.loads(pickle.dumps(record)) == record
    assert "onoff" not in repr(record)


# -- aggregated records --------------------------------------------------------------------


@pytest.mark.parametrize("sample", KPL["samples"], ids=lambda sample: sample["name"])
def test_every_aggregate_sample_is_framed_as_expected(sample: Json) -> None:
    """Plain records are unchanged, and a malformed aggregate is one error."""
    data = bytes.fromhex(sample["data_hex"])
    expected = sample["expect"]
    found = list(events.records([data]))
    if isinstance(expected, str):
        (record,) = found
        assert record.data == data
        assert record.sub_sequence_number == 0
        if expected == "malformed":
            assert record.error is not None
            assert "table" in record.error.reason
    else:
        assert [
            (record.partition_key, record.sub_sequence_number, record.data.hex())
            for record in found
        ] == [
            (item["partition_key"], item["sub_sequence_number"], item["data_hex"])
            for item in expected
        ]
        inside = split_aggregate(data)
        assert inside is not None
        assert [record.explicit_hash_key for record in inside] == [
            item["explicit_hash_key"] for item in expected
        ]


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HASH_KEYS = st.none() | st.integers(0, 2**128 - 1).map(str)
RECORDS = st.lists(st.tuples(KEYS, HASH_KEYS, st.binary(max_size=300)), min_size=1, max_size=200)


@given(RECORDS)
@settings(max_examples=60, deadline=None)
def test_aggregates_round_trip(records: list[tuple[str, str | None, bytes]]) -> None:
    """AWS's Python module splits the same aggregates in the same way."""
    data = packed(records)
    inside = split_aggregate(data)
    assert inside is not None
    assert [
        (record.partition_key, record.explicit_hash_key, record.data) for record in inside
    ] == records
    sent = copy.deepcopy(LAMBDA["events"]["enhanced_fan_out"]["Records"][0])
    sent["kinesis"]["data"] = base64.b64encode(data).decode()
    theirs = deaggregate_records([copy.deepcopy(sent)])
    ours = list(events.records({"Records": [sent]}))
    assert [
        (
            item["kinesis"]["partitionKey"],
            item["kinesis"]["subSequenceNumber"],
            base64.b64decode(item["kinesis"]["data"]),
        )
        for item in theirs
    ] == [(record.partition_key, record.sub_sequence_number, record.data) for record in ours]


@given(RECORDS, st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_octet_makes_the_aggregate_a_plain_record(
    records: list[tuple[str, str | None, bytes]], data: st.DataObject
) -> None:
    """The checksum detects any change."""
    octets = bytearray(packed(records))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    assert only([bytes(octets)]).data == bytes(octets)


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_octets_with_a_valid_checksum_are_records_or_an_error(body: bytes) -> None:
    """No input raises an exception."""
    for record in events.records([with_checksum(body)]):
        assert (record.event is None) != (record.error is None)


RECORD: Final = octets_field(3, varint_field(1, 0) + octets_field(3, b"x"))


@pytest.mark.parametrize(
    ("name", "body", "count"),
    [
        ("unknown varint", varint_field(9, 5), 1),
        ("unknown octets", octets_field(9, b"abc"), 1),
        ("unknown fixed64", varint(9 << 3 | 1) + bytes(8), 1),
        ("unknown fixed32", varint(9 << 3 | 5) + bytes(4), 1),
        ("unknown group", varint(9 << 3 | 3) + varint_field(1, 1) + varint(9 << 3 | 4), 1),
        ("key table of another wire type", varint_field(1, 5), 1),
        ("cut fixed32", varint(9 << 3 | 5) + bytes(3), None),
        ("cut octets", varint(9 << 3 | 2) + varint(9) + b"abc", None),
        ("group without end", varint(9 << 3 | 3), None),
        ("group with another end", varint(9 << 3 | 3) + varint(8 << 3 | 4), None),
        ("end without group", varint(9 << 3 | 4), None),
        ("wire type 6", varint(9 << 3 | 6), None),
        ("field 0", varint(0 << 3), None),
        ("varint of eleven octets", varint(9 << 3) + b"\x80" * 10 + b"\x00", None),
        ("groups without bottom", varint(9 << 3 | 3) * 5000, None),
        (
            "tag without its key",
            octets_field(3, varint_field(1, 0) + octets_field(3, b"") + octets_field(4, b"")),
            None,
        ),
    ],
)
def test_unknown_protobuf_fields_are_skipped(name: str, body: bytes, count: int | None) -> None:
    """Octets that are not protobuf make the record a plain record."""
    inside = split_aggregate(with_checksum(octets_field(1, b"a") + RECORD + body))
    assert (None if inside is None else len(inside)) == count, name


def test_a_key_that_is_not_utf_8_is_replaced() -> None:
    """Version 2 of Java's protobuf does the same."""
    inside = split_aggregate(with_checksum(octets_field(1, b"\xff") + RECORD))
    assert inside is not None
    assert inside[0].partition_key == "\ufffd"


def test_the_magic_alone_is_a_plain_record() -> None:
    """The magic followed by only a digest is a plain record too."""
    for data in (MAGIC, with_checksum(b"")):
        assert split_aggregate(data) is None


# -- compressed records --------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(STATE, mtime=0),
        zlib.compress(STATE),
        zlib.compress(STATE, 1),
        zlib.compress(STATE, wbits=9),
        gzip.compress(STATE[:10], mtime=0) + gzip.compress(STATE[10:], mtime=0),
    ],
)
def test_compressed_records_are_decoded(data: bytes) -> None:
    """`data` is as delivered."""
    record = only([data])
    assert record.event == events.parse(STATE)
    assert record.data == data
    (inside,) = events.records([packed([("k", None, data)])])
    assert inside.event == record.event


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(STATE, mtime=0)[:-5], "cut off"),
        (zlib.compress(STATE)[:20], "cut off"),
        (b"\x1f\x8b", "cut off"),
        (b"\x1f\x8bjunk and more junk", "damaged"),
        (b"\x78\x9c\xff\xff\xff", "damaged"),
        (gzip.compress(STATE, mtime=0) + b"junk", "damaged"),
        (gzip.compress(bytes(MAX_INFLATED + 1), mtime=0), "holds more than"),
        (
            gzip.compress(bytes(MAX_INFLATED), mtime=0) + gzip.compress(b"x", mtime=0),
            "holds more than",
        ),
        (gzip.compress(b"no json", mtime=0), "JSON"),
    ],
)
def test_an_invalid_compressed_record_is_an_error(data: bytes, reason: str) -> None:
    """Damaged, truncated and too large data is an error, and other records are decoded."""
    bad, good = events.records([data, STATE])
    assert bad.error is not None
    assert reason in bad.error.reason
    assert good.event is not None
