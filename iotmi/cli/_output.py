"""Printing: lines, tables and JSON Lines.

Text that came from the service is printed without control characters, because a terminal would
execute them. Colors appear on terminals only, and not if ``NO_COLOR`` is set. This module does not
know what the lines are about.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from iotmi._schema.containers import JsonValue
from iotmi.errors import REDACTED

_WIDE: Final = 10_000
"""The width of a file: no column is cut."""


def say(text: str = "") -> None:
    """Print one line of text."""
    click.echo(clean(text).rstrip())


def note(text: str) -> None:
    """Print one line to the error stream, so that the output stays data."""
    click.echo(clean(text), err=True)


def say_json(value: Mapping[str, JsonValue]) -> None:
    """Print one object as a line of JSON."""
    click.echo(json.dumps(value))


def clean(text: str) -> str:
    """Return *text* with a space instead of each character that is not printable."""
    return "".join(each if each.isprintable() else " " for each in text)


def cell(value: object) -> str:
    """Return the text of a value in a table or a line."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value)
    return str(value)


def say_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, with plain lines and complete cells where the output is no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=column == "id", overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(cell(value))) for value in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDE)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def hide(value: JsonValue, *, show: bool) -> JsonValue:
    """Return *value*, or ``***`` for a value that is hidden."""
    return value if show or value is None else REDACTED


def moment(at: datetime) -> str:
    """Return a time as text, such as ``2026-01-31T12:00:00Z``."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
