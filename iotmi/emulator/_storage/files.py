"""The files of a database: their permissions, and the errors of a disk that is full.

SQLite keeps two more files while a database is open, ``-wal`` and ``-shm``. This module must not
know the content of any of them.
"""

import os
import sqlite3
from contextlib import suppress
from os import PathLike, fspath
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600
_COMPANIONS: Final = ("", "-wal", "-shm")
# A limit of the file size (RLIMIT_FSIZE) and some file systems report a failed write instead of a
# full disk.
_FULL: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_FSYNC,
    }
)


def create_private(path: str | PathLike[str] | None) -> None:
    """Create the file of a database, readable and writable by its owner only.

    An existing file stays as it is. SQLite gives the other files the permissions of this one.
    """
    name = _name(path)
    if name is not None:
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))


def make_private(path: str | PathLike[str] | None) -> None:
    """Remove the permissions of other users from the files of a database."""
    name = _name(path)
    for companion in () if name is None else _COMPANIONS:
        # Another user's file keeps its permissions. SQLite may have deleted a companion.
        with suppress(PermissionError, FileNotFoundError):
            Path(f"{name}{companion}").chmod(_PRIVATE)


def is_full(error: Exception) -> bool:
    """Return True if an error says that nothing more can be written."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) in _FULL


def reason(error: Exception) -> str:
    """Return the text of an error for the person who runs the emulator."""
    if is_full(error):
        return f"cannot be written, the disk is full: {error}"
    return getattr(error, "strerror", None) or str(error)


def _name(path: str | PathLike[str] | None) -> str | None:
    """Return the name of the file, or None if SQLite keeps the database elsewhere."""
    return None if path is None or fspath(path) in {"", ":memory:"} else fspath(path)
