"""One database file opened by several emulators at once."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator._storage.schema import enable_write_ahead


def mode_of(connection: sqlite3.Connection) -> str:
    """Return the journal mode of a file."""
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Return two connections to a file. The second one is reading."""
    path = tmp_path / "home.db"
    with (
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as opening,
        closing(sqlite3.connect(path, isolation_level=None)) as reading,
    ):
        opening.execute("CREATE TABLE t (x)")
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM t").fetchall()
        yield opening, reading


def test_many_emulators_can_open_a_new_file(tmp_path: Path) -> None:
    """Six emulators that open one new file at the same moment all succeed."""
    for number in range(10):
        path = tmp_path / f"{number}.db"
        together = Barrier(6)

        def open_it(path: Path = path, together: Barrier = together) -> Emulator:
            together.wait(10)
            return Emulator(path)

        with ThreadPoolExecutor(6) as pool:
            opened = [future.result() for future in [pool.submit(open_it) for _ in range(6)]]
        for emulator in opened:
            emulator.close()


def test_a_reader_is_waited_for(busy: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    """Write-ahead logging is enabled once the other reader is done."""
    opening, reading = busy
    enable_write_ahead(opening, pause=lambda _: reading.rollback())
    assert mode_of(opening) == "wal"


def test_waiting_for_a_reader_ends(
    busy: tuple[sqlite3.Connection, sqlite3.Connection],
) -> None:
    """After the last attempt, SQLite's error is raised."""
    opening, _ = busy
    pauses: list[float] = []
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        enable_write_ahead(opening, pause=pauses.append)
    assert pauses == [0.01] * 99
    assert mode_of(opening) == "delete"


def test_other_errors_are_raised_at_once(tmp_path: Path) -> None:
    """Only a busy file is retried, not a read-only one."""
    path = tmp_path / "home.db"
    sqlite3.connect(path).close()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA query_only = 1")
        with pytest.raises(sqlite3.OperationalError, match=r"readonly|read-only"):
            enable_write_ahead(connection, pause=lambda _: pytest.fail("it waits"))
