"""The place in each shard up to which records were consumed, kept in SQLite.

Owns the file's tables. Does not know how a shard is read.
"""

import sqlite3
from collections.abc import Mapping
from os import PathLike, fspath
from threading import Lock
from typing import Final

from attrs import frozen

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS iotmi_shards (
    stream TEXT NOT NULL,
    shard TEXT NOT NULL,
    sequence_number TEXT,
    start_type TEXT NOT NULL,
    start_at REAL,
    finished INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (stream, shard)
) WITHOUT ROWID
"""


@frozen
class Place:
    """Where reading of a shard goes on.

    Attributes:
        start_type: the iterator type for a shard of which no record was consumed yet.
        start_at: the seconds since 1970 for the type ``AT_TIMESTAMP``.
        sequence_number: the last record that was consumed, or None.
        finished: True where the shard is closed and all its records were consumed.
    """

    start_type: str
    start_at: float | None = None
    sequence_number: str | None = None
    finished: bool = False


class Checkpoints:
    """The places of one stream's shards in a SQLite file. May be used from several threads.

    The file is opened by the first call, and by the first one after `close`.
    """

    def __init__(self, path: str | PathLike[str], stream: str) -> None:
        self._path = fspath(path)
        self._stream = stream
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    @property
    def _database(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        database = sqlite3.connect(
            self._path, timeout=30.0, isolation_level=None, check_same_thread=False
        )
        try:
            # A killed process loses nothing in this mode; a power failure may lose the last
            # checkpoints, whose records then come again.
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_SCHEMA)
        except BaseException:
            database.close()
            raise
        self._connection = database
        return database

    def places(self) -> Mapping[str, Place]:
        """Return the place in each shard that is known."""
        with self._lock:
            rows = self._database.execute(
                "SELECT shard, start_type, start_at, sequence_number, finished"
                " FROM iotmi_shards WHERE stream = ?",
                (self._stream,),
            ).fetchall()
        return {row[0]: Place(row[1], row[2], row[3], bool(row[4])) for row in rows}

    def add(self, places: Mapping[str, Place]) -> None:
        """Add shards that are not known yet, all or none of them."""
        with self._lock, self._database as database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT OR IGNORE INTO iotmi_shards"
                " (stream, shard, start_type, start_at, sequence_number, finished)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        self._stream,
                        shard,
                        place.start_type,
                        place.start_at,
                        place.sequence_number,
                        place.finished,
                    )
                    for shard, place in places.items()
                ],
            )

    def consumed(self, shard: str, sequence_number: str) -> None:
        """Keep that the records of *shard* up to this one were consumed."""
        with self._lock:
            self._database.execute(
                "UPDATE iotmi_shards SET sequence_number = ? WHERE stream = ? AND shard = ?",
                (sequence_number, self._stream, shard),
            )

    def finish(self, shard: str) -> None:
        """Keep that *shard* is closed and all its records were consumed."""
        with self._lock:
            self._database.execute(
                "UPDATE iotmi_shards SET finished = 1 WHERE stream = ? AND shard = ?",
                (self._stream, shard),
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
