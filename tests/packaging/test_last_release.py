"""The public names and signatures of the last release still exist."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import iotmi

ROOT: Final = Path(__file__).parents[2]

pytestmark = pytest.mark.checkers


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the repository."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def last_release() -> str:
    """Return the tag of the last release before this version."""
    described = run("git", "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^")
    if described.returncode:
        pytest.skip("no release to compare with: git knows no tag v*")
    tag = described.stdout.strip()
    # Before 1.0.0 a new minor version may break callers, afterwards a new major version.
    old, new = (version.split(".") for version in (tag.removeprefix("v"), iotmi.__version__))
    compatible = 1 if int(new[0]) else 2
    if old[:compatible] != new[:compatible]:
        pytest.skip(f"{iotmi.__version__} may break callers of {tag}")
    return tag


def public_names(stub: str) -> set[str]:
    """Return the names that a stub exports."""
    return {
        alias.asname
        for node in ast.walk(ast.parse(stub))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }


def test_no_public_name_is_gone(last_release: str) -> None:
    """`import iotmi` still gives each name. griffe does not see names that load lazily."""
    before = run("git", "show", f"{last_release}:iotmi/__init__.pyi").stdout
    now = (ROOT / "iotmi" / "__init__.pyi").read_text()
    assert sorted(public_names(before) - public_names(now)) == []


def test_no_public_object_breaks_its_callers(last_release: str) -> None:
    """griffe finds no removed object, no new required parameter and no changed default."""
    pytest.importorskip("griffe", reason="griffe is not installed")
    found = run(
        sys.executable, "-m", "griffe", "check", "iotmi", "-a", last_release, "-f", "oneline"
    )
    assert found.returncode == 0, found.stdout + found.stderr
