"""`iotmi things list`, `get` and `watch`, against the emulator over HTTP."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from itertools import count
from typing import Final

import pytest

from tests.cli.conftest import SERIAL_NUMBER, Home
from tests.cli.running import (
    Here,
    command,
    environment,
    in_shell,
    is_one_sentence,
    objects,
    once,
)
from tests.cli.streams import put
from tests.events.message import envelope

# -- list ----------------------------------------------------------------------------------


def test_the_things_are_a_table(home: Home) -> None:
    """In a file the table is plain text, without color and trailing space, and complete."""
    done = in_shell("things", "list", *home.here)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].split() == ["id", "name", "role", "status", "hub", "updated"]
    assert [line.split()[0] for line in done.lines[1:-1]] == [
        home.hub_id,
        home.lamp_id,
        home.lock_id,
    ]
    assert done.lines[-1] == "3 things"
    assert done.out.isascii()
    assert [line for line in done.lines if line != line.rstrip()] == []
    assert "\x1b" not in done.out


def test_the_things_are_json_lines(home: Home, here: Here) -> None:
    """With --json, each line is one thing, and secrets are hidden."""
    done = here("things", "list", *home.here, "--json")
    first, *others = objects(done.out)
    assert (first["id"], first["serial_number"]) == (home.hub_id, "***")
    assert [each["role"] for each in others] == ["DEVICE", "DEVICE"]


def test_secrets_are_printed_on_request(home: Home, here: Here) -> None:
    """With --show-secrets, serial numbers are printed."""
    hidden = (
        here("things", "list", *home.here, "--json").out + here("things", "list", *home.here).out
    )
    assert SERIAL_NUMBER not in hidden
    shown = here("things", "list", *home.here, "--json", "--show-secrets")
    assert SERIAL_NUMBER in shown.out


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--role", "CONTROLLER"], 1),
        (["--role", "device"], 2),
        (["--status", "ACTIVATED"], 3),
        (["--status", "DISCOVERED"], 0),
        (["--serial-number", SERIAL_NUMBER], 1),
        (["--limit", "2"], 2),
        (["--limit", "1"], 1),
        (["--owner", "somebody"], 0),
    ],
)
def test_options_filter_the_list(home: Home, here: Here, options: list[str], count: int) -> None:
    """Each filter reaches the service, and the last line counts the things."""
    done = here("things", "list", *home.here, *options)
    assert done.lines[-1] == ("1 thing" if count == 1 else f"{count} things")


def test_a_hub_filters_the_list(home: Home, here: Here) -> None:
    """--hub lists the devices of a hub."""
    done = here("things", "list", *home.here, "--hub", home.hub_id, "--json")
    assert [each["id"] for each in objects(done.out)] == [home.lamp_id, home.lock_id]


def test_a_wrong_member_is_wrong_usage(home: Home, here: Here) -> None:
    """The error lists the members of the enum."""
    done = here("things", "list", *home.here, "--role", "LAMP")
    assert done.code == 2
    assert "'LAMP' is not one of CONTROLLER, DEVICE" in done.err


# -- get -----------------------------------------------------------------------------------


def test_a_thing_is_shown_with_capabilities_and_state(home: Home) -> None:
    """The lines have the members, the capability report and the state."""
    done = in_shell("things", "get", home.lamp_id, *home.here)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].split() == ["id", home.lamp_id]
    assert "  endpoint 1" in done.out
    assert "    matter.OnOff@1.4  version 6  Off, On, Toggle" in done.out
    assert "  1  OnOff.on_off = false  since " in done.out


def test_a_thing_is_one_object_of_json(home: Home, here: Here) -> None:
    """With --json, the object has the thing, its capabilities and its state."""
    (found,) = objects(here("things", "get", home.lamp_id, *home.here, "--json").out)
    assert found["thing"]["id"] == home.lamp_id
    assert found["capabilities"]["endpoints"][0]["capabilities"][0]["id"] == "matter.OnOff@1.4"
    (state,) = [each for each in found["state"] if each["property"] == "OnOff"]
    assert state["capability"] == "matter.OnOff@1.4"
    assert state["value"] is False


def test_a_serial_number_is_hidden(home: Home, here: Here) -> None:
    """`get` prints a serial number only with --show-secrets."""
    assert SERIAL_NUMBER not in here("things", "get", home.hub_id, *home.here).out
    assert SERIAL_NUMBER in here("things", "get", home.hub_id, *home.here, "--show-secrets").out


def test_text_in_a_state_is_hidden(home: Home, here: Here) -> None:
    """A property that holds text is hidden, because it may be a key or a code."""
    home.emulator.devices.report(home.lock_id, "AliroReaderVerificationKey", "c0ffee".zfill(130))
    home.emulator.devices.report(home.lock_id, "LockState", "Locked")
    hidden = here("things", "get", home.lock_id, *home.here).out
    assert "DoorLock.aliro_reader_verification_key = ***" in hidden
    assert "DoorLock.lock_state = Locked" in hidden
    shown = here("things", "get", home.lock_id, *home.here, "--show-secrets").out
    assert "c0ffee" in shown


@pytest.mark.parametrize("name", ["get", "watch"])
def test_an_unknown_thing_is_one_sentence(home: Home, name: str) -> None:
    """The exit code is 1, and the error has the operation and the request id."""
    done = in_shell("things", name, "nothing", *home.here)
    assert (done.code, done.out) == (1, "")
    assert is_one_sentence(done.err, ["GetManagedThing", "ResourceNotFoundException", "request id"])


def test_a_wrong_id_is_wrong_usage(home: Home, here: Here) -> None:
    """A value beyond the limits exits with 2, in one sentence, and nothing is sent."""
    calls = len(home.emulator.calls)
    done = here("things", "get", "not an id!", *home.here)
    assert done.code == 2
    assert is_one_sentence(done.err, ["GetManagedThing: identifier: must match"])
    assert len(home.emulator.calls) == calls


def test_a_missing_region_names_the_option(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says --region, and not the parameter of Python."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    done = here("things", "list")
    assert done.code == 1
    assert is_one_sentence(done.err, ["pass --region"])


def test_an_unknown_profile_is_one_sentence(here: Here) -> None:
    """The error names the profile."""
    done = here("things", "list", "--profile", "nowhere", "--region", "eu-west-1")
    assert done.code == 1
    assert is_one_sentence(done.err, ["nowhere"])


# -- watch ---------------------------------------------------------------------------------


def test_polls_print_the_state_and_each_change(home: Home) -> None:
    """The first lines are the status and the state, and a change shows both values."""
    home.emulator.devices.report(home.lamp_id, "OnOff", False)
    with watching(home, "--interval", "0.1", "--limit", "3") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        home.emulator.devices.report(home.lamp_id, "OnOff", True)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert lines[0].endswith("  status: ACTIVATED\n")
    assert lines[1].endswith("  1  OnOff.on_off: false\n")
    assert out.endswith("  1  OnOff.on_off: false -> true\n")


def test_a_stream_gives_each_change(home: Home) -> None:
    """With --stream, changes come from the events about this thing only."""
    home.emulator.devices.report(home.lamp_id, "OnOff", False)
    with watching(home, *home.stream, "--limit", "4", "--json") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        home.emulator.devices.report(home.lock_id, "LockState", "Unlocked")
        home.emulator.devices.report(home.lamp_id, "OnOff", True)
        home.emulator.devices.report(home.lamp_id, "OnOff", False)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    first, second = objects("".join(lines))
    assert (first["property"], first["new"]) == ("status", "ACTIVATED")
    assert (second["property"], second["new"]) == ("OnOff", False)
    changes = [(each["property"], each.get("old"), each["new"]) for each in objects(out)]
    assert changes == [("OnOff", False, True), ("OnOff", True, False)]


def test_a_stream_gives_each_kind_of_change(home: Home, here: Here, stream: str) -> None:
    """Reports and states have both values, a status its change, and other records are no change."""
    home.emulator.devices.report(home.lamp_id, "OnOff", False)

    def publish() -> None:
        put(home, stream, b"no json")
        for thing, kind, payload in (
            (home.lock_id, "DEVICE_LIFE_CYCLE", {"status": "DISCOVERED"}),
            (home.lamp_id, "DEVICE_LIFE_CYCLE", {"status": "ACTIVATED"}),
            (home.lamp_id, "DEVICE_LIFE_CYCLE", {"status": "ISOLATED"}),
            (home.lamp_id, "DEVICE_EVENT", {"endpoints": [switched("true")]}),
            (home.lamp_id, "DEVICE_STATE", {"addedStates": {"endpoints": [switched(ON)]}}),
            (home.lamp_id, "DEVICE_STATE", {"addedStates": {"endpoints": [switched(OFF)]}}),
        ):
            details = {"deviceDetails": {"id": thing}} if kind == "DEVICE_LIFE_CYCLE" else {}
            document = envelope(
                kind, {**details, **payload}, resources=[f"arn:aws:x:y:z:managed-thing/{thing}"]
            )
            put(home, stream, json.dumps(document).encode())

    before = home.calls("GetManagedThingState")
    with once(lambda: home.calls("GetManagedThingState") > before, publish):
        done = here(
            *("things", "watch", home.lamp_id, *home.here, "--limit", "6", "--json"),
            *("--stream", stream, "--stream-endpoint-url", home.kinesis_address),
        )
    assert (done.code, done.err) == (0, "")
    changes = [(each["property"], each.get("old"), each["new"]) for each in objects(done.out)]
    assert changes == [
        ("status", None, "ACTIVATED"),
        ("OnOff", None, False),
        ("status", "ACTIVATED", "ISOLATED"),
        ("OnOff", False, True),
        ("OnOff", False, True),
        ("OnOff", True, False),
    ]


ON: Final = {"propertyValue": True}
OFF: Final = {"propertyValue": False}


def switched(value: object) -> dict[str, object]:
    """Return an endpoint whose switch has a value."""
    capability = {"id": "matter.OnOff@1.4", "properties": [{"name": "OnOff", "value": value}]}
    return {"endpointId": "1", "capabilities": [capability]}


@pytest.fixture
def flicker(home: Home) -> Iterator[None]:
    """Switch the lamp every 50 ms during a test."""
    stopped = threading.Event()

    def switch() -> None:
        for turn in count():
            home.emulator.devices.report(home.lamp_id, "OnOff", bool(turn % 2))
            if stopped.wait(0.05):
                return

    thread = threading.Thread(target=switch)
    thread.start()
    yield
    stopped.set()
    thread.join()


@pytest.mark.usefixtures("flicker")
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_limit_ends_a_watch(home: Home, here: Here, *, streams: bool, as_json: bool) -> None:
    """With --limit, the exit code is 0 after so many changes."""
    options = ["--limit", "12", "--interval", "0.1", *(home.stream if streams else ())]
    options += ["--json"] if as_json else []
    done = here("things", "watch", home.lamp_id, *home.here, *options)
    assert (done.code, done.err, len(done.lines)) == (0, "", 12)
    if as_json:
        assert {each["property"] for each in objects(done.out)} >= {"status", "OnOff"}
    else:
        assert "OnOff.on_off: false -> true" in done.out


@pytest.mark.skipif(os.name != "posix", reason="a signal is sent to a process")
def test_ctrl_c_ends_a_watch(home: Home) -> None:
    """The exit code is 130, and the error stream has one line."""
    with watching(home) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == "Interrupted."


@pytest.mark.skipif(os.name != "posix", reason="the signal is sent to this very thread")
def test_ctrl_c_is_one_line(home: Home, here: Here) -> None:
    """In a process that goes on, Ctrl-C ends the command only."""
    before = home.calls("GetManagedThingState")
    main = threading.main_thread().ident
    assert main is not None
    with once(
        lambda: home.calls("GetManagedThingState") > before + 1,
        lambda: signal.pthread_kill(main, signal.SIGINT),
    ):
        done = here("things", "watch", home.lamp_id, *home.here, "--interval", "0.1")
    assert (done.code, done.err) == (130, "Interrupted.\n")
    assert "status: ACTIVATED" in done.out


def test_a_stream_endpoint_needs_a_stream(home: Home, here: Here) -> None:
    """--stream-endpoint-url alone is wrong usage."""
    done = here("things", "watch", home.lamp_id, *home.here, "--stream-endpoint-url", "http://x")
    assert done.code == 2
    assert "--stream-endpoint-url needs --stream" in done.err


def watching(home: Home, *options: str) -> "subprocess.Popen[str]":
    """Start a watch of the lamp."""
    return subprocess.Popen(
        command("things", "watch", home.lamp_id, *home.here, *options),
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
