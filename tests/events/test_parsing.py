"""`events.parse`: all documented notifications, and deviations from them."""

import copy
import json
import pickle
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError

from iotmi import EventError, EventType, IotmiError, events
from iotmi.events import Property

from .message import ENVELOPE, Json, envelope, moment, switch_document
from .messages import MESSAGES

MISSING: Final = object()
WRONG: dict[str, list[Any]] = {
    "text": [5, True, ["text"], {"a": "b"}],
    "time": [1731623291671, True, ["2024-11-14T19:55:57Z"], {}, "yesterday", ""],
    "texts": [5, {}, True, [5], [None]],
    "list": ["text", 5, {}, True, [5], [None]],
    "number": ["5", True, [], {}, 1.5],
    "boolean": ["true", 0, [], {}],
    "array": ["text", 5, {}, [5], [None], [[]]],
    "object": ["text", 5, [], True],
    "any": [],
}


def steps(path: str) -> list[str | int]:
    return [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]


def follow(value: Json, path: str) -> Json:
    """Return the member of an event at a path."""
    for step in steps(path):
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def changed(document: Json, path: str, value: Json) -> Json:
    """Return a copy of the document with another value at a path, or without it."""
    document = copy.deepcopy(document)
    *way, last = steps(path)
    place = document
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return document


MEMBERS: Final = [
    pytest.param(name, member, id=f"{name}-{member}")
    for name, message in MESSAGES.items()
    for member in message.members
]


def names_of(event: events.Event) -> list[str]:
    return [field.name for field in attrs.fields(type(event)) if field.name != "raw"]


def agree(one: events.Event, other: events.Event, *, but: str = "") -> None:
    top = but.partition("[")[0].partition(".")[0]
    assert type(one) is type(other)
    for name in names_of(one):
        if name != top:
            assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("name", MESSAGES)
def test_each_documented_notification_becomes_its_event(name: str) -> None:
    """Documented members have their values, and all other members are None."""
    message = MESSAGES[name]
    event = events.parse(json.dumps(message.document))
    assert type(event) is message.event
    assert event.type == message.document["messageType"]
    for member, (_, _, expected) in message.members.items():
        assert follow(event, member) == expected
    for member in set(names_of(event)) - set(message.members) - {"type"}:
        assert getattr(event, member) is None
    assert event.raw == message.document


@pytest.mark.parametrize(("name", "member"), MEMBERS)
@pytest.mark.parametrize("nothing", [MISSING, None], ids=["missing", "null"])
def test_a_missing_or_null_member_is_none(name: str, member: str, nothing: Json) -> None:
    """The class and all other members are unchanged."""
    message = MESSAGES[name]
    path = message.members[member][0]
    event = events.parse(json.dumps(changed(message.document, path, nothing)))
    assert follow(event, member) is None
    agree(event, events.parse(json.dumps(message.document)), but=member)


@pytest.mark.parametrize(("name", "member"), MEMBERS)
def test_a_member_of_the_wrong_type_is_an_error_with_its_path(name: str, member: str) -> None:
    """The path names the member, or the wrong item in it."""
    message = MESSAGES[name]
    path, kind, _ = message.members[member]
    for wrong in WRONG[kind]:
        with pytest.raises(EventError) as caught:
            events.parse(json.dumps(changed(message.document, path, wrong)))
        assert caught.value.path in {path, f"{path}[0]"}
        assert str(caught.value) == f"{caught.value.path}: {caught.value.reason}"


@pytest.mark.parametrize("name", MESSAGES)
def test_the_order_of_members_and_unknown_members_do_not_matter(name: str) -> None:
    """`raw` has the unknown members."""
    message = MESSAGES[name]

    def grown(value: Json) -> Json:
        if isinstance(value, dict):
            turned = {key: grown(item) for key, item in reversed(value.items())}
            return turned | {"addedMember": {"x": [1]}}
        return [grown(item) for item in value] if isinstance(value, list) else value

    document = grown(message.document)
    event = events.parse(json.dumps(document))
    agree(event, events.parse(json.dumps(message.document)), but="payload")
    assert event.raw == document


@pytest.mark.parametrize("name", MESSAGES)
def test_bytes_strings_and_mappings_become_the_same_event(name: str) -> None:
    """A byte order mark and a read-only mapping are accepted too."""
    document = MESSAGES[name].document
    text = json.dumps(document, ensure_ascii=False)
    event = events.parse(text)
    for data in (
        text.encode(),
        bytearray(text.encode()),
        f"\ufeff{text}",
        f"\ufeff{text}".encode(),
    ):
        assert events.parse(data) == event
    assert events.parse(document) == event


