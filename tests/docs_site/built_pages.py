"""Read the pages of a built site."""

import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

_VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})


class PageReader(HTMLParser):
    """The links, anchors and runnable blocks of one page.

    Attributes:
        links: the targets of links, scripts, styles and pictures.
        anchors: the ids of elements.
        blocks: the code of the blocks that run, hidden ones too.
    """

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.blocks: list[str] = []
        self._depth = 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src") if given.get(name)]
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if self._depth and tag not in _VOID:
            self._depth += 1
        elif "run" in given.get("class", "").split():
            self._depth = 1
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in _VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.blocks[-1] += data


def pages_of(site: Path) -> Iterator[Path]:
    """Yield the pages of a site."""
    yield from sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)


def inventory_of(site: Path) -> dict[str, str]:
    """Return each object in the site's inventory with its kind, such as ``py:class``."""
    data = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(data).decode().splitlines()
    return {name: kind for name, kind, *_ in (line.split(" ") for line in lines) if ":" in kind}
