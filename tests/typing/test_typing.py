"""The typing proof: four type checkers read correct code and planted mistakes in this folder.

mypy and pyright must find every planted mistake and report nothing else. `known_misses.toml` lists
the errors of ty and pyrefly. Each checker runs once.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from attrs import frozen

import iotmi

pytestmark = pytest.mark.checkers

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests" / "typing"
CORRECT: Final = ("api.py", "capabilities.py", "connectors.py", "events.py")
MISTAKEN: Final = (
    "misuse.py",
    "capabilities_misuse.py",
    "connectors_misuse.py",
    "events_misuse.py",
)
FILES: Final = tuple(str(FOLDER / name) for name in CORRECT + MISTAKEN)
MARK: Final = "# error: "
SECONDS: Final = 300.0


@frozen
class Complaint:
    """One diagnostic of a checker."""

    file: str
    line: int
    message: str

    @classmethod
    def at(cls, path: str, line: int, message: str) -> "Complaint":
        """Return a complaint about a file, whatever the form of its path."""
        return cls(Path(path).name, line, message)


Complaints: TypeAlias = tuple[Complaint, ...]
Checker: TypeAlias = Callable[[Path], Iterator[Complaint]]


def run(module: str, *arguments: str) -> str:
    """Return a checker's output about the files."""
    command = [sys.executable, "-m", module, *arguments]
    # verifytypes looks for "python" on PATH, and must find this environment.
    here = str(Path(sys.executable).parent)
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PATH": here + os.pathsep + os.environ.get("PATH", "")},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    # 1 means complaints, and more means that the checker failed.
    assert ended.returncode in {0, 1}, f"{module} failed: {ended.stderr}{ended.stdout}"
    return ended.stdout


def mypy(cache: Path) -> Iterator[Complaint]:
    """Run `mypy --strict` with the repository's settings."""
    output = run("mypy", "--strict", "--output=json", f"--cache-dir={cache}", *FILES)
    for line in output.splitlines():
        found = json.loads(line)
        if found["severity"] == "error":
            yield Complaint.at(found["file"], found["line"], found["message"])


def pyright(_: Path) -> Iterator[Complaint]:
    """Run pyright with a project of its own, because the repository's excludes these files."""
    project = str(FOLDER / "pyrightconfig.json")
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", project)
    for found in json.loads(output)["generalDiagnostics"]:
        # Pyright counts lines from 0.
        line = found["range"]["start"]["line"] + 1
        yield Complaint.at(found["file"], line, found["message"])


def ty(_: Path) -> Iterator[Complaint]:
    """Run ty with its defaults."""
    output = run("ty", "check", "--output-format=gitlab", "--python", sys.prefix, *FILES)
    for found in json.loads(output):
        place = found["location"]
        line = place["positions"]["begin"]["line"]
        yield Complaint.at(place["path"], line, found["description"])


def pyrefly(_: Path) -> Iterator[Complaint]:
    """Run Pyrefly with its strict preset."""
    output = run(
        "pyrefly",
        "check",
        "--preset=strict",
        "--output-format=json",
        "--python-interpreter-path",
        sys.executable,
        *FILES,
    )
    for found in json.loads(output)["errors"]:
        yield Complaint.at(found["path"], found["line"], found["description"])


CHECKERS: Final[Mapping[str, Checker]] = {
    checker.__name__: checker for checker in (mypy, pyright, ty, pyrefly)
}


@frozen
class Verdict:
    """The errors of one checker."""

    missed: frozenset[str]
    false_alarms: frozenset[str]


Judge: TypeAlias = Callable[[str], tuple[Verdict, Complaints]]


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return a function that gives a checker's verdict, and runs each checker once."""
    folder = tmp_path_factory.mktemp("checkers")
    known: dict[str, Complaints] = {}

    def verdict(checker: str) -> tuple[Verdict, Complaints]:
        if checker not in known:
            known[checker] = tuple(CHECKERS[checker](folder))
        return compared(known[checker]), known[checker]

    return verdict


def lines_of(name: str) -> list[str]:
    """Return the lines of a file of this folder."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def planted() -> Mapping[tuple[str, int], str]:
    """Return the name of each planted mistake by its file and line."""
    return {
        (name, number): line.partition(MARK)[2]
        for name in MISTAKEN
        for number, line in enumerate(lines_of(name), 1)
        if MARK in line
    }


def compared(complaints: Complaints) -> Verdict:
    """Compare *complaints* with the planted mistakes."""
    mistakes = planted()
    refused = {(complaint.file, complaint.line) for complaint in complaints}
    return Verdict(
        missed=frozenset(name for place, name in mistakes.items() if place not in refused),
        false_alarms=frozenset(
            f"{complaint.file}: {lines_of(complaint.file)[complaint.line - 1].strip()}"
            for complaint in complaints
            if (complaint.file, complaint.line) not in mistakes
        ),
    )


def test_each_mistake_has_a_unique_name() -> None:
    """Each mistake has a unique name, so that known misses are unambiguous."""
    names = list(planted().values())
    assert len(names) >= 50
    assert len(set(names)) == len(names)
    assert all(names)


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_every_mistake_is_found(checker: str, judge: Judge) -> None:
    """mypy and pyright report each planted mistake on its line."""
    verdict, _ = judge(checker)
    assert not verdict.missed, sorted(verdict.missed)


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_correct_code_is_accepted(checker: str, judge: Judge) -> None:
    """mypy and pyright report no correct line."""
    verdict, complaints = judge(checker)
    assert not verdict.false_alarms, (sorted(verdict.false_alarms), complaints)


@pytest.mark.parametrize("checker", ["ty", "pyrefly"])
def test_misses_of_ty_and_pyrefly_are_listed(checker: str, judge: Judge) -> None:
    """The list of ty's and pyrefly's misses and false alarms is exact."""
    with (FOLDER / "known_misses.toml").open("rb") as file:
        listed = tomllib.load(file)[checker]
    verdict, complaints = judge(checker)
    assert sorted(verdict.missed) == sorted(listed["missed"])
    assert sorted(verdict.false_alarms) == sorted(listed["false_alarms"]), complaints


@pytest.fixture(scope="session")
def completeness() -> Mapping[str, object]:
    """Return Pyright's report on the installed package."""
    report = json.loads(
        run("pyright", "--verifytypes", "iotmi", "--ignoreexternal", "--outputjson")
    )
    found: Mapping[str, object] = report["typeCompleteness"]
    return found


def test_the_package_is_typed(completeness: Mapping[str, object]) -> None:
    """Pyright finds `py.typed` in the package under test."""
    package = completeness["packageRootDirectory"]
    assert isinstance(package, str), "iotmi is not installed: python -m pip install -e '.[dev]'"
    assert Path(iotmi.__file__).parent.samefile(package)
    assert (Path(package) / "py.typed").exists()


def test_every_public_type_is_known(completeness: Mapping[str, object]) -> None:
    """`pyright --verifytypes` gives 100 %."""
    symbols = completeness["symbols"]
    assert isinstance(symbols, list)
    unknown = [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in symbols
        if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]
        for diagnostic in symbol["diagnostics"]
    ]
    assert unknown == []
    assert completeness["completenessScore"] == 1
