"""`iotmi events parse` and `replay`: recordings in every form, a handler, a stream."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from iotmi.emulator import lambda_event
from tests.cli.conftest import Home
from tests.cli.running import Here, in_shell, is_one_sentence, objects
from tests.cli.streams import SECRET, notification, options, put, tasks
from tests.events.message import envelope
from tests.events.packing import packed

# -- parse ---------------------------------------------------------------------------------


def get_records(*data: bytes) -> dict[str, Any]:
    """Return a response of the AWS CLI's get-records."""
    import base64

    return {
        "Records": [
            {
                "SequenceNumber": str(place),
                "PartitionKey": "1",
                "Data": base64.b64encode(each).decode(),
            }
            for place, each in enumerate(data)
        ]
    }


ONE: Final = json.dumps(notification(1))
TWO: Final = json.dumps(notification(2))


@pytest.mark.parametrize(
    "recording",
    [
        f"{ONE}\n{TWO}\n",
        f"[{ONE}, {TWO}]",
        json.dumps(notification(1), indent=2) + json.dumps(notification(2), indent=2),
        json.dumps(get_records(ONE.encode(), TWO.encode())),
        json.dumps(get_records(gzip.compress(ONE.encode()), TWO.encode()), indent=4),
        "\ufeff" + ONE + "\r\n" + TWO,
        gzip.compress(ONE.encode()),
        packed([("1", None, ONE.encode()), ("2", None, TWO.encode())]),
    ],
    ids=["lines", "list", "indented", "get-records", "compressed", "mark", "gzip", "aggregated"],
)
def test_every_form_of_a_recording_is_read(
    here: Here, tmp_path: Path, recording: str | bytes
) -> None:
    """A file is JSON, JSON Lines, or one record."""
    data = recording.encode() if isinstance(recording, str) else recording
    (tmp_path / "recording").write_bytes(data)
    done = here("events", "parse", str(tmp_path / "recording"), "--json")
    assert (done.code, done.err) == (0, "")
    assert tasks(done.out) == ["1", "2"][: len(done.lines)]
    assert len(done.lines) == (1 if data[:2] == b"\x1f\x8b" else 2)


def test_the_event_of_a_lambda_function_is_read(home: Home) -> None:
    """The standard input may hold what a function receives."""
    batch = lambda_event(home.emulator.notifications)
    done = in_shell("events", "parse", stdin=json.dumps(batch))
    assert (done.code, done.err) == (0, "")
    assert len(done.lines) == len(home.emulator.notifications)
    assert [line.split()[1] for line in done.lines] == [
        each.event_type for each in home.emulator.notifications
    ]


def test_only_harmless_values_of_a_state_are_printed(here: Here, tmp_path: Path) -> None:
    """Text, lists, wrong values and unknown capabilities are hidden, because they may be secret."""
    lock: dict[str, object] = {
        "AliroReaderVerificationKey": SECRET,
        "AliroSupportedBLEUWBProtocolVersions": [SECRET],
        "LockState": "Locked",
    }
    state = [
        place("matter.DoorLock@1.4", lock),
        place("matter.OnOff@1.4", {"OnOff": SECRET, "OnTime": 5}),
        place("acme.OnOff@1.0", {"OnOff": True}),
        place("acme.Lamp@1.0", {"Mood": SECRET}),
        {"endpointId": "1", "capabilities": [{"name": "no id"}]},
    ]
    (tmp_path / "r").write_text(
        json.dumps(envelope("DEVICE_STATE", {"addedStates": {"endpoints": state}}))
    )
    done = here("events", "parse", str(tmp_path / "r"))
    assert (done.code, done.err) == (0, "")
    assert done.out.rstrip().split("  ")[3:] == [
        "1 DoorLock.aliro_reader_verification_key=***",
        "1 DoorLock.aliro_supported_bleuwb_protocol_versions=***",
        "1 DoorLock.lock_state=Locked",
        "1 OnOff.on_off=***",
        "1 OnOff.on_time=5",
        "1 OnOff.OnOff=***",
        "1 Lamp.Mood=***",
    ]
    (found,) = objects(here("events", "parse", str(tmp_path / "r"), "--json").out)
    assert found["event"]["properties"][2] == {
        "endpoint": "1",
        "capability": "matter.DoorLock@1.4",
        "property": "LockState",
        "value": "Locked",
    }
    assert SECRET in here("events", "parse", str(tmp_path / "r"), "--show-secrets").out


def place(capability: str, properties: dict[str, object]) -> dict[str, object]:
    """Return an endpoint with a capability."""
    reported = [
        {"name": name, "value": {"propertyValue": value}} for name, value in properties.items()
    ]
    return {"endpointId": "1", "capabilities": [{"id": capability, "properties": reported}]}