def test_the_event_does_not_share_the_mapping() -> None:
    """`raw` is a copy."""
    document = copy.deepcopy(dict(MESSAGES["state"].document))
    event = events.parse(document)
    document["payload"]["addedStates"]["endpoints"].clear()
    assert event.raw == MESSAGES["state"].document


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1731623291671", moment("2024-11-14T22:28:11.671")),
        ("0", moment("1970-01-01T00:00:00")),
        ("253402300799999", moment("9999-12-31T23:59:59.999")),
        ("4102444800001", moment("2100-01-01T00:00:00.001")),
        ("2024-11-14T19:55:57.568284645Z", moment("2024-11-14T19:55:57.568284")),
        ("2024-11-14T19:55:57Z", moment("2024-11-14T19:55:57")),
        ("2024-11-14T21:55:57+02:00", moment("2024-11-14T19:55:57")),
        ("2024-11-14T19:55:57.5", moment("2024-11-14T19:55:57.5")),
    ],
)
def test_both_formats_of_a_time_are_decoded(written: str, expected: datetime) -> None:
    """Every time is aware and in UTC."""
    event = events.parse(envelope("DEVICE_OTA", {}, timestamp=written))
    assert event.timestamp == expected
    assert event.timestamp is not None
    assert event.timestamp.tzinfo is UTC


@pytest.mark.parametrize("written", [3, 3.0])
def test_a_whole_number_may_be_written_with_a_point(written: float) -> None:
    """JSON has one type of number, and a count is an integer in both forms."""
    event = events.parse(envelope("DEVICE_DISCOVERY_STATUS", {"deviceCount": written}))
    assert isinstance(event, events.DeviceDiscoveryStatusEvent)
    assert repr(event.device_count) == "3"


@pytest.mark.parametrize(
    "written", ["999999999999999999", "9" * 5000, "-1", "0001-01-01T00:00+01:00", "\ud800", "٣"]
)
def test_a_time_out_of_range_is_an_error(written: str) -> None:
    """The path names the time."""
    with pytest.raises(EventError) as caught:
        events.parse(envelope("DEVICE_OTA", {}, timestamp=written))
    assert caught.value.path == "timestamp"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("true", True),
        ('"onoff"', "onoff"),
        ("12", 12),
        ("1.5", 1.5),
        ("null", None),
        ('{"a": [1]}', {"a": [1]}),
        ("plain words", "plain words"),
        ("", ""),
        ("NaN", "NaN"),
        ("9" * 5000, "9" * 5000),
        ("[" * 100_000, "[" * 100_000),
        (True, True),
        ({"a": 1}, {"a": 1}),
        (None, None),
    ],
)
def test_a_property_has_the_type_of_its_json(raw: Json, value: Json) -> None:
    """A string that is not JSON is unchanged, and `raw_value` is always as written."""
    document = envelope(
        "DEVICE_EVENT", {"endpoints": switch_document({"name": "OnOff", "value": raw})}
    )
    event = events.parse(document)
    assert isinstance(event, events.DeviceReportEvent)
    assert event.endpoints is not None
    found: Property = follow(event, "endpoints[0].capabilities[0].properties[0]")
    assert found.raw_value == raw
    assert found.value == value
    assert type(found.value) is type(value)


@pytest.mark.parametrize("name", ["resourceId", "associationArn"])
def test_one_string_becomes_an_array(name: str) -> None:
    """The service writes arrays where other events have one string."""
    document = envelope("CONNECTOR_ERROR_REPORT", {name: "one"})
    event = events.parse(document)
    assert isinstance(event, events.ConnectorErrorReportEvent)
    assert "one" in (event.resource_ids or ()) + (event.association_arns or ())


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"", ""),
        (b"\xff\xfe not json", ""),
        ("[]", ""),
        ("null", ""),
        ("5", ""),
        ("{", ""),
        ('{"messageType": NaN}', ""),
        ("[" * 100_000, ""),
        ('{"a":' * 100_000, ""),
        ("9" * 10_000, ""),
        (None, ""),
        (5, ""),
        ([], ""),
        ("{}", "messageType"),
        ({}, "messageType"),
        ({"messageType": None}, "messageType"),
        ({"messageType": 5}, "messageType"),
        ({"notificationType": "WSS_SUPPORTED", "managedThingId": "x"}, "messageType"),
        ({"messageType": "DEVICE_STATE", "payload": []}, "payload"),
        ({"messageType": "DEVICE_STATE", "payload": "x"}, "payload"),
    ],
)
def test_invalid_data_is_an_event_error(data: Json, path: str) -> None:
    """`parse` raises only `EventError`, and the error holds no part of the input."""
    with pytest.raises(EventError) as caught:
        events.parse(data)
    assert isinstance(caught.value, IotmiError)
    assert caught.value.path == path
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_mapping_that_cannot_be_read_is_an_error() -> None:
    """A mapping may contain itself or raise any exception."""

    class Hostile(dict[str, Any]):
        def items(self) -> Json:
            raise OSError("no")

    circle: dict[str, Any] = {"messageType": "DEVICE_STATE"}
    circle["payload"] = circle
    for data in (Hostile(), circle):
        with pytest.raises(EventError):
            events.parse(data)


