"""Checkpoints in SQLite: the last consumed record of each shard.

Owns the tables of the file. Does not know how a shard is read.
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
class ShardCheckpoint:
    """The position at which reading of a shard continues.

    Attributes:
        start_type: the iterator type to use until a record is consumed.
        start_at: the seconds since 1970 for the type ``AT_TIMESTAMP``.
        sequence_number: the last consumed record, or None.
        finished: True if the shard is closed and all its records are consumed.
    """

    start_type: str
    start_at: float | None = None
    sequence_number: str | None = None
    finished: bool = False


class Checkpoints:
    """The checkpoints of one stream in a SQLite file. Thread-safe.

    The first call opens the file, and so does the first call after `close`.
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
            # WAL with synchronous=NORMAL survives a killed process. A power failure may lose
            # the last checkpoints, and their records are then delivered again.
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_SCHEMA)
        except BaseException:
            database.close()
            raise
        self._connection = database
        return database

    def load(self) -> Mapping[str, ShardCheckpoint]:
        """Return the checkpoint of each known shard."""
        with self._lock:
            rows = self._database.execute(
                "SELECT shard, start_type, start_at, sequence_number, finished"
                " FROM iotmi_shards WHERE stream = ?",
                (self._stream,),
            ).fetchall()
        return {row[0]: ShardCheckpoint(row[1], row[2], row[3], bool(row[4])) for row in rows}

    def add(self, checkpoints: Mapping[str, ShardCheckpoint]) -> None:
        """Add the checkpoints of unknown shards in one transaction."""
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
                        checkpoint.start_type,
                        checkpoint.start_at,
                        checkpoint.sequence_number,
                        checkpoint.finished,
                    )
                    for shard, checkpoint in checkpoints.items()
                ],
            )

    def record_consumed(self, shard: str, sequence_number: str) -> None:
        """Store the last consumed record of *shard*."""
        with self._lock:
            self._database.execute(
                "UPDATE iotmi_shards SET sequence_number = ? WHERE stream = ? AND shard = ?",
                (sequence_number, self._stream, shard),
            )

    def finish(self, shard: str) -> None:
        """Store that *shard* is closed and all its records are consumed."""
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
