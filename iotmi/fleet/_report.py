"""The report of a job: one page in HTML, without scripts, files or fonts of other places.

It shows counts, causes and numbers of rows, and no value of a row.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import Final

from iotmi.fleet._charts import Point, cause_bars, duration, rate_chart, state_bar
from iotmi.fleet._errors import FleetError
from iotmi.fleet._store import LedgerStore
from iotmi.fleet._values import LedgerRow, RowState

MOST_ROWS: Final = 200
"""The most rows that the table shows."""
_GAP: Final = 5.0
"""Seconds that the chart shows of a pause between two runs."""

_STATES: Final = {
    "done": "done",
    "sent": "in progress",
    "unknown": "unknown",
    "failed": "failed",
    "waiting": "waiting",
}

_STYLE: Final = """
:root { color-scheme: light dark; --page: #fff; --text: #1c2024; --soft: #5b6470; --line: #d9dee5;
  --card: #f6f8fa; --done: #1a7f64; --sent: #2f6fd0; --unknown: #b7791f; --failed: #c2363b;
  --waiting: #a9b2bd; --limit: #8250df; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --text: #e6e9ec; --soft: #9aa4af;
  --line: #333a42; --card: #1c2126; --done: #3fb68f; --sent: #6aa4f5; --unknown: #e0a63f;
  --failed: #f0777b; --waiting: #59636e; --limit: #b392f0; } }
body { background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 46rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
p.soft, td.soft, caption { color: var(--soft); } p { margin: .3rem 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.done { fill: var(--done); } .sent { fill: var(--sent); } .unknown { fill: var(--unknown); }
.failed { fill: var(--failed); } .waiting { fill: var(--waiting); }
.grid { stroke: var(--line); } .break { stroke: var(--soft); stroke-dasharray: 2 4; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
polyline.rate { stroke: var(--done); } polyline.limit { stroke: var(--limit);
  stroke-dasharray: 6 4; }
ul.key { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; list-style: none; padding: 0;
  margin: .7rem 0 0; } ul.key svg { display: inline-block; width: 12px; height: 12px;
  margin-right: .4rem; } ul.key b { font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { svg text { font-size: 19px; } }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top; } td.number { font-variant-numeric: tabular-nums; text-align: right; }
caption { caption-side: bottom; text-align: left; padding-top: .5rem; }
"""


def write_report(store: LedgerStore, path: str | PathLike[str]) -> None:
    """Write the report of the job in *store* to *path*.

    Raises:
        FleetError: the file cannot be written.
    """
    target = Path(fspath(path))
    try:
        target.write_text("\n".join(_page(store)), encoding="utf-8")
    except OSError as error:
        raise FleetError(f"{target}: cannot be written: {error.strerror}") from error


def _page(store: LedgerStore) -> Iterator[str]:
    status = store.status()
    title = f"{store.meta('action')}: {store.meta('source')}"
    counts = {state: int(getattr(status, state)) for state in _STATES}
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>"
    region = escape(str(store.meta("region")))
    yield f'<h1>{escape(title)}</h1>\n<p class="soft">{region}, {written}</p>'
    yield f"<h2>Rows</h2>\n{state_bar(counts)}"
    yield '<ul class="key">'
    for state, label in _STATES.items():
        square = (
            f'<svg viewBox="0 0 12 12"><rect class="{state}" width="12" height="12" rx="3"/></svg>'
        )
        yield f"<li>{square}<b>{counts[state]:,}</b> {label}</li>"
    yield f"<li><b>{status.total:,}</b> in all</li></ul>"
    yield from _rates(store)
    if status.causes:
        yield f"<h2>Failed and unknown rows by cause</h2>\n{cause_bars(status.causes)}"
    yield from _table(store, status.failed + status.unknown)
    yield "</html>"


def _rates(store: LedgerStore) -> Iterator[str]:
    samples = store.samples()
    if len(samples) < 2:
        return
    points: list[Point] = []
    breaks: list[float] = []
    seconds, before = 0.0, samples[0]
    for sample in samples:
        step = max(0.0, sample.at - before.at)
        if sample.run != before.run:
            # The pause between two runs may be days.
            step = min(step, _GAP)
            breaks.append(seconds + step)
        seconds += step
        points.append(Point(seconds, sample.rate, sample.rate_limit))
        before = sample
    limit = samples[-1].rate_limit
    found = "no call was throttled" if limit is None else f"the limit found is {limit:.1f} a second"
    runs = len(breaks) + 1
    yield f"<h2>Rows a second</h2>\n{rate_chart(points, breaks)}"
    yield (
        f'<p class="soft">Solid: rows that ended. Dashed: the limit of the service. '
        f"{runs:,} {'run' if runs == 1 else 'runs'}, {duration(seconds)}; {found}.</p>"
    )


def _table(store: LedgerStore, total: int) -> Iterator[str]:
    rows = store.ledger_rows((RowState.FAILED, RowState.UNKNOWN))
    shown = list(islice(rows, MOST_ROWS))
    if not shown:
        return
    yield '<h2>Rows to look at</h2>\n<div class="scroll" tabindex="0"><table>'
    if total > len(shown):
        yield f"<caption>The first {len(shown):,} of {total:,} rows.</caption>"
    yield "<thead><tr><th>row</th><th>state</th><th>cause</th><th>detail</th></tr></thead><tbody>"
    yield from map(_table_row, shown)
    yield "</tbody></table></div>"


def _table_row(row: LedgerRow) -> str:
    return (
        f'<tr><td class="number">{row.number:,}</td><td>{row.state.value}</td>'
        f'<td>{escape(row.cause or "")}</td><td class="soft">{escape(row.detail or "")}</td></tr>'
    )
