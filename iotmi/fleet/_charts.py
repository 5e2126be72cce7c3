"""Charts of a report as SVG: a bar of states, a line of rates, bars of causes.

The style sheet of the page has the colors, dark and light. This module knows neither the ledger nor
the page.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

from attrs import frozen

WIDTH = 720


@frozen
class Point:
    """One moment: seconds since the start, rows a second, and the limit found, if any."""

    seconds: float
    rate: float
    limit: float | None = None


def state_bar(counts: Mapping[str, int]) -> str:
    """Return one bar whose parts are the rows by state."""
    total = sum(counts.values()) or 1
    place, parts = 0.0, []
    for state, count in counts.items():
        width = WIDTH * count / total
        if count:
            # A narrow part would vanish, and a failed row must be seen.
            shown = max(width - 2, 1.5)
            parts.append(
                f'<rect class="{escape(state)}" x="{place:.1f}" y="0" width="{shown:.1f}" '
                f'height="28" rx="3"><title>{escape(state)}: {count:,}</title></rect>'
            )
        place += width
    label = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    return _svg(f"Rows by state: {label}", 28, parts)


def rate_chart(points: Sequence[Point], breaks: Sequence[float] = ()) -> str:
    """Return a line of the rate over time, with a dashed line for the limit.

    Args:
        points: in the order of time.
        breaks: seconds at which a later run began.
    """
    left, top, width, height = 44, 10, WIDTH - 54, 200
    last = max((point.seconds for point in points), default=0.0) or 1.0
    peak = max([each.rate for each in points] + [each.limit or 0.0 for each in points] + [1.0])
    # Room above the highest point, so that a line at the limit is not on the frame.
    peak *= 1.05
    step = _step(peak)
    high = step * ceil(peak / step)

    def x(seconds: float) -> float:
        return left + width * seconds / last

    def y(rate: float) -> float:
        return top + height * (1 - rate / high)

    parts = []
    for index in range(round(high / step) + 1):
        rate = index * step
        parts.append(
            f'<line class="grid" x1="{left}" x2="{left + width}" y1="{y(rate):.1f}" '
            f'y2="{y(rate):.1f}"/><text x="{left - 6}" y="{y(rate) + 4:.1f}" '
            f'text-anchor="end">{rate:g}</text>'
        )
    for index in range(5):
        seconds = last * index / 4
        anchor = "start" if index == 0 else "end" if index == 4 else "middle"
        parts.append(
            f'<text x="{x(seconds):.1f}" y="{top + height + 18}" text-anchor="{anchor}">'
            f"{duration(seconds)}</text>"
        )
    parts += [
        f'<line class="break" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{top}" y2="{top + height}">'
        "<title>a later run begins</title></line>"
        for at in breaks
    ]
    limits = [(x(each.seconds), y(each.limit)) for each in points if each.limit is not None]
    parts += _line("limit", limits)
    parts += _line("rate", [(x(each.seconds), y(each.rate)) for each in points])
    return _svg("Rows a second over time", top + height + 24, parts)


def cause_bars(causes: Mapping[str, int]) -> str:
    """Return a bar for each cause, the most frequent first."""
    most = max(causes.values(), default=1)
    left, width = 250, WIDTH - 330
    parts = []
    for place, (cause, count) in enumerate(causes.items()):
        top = place * 28
        length = max(width * count / most, 2)
        parts.append(
            f'<text x="{left - 8}" y="{top + 17}" text-anchor="end">{escape(cause)}</text>'
            f'<rect class="failed" x="{left}" y="{top + 3}" width="{length:.1f}" height="20" '
            f'rx="3"/><text x="{left + length + 8:.1f}" y="{top + 17}">{count:,}</text>'
        )
    label = ", ".join(f"{cause}: {count:,}" for cause, count in causes.items())
    return _svg(f"Rows by cause: {label}", 28 * max(len(causes), 1), parts)


def duration(seconds: float) -> str:
    """Return a duration in the units that a person would use."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def _line(kind: str, points: Sequence[tuple[float, float]]) -> list[str]:
    if not points:
        return []
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return [f'<polyline class="{kind}" points="{path}"/>']


def _step(peak: float) -> float:
    """Return a round distance between grid lines: three to six of them reach *peak*."""
    power = 10.0 ** floor(log10(peak / 3))
    return next(factor * power for factor in (1, 2, 5, 10) if peak / (factor * power) <= 6)


def _svg(label: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {height:g}">'
        f"{''.join(parts)}</svg>"
    )
