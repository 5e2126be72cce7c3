"""Storage of the emulator, in SQLite.

Owns the database: its schema and version, one transaction around each request, and rows found by
index. A row is the name of a resource type (column `kind`), an id and a JSON document. This module
must not know any resource type nor the meaning of a document.
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
"""SQLite's value of LIMIT for no limit."""

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


@frozen
class Row:
    """One resource.

    Attributes:
        sequence: position in the order of creation.
        document: content.
    """

    sequence: int
    document: JsonObject


@frozen
class OutboxMessage:
    """A message to publish after the commit of its transaction.

    Attributes:
        type_name: name under which the message is stored.
        identifier: id of the row that keeps the message.
        document: content.
    """

    type_name: str
    identifier: str
    document: JsonObject


class CommitListener(Protocol):
    """The receiver of the outbox messages of committed transactions."""

    def on_commit(self, messages: Sequence[OutboxMessage]) -> None:
        """Take the messages of one commit.

        The calls come in the order of the commits, under the store's lock. The store must not be
        used in this call.
        """

    def after_commit(self) -> None:
        """Act on the messages. The store can be used again."""


@frozen
class DueTransition:
    """A resource whose transition is due.

    Attributes:
        type_name: name of the resource type.
        moment: moment at which the transition was due.
        document: content.
    """

    type_name: str
    moment: int
    document: JsonObject


@frozen
class IdempotencyRecord:
    """The first use of a client token.

    Attributes:
        fingerprint: digest of the parameters.
        body: body of the response.
    """

    fingerprint: str
    body: str


@frozen
class Transaction:
    """Access to the rows within one transaction.

    Attributes:
        outbox: messages to publish after the commit.
    """

    _connection: sqlite3.Connection
    outbox: list[OutboxMessage] = field(factory=list[OutboxMessage], init=False)

    def get(self, type_name: str, identifier: str) -> JsonObject | None:
        """Return the document of one resource, or None."""
        row = self._connection.execute(
            "SELECT document FROM resource WHERE kind = ? AND id = ?", (type_name, identifier)
        ).fetchone()
        return None if row is None else _document(row[0])

    def put(self, type_name: str, identifier: str, document: JsonObject) -> None:
        """Insert or replace one resource. A replaced one keeps its position in the order."""
        self._connection.execute(
            "INSERT INTO resource (kind, id, document) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document",
            (type_name, identifier, json.dumps(document, separators=(",", ":"))),
        )

    def enqueue(self, type_name: str, identifier: str, document: JsonObject) -> None:
        """Store one resource, and add it to the outbox."""
        self.put(type_name, identifier, document)
        self.outbox.append(OutboxMessage(type_name, identifier, document))

    def delete(self, type_name: str, identifier: str) -> None:
        """Delete one resource, if it exists."""
        self._connection.execute(
            "DELETE FROM resource WHERE kind = ? AND id = ?", (type_name, identifier)
        )

    def delete_where(self, type_name: str, member: str, value: str) -> None:
        """Delete the resources of a type whose member has a value."""
        condition, values = _where_sql(type_name, {member: value})
        self._connection.execute(
            f"DELETE FROM resource WHERE {condition}",  # noqa: S608 - see _where_sql
            values,
        )

    def select(
        self, type_name: str, where: Mapping[str, str], *, after: int = 0, limit: int = NO_LIMIT
    ) -> list[Row]:
        """Return resources of a type, in the order of their creation.

        Args:
            type_name: name of the resource type.
            where: values that members must have.
            after: position after which the result begins.
            limit: maximum number of resources.
        """
        condition, values = _where_sql(type_name, where)
        rows = self._connection.execute(
            f"SELECT sequence, document FROM resource WHERE {condition}"  # noqa: S608
            " AND sequence > ? ORDER BY sequence LIMIT ?",
            (*values, after, limit),
        )
        return [Row(sequence, _document(document)) for sequence, document in rows]

    def next_due(self, member: str, moment: int) -> DueTransition | None:
        """Return the resource that was due first, up to *moment*, or None.

        Args:
            member: member that holds the moment at which a resource is due.
            moment: latest moment to include.
        """
        moment_sql = _member_sql(member)
        row = self._connection.execute(
            f"SELECT kind, {moment_sql}, document FROM resource WHERE {moment_sql} <= ?"  # noqa: S608
            f" ORDER BY {moment_sql}, sequence LIMIT 1",
            (moment,),
        ).fetchone()
        return None if row is None else DueTransition(row[0], row[1], _document(row[2]))

    def idempotency_record(self, operation: str, token: str) -> IdempotencyRecord | None:
        """Return the first use of a client token, or None."""
        row = self._connection.execute(
            "SELECT fingerprint, body FROM answered WHERE operation = ? AND token = ?",
            (operation, token),
        ).fetchone()
        return None if row is None else IdempotencyRecord(*row)

    def save_idempotency_record(
        self, operation: str, token: str, idempotency_record: IdempotencyRecord
    ) -> None:
        """Store the first use of a client token."""
        self._connection.execute(
            "INSERT INTO answered VALUES (?, ?, ?, ?)",
            (operation, token, idempotency_record.fingerprint, idempotency_record.body),
        )