def test_an_object_inside_an_event_has_its_members(here: Here, tmp_path: Path) -> None:
    """The error of a discovery is an object in JSON."""
    error = {"code": "500", "message": "unreachable", "managedThingId": "lamp"}
    failed = envelope("DEVICE_DISCOVERY_STATUS", {"status": "FAILED", "error": error})
    (tmp_path / "r").write_text(json.dumps(failed))
    (found,) = objects(here("events", "parse", str(tmp_path / "r"), "--json").out)
    shown = found["event"]["error"]
    assert (shown["code"], shown["managed_thing_id"]) == ("500", "lamp")


def test_a_line_that_is_no_json_spoils_no_other(here: Here, tmp_path: Path) -> None:
    """The exit code is 1, the errors are counted, and all other lines are printed."""
    (tmp_path / "r").write_text(f"{ONE}\n" + '{"messageType": \nnonsense\n{}\n' + f"{TWO}\n")
    done = here("events", "parse", str(tmp_path / "r"))
    assert done.code == 1
    assert [line.split()[1] for line in done.lines][::4] == ["DEVICE_OTA", "DEVICE_OTA"]
    assert is_one_sentence(done.err, ["3 of 5 records cannot be decoded"])


def test_a_source_of_another_service_is_one_sentence(here: Here, tmp_path: Path) -> None:
    """The event of a queue is not read."""
    (tmp_path / "r").write_text('{"Records": [{"eventSource": "aws:sqs"}]}')
    done = here("events", "parse", str(tmp_path / "r"))
    assert done.code == 1
    assert is_one_sentence(done.err, ["must be aws:kinesis"])


def test_an_empty_recording_has_no_records(here: Here, tmp_path: Path) -> None:
    """The exit code is 0, and the error stream says so."""
    (tmp_path / "r").write_text("\n")
    done = here("events", "parse", str(tmp_path / "r"))
    assert (done.code, done.out, done.err) == (0, "", "no records\n")


def test_a_missing_file_is_wrong_usage(here: Here) -> None:
    """The error names the file."""
    done = here("events", "parse", "nowhere.json")
    assert done.code == 2
    assert "nowhere.json" in done.err


def test_control_characters_are_not_printed(here: Here, tmp_path: Path) -> None:
    """A text of a third party cannot move the cursor of a terminal."""
    hostile = envelope("DEVICE_OTA", {"operation": "\x1b[2J\x9b2J\n"})
    (tmp_path / "r").write_text(json.dumps(hostile))
    done = here("events", "parse", str(tmp_path / "r"))
    assert done.code == 0
    assert all(each.isprintable() for each in done.out.removesuffix("\n"))
    assert len(done.lines) == 1


# -- replay --------------------------------------------------------------------------------

CONSUMER: Final = """
from iotmi import events

handler = events.Handler()
seen = []

@handler.on()
def take(event):
    if getattr(event, "ota_task_id", None) == "3":
        raise ValueError("task 3")
    print("took", event.ota_task_id)

lambda_handler = handler.lambda_handler

def with_context(event, context):
    print(context.function_name, context.get_remaining_time_in_millis() > 0, len(event["Records"]))
    assert context.invoked_function_arn.endswith(":with_context")

def broken(event, context):
    raise RuntimeError("out of order")

def confused(event, context):
    return {"batchItemFailures": [{"itemIdentifier": "none of these"}]}

def wrong(event, context):
    return {"batchItemFailures": "all"}

number = 5
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the current folder, with a consumer and a recording."""
    (tmp_path / "consumer.py").write_text(CONSUMER)
    lines = [json.dumps(notification(number)) for number in (1, 2, 3, 4)]
    (tmp_path / "recorded.jsonl").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    # The command adds the current folder, and the next test has another consumer.
    monkeypatch.setattr(sys, "path", list(sys.path))
    sys.modules.pop("consumer", None)
    yield tmp_path
    sys.modules.pop("consumer", None)


REPLAY: Final = ("events", "replay", "recorded.jsonl")


def test_a_handler_gets_batches(folder: Path) -> None:
    """A handler gets the records in order, and the failed record ends the replay."""
    done = in_shell(*REPLAY, "--to", "consumer:lambda_handler", "--batch-size", "2", cwd=folder)
    assert done.code == 1
    assert done.lines[:3] == ["took 1", "took 2", "batch 1: 2 records, ok"]
    assert done.lines[3].startswith("batch 2: 2 records, failed at 4959033827149025660")
    assert "took 4" not in done.out
    assert is_one_sentence(done.err.splitlines(keepends=True)[-1], ["names 1 record as failed"])


