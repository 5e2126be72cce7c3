"""The navigation of the site: each section of the index page's lists becomes a table of contents.

The index page is the one list of pages. A page that it does not link is missing from the site's
navigation, and Sphinx warns about it.
"""

import re
from collections.abc import Iterator
from typing import Final

_SECTION: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_PAGE: Final = re.compile(r"^(?:- |\| )\[`?([^\]`]+)`?\]\(([\w/]+)\.md\)", re.MULTILINE)
# Linked from a sentence below the table of families.
_OPERATIONS: Final = "All operations <operations>"


def fill(index: str) -> str:
    """Return the index page with a hidden table of contents for each section."""
    return index + "\n".join(tables(index))


def tables(index: str) -> Iterator[str]:
    """Yield the tables of contents."""
    _, *parts = _SECTION.split(index)
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        pages = [f"{label} <{name}>" for label, name in _PAGE.findall(text)]
        if "(operations.md)" in text:
            pages.append(_OPERATIONS)
        if pages:
            yield f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n"
            yield from pages
            yield "```\n"
