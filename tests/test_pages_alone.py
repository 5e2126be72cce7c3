"""Each page works for a reader who follows this page only.

The reader installs what the line "Needs:" names, and pastes the visible blocks into one file. The
tests in `tests.support.docs_plugin` run the hidden blocks too, with every package at hand.
"""

import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.page_alone import DOCS, blocks_of

pytestmark = pytest.mark.long

PAGES: Final = [
    page
    for page in sorted(DOCS.rglob("*.md"))
    if page.relative_to(DOCS).parts[0] not in {"design", "reference", "contributing.md"}
    and blocks_of(page)
]
# "Needs:" on most pages, a block of its own on the first.
_NEEDS: Final = re.compile(r"python -m pip install ([^`\n]+)(?:` in a checkout|\n)")


def needed(page: Path) -> list[str]:
    """Return the requirements that a page names. A dot is iotmi."""
    found = _NEEDS.search(page.read_text())
    assert found, "the page does not say what to install"
    return [re.sub(r"^\.", "iotmi", each.strip("'")) for each in found[1].split()]


@cache
def installed_with(requirement: str) -> frozenset[str]:
    """Return the distributions that pip installs for a requirement."""
    found: set[str] = set()
    waiting = [Requirement(requirement)]
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            key = f"{canonicalize_name(wanted.name)}[{extra}]"
            if key in found:
                continue
            found.add(key)
            for line in requires(wanted.name) or ():
                below = Requirement(line)
                if below.marker is None or below.marker.evaluate({"extra": extra}):
                    waiting.append(below)
    return frozenset(key.partition("[")[0] for key in found)


def absent_modules(page: Path) -> list[str]:
    """Return the modules that are installed here, and not where the reader is."""
    present = frozenset[str]().union(*map(installed_with, needed(page)))
    return [
        module
        for module, owners in packages_distributions().items()
        if not present & set(map(canonicalize_name, owners))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_a_page_needs_only_what_it_names(page: Path, tmp_path: Path) -> None:
    """The visible blocks run in order in a new process, with only the packages of the page."""
    hidden = {name for name in os.environ if name.startswith(("AWS_", "PYTEST_", "OTEL_"))}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    program = Path(__file__).parent / "support" / "page_alone.py"
    done = subprocess.run(
        [sys.executable, program, page.relative_to(DOCS), "tests", *absent_modules(page)],
        cwd=tmp_path,
        env=environment | {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": str(DOCS.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