@pytest.mark.usefixtures("folder")
def test_a_handler_gets_a_context(here: Here) -> None:
    """The second argument has the members that libraries read."""
    done = here(*REPLAY, "--to", "consumer:with_context", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "with_context True 4"
    assert json.loads(done.lines[1]) == {"batch": 1, "records": 4, "failed": []}


@pytest.mark.usefixtures("folder")
def test_a_failed_record_ends_a_replay(here: Here) -> None:
    """The line of the batch has the sequence number of the failed record."""
    done = here(*REPLAY, "--to", "consumer:lambda_handler", "--batch-size", "3")
    assert done.code == 1
    assert done.lines[-1].startswith("batch 1: 3 records, failed at 4959033827149025660")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        ("consumer:broken", 1, ["raised RuntimeError at", "consumer.py:", "out of order"]),
        ("consumer:confused", 1, ["Lambda repeats the whole batch"]),
        ("consumer:wrong", 1, ["Lambda repeats the whole batch"]),
        ("consumer:number", 1, ["consumer:number is not a function"]),
        ("consumer:nothing", 1, ["cannot be imported: AttributeError"]),
        ("nowhere:handler", 1, ["cannot be imported: ModuleNotFoundError"]),
    ],
)
def test_a_handler_that_fails_is_one_sentence(
    here: Here, target: str, code: int, words: list[str]
) -> None:
    """The sentence says where, and there is no traceback."""
    done = here(*REPLAY, "--to", target)
    assert done.code == code
    assert is_one_sentence(done.err, words)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("target", ["consumer:broken", "nowhere:handler"])
def test_a_traceback_is_printed_on_request(here: Here, target: str) -> None:
    """With --traceback, the traceback comes before the sentence."""
    done = here(*REPLAY, "--to", target, "--traceback")
    assert done.code == 1
    assert "Traceback (most recent call last):" in done.err
    assert done.err.splitlines()[-1].startswith("Error: ")


def test_items_of_lambda_stay_as_they_are(home: Home, folder: Path, here: Here) -> None:
    """A handler gets each item of a recorded Lambda event unchanged."""
    batch = lambda_event(home.emulator.notifications[:2])
    (folder / "recorded.jsonl").write_text(json.dumps(batch))
    (folder / "consumer.py").write_text(
        f"import json\ndef same(event, context): assert event == json.loads({json.dumps(batch)!r})"
    )
    assert here(*REPLAY, "--to", "consumer:same").code == 0


@pytest.mark.parametrize(
    "options", [[], ["--to", "a:b", "--to-stream", "home"], ["--to", "a"], ["--to", ":b"]]
)
def test_a_replay_has_one_target(here: Here, folder: Path, options: list[str]) -> None:
    """Neither target, both, or a target of another form is wrong usage."""
    done = here("events", "replay", str(folder / "recorded.jsonl"), *options)
    assert done.code == 2


def test_a_recording_goes_to_a_stream(home: Home, folder: Path, here: Here) -> None:
    """--to-stream puts the records on the stream in their order, with their keys."""
    home.kinesis.create_stream(StreamName="replayed", ShardCount=1)
    arguments = ["--to-stream", "replayed", "--endpoint-url", home.kinesis_address]
    done = here("events", "replay", str(folder / "recorded.jsonl"), *arguments)
    assert (done.code, done.out) == (0, "4 records put on replayed\n")
    tail = here(
        *("events", "tail", *options(home, "replayed"), "--start", "earliest", "--limit", "4"),
        "--json",
    )
    assert tasks(tail.out) == ["1", "2", "3", "4"]


def test_a_tail_is_a_recording(home: Home, stream: str, here: Here, tmp_path: Path) -> None:
    """`tail --json --show-secrets` writes what `parse` and `replay` read."""
    put(home, stream, b"no json")
    arguments = ["events", "tail", *options(home, stream), "--start", "earliest", "--limit", "4"]
    (tmp_path / "r").write_text(here(*arguments, "--json", "--show-secrets").out)
    done = here("events", "parse", str(tmp_path / "r"), "--json")
    assert tasks("\n".join(done.lines[:3])) == ["1", "2", "3"]
    assert done.code == 1
    (tmp_path / "r").write_text(here(*arguments, "--json").out)
    assert here("events", "parse", str(tmp_path / "r")).code == 1


def test_a_broken_line_of_a_recording_is_an_error(here: Here, tmp_path: Path) -> None:
    """Data that is not base64 is an error that names the member."""
    (tmp_path / "r").write_text('{"data": "***"}')
    done = here("events", "parse", str(tmp_path / "r"))
    assert done.code == 1
    assert "data: must be base64" in done.out


def test_a_replay_of_nothing_says_so(here: Here, tmp_path: Path) -> None:
    """An empty recording calls no handler."""
    (tmp_path / "empty").write_text("")
    done = here("events", "replay", str(tmp_path / "empty"), "--to", "json:dumps")
    assert (done.code, done.err) == (0, "no records\n")
