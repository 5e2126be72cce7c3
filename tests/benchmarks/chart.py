"""A chart of the ratios: bars of iotmi and capo, and a line at raw boto3."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from tests.benchmarks.measuring import REFERENCE, Row
from tests.benchmarks.report import OTHER, OURS, number

_TITLES: Final[Mapping[tuple[str, str], str]] = {
    ("list", "CPU"): "list a page of 100, CPU",
    ("get", "CPU"): "get one, CPU",
    ("connect", "CPU"): "get one over a new connection, CPU",
    ("create", "CPU"): "create, 40 capabilities, CPU",
    ("create-new", "CPU"): "create, 40 names never seen, CPU",
    ("cold-start", "CPU"): "cold start, CPU",
    ("cold-start", "peak memory"): "cold start, peak memory",
    ("hold", "growth"): "100,000 things kept, memory",
}
_NAMES_END: Final = 270
_WIDTH: Final = 760
_BAR: Final = 14
_GROUP: Final = 46
_TOP: Final = 56

_STYLE: Final = """\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.iotmi { fill: #0a7d5a } .capo { fill: #9aa4ad } .line { stroke: #57606a; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #d8dee4 } .iotmi { fill: #2fb587 } .capo { fill: #6e7781 } .line { stroke: #9aa4ad }
}"""


def chart(rows: Sequence[Row]) -> str:
    """Return an SVG chart of the *rows* that have a title."""
    shown = [(title, row) for key, title in _TITLES.items() if (row := _find(rows, key))]
    most = max([1.1, *(ratio for _, row in shown for ratio in _ratios(row).values())])
    scale = (_WIDTH - _NAMES_END - 60) / most
    height = _TOP + _GROUP * len(shown) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{OURS} and {OTHER} compared with raw {REFERENCE}. Less is better</title>",
        f"<style>{_STYLE}</style>",
        *_legend(height, _NAMES_END + scale),
    ]
    for index, (title, row) in enumerate(shown):
        top = _TOP + _GROUP * index
        lines.append(
            f'<text x="{_NAMES_END - 10}" y="{top + 19}" text-anchor="end">{escape(title)}</text>'
        )
        lines += _bars(_ratios(row), top, scale)
    return "\n".join([*lines, "</svg>\n"])


def _find(rows: Sequence[Row], key: tuple[str, str]) -> Row | None:
    return next((row for row in rows if (row.work, row.measure) == key), None)


def _ratios(row: Row) -> dict[str, float]:
    return {name: row.ratios[name] for name in (OURS, OTHER) if name in row.ratios}


def _legend(height: int, line: float) -> Iterator[str]:
    for x, name in ((10, OURS), (90, OTHER)):
        yield f'<rect class="{name}" x="{x}" y="12" width="{_BAR}" height="{_BAR}"/>'
        yield f'<text x="{x + 20}" y="24">{name}</text>'
    yield f'<line class="line" x1="{line:.1f}" x2="{line:.1f}" y1="34" y2="{height - 10}"/>'
    yield f'<text x="{line:.1f}" y="26" text-anchor="middle">raw {REFERENCE} = 1</text>'


def _bars(ratios: Mapping[str, float], top: int, scale: float) -> Iterator[str]:
    for place, (name, ratio) in enumerate(ratios.items()):
        y = top + place * (_BAR + 2)
        width = ratio * scale
        yield (
            f'<rect class="{name}" x="{_NAMES_END}" y="{y}" width="{width:.1f}" height="{_BAR}"/>'
        )
        yield f'<text x="{_NAMES_END + width + 6:.1f}" y="{y + 12}">{number(ratio)}</text>'