def test_an_error_survives_pickling_and_hides_the_value() -> None:
    """A pickled error keeps the path and the reason, and the message hides the value."""
    with pytest.raises(EventError) as caught:
        events.parse(envelope("DEVICE_OTA", {"status": {"secret": "hush"}}))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.path, again.reason) == ("payload.status", "must be a string, got an object")
    assert "hush" not in repr(caught.value)


@pytest.mark.parametrize("name", MESSAGES)
def test_events_are_frozen_picklable_and_hashable(name: str) -> None:
    """A copy from another process is equal and has the same hash."""
    event = events.parse(json.dumps(MESSAGES[name].document))
    again = pickle.loads(pickle.dumps(event))
    assert again == event
    assert hash(again) == hash(event)
    with pytest.raises(FrozenInstanceError):
        event.id = "other"  # type: ignore[misc]


def test_reprs_redact_sensitive_values() -> None:
    """They hide property values, third parties' device ids and messages, payloads and `raw`."""
    for name, secrets in {
        "state": ["onoff\\"],
        "connector error": ["their-device-7", "the connector failed"],
        "new type": ["sheep"],
    }.items():
        text = repr(events.parse(json.dumps(MESSAGES[name].document)))
        assert "'***'" in text
        for secret in secrets:
            assert secret not in text


@pytest.mark.parametrize(
    ("result", "succeeded"), [("succeeded", True), ("failed", False), ("so-so", None), (None, None)]
)
def test_succeeded_is_true_false_or_none(result: Json, succeeded: Json) -> None:
    """An undocumented result is neither a success nor a failure."""
    event = events.parse(envelope("DEVICE_COMMAND", {"result": result}))
    assert isinstance(event, events.DeviceCommandEvent)
    assert event.succeeded is succeeded


def test_a_status_is_an_open_enum() -> None:
    """An unknown status keeps its text."""
    event = events.parse(json.dumps(MESSAGES["onboarding"].document))
    assert isinstance(event, events.DeviceLifecycleEvent)
    assert event.status is not None
    assert not event.status.known
    assert event.type is EventType.DEVICE_LIFE_CYCLE
    assert events.EventType is EventType


def test_an_empty_life_cycle_payload_is_an_onboarding_event() -> None:
    """An empty payload does not distinguish onboarding from connectivity."""
    payloads: tuple[Json, ...] = ({}, None)
    for payload in payloads:
        event = events.parse({"messageType": "DEVICE_LIFE_CYCLE", "payload": payload})
        assert type(event) is events.DeviceLifecycleEvent


def test_events_import_neither_boto3_nor_anyio() -> None:
    """A fresh interpreter proves it."""
    program = (
        "import sys\nfrom iotmi import events\n"
        'events.parse(\'{"messageType": "DEVICE_STATE"}\')\n'
        "list(events.records([b'']))\n"
        "events.Handler(); events.CommandResults()\n"
        "print([m for m in ('boto3', 'botocore', 'anyio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_utc_offset_is_converted() -> None:
    """The offsets range from the farthest east to the farthest west."""
    for hours in (-23, -1, 0, 1, 23):
        zone = timezone(timedelta(hours=hours))
        written = moment("2024-11-14T19:55:57").astimezone(zone).isoformat()
        event = events.parse(envelope("DEVICE_OTA", {}, timestamp=written))
        assert event.timestamp == moment("2024-11-14T19:55:57")


def test_the_parametrisation_is_large() -> None:
    """The parametrised tests above cover many variations."""
    kinds = [kind for message in MESSAGES.values() for _, kind, _ in message.members.values()]
    assert 2 * len(kinds) + sum(len(WRONG[kind]) for kind in kinds) >= 500
    assert set(ENVELOPE) == {"id", "timestamp", "account_id", "region_name", "resources", "version"}
