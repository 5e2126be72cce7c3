"""The typing proof of capabilities: mypy and pyright read ``tests/typing/capabilities*.py``."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.checkers

ROOT: Final = Path(__file__).parents[2]
RIGHT: Final = ROOT / "tests" / "typing" / "capabilities.py"
MISUSE: Final = ROOT / "tests" / "typing" / "capabilities_misuse.py"
MARK: Final = "# error: "


def run(module: str, *arguments: str) -> str:
    """What a checker of this environment writes about both files."""
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments, str(RIGHT), str(MISUSE)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ended.returncode in {0, 1}, ended.stderr + ended.stdout
    return ended.stdout


def mypy(folder: Path) -> set[tuple[str, int]]:
    lines = run("mypy", "--strict", "--output=json", f"--cache-dir={folder}").splitlines()
    found = [json.loads(line) for line in lines]
    return {
        (Path(each["file"]).name, each["line"]) for each in found if each["severity"] == "error"
    }


def pyright(_: Path) -> set[tuple[str, int]]:
    output = json.loads(run("pyright", "--outputjson", "--pythonpath", sys.executable))
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in output["generalDiagnostics"]
    }


CHECKERS: Final[Mapping[str, Callable[[Path], set[tuple[str, int]]]]] = {
    "mypy": mypy,
    "pyright": pyright,
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes_are_refused_and_right_code_is_not(checker: str, tmp_path: Path) -> None:
    """The lines that are complained of are those that are marked."""
    marked = {
        (MISUSE.name, number)
        for number, line in enumerate(MISUSE.read_text("utf-8").splitlines(), 1)
        if MARK in line
    }
    assert len(marked) >= 30
    assert CHECKERS[checker](tmp_path) == marked
