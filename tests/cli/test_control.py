"""`iotmi things control`, against the emulator over HTTP."""

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest

import iotmi
from iotmi.capabilities import OnOff
from tests.cli.conftest import Home
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

PIN: Final = "90817263"


def last_action(home: Home) -> Any:  # noqa: ANN401 - JSON
    """Return the last command that the service received."""
    sent = [call for call in home.emulator.calls if call.operation == "SendManagedThingCommand"]
    return sent[-1].parameters["Endpoints"]


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


def relay(home: Home, stream: str, **payload: str) -> AbstractContextManager[None]:
    """Put the next result of a command on *stream*, after a broken record."""
    before = len(home.emulator.notifications.of("DEVICE_COMMAND"))

    def put_result() -> None:
        document = home.emulator.notifications.of("DEVICE_COMMAND")[before].envelope
        changed = {**document, "payload": {**document["payload"], **payload}}  # type: ignore[dict-item]  # JSON
        put(home, stream, b"no json")
        put(home, stream, json.dumps(changed).encode())

    return once(lambda: len(home.emulator.notifications.of("DEVICE_COMMAND")) > before, put_result)


@pytest.mark.parametrize(
    ("result", "code", "error"),
    [("succeeded", 0, ""), ("postponed", 3, "the device reports an unknown result")],
)
def test_only_a_known_result_is_a_result(
    home: Home, here: Here, stream: str, *, result: str, code: int, error: str
) -> None:
    """A result that is neither success nor failure exits with 3, and broken records are skipped."""
    with relay(home, stream, result=result):
        done = here(
            *("things", "control", home.lamp_id, "OnOff.on", *home.here, "--stream", stream),
            *("--stream-endpoint-url", home.kinesis_address, "--json"),
        )
    assert done.code == code
    (found,) = objects(done.out)
    assert found["result"] == result
    assert error in done.err
    assert is_one_sentence(done.err) == bool(error)


def test_a_stream_that_is_deleted_is_told(home: Home, here: Here, stream: str) -> None:
    """The command was sent, so that its outcome is unknown."""
    before = home.calls("SendManagedThingCommand")
    with once(
        lambda: home.calls("SendManagedThingCommand") > before,
        lambda: home.kinesis.delete_stream(StreamName=stream),
    ):
        done = here(
            *("things", "control", home.lamp_id, "OnOff.on", *home.here, "--stream", stream),
            *("--stream-endpoint-url", home.kinesis_address, "--timeout", "1"),
        )
    assert done.code == 3
    note, error = done.err.splitlines(keepends=True)
    assert note.startswith(f"the stream {stream} cannot be read: ")
    assert is_one_sentence(error, ["no result of command"])


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
    unknown = here("things", "control", home.hub_id, "OnOff.on", *home.here, "--check")
    assert unknown.code == 1
    assert is_one_sentence(unknown.err, ["has no capability report to check"])


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
