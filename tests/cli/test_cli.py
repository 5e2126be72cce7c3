"""The command line: the demo's story, its exit code, and what it says where a part is missing."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

import iotmi
from iotmi.cli import main
from iotmi.cli._root import root
from iotmi.emulator import Emulator


def run(*arguments: str) -> Result:
    """What a command gives."""
    return CliRunner().invoke(root, arguments, prog_name="iotmi")


def test_the_version_is_the_packages() -> None:
    """`iotmi --version` says the name and the version, and nothing else."""
    assert run("--version").output == f"iotmi {iotmi.__version__}\n"


def test_the_demo_holds_from_a_shell() -> None:
    """`python -m iotmi demo` ends with 0, without a warning, and with nothing of AWS around it."""
    environment = {name: value for name, value in os.environ.items() if "AWS" not in name}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "iotmi", "demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "the home is empty" in done.stdout


def test_the_demo_shows_a_step_for_each_that_it_counts() -> None:
    """The last lines count what the lines above show, and none of them says NO."""
    lines = run("demo").output.splitlines()
    shown = [line for line in lines if line.startswith("   ok  ")]
    assert f"All {len(shown)} steps passed" in "\n".join(lines)
    assert not [line for line in lines if line.startswith("   NO")]


def test_the_demo_reads_well_in_a_file() -> None:
    """Where it is no terminal: no colour, no box, no blanks at the ends of lines."""
    output = run("demo").output
    assert output.isascii()
    assert "\x1b" not in output
    assert [line for line in output.splitlines() if line != line.rstrip()] == []


def test_the_demo_tells_no_secret() -> None:
    """No serial number, bar code or sign-in address of the story is in its output."""
    output = run("demo").output
    for secret in ("123456789524", "286D9700010F9478", "https://"):
        assert secret not in output


class Furnished(Emulator):
    """A home in which something is before the story begins."""

    def __init__(self) -> None:
        super().__init__()
        self.client().credential_lockers.create()


def test_a_broken_story_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is not as told stops the story at that step, which is marked."""
    monkeypatch.setattr("iotmi.cli.demo.Emulator", Furnished)
    result = run("demo")
    assert result.exit_code == 1
    assert "   NO  credential_lockers.delete" in result.output
    assert "Error: The demo failed at credential_lockers.delete" in result.output
    assert "steps passed" not in result.output


def test_the_source_of_the_story_is_a_program() -> None:
    """`demo --source` prints Python that compiles and that calls the library as one would."""
    source = run("demo", "--source").output
    compile(source, "story", "exec")
    assert "client.managed_things.create(" in source


def test_the_command_line_says_how_to_get_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without click, `iotmi` names the line that installs it."""
    for name in [name for name in sys.modules if name.startswith("iotmi.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit, match=r"python -m pip install 'iotmi\[cli\]'"):
        main()


def test_another_missing_part_is_not_explained_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module that is none of the command line's own is reported as it is."""
    for name in [name for name in sys.modules if name.startswith("iotmi.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "iotmi.emulator", None)
    with pytest.raises(ModuleNotFoundError, match=r"iotmi\.emulator"):
        main()


def test_the_package_runs_as_a_module() -> None:
    """`python -m iotmi` is the `iotmi` command."""
    done = subprocess.run(
        [sys.executable, "-m", "iotmi", "--version"], capture_output=True, text=True, check=True
    )
    assert iotmi.__version__ in done.stdout
