"""The schema of the database: its tables, indexes and version, and write-ahead logging.

Owns the creation of a database, and the check that an existing one is the emulator's. This module
must not know any resource type nor the meaning of a document.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Final

from iotmi.emulator._core.errors import EmulatorFileError

APPLICATION_ID: Final = 0x696F746D  # "iotm"
SCHEMA_VERSION: Final = 1
_WRITE_AHEAD: Final = "PRAGMA journal_mode = WAL"
_MAX_ATTEMPTS: Final = 100
_PAUSE: Final = 0.01

# Members with moments, indexed across all resource types.
_MOMENT_MEMBERS: Final = ("DueAt",)
# Members that handlers filter by. Each has an index per resource type.
_INDEXED_MEMBERS: Final = (
    "AccountAssociationId",
    "CredentialLockerId",
    "DeviceDiscoveryId",
    "DeviceKey",
    "ManagedThingId",
    "OtaTaskId",
    "ParentControllerId",
)


def enable_write_ahead(
    connection: sqlite3.Connection, *, pause: Callable[[float], object] = time.sleep
) -> None:
    """Switch a database file to write-ahead logging, and retry while the file is busy.

    SQLite's own busy timeout does not cover this switch: another process that opens the file at
    the same moment makes it fail with SQLITE_BUSY at once.
    """
    for _ in range(_MAX_ATTEMPTS - 1):
        try:
            connection.execute(_WRITE_AHEAD)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            pause(_PAUSE)
        else:
            return
    connection.execute(_WRITE_AHEAD)


def prepare(connection: sqlite3.Connection, owner: str) -> None:
    """Create the schema in an empty database, or check that the database is ours."""
    application = _number(connection, "PRAGMA application_id")
    version = _number(connection, "PRAGMA user_version")
    if application == 0 and not _number(connection, "SELECT count(*) FROM sqlite_master"):
        _create(connection, owner)
        return
    if application != APPLICATION_ID:
        raise EmulatorFileError("not a database of the emulator")
    if version != SCHEMA_VERSION:
        raise EmulatorFileError(
            f"made by another version of the emulator: schema {version}, not {SCHEMA_VERSION}"
        )
    (stored_owner,) = connection.execute("SELECT owner FROM home").fetchone()
    if stored_owner != owner:
        raise EmulatorFileError(f"holds the resources of {stored_owner}, not of {owner}")


def _create(connection: sqlite3.Connection, owner: str) -> None:
    connection.execute(
        "CREATE TABLE resource (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
        " id TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (kind, id))"
    )
    connection.execute("CREATE INDEX resource_by_kind ON resource (kind, sequence)")
    for member in _INDEXED_MEMBERS:
        connection.execute(
            f"CREATE INDEX resource_by_{member} ON resource (kind, {member_sql(member)})"
        )
    for member in _MOMENT_MEMBERS:
        moment = member_sql(member)
        connection.execute(
            f"CREATE INDEX resource_due_{member} ON resource ({moment}, sequence)"
            f" WHERE {moment} IS NOT NULL"
        )
    connection.execute(
        "CREATE TABLE answered (operation TEXT NOT NULL, token TEXT NOT NULL,"
        " fingerprint TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (operation, token))"
    )
    connection.execute("CREATE TABLE home (owner TEXT NOT NULL)")
    connection.execute("INSERT INTO home VALUES (?)", (owner,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def member_sql(member: str) -> str:
    """Return the SQL expression for a member of a document.

    The name is part of the SQL text and not bound, because SQLite uses an index only for the
    same expression text.
    """
    if not member.isidentifier():
        raise ValueError(f"{member!r} is not the name of a member")
    return f"json_extract(document, '$.{member}')"


def _number(connection: sqlite3.Connection, query: str) -> int:
    (number,) = connection.execute(query).fetchone()
    return int(number)
