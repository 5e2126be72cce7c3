"""Preflight: every row of a source against every rule, in flat memory. Nothing is sent.

Keys and problems go to a temporary SQLite file that is deleted when it is closed. Keys are kept as
digests. This module does not know what makes a row wrong.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, overload
from weakref import finalize

from iotmi._schema.lazy import LazyModule
from iotmi.fleet._actions import Action
from iotmi.fleet._columns import RowError
from iotmi.fleet._sources import Source
from iotmi.fleet._values import Preflight, RowProblem

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = LazyModule("sqlite3")

_BATCH: Final = 1000


class ProblemLog(Sequence[RowProblem]):
    """A sequence of problems in a temporary file, which is deleted with the sequence."""

    def __init__(self) -> None:
        # An empty name is a private temporary database, in memory until it grows.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # Python 3.13 warns of a connection that is deleted without being closed.
        finalize(self, self._database.close)
        self._database.execute("CREATE TABLE problems (row INTEGER, name TEXT, rule TEXT)")
        self._length = 0

    def append(self, problem: RowProblem) -> None:
        """Add a problem."""
        self._length += 1
        self._database.execute(
            "INSERT INTO problems VALUES (?, ?, ?)", (problem.row, problem.column, problem.rule)
        )

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[RowProblem]:
        for found in self._database.execute("SELECT row, name, rule FROM problems ORDER BY rowid"):
            yield RowProblem(*found)

    @overload
    def __getitem__(self, index: int) -> RowProblem: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RowProblem]: ...

    def __getitem__(self, index: int | slice) -> RowProblem | Sequence[RowProblem]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._length))]
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        found = self._database.execute(
            "SELECT row, name, rule FROM problems WHERE rowid = ?", (place + 1,)
        ).fetchone()
        return RowProblem(*found)

    def __repr__(self) -> str:
        return f"<{self._length} problems>"


class KeyLog:
    """The keys of all rows so far, as digests in a temporary file."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        finalize(self, self._database.close)
        self._database.execute(
            "CREATE TABLE keys (digest INTEGER PRIMARY KEY, number INTEGER NOT NULL)"
        )
        self._database.execute("BEGIN")

    def claim(self, key: tuple[str, str], number: int) -> int:
        """Return the number of the first row with *key*: *number* if there was none."""
        digest = int.from_bytes(digest_of(key)[:8], "big", signed=True)
        execute = self._database.execute
        if execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (digest, number)).rowcount:
            return number
        found = execute("SELECT number FROM keys WHERE digest = ?", (digest,)).fetchone()
        return int(found[0])

    def close(self) -> None:
        """Delete the file."""
        self._database.close()


def digest_of(key: tuple[str, str]) -> bytes:
    """Return 16 bytes that stand for a column and a value."""
    return hashlib.blake2b("\0".join(key).encode(), digest_size=16).digest()


def duplicate(column: str, first: int, number: int) -> RowProblem:
    """Return the problem of a row whose key another row has."""
    return RowProblem(number, column, f"has the same value as row {first}")


def check(source: Source, action: Action) -> Preflight:
    """Check all rows of *source* for *action*.

    Raises:
        SourceError: the source cannot be read.
    """
    began = time.perf_counter()
    problems, warnings, keys, number = ProblemLog(), ProblemLog(), KeyLog(), 0
    try:
        if source.columns is not None:
            for problem in action.header_problems(source.columns):
                problems.append(problem)
        for row in source.rows():
            number = row.number
            try:
                plan = action.plan(row)
            except RowError as error:
                for problem in error.problems:
                    problems.append(problem)
                continue
            for warning in plan.warnings:
                warnings.append(warning)
            for key in plan.keys:
                first = keys.claim(key, number)
                if first != number:
                    problems.append(duplicate(key[0], first, number))
    finally:
        keys.close()
    return Preflight(
        rows=number, problems=problems, warnings=warnings, elapsed=time.perf_counter() - began
    )
