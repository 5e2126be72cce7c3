"""`iotmi events tail`, with streams of moto's server."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Home
from tests.cli.running import Here, command, environment, in_shell, is_one_sentence, objects
from tests.cli.streams import SECRET, notification, options, put, secret_notification, tasks
from tests.events.message import envelope

# -- tail ----------------------------------------------------------------------------------


def test_records_are_printed_from_the_start(home: Home, stream: str) -> None:
    """Each record is a line with its time, its type and its members."""
    done = in_shell("events", "tail", *options(home, stream), "--start", "earliest", "--limit", "3")
    assert (done.code, done.err) == (0, "")
    assert len(done.lines) == 3
    assert "  DEVICE_OTA  " in done.lines[0]
    assert done.lines[0].endswith("ota_task_id=1  status=COMPLETED")


def test_new_records_are_printed_as_they_arrive(home: Home) -> None:
    """Without --start, only records after the start of the command are printed."""
    with tailing(home, *home.tail, "--type", "device_state", "--limit", "1", "--json") as process:
        # A listener that is ready has asked for the shards. Until then, reports come again.
        for turn in range(100):
            home.emulator.devices.report(home.lamp_id, "OnOff", bool(turn % 2))
            try:
                out, err = process.communicate(timeout=0.3)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            raise AssertionError("no record arrived")
    assert (process.returncode, err) == (0, "")
    (found,) = objects(out)
    assert found["event"]["type"] == "DEVICE_STATE"
    assert found["event"]["properties"][0]["capability"] == "matter.OnOff@1.4"
    assert isinstance(found["event"]["properties"][0]["value"], bool)


def test_checkpoints_continue_a_run(home: Home, stream: str, here: Here, tmp_path: Path) -> None:
    """A second run begins with the last record of the first."""
    arguments = [
        *("events", "tail", *options(home, stream), "--start", "earliest", "--json"),
        *("--checkpoints", str(tmp_path / "positions")),
    ]
    assert tasks(here(*arguments, "--limit", "2").out) == ["1", "2"]
    assert tasks(here(*arguments, "--limit", "2").out) == ["2", "3"]


def test_a_time_starts_a_run(home: Home, stream: str, here: Here) -> None:
    """--start takes a time in ISO 8601, with or without an offset."""
    for at in ("2020-01-31T12:00:00", "2020-01-31T12:00:00+01:00"):
        done = here(
            *("events", "tail", *options(home, stream), "--start", at, "--limit", "1", "--json")
        )
        assert tasks(done.out) == ["1"]


def test_filters_choose_records(home: Home, stream: str, here: Here) -> None:
    """--type and --thing pass over other records and those that cannot be decoded."""
    put(home, stream, b"no json")
    put(home, stream, json.dumps(secret_notification()).encode())
    thing = envelope("DEVICE_LIFE_CYCLE", {"deviceDetails": {"id": "lamp"}})
    put(home, stream, json.dumps(thing).encode())
    arguments = ["events", "tail", *options(home, stream), "--start", "earliest", "--limit", "1"]
    assert "CONNECTOR_ERROR_REPORT" in here(*arguments, "--type", "CONNECTOR_ERROR_REPORT").out
    assert "DEVICE_LIFE_CYCLE" in here(*arguments, "--thing", "lamp").out


def test_a_record_that_cannot_be_decoded_is_printed(home: Home, stream: str, here: Here) -> None:
    """The line says ERROR and the reason, and the next record follows."""
    put(home, stream, b"no json")
    put(home, stream, json.dumps(notification(5)).encode())
    arguments = ["events", "tail", *options(home, stream), "--start", "earliest", "--limit", "5"]
    done = here(*arguments)
    assert done.code == 0
    assert "  ERROR  " in done.lines[3]
    assert "ota_task_id=5" in done.lines[4]
    assert "error" in objects(here(*arguments, "--json").out)[3]


def test_secrets_of_events_are_hidden(home: Home, stream: str, here: Here) -> None:
    """Messages of third parties appear only with --show-secrets."""
    put(home, stream, json.dumps(secret_notification()).encode())
    arguments = ["events", "tail", *options(home, stream), "--start", "earliest", "--limit", "4"]
    for more in ([], ["--json"]):
        done = here(*arguments, *more)
        assert SECRET not in done.out
        assert "***" in done.out
        assert SECRET in here(*arguments, *more, "--show-secrets").out


def test_an_unknown_stream_is_one_sentence(home: Home) -> None:
    """The exit code is 1, and the error has Kinesis's code."""
    done = in_shell("events", "tail", *options(home, "nowhere"))
    assert (done.code, done.out) == (1, "")
    assert is_one_sentence(done.err, ["ListShards: ResourceNotFoundException"])


def test_an_endpoint_without_a_server_is_one_sentence(here: Here) -> None:
    """The error says that nothing was sent."""
    done = here("events", "tail", "--stream", "home", "--endpoint-url", "http://127.0.0.1:9")
    assert done.code == 1
    assert is_one_sentence(done.err, ["nothing was sent"])


def test_a_wrong_profile_is_one_sentence(here: Here) -> None:
    """The error names the profile."""
    done = here("events", "tail", "--stream", "home", "--profile", "nowhere")
    assert done.code == 1
    assert is_one_sentence(done.err, ["nowhere"])


@pytest.mark.parametrize("start", ["yesterday", "12"])
def test_a_wrong_start_is_wrong_usage(here: Here, start: str) -> None:
    """The error lists the forms."""
    done = here("events", "tail", "--stream", "home", "--start", start)
    assert done.code == 2
    assert "must be latest, earliest, or a time" in done.err


@pytest.mark.skipif(os.name != "posix", reason="a signal is sent to a process")
def test_ctrl_c_ends_a_tail(home: Home, stream: str) -> None:
    """The exit code is 130, and the error stream has one line."""
    with tailing(home, *options(home, stream), "--start", "earliest") as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "Interrupted.")


def tailing(home: Home, *arguments: str) -> "subprocess.Popen[str]":
    """Start a tail."""
    assert home.kinesis_address in arguments
    return subprocess.Popen(
        command("events", "tail", *arguments),
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
