"""Run the Python blocks that a reader sees on one page, as one program.

``python tests/support/page_alone.py PAGE MODULE...`` runs them in the current folder. No block
finds the named modules, as in an environment without them.
"""

import re
import sys
from doctest import ELLIPSIS, DocTestParser, DocTestRunner
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, Final, NoReturn

DOCS: Final = Path(__file__).parents[2] / "docs"
HOME: Final = "start.md#a-home-for-the-other-pages"

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Absent(MetaPathFinder):
    """A finder that refuses modules, as if they were not installed."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse the modules, and leave all others to the next finder."""
        del path, target
        if fullname.partition(".")[0] in self._modules:
            self._refuse(fullname)

    def _refuse(self, name: str) -> NoReturn:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def blocks_of(page: Path) -> list[str]:
    """Return the blocks that a reader runs: those of the small home, if the page needs it."""
    text = page.read_text()
    shown = _BLOCK.findall(_COMMENT.sub("", text))
    needs_home = f"]({HOME})" in text or f"](../{HOME})" in text
    return [blocks_of(DOCS / "start.md")[-1], *shown] if needs_home else shown


def run(code: str, names: dict[str, Any]) -> None:
    """Run a block: a program, or the lines of a console."""
    if not code.startswith(">>>"):
        exec(compile(code, f"<{code.splitlines()[0]}>", "exec"), names)  # noqa: S102 - our own pages
        return
    session = DocTestParser().get_doctest(code, names, "page", None, None)
    failed = DocTestRunner(optionflags=ELLIPSIS).run(session, clear_globs=False).failed
    names |= session.globs
    if failed:
        raise AssertionError(f"{failed} lines of a console print something else")


if __name__ == "__main__":
    page, *absent = sys.argv[1:]
    sys.meta_path.insert(0, Absent(set(absent)))
    names: dict[str, Any] = {"__name__": "__main__"}
    for code in blocks_of(DOCS / page):
        run(code, names)
