"""The command line: the demo, its exit code, and the messages for missing packages."""

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
    """Return the result of a command."""
    return CliRunner().invoke(root, arguments, prog_name="iotmi")


def test_the_version_is_the_packages() -> None:
    """`iotmi --version` prints the name and the version, and nothing else."""
    assert run("--version").output == f"iotmi {iotmi.__version__}\n"


def test_the_demo_passes_in_a_shell() -> None:
    """`python -m iotmi demo` exits with 0, without a warning and without any AWS setting."""
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


def test_the_demo_counts_its_steps() -> None:
    """The last lines count the steps above, and no step is marked NO."""
    lines = run("demo").output.splitlines()
    shown = [line for line in lines if line.startswith("   ok  ")]
    assert f"All {len(shown)} steps passed" in "\n".join(lines)
    assert not [line for line in lines if line.startswith("   NO")]


def test_the_demo_reads_well_in_a_file() -> None:
    """Without a terminal there is no color, no box and no trailing space."""
    output = run("demo").output
    assert output.isascii()
    assert "\x1b" not in output
    assert [line for line in output.splitlines() if line != line.rstrip()] == []


def test_the_demo_prints_no_secret() -> None:
    """No serial number, bar code or sign-in address is in the output."""
    output = run("demo").output
    for secret in ("123456789524", "286D9700010F9478", "https://"):
        assert secret not in output


class NonemptyEmulator(Emulator):
    """An emulator that has a locker before the demo begins."""

    def __init__(self) -> None:
        super().__init__()
        self.client().credential_lockers.create()


def test_a_failed_step_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected result stops the demo at its step, which is marked."""
    monkeypatch.setattr("iotmi.cli.demo.Emulator", NonemptyEmulator)
    result = run("demo")
    assert result.exit_code == 1
    assert "   NO  credential_lockers.delete" in result.output
    assert "Error: The demo failed at credential_lockers.delete" in result.output
    assert "steps passed" not in result.output


def test_the_source_of_the_demo_is_a_program() -> None:
    """`demo --source` prints Python that compiles and calls the library."""
    source = run("demo", "--source").output
    compile(source, "demo", "exec")
    assert "client.managed_things.create(" in source


def test_a_missing_click_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without click, `iotmi` prints the command that installs it."""
    for name in [name for name in sys.modules if name.startswith("iotmi.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit, match=r"python -m pip install 'iotmi\[cli\]'"):
        main()


def test_the_command_reads_the_arguments_of_its_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The entry point of the package runs the root command."""
    monkeypatch.setattr(sys, "argv", ["anything", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"iotmi {iotmi.__version__}\n"


def test_another_missing_module_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module outside the extra raises as usual."""
    for name in [name for name in sys.modules if name.startswith("iotmi.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "iotmi.cli._lazy", None)
    with pytest.raises(ModuleNotFoundError, match=r"iotmi\.cli\._lazy"):
        main()


def test_the_package_runs_as_a_module() -> None:
    """`python -m iotmi` is the `iotmi` command."""
    done = subprocess.run(
        [sys.executable, "-m", "iotmi", "--version"], capture_output=True, text=True, check=True
    )
    assert iotmi.__version__ in done.stdout