class Store:
    """A database behind one lock, in memory or in a file.

    Args:
        path: file of the database, or None for memory.
        owner: prefix of the ARNs of the resources.

    Raises:
        EmulatorFileError: *path* is no database of the emulator, or has another version or owner.
    """

    def __init__(self, path: str | PathLike[str] | None, *, owner: str) -> None:
        self._lock = Lock()
        self._closed = False
        self._listeners: dict[str, CommitListener] = {}
        try:
            # One connection serves all threads. A second connection to ":memory:" would open
            # another database, and SQLite allows one writer at a time anyway.
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
        """Run the block in a transaction, and roll it back if the block raises.

        Raises:
            EmulatorClosedError: the store is closed.
        """
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
            called = self._call_listeners(transaction.outbox) if transaction.outbox else ()
        for listener in called:
            listener.after_commit()

    def set_commit_listener(self, type_name: str, listener: CommitListener) -> None:
        """Send the outbox messages of later commits that are stored as *type_name* to *listener*.

        The listeners are called in the order in which they were set.
        """
        self._listeners[type_name] = listener

    def _call_listeners(self, outbox: Sequence[OutboxMessage]) -> list[CommitListener]:
        called: list[CommitListener] = []
        for type_name, listener in self._listeners.items():
            messages = [message for message in outbox if message.type_name == type_name]
            if messages:
                listener.on_commit(messages)
                called.append(listener)
        return called

    def require_open(self) -> None:
        """Check that the store is open.

        Raises:
            EmulatorClosedError: the store is closed.
        """
        if self._closed:
            raise EmulatorClosedError("the emulator is closed")

    def close(self) -> None:
        """Close the database, after the running transaction has ended."""
        with self._lock:
            self._closed = True
            self._connection.close()


def _pause() -> None:
    time.sleep(0.01)


def enable_write_ahead(
    connection: sqlite3.Connection, *, pause: Callable[[], None] = _pause
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
            pause()
        else:
            return
    connection.execute(_WRITE_AHEAD)


def _prepare(connection: sqlite3.Connection, owner: str) -> None:
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
    """Return the SQL condition for a type and its members' values.

    Only names from this package become part of the SQL text. All values are bound.
    """
    terms = ["kind = ?", *(f"{_member_sql(member)} = ?" for member in where)]
    return " AND ".join(terms), (type_name, *where.values())


def _member_sql(member: str) -> str:
    """Return the SQL expression for a member of a document.

    The name is part of the SQL text and not bound, because SQLite uses an index only for the
    same expression text.
    """
    if not member.isidentifier():
        raise ValueError(f"{member!r} is not the name of a member")
    return f"json_extract(document, '$.{member}')"


def _document(text: str) -> JsonObject:
    document: JsonObject = json.loads(text)
    return document


def _number(connection: sqlite3.Connection, query: str) -> int:
    (number,) = connection.execute(query).fetchone()
    return int(number)
