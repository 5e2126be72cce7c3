"""Every Python block of the documentation passes ``mypy --strict``, page by page."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.checkers

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

# The names that `tests.support.docs_plugin` gives each page.
HOME = """\
from contextlib import ExitStack as _ExitStack

import iotmi as _iotmi
from iotmi.emulator import Emulator as _Emulator

afterwards: _ExitStack
client: _iotmi.Client
emulator: _Emulator
locker_id: str
hub_id: str
lamp_id: str
"""
_BLOCK = re.compile(
    r"^(?:```python|<!-- invisible-code-block: python)\n(.*?)^(?:```|-->)$",
    re.DOTALL | re.MULTILINE,
)
_FUNCTION = re.compile(r"^(?:async )?def (\w+)\(", re.MULTILINE)


def programs_of(page: Path) -> Iterator[str]:
    """Return the blocks of *page* as modules, without those that show an interactive session.

    A function that a later block defines again gets another name.
    """
    program, defined = HOME, set[str]()
    for number, shown in enumerate(_BLOCK.findall(page.read_text())):
        block, names = str(shown), _FUNCTION.findall(shown)
        if block.startswith(">>>"):
            continue
        for name in defined.intersection(names):
            block = re.sub(rf"\b{name}\b", f"{name}_{number}", block)
        defined.update(names)
        program += "\n" + block
    if program != HOME:
        yield program


def test_every_block_passes_mypy_strict(tmp_path: Path) -> None:
    """A reader can paste each block into a program that is checked strictly."""
    names = []
    for page in PAGES:
        for number, program in enumerate(programs_of(page)):
            where = page.relative_to(ROOT).with_suffix("").as_posix()
            names.append("page_" + re.sub(r"\W", "_", where) + f"_{number}")
            (tmp_path / f"{names[-1]}.py").write_text(program)
    assert len(names) > 30
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file",
            "",
            *(str(tmp_path / f"{name}.py") for name in names),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
