"""`iotmi completion`, and the completions that a shell gets."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from iotmi.cli._root import root
from tests.cli.running import Here, environment


def completions(*words: str, incomplete: str = "") -> list[str]:
    """Return the completions of a word after the words after `iotmi`."""
    shell = ShellComplete(root, {}, "iotmi", "_IOTMI_COMPLETE")
    return [item.value for item in shell.get_completions(list(words), incomplete)]


@pytest.mark.parametrize(
    ("words", "incomplete", "found"),
    [
        ([], "e", ["events", "emulator"]),
        (["things"], "", ["list", "get", "watch", "control"]),
        (["things"], "--h", ["--help"]),
        (["things", "list"], "--sh", ["--show-secrets"]),
        (["things", "list", "--status"], "act", ["ACTIVATED"]),
        (["things", "list", "--role"], "", ["CONTROLLER", "DEVICE"]),
        (["events", "tail", "--type"], "DEVICE_S", ["DEVICE_STATE"]),
        (["events", "tail", "--start"], "e", ["earliest"]),
        (["fleet", "run", "f", "--action"], "u", ["update"]),
        (["fleet", "status", "--rows"], "fa", ["failed"]),
        (["things", "control", "ID"], "Lev", ["LevelControl.move_to_level"]),
        (["things", "control", "ID"], "Door", ["DoorLock.lock_door"]),
        (["things", "control", "ID"], "OnOff.t", ["OnOff.toggle"]),
        (["things", "control", "ID"], "Nothing.t", []),
        (["things", "control", "ID", "OnOff.on"], "end", ["endpoint="]),
        (["things", "control", "ID", "LevelControl.move_to_level"], "lev", ["level="]),
        (["things", "control", "ID", "FanControl.step"], "direction=I", ["direction=Increase"]),
        (["things", "control", "ID", "FanControl.step"], "wrap=", ["wrap=true", "wrap=false"]),
        (["things", "control", "ID", "FanControl.step"], "nothing=", []),
        (["things", "control", "ID", "FanControl.step", "direction", "="], "I", ["Increase"]),
        (["things", "control", "ID", "Nothing.step"], "direction=", []),
        (["things", "control", "ID", "OnOff.read"], "on_o", ["on_off"]),
        (["things", "control", "ID", "OnOff.write"], "on_", ["on_time="]),
        (
            ["things", "control", "ID", "LevelControl.move_to_level"],
            "options_mask=e",
            ["options_mask=execute_if_off"],
        ),
    ],
)
def test_words_are_completed(words: list[str], incomplete: str, found: list[str]) -> None:
    """A shell gets these words, and none if there are none."""
    got = completions(*words, incomplete=incomplete)
    assert [each for each in found if each not in got] == []
    assert bool(got) == bool(found)
    assert [each for each in got if not each.lower().startswith(incomplete.lower())] == []


def test_a_capability_is_completed_by_its_name() -> None:
    """Without a dot, the names of capabilities are completed, and a dot follows."""
    found = completions("things", "control", "ID", incomplete="P")
    assert found[0] == "Pm10ConcentrationMeasurement."
    assert all(each.startswith("P") and each.endswith(".") for each in found)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(here: Here, shell: str) -> None:
    """The script names the command and the variable."""
    done = here("completion", shell)
    assert done.code == 0
    assert "_IOTMI_COMPLETE" in done.out
    assert "iotmi" in done.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_a_value_after_its_name(tmp_path: Path) -> None:
    """bash splits words at "=", and the members of an enum are still completed."""
    (tmp_path / "iotmi").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iotmi "$@"\n')
    (tmp_path / "iotmi").chmod(0o755)
    program = (
        'eval "$(iotmi completion bash)"\n'
        "COMP_WORDS=(iotmi things control ID FanControl.step direction = I); COMP_CWORD=7\n"
        "_iotmi_completion iotmi\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    before = environment()
    done = subprocess.run(
        ["bash", "-c", program],
        env={**before, "PATH": f"{tmp_path}:{before['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("Increase\n", "")
