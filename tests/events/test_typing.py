"""mypy and pyright read `tests/typing/events.py` and find each mistake of `events_misuse.py`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.checkers

ROOT: Final = Path(__file__).parents[2]
API: Final = ROOT / "tests" / "typing" / "events.py"
MISUSE: Final = ROOT / "tests" / "typing" / "events_misuse.py"


def run(*command: str) -> str:
    here = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": here + os.pathsep + os.environ.get("PATH", "")}
    ended = subprocess.run(
        [sys.executable, "-m", *command, str(API), str(MISUSE)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ended.returncode in {0, 1}, ended.stderr + ended.stdout
    return ended.stdout


def found_by_mypy(cache: Path) -> set[tuple[str, int]]:
    output = run("mypy", "--strict", "--output=json", f"--cache-dir={cache}")
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {
        (Path(each["file"]).name, each["line"]) for each in lines if each["severity"] == "error"
    }


def found_by_pyright(_: Path) -> set[tuple[str, int]]:
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable)
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in json.loads(output)["generalDiagnostics"]
        if each["severity"] == "error"
    }


@pytest.mark.parametrize("checker", [found_by_mypy, found_by_pyright])
def test_checkers_find_the_mistakes_and_nothing_else(checker: object, tmp_path: Path) -> None:
    """A match over all classes is exhaustive, and one that lacks a class is not."""
    planted = {
        (MISUSE.name, number)
        for number, line in enumerate(MISUSE.read_text().splitlines(), 1)
        if re.search(r"# error: ", line)
    }
    assert len(planted) == 6
    assert callable(checker)
    assert checker(tmp_path) == planted
