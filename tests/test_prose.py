"""Rules of plain English that a program can check: first words, banned words, long sentences.

The rules are in CONTRIBUTING.md. The glossary in docs/glossary.md has the terms to use instead.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES: Final = sorted(
    path for room in ("iotmi", "tests", "examples", "docs") for path in (ROOT / room).rglob("*.py")
)
PACKAGE: Final = [path for path in SOURCES if path.is_relative_to(ROOT / "iotmi")]

MOST_WORDS: Final = 25

_VAGUE: Final = re.compile(r"(What|Who|Whose|Whom|Those|Whether|That)\b")
_BANNED: Final = re.compile(r"\b(whom|lest|nobody|anew|beside|in the place of)\b", re.IGNORECASE)
_NO_PROSE: Final = re.compile(r"^```.*?^```$|<!--.*?-->|^ *\|.*?$|^#.*?$", re.DOTALL | re.MULTILINE)
_MARKUP: Final = re.compile(r"`[^`]*`|(?<=\])\([^)]*\)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?:])\**\s+|\n\s*\n|\n\s*(?:[-*>]|\d+\.)\s")


def name_of(path: Path) -> str:
    """Return the path below the root, for the names of tests."""
    return path.relative_to(ROOT).as_posix()


def docstrings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each docstring of a source file with the line of its owner."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text


def sentences_of(page: Path) -> Iterator[str]:
    """Yield the sentences of a page's paragraphs and lists, with inline code as one word."""
    prose = _MARKUP.sub("code", _NO_PROSE.sub("\n\n", page.read_text()))
    yield from (" ".join(each.split()) for each in _SENTENCE_END.split(prose) if each.strip())


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_docstring_begins_with_what_it_describes(source: Path) -> None:
    """No docstring begins with a pronoun, so its first word names an action or a thing."""
    vague = [
        f"{name_of(source)}:{line}: {text.splitlines()[0]}"
        for line, text in docstrings_of(source)
        if _VAGUE.match(text)
    ]
    assert vague == []


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=name_of)
def test_no_banned_word_is_used(path: Path) -> None:
    """The package and the pages avoid words that have a plainer synonym."""
    banned = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if _BANNED.search(line)
    ]
    assert banned == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_sentence_is_short(page: Path) -> None:
    """A sentence on a page has at most 25 words."""
    assert [each for each in sentences_of(page) if len(each.split()) > MOST_WORDS] == []
