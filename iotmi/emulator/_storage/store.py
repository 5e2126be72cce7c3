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
_MAX_ATTEMPTS: Final = 100
NO_LIMIT: Final = -1
"""No limit, as SQLite has it."""

# The moments by which rows of all kinds are looked for.
_MOMENT_MEMBERS: Final = ("DueAt",)
# The members by which rows are looked for within a request, and not only listed.
_INDEXED_MEMBERS: Final = (
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
class OutboxMessage:
    """What is to leave the house once it is committed: its id, and its document."""

    identifier: str
    document: JsonObject


class CommitListener(Protocol):
    """Is told what was sent, once it is committed."""

    def on_commit(self, messages: Sequence[OutboxMessage]) -> None:
        """In the order of the commits; the store is not to be used in this call."""

    def after_commit(self) -> None:
        """The store is free again."""


@frozen
class DueTransition:
    """One resource of any kind, and the moment by which it was found."""

    type_name: str
    moment: int
    document: JsonObject


@frozen
class IdempotencyRecord:
    """What a client token was used for: the parameters' digest, and the answer's text."""

    fingerprint: str
    body: str


@frozen
class Transaction:
    """The rows, within one transaction."""

    _connection: sqlite3.Connection
    outbox: list[OutboxMessage] = field(factory=list[OutboxMessage], init=False)

    def get(self, type_name: str, identifier: str) -> JsonObject | None:
        """The document of one resource."""
        row = self._connection.execute(
            "SELECT document FROM resource WHERE kind = ? AND id = ?", (type_name, identifier)
        ).fetchone()
        return None if row is None else _document(row[0])

    def put(self, type_name: str, identifier: str, document: JsonObject) -> None:
        """Make or replace one resource; a replaced one keeps its place in the order."""
        self._connection.execute(
            "INSERT INTO resource (kind, id, document) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document",
            (type_name, identifier, json.dumps(document, separators=(",", ":"))),
        )

    def enqueue(self, type_name: str, identifier: str, document: JsonObject) -> None:
        """Keep one resource, and have it leave the house once it is committed."""
        self.put(type_name, identifier, document)
        self.outbox.append(OutboxMessage(identifier, document))

    def delete(self, type_name: str, identifier: str) -> None:
        """Remove one resource, if it is there."""
        self._connection.execute(
            "DELETE FROM resource WHERE kind = ? AND id = ?", (type_name, identifier)
        )

    def delete_where(self, type_name: str, member: str, value: str) -> None:
        """Remove the resources of a kind whose member has a value."""
        condition, values = _where_sql(type_name, {member: value})
        self._connection.execute(
            f"DELETE FROM resource WHERE {condition}",  # noqa: S608 - see _condition
            values,
        )

    def select(
        self, type_name: str, where: Mapping[str, str], *, after: int = 0, limit: int = NO_LIMIT
    ) -> list[Row]:
        """The first *limit* resources after a place in the order whose members have values."""
        condition, values = _where_sql(type_name, where)
        row = self._connection.execute(
            f"SELECT sequence, document FROM resource WHERE {condition}"  # noqa: S608
            " AND sequence > ? ORDER BY sequence LIMIT ?",
            (*values, after, limit),
        )
        return [Row(sequence, _document(document)) for sequence, document in row]

    def next_due(self, member: str, moment: int) -> DueTransition | None:
        """The resource whose moment at *member* came first, up to a moment."""
        moment_sql = _member_sql(member)
        row = self._connection.execute(
            f"SELECT kind, {moment_sql}, document FROM resource WHERE {moment_sql} <= ?"  # noqa: S608
            f" ORDER BY {moment_sql}, sequence LIMIT 1",
            (moment,),
        ).fetchone()
        return None if row is None else DueTransition(row[0], row[1], _document(row[2]))

    def idempotency_record(self, operation: str, token: str) -> IdempotencyRecord | None:
        """What a client token was used for before."""
        row = self._connection.execute(
            "SELECT fingerprint, body FROM answered WHERE operation = ? AND token = ?",
            (operation, token),
        ).fetchone()
        return None if row is None else IdempotencyRecord(*row)

    def save_idempotency_record(
        self, operation: str, token: str, idempotency_record: IdempotencyRecord
    ) -> None:
        """Keep what a client token was used for."""
        self._connection.execute(
            "INSERT INTO answered VALUES (?, ?, ?, ?)",
            (operation, token, idempotency_record.fingerprint, idempotency_record.body),
        )


class Store:
    """One database behind one lock, in memory or in a file.

    *owner* is whose resources these are; a file of another owner is refused, for its ARNs
    would not be this emulator's.
    """

    def __init__(self, path: str | PathLike[str] | None, *, owner: str) -> None:
        self._lock = Lock()
        self._closed = False
        self._listener: CommitListener | None = None
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
            enable_write_ahead(self._connection)
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            self.close()
            raise EmulatorFileError(f"{path}: not a database of the emulator: {error}") from error
        except EmulatorFileError as error:
            self.close()
            raise EmulatorFileError(f"{path}: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """The rows, to be changed together or, when the block raises, not at all."""
        with self._lock:
            self.require_open()
            self._connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._connection)
            try:
                yield transaction
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            listener = self._listener if transaction.outbox else None
            if listener is not None:
                listener.on_commit(transaction.outbox)
        if listener is not None:
            listener.after_commit()

    def set_commit_listener(self, listener: CommitListener) -> None:
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


def enable_write_ahead(
    connection: sqlite3.Connection, *, pause: Callable[[], None] = _pause
) -> None:
    """Have a file written ahead; others that open it at the same moment may be doing the same.

    SQLite waits for others with everything but this, and says at once that the file is busy.
    """
    for _ in range(_MAX_ATTEMPTS - 1):
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
    (row,) = connection.execute("SELECT owner FROM home").fetchone()
    if row != owner:
        raise EmulatorFileError(f"holds the resources of {row}, not of {owner}")


def _create(connection: sqlite3.Connection, owner: str) -> None:
    connection.execute(
        "CREATE TABLE resource (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
        " id TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (kind, id))"
    )
    connection.execute("CREATE INDEX resource_by_kind ON resource (kind, sequence)")
    for member in _INDEXED_MEMBERS:
        connection.execute(
            f"CREATE INDEX resource_by_{member} ON resource (kind, {_member_sql(member)})"
        )
    for member in _MOMENT_MEMBERS:
        moment = _member_sql(member)
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


def _where_sql(type_name: str, where: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """SQL for a kind and its members' values. Only names of ours become SQL text."""
    terms = ["kind = ?", *(f"{_member_sql(member)} = ?" for member in where)]
    return " AND ".join(terms), (type_name, *where.values())


def _member_sql(member: str) -> str:
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
