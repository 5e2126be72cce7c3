"""`iotmi things list`, `get`, `watch` and `control`, against the emulator over HTTP."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

import iotmi
from iotmi.capabilities import OnOff
from tests.cli.conftest import SERIAL_NUMBER, Home
from tests.cli.running import Here, command, environment, in_shell, is_one_sentence

PIN: Final = "90817263"


def objects(text: str) -> list[Any]:
    """Return the objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def last_action(home: Home) -> Any:  # noqa: ANN401 - JSON
    """Return the last command that the service received."""
    sent = [call for call in home.emulator.calls if call.operation == "SendManagedThingCommand"]
    return sent[-1].parameters["Endpoints"]


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
    home.emulator.devices.report(home.lock_id, "AliroReaderVerificationKey", "c0ffee")
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


# -- control -------------------------------------------------------------------------------


def test_commands_go_in_one_request(home: Home) -> None:
    """Several commands keep their order, and the values have the types of the parameters."""
    done = in_shell(
        *("things", "control", home.lamp_id, "OnOff.on", "LevelControl.move_to_level", "level=50"),
        *("options_mask=execute_if_off", *home.here),
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("sent OnOff.on, LevelControl.move_to_level, trace id ")
    (endpoint,) = last_action(home)
    assert [each["id"] for each in endpoint["capabilities"]] == [
        "matter.OnOff@1.4",
        "matter.LevelControl@1.4",
    ]
    assert endpoint["capabilities"][1]["actions"][0]["parameters"]["Level"] == 50
    with home.emulator.client() as client:
        state = OnOff.of(client.managed_things.get_state(home.lamp_id))
    assert state is not None
    assert state.on_off


def test_the_result_arrives_over_the_stream(home: Home) -> None:
    """With --stream, the command waits for the result of the device."""
    done = in_shell(
        "things", "control", home.lamp_id, "OnOff.toggle", *home.here, *home.stream, "--json"
    )
    assert (done.code, done.err) == (0, "")
    (found,) = objects(done.out)
    assert found["result"] == "succeeded"
    assert found["trace_id"]


def test_a_failure_of_the_device_exits_with_1(home: Home, here: Here) -> None:
    """A device that cannot be reached reports a failure."""
    home.emulator.devices.go_offline(home.lamp_id)
    try:
        done = here("things", "control", home.lamp_id, "OnOff.on", *home.here, *home.stream)
    finally:
        home.emulator.devices.come_online(home.lamp_id)
    assert done.code == 1
    assert "OnOff.on: failed, trace id " in done.out
    assert is_one_sentence(done.err, ["the device reports a failure"])


def test_a_result_that_does_not_come_exits_with_3(home: Home, here: Here) -> None:
    """After the timeout it is unknown whether the device acted."""
    home.kinesis.create_stream(StreamName="quiet", ShardCount=1)
    done = here(
        *("things", "control", home.lamp_id, "OnOff.on", *home.here, "--stream", "quiet"),
        *("--stream-endpoint-url", home.kinesis_address, "--timeout", "0.2"),
    )
    assert done.code == 3
    assert is_one_sentence(done.err, ["no result of command", "may still carry it out"])


def test_a_lost_response_exits_with_3(home: Home, here: Here) -> None:
    """A command that may have been carried out is not sent again."""
    home.emulator.faults.reset_connections("SendManagedThingCommand")
    before = len(home.emulator.calls)
    done = here("things", "control", home.lamp_id, "OnOff.toggle", *home.here)
    assert done.code == 3
    assert is_one_sentence(done.err, ["SendManagedThingCommand"])
    assert len(home.emulator.calls) == before + 1


def test_properties_are_read_and_written(home: Home, here: Here) -> None:
    """`read` takes names, and `write` takes values."""
    assert here("things", "control", home.lamp_id, "OnOff.read", "on_off", *home.here).code == 0
    (endpoint,) = last_action(home)
    assert endpoint["capabilities"][0]["actions"][0] == {
        "name": "ReadState",
        "parameters": {"propertiesToRead": ["OnOff"]},
    }
    words = ["OnOff.write", "on_time=5", "endpoint=1", "version=6"]
    assert here("things", "control", home.lamp_id, *words, *home.here).code == 0
    (endpoint,) = last_action(home)
    assert endpoint["capabilities"][0]["actions"][0]["parameters"] == {"OnTime": 5}


def test_a_secret_comes_from_a_file(home: Home, here: Here, tmp_path: Path) -> None:
    """NAME=@FILE reads the value, and no output shows it."""
    (tmp_path / "pin").write_text(PIN + "\n")
    done = here(
        *("things", "control", home.lock_id, "DoorLock.unlock_door"),
        *(f"pin_code=@{tmp_path / 'pin'}", *home.here),
    )
    assert done.code == 0
    (endpoint,) = last_action(home)
    assert endpoint["capabilities"][0]["actions"][0]["parameters"] == {"PINCode": PIN}
    assert PIN not in done.out + done.err


def test_a_secret_comes_from_the_standard_input(home: Home) -> None:
    """NAME=@- reads the value from the standard input."""
    done = in_shell(
        *("things", "control", home.lock_id, "DoorLock.unlock_door", "pin_code=@-"),
        *home.here,
        stdin=f"{PIN}\n",
    )
    assert done.code == 0
    (endpoint,) = last_action(home)
    assert endpoint["capabilities"][0]["actions"][0]["parameters"] == {"PINCode": PIN}


def test_a_check_compares_with_the_report(home: Home, here: Here) -> None:
    """With --check, a command that the thing lacks is not sent."""
    calls = len(home.emulator.calls)
    done = here("things", "control", home.lamp_id, "DoorLock.lock_door", *home.here, "--check")
    assert done.code == 2
    assert is_one_sentence(done.err, ["which has matter.OnOff@1.4"])
    assert [call.operation for call in home.emulator.calls[calls:]] == [
        "GetManagedThingCapabilities"
    ]
    assert here("things", "control", home.lamp_id, "OnOff.on", *home.here, "--check").code == 0


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["on"], "a command begins with CAPABILITY.COMMAND"),
        (["Lamp.on"], "'Lamp' is not a capability. Known are ActivatedCarbonFilterMonitoring, "),
        (["OnOff.onn"], "OnOff has no command 'onn'. It has off, "),
        (["OnOff.on", "level=1"], "OnOff.on has no parameter 'level'. It has endpoint, version"),
        (["OnOff.on", "now"], "OnOff.on: write each parameter as NAME=VALUE"),
        (["OnOff.read", "on_off=1"], "OnOff.read takes names of properties, not values"),
        (["OnOff.read", "level"], "OnOff.read: name: must be one of on_off, "),
        (["OnOff.write", "on_off=true"], "OnOff.write has no parameter 'on_off'. It has on_time"),
        (["OnOff.write"], "OnOff.write: properties: must hold at least 1 property"),
        (["OnOff.on", "endpoint=a b"], "OnOff.on: endpoint: must match"),
        (["LevelControl.move_to_level"], "LevelControl.move_to_level: level: is required"),
        (["LevelControl.move_to_level", "level=300"], "level: must be from 0 to 254"),
        (["LevelControl.move_to_level", "level=x"], "level: must be a whole number"),
        (["LevelControl.move_to_level", "level=1", "level=2"], "level is given twice"),
        (["LevelControl.move_to_level", "level=1", "options_mask=x"], "bits separated by commas"),
        (["FanControl.step", "direction=Up"], "direction: must be one of Increase, Decrease"),
        (["FanControl.step", "direction=Increase", "wrap=x"], "wrap: must be true or false"),
        (["DoorLock.unlock_door", "pin_code=@/nowhere"], "pin_code: /nowhere: No such file"),
    ],
)
def test_wrong_words_are_wrong_usage(home: Home, here: Here, words: list[str], rule: str) -> None:
    """The exit code is 2, the error names the rule, and nothing is sent."""
    calls = len(home.emulator.calls)
    done = here("things", "control", home.lamp_id, *words, *home.here)
    assert done.code == 2
    assert rule in " ".join(done.err.split())
    assert len(home.emulator.calls) == calls


def test_no_message_shows_a_value(home: Home, here: Here) -> None:
    """An error about a secret parameter does not show it."""
    done = here(
        *("things", "control", home.lock_id, "DoorLock.set_user", f"user_index={PIN}", *home.here)
    )
    assert done.code == 2
    assert PIN not in done.err


def test_an_output_that_ends_early_is_no_defect(home: Home) -> None:
    """A reader that closes the pipe ends the command without a traceback."""
    shell = f"{' '.join(command('things', 'list', '--json', *home.here))} | head -n 0"
    done = subprocess.run(
        ["sh", "-c", shell], env=environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_a_client_is_not_needed_for_wrong_words() -> None:
    """The words are checked before a client is made."""
    program = (
        "import sys; sys.argv = ['iotmi', 'things', 'control', 'x', 'OnOff.onn']\n"
        "from iotmi.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_the_enum_members_are_those_of_the_library() -> None:
    """--status takes every status of the enum."""
    from iotmi.cli._types import EnumType

    kind = EnumType("ProvisioningStatus")
    assert kind.convert("isolated", None, None) is iotmi.ProvisioningStatus.ISOLATED
