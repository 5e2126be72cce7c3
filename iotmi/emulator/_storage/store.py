"""What the emulator remembers, in SQLite.

Owns the database: its schema and version, one transaction around each request, rows found
by index. A row is a kind, an id and a JSON document; the store does not know what any
kind is, nor what its documents mean.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from threading import Lock
from typing import Final, Protocol

from attrs import field, frozen

from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorFileError
from iotmi.emulator._core.json import JsonObject

APPLICATION_ID: Final = 0x696F746D  # "iotm"
SCHEMA_VERSION: Final = 1
_WRITE_AHEAD: Final = "PRAGMA journal_mode = WAL"
_TRIES: Final = 100
ALL: Final = -1
"""No limit, as SQLite has it."""

# The moments by which rows of all kinds are looked for.
_TIMED: Final = ("DueAt",)
# The members by which rows are looked for within a request, and not only listed.
_INDEXED: Final = (
    "AccountAssociationId",
    "CredentialLockerId",
    "DeviceDiscoveryId",
    "DeviceKey",
    "ManagedThingId",
    "OtaTaskId",
    "ParentControllerId",
)


@frozen
class Row:
    """One resource: its place in the order of creation, and its document."""

    sequence: int
    document: JsonObject


@frozen
class Sent:
    """What is to leave the house once it is committed: its id, and its document."""

    identifier: str
    document: JsonObject


class Listener(Protocol):
    """Is told what was sent, once it is committed."""

    def committed(self, sent: Sequence[Sent]) -> None:
        """In the order of the commits; the store is not to be used in this call."""

    def released(self) -> None:
        """The store is free again."""


@frozen
class Due:
    """One resource of any kind, and the moment by which it was found."""

    kind: str
    moment: int
    document: JsonObject


@frozen
class Answered:
    """What a client token was used for: the parameters' digest, and the answer's text."""

    fingerprint: str
    body: str


@frozen
class Rows:
    """The rows, within one transaction."""

    _connection: sqlite3.Connection
    sent: list[Sent] = field(factory=list[Sent], init=False)

    def get(self, kind: str, identifier: str) -> JsonObject | None:
        """The document of one resource."""
        found = self._connection.execute(
            "SELECT document FROM resource WHERE kind = ? AND id = ?", (kind, identifier)
        ).fetchone()
        return None if found is None else _document(found[0])

    def put(self, kind: str, identifier: str, document: JsonObject) -> None:
        """Make or replace one resource; a replaced one keeps its place in the order."""
        self._connection.execute(
            "INSERT INTO resource (kind, id, document) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document",
            (kind, identifier, json.dumps(document, separators=(",", ":"))),
        )

    def send(self, kind: str, identifier: str, document: JsonObject) -> None:
        """Keep one resource, and have it leave the house once it is committed."""
        self.put(kind, identifier, document)
        self.sent.append(Sent(identifier, document))

    def delete(self, kind: str, identifier: str) -> None:
        """Remove one resource, if it is there."""
        self._connection.execute(
            "DELETE FROM resource WHERE kind = ? AND id = ?", (kind, identifier)
        )

    def delete_where(self, kind: str, member: str, value: str) -> None:
        """Remove the resources of a kind whose member has a value."""
        condition, values = _condition(kind, {member: value})
        self._connection.execute(
            f"DELETE FROM resource WHERE {condition}",  # noqa: S608 - see _condition
            values,
        )

    def select(
        self, kind: str, where: Mapping[str, str], *, after: int = 0, limit: int = ALL
    ) -> list[Row]:
        """The first *limit* resources after a place in the order whose members have values."""
        condition, values = _condition(kind, where)
        found = self._connection.execute(
            f"SELECT sequence, document FROM resource WHERE {condition}"  # noqa: S608
            " AND sequence > ? ORDER BY sequence LIMIT ?",
            (*values, after, limit),
        )
        return [Row(sequence, _document(document)) for sequence, document in found]

    def due(self, member: str, moment: int) -> Due | None:
        """The resource whose moment at *member* came first, up to a moment."""
        came = _value_of(member)
        found = self._connection.execute(
            f"SELECT kind, {came}, document FROM resource WHERE {came} <= ?"  # noqa: S608
            f" ORDER BY {came}, sequence LIMIT 1",
            (moment,),
        ).fetchone()
        return None if found is None else Due(found[0], found[1], _document(found[2]))

    def answered(self, operation: str, token: str) -> Answered | None:
        """What a client token was used for before."""
        found = self._connection.execute(
            "SELECT fingerprint, body FROM answered WHERE operation = ? AND token = ?",
            (operation, token),
        ).fetchone()
        return None if found is None else Answered(*found)

    def remember(self, operation: str, token: str, answered: Answered) -> None:
        """Keep what a client token was used for."""
        self._connection.execute(
            "INSERT INTO answered VALUES (?, ?, ?, ?)",
            (operation, token, answered.fingerprint, answered.body),
        )


class Store:
    """One database behind one lock, in memory or in a file.

    *owner* is whose resources these are; a file of another owner is refused, for its ARNs
    would not be this emulator's.
    """

    def __init__(self, path: str | PathLike[str] | None, *, owner: str) -> None:
        self._lock = Lock()
        self._closed = False
        self._listener: Listener | None = None
        try:
            # One connection serves all threads: in memory there can be but one, and
            # SQLite lets one writer in at a time anyway.
            self._connection = sqlite3.connect(
                ":memory:" if path is None else fspath(path),
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise EmulatorFileError(f"{path}: cannot be opened: {error}") from error
        try:
            with self.transaction():
                _prepare(self._connection, owner)
            write_ahead(self._connection)
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            self.close()
            raise EmulatorFileError(f"{path}: not a database of the emulator: {error}") from error
        except EmulatorFileError as error:
            self.close()
            raise EmulatorFileError(f"{path}: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """The rows, to be changed together or, when the block raises, not at all."""
        with self._lock:
            self.require_open()
            self._connection.execute("BEGIN IMMEDIATE")
            rows = Rows(self._connection)
            try:
                yield rows
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            listener = self._listener if rows.sent else None
            if listener is not None:
                listener.committed(rows.sent)
        if listener is not None:
            listener.released()

    def listen(self, listener: Listener) -> None:
        """Have what is sent from now on told to somebody."""
        self._listener = listener

    def require_open(self) -> None:
        """Raise where there is nothing to work on any more."""
        if self._closed:
            raise EmulatorClosedError("the emulator is closed")

    def close(self) -> None:
        """Wait for the request under way, and let go of the database."""
        with self._lock:
            self._closed = True
            self._connection.close()


def _pause() -> None:
    time.sleep(0.01)


def write_ahead(connection: sqlite3.Connection, *, pause: Callable[[], None] = _pause) -> None:
    """Have a file written ahead; others that open it at the same moment may be doing the same.

    SQLite waits for others with everything but this, and says at once that the file is busy.
    """
    for _ in range(_TRIES - 1):
        try:
            connection.execute(_WRITE_AHEAD)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            pause()
        else:
            return
    connection.execute(_WRITE_AHEAD)


def _prepare(connection: sqlite3.Connection, owner: str) -> None:
    """Make the schema in an empty database; refuse one that is not ours."""
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
    (found,) = connection.execute("SELECT owner FROM home").fetchone()
    if found != owner:
        raise EmulatorFileError(f"holds the resources of {found}, not of {owner}")


def _create(connection: sqlite3.Connection, owner: str) -> None:
    connection.execute(
        "CREATE TABLE resource (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
        " id TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (kind, id))"
    )
    connection.execute("CREATE INDEX resource_by_kind ON resource (kind, sequence)")
    for member in _INDEXED:
        connection.execute(
            f"CREATE INDEX resource_by_{member} ON resource (kind, {_value_of(member)})"
        )
    for member in _TIMED:
        moment = _value_of(member)
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


def _condition(kind: str, where: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """SQL for a kind and its members' values. Only names of ours become SQL text."""
    terms = ["kind = ?", *(f"{_value_of(member)} = ?" for member in where)]
    return " AND ".join(terms), (kind, *where.values())


def _value_of(member: str) -> str:
    # Written out, not bound: an index is used only where the expression is the same text.
    if not member.isidentifier():
        raise ValueError(f"{member!r} is no member's name")
    return f"json_extract(document, '$.{member}')"


def _document(text: str) -> JsonObject:
    document: JsonObject = json.loads(text)
    return document


def _number(connection: sqlite3.Connection, query: str) -> int:
    (number,) = connection.execute(query).fetchone()
    return int(number)
