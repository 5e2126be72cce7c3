"""Programs that are packed: by PyInstaller, as a zip file, and without assertions."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipapp
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from iotmi._pyinstaller import hook_dirs

ROOT: Final = Path(__file__).parents[2]

PROGRAM: Final = dedent(
    """
    import iotmi
    from iotmi.emulator import Emulator

    def main():
        with Emulator() as emulator:
            client = emulator.client()
            locker = client.credential_lockers.create(name="Elm Street", tags={"a": "S3CRET"})
            found = client.credential_lockers.get(locker.id)
            assert "S3CRET" not in iotmi.to_json(found)
            plain = iotmi.to_plain(found, secrets="show")
            if iotmi.from_plain(iotmi.CredentialLocker, plain) != found:
                raise SystemExit("lost")
            try:
                client.managed_things.update("a", name="")
            except iotmi.ConstraintError as error:
                ids = [each.id for each in client.credential_lockers.list()]
                print(error.problems[0].path, ids == [locker.id])

    if __name__ == "__main__":
        main()
    """
)


def run(*command: str, cwd: Path) -> str:
    """Run a program that must succeed, and return its output."""
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout


def test_the_hook_is_declared() -> None:
    """PyInstaller finds the folder through the entry point, and the hook in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pyinstaller40"] == {"hook-dirs": "iotmi._pyinstaller:hook_dirs"}
    (folder,) = hook_dirs()
    assert (Path(folder) / "hook-iotmi.py").exists()


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("PyInstaller") is None, reason="PyInstaller is not installed"
)
def test_pyinstaller_builds_a_program_that_runs(tmp_path: Path) -> None:
    """The program runs where Python and its packages are not found."""
    (tmp_path / "program.py").write_text(PROGRAM)
    run(
        sys.executable,
        *("-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", "--onedir"),
        *("--paths", str(ROOT), "--additional-hooks-dir", hook_dirs()[0]),
        "program.py",
        cwd=tmp_path,
    )
    shutil.move(tmp_path / "dist", tmp_path / "moved")
    (tmp_path / "program.py").unlink()
    output = run(str(tmp_path / "moved" / "program" / "program"), cwd=tmp_path)
    assert output == "name True\n"


def test_a_zip_file_runs(tmp_path: Path) -> None:
    """The library reads no file of its own package that a zip file could not give."""
    source = tmp_path / "source"
    shutil.copytree(ROOT / "iotmi", source / "iotmi", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "program.py").write_text(PROGRAM)
    zipapp.create_archive(source, tmp_path / "program.pyz", main="program:main")
    # -I: this folder is not on the path, so that the package comes out of the archive.
    output = run(sys.executable, "-I", "program.pyz", cwd=tmp_path)
    assert output == "name True\n"


@pytest.mark.parametrize("options", [["-O"], ["-OO"]])
def test_a_program_runs_without_assertions(tmp_path: Path, options: list[str]) -> None:
    """Nothing depends on an assertion or on a docstring."""
    (tmp_path / "program.py").write_text(PROGRAM)
    output = run(sys.executable, *options, "program.py", cwd=tmp_path)
    assert output == "name True\n"
