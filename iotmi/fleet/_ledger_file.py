"""The ledger's file: its creation, its version, its transactions and the lock of a run.

The file and its lock file are for their owner only (0600), because the requests in it hold secrets.
This module owns the meaning of SQLite's errors, and does not know what the tables hold.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iotmi._schema.lazy import LazyModule
from iotmi.fleet._errors import LedgerBusyError, LedgerError, LedgerFullError

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = LazyModule("sqlite3")

VERSION: Final = "1"
_APPLICATION_ID: Final = 0x696F666C  # "iofl"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0,
    requests TEXT,
    result TEXT,
    operation TEXT,
    cause TEXT,
    detail TEXT,
    request_id TEXT,
    settled INTEGER NOT NULL DEFAULT 0,
    was_unknown INTEGER NOT NULL DEFAULT 0,
    sent_at REAL,
    ended_at REAL
);
CREATE INDEX IF NOT EXISTS open_rows ON rows (state, number) WHERE state <> 'done';
CREATE TABLE IF NOT EXISTS keys (
    digest BLOB PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copies (number INTEGER PRIMARY KEY, cells TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS samples (
    at REAL PRIMARY KEY,
    run INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    rate REAL NOT NULL,
    rate_limit REAL
) WITHOUT ROWID;
"""


class LedgerFile:
    """One ledger file, open in one thread."""

    def __init__(self, path: str | PathLike[str], *, create: bool) -> None:
        self.path = Path(fspath(path))
        if create and not self.path.exists():
            # Before SQLite opens the file, which would make it readable for others.
            try:
                _create(self.path.resolve())
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise LedgerError(f"{self.path}: the ledger cannot be created: {reason}") from error
        elif not self.path.is_file():
            raise LedgerError(f"{self.path}: there is no such ledger")
        with self._translated():
            self._database = sqlite3.connect(self.path, timeout=30.0, isolation_level=None)
        try:
            with self._translated():
                self._open(create=create)
        except BaseException:
            self._database.close()
            raise

    def _open(self, *, create: bool) -> None:
        database = self._database
        (marker,) = database.execute("PRAGMA application_id").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables and create:
            database.execute("PRAGMA journal_mode = WAL")
            with self.transaction():
                # Another run may have made some of it meanwhile, and its id stays.
                for statement in _SCHEMA.split(";\n"):
                    database.execute(statement)
                database.executemany(
                    "INSERT OR IGNORE INTO meta VALUES (?, ?)",
                    {
                        "version": VERSION,
                        "id": secrets.token_hex(16),
                        "created_at": repr(time.time()),
                    }.items(),
                )
                database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        elif marker != _APPLICATION_ID:
            raise LedgerError(f"{self.path}: the file is not a ledger of iotmi.fleet")
        version = self.meta("version")
        if version != VERSION:
            raise LedgerError(
                f"{self.path}: the ledger has version {version}, and this iotmi reads {VERSION}: "
                "use the iotmi that made it"
            )
        # A row is committed before it is sent, and must survive a power failure.
        database.execute("PRAGMA synchronous = FULL")
        # The request of a row that is done is overwritten and not only unlinked.
        database.execute("PRAGMA secure_delete = ON")

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._database.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of a run. The operating system frees the lock of a killed process.

        Raises:
            LedgerBusyError: another run holds the lock.
        """
        # A link to the ledger has the same lock.
        target = self.path.resolve()
        lock = target.with_name(f"{target.name}.lock")
        _create(lock)
        database = sqlite3.connect(lock, timeout=0.0, isolation_level=None)
        try:
            try:
                database.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise LedgerBusyError(
                    f"{self.path}: another run is using the ledger; wait for its end, or stop it"
                ) from error
            yield
        finally:
            database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes of the block together, or none."""
        with self._translated():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors.
                with suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise LedgerFullError(
                    f"{self.path}: the ledger cannot be written, because the disk is full or fails "
                    f"({error}); make room, and run the same job again to go on"
                ) from error
            if code == sqlite3.SQLITE_NOTADB:
                raise LedgerError(f"{self.path}: the file is not a ledger") from error
            raise LedgerError(f"{self.path}: the ledger cannot be used: {error}") from error

    def meta(self, name: str) -> str | None:
        """Return a fact of the job, or None."""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _put(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _create(path: Path) -> None:
    """Create an empty file for its owner only, unless there is one.

    Raises:
        OSError: the file cannot be created.
    """
    # Opening and closing a file that SQLite has open would free SQLite's locks.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
