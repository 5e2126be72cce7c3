"""Storage of the emulator, in SQLite.

Owns the database: its schema and version, one transaction around each request, and rows found by
index. A row is the name of a resource type (column `kind`), an id and a JSON document. This module
must not know any resource type nor the meaning of a document.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath, urandom
from threading import Lock
from typing import Final, Protocol

from attrs import field, frozen

from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorFileError
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._core.observers import Observers
from iotmi.emulator._storage import files
from iotmi.emulator._storage.schema import enable_write_ahead, member_sql, prepare

NO_LIMIT: Final = -1
"""SQLite's value of LIMIT for no limit."""


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
class Contents:
    """All rows of a database.

    Attributes:
        resources: sequence, type name, id and document of each resource.
        idempotency: operation, token, fingerprint and body of each first use of a client token.
    """

    resources: tuple[tuple[int, str, str, str], ...] = ()
    idempotency: tuple[tuple[str, str, str, str], ...] = ()


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
        moment_sql = member_sql(member)
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

    def contents(self) -> Contents:
        """Return all rows."""
        return Contents(
            tuple(
                self._connection.execute(
                    "SELECT sequence, kind, id, document FROM resource ORDER BY sequence"
                )
            ),
            tuple(
                self._connection.execute(
                    "SELECT operation, token, fingerprint, body FROM answered"
                    " ORDER BY operation, token"
                )
            ),
        )

    def is_empty(self) -> bool:
        """Return True if there is no resource."""
        return self._connection.execute("SELECT 1 FROM resource LIMIT 1").fetchone() is None

    def last_sequence(self, type_name: str) -> int:
        """Return the position of the newest resource of a type, or 0."""
        (found,) = self._connection.execute(
            "SELECT max(sequence) FROM resource WHERE kind = ?", (type_name,)
        ).fetchone()
        return found or 0

    def count(self, type_name: str, where: Mapping[str, str]) -> int:
        """Return the number of resources of a type whose members have these values."""
        condition, values = _where_sql(type_name, where)
        (found,) = self._connection.execute(
            f"SELECT count(*) FROM resource WHERE {condition}",  # noqa: S608 - see _where_sql
            values,
        ).fetchone()
        return int(found)

    def replace_contents(self, contents: Contents) -> None:
        """Delete all rows, and insert *contents*. Later rows get higher sequences than any before.

        Raises:
            ValueError: two rows have the same sequence or id, or a value has the wrong type.
        """
        self._connection.execute("DELETE FROM resource")
        self._connection.execute("DELETE FROM answered")
        try:
            self._insert("INSERT INTO resource VALUES (?, ?, ?, json(?))", contents.resources)
            self._insert("INSERT INTO answered VALUES (?, ?, ?, ?)", contents.idempotency)
        except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError) as error:
            if files.is_full(error):
                raise
            raise ValueError(f"the rows do not fit the database: {error}") from None

    def _insert(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(statement, rows)


class Store:
    """A database behind one lock, in memory or in a file.

    Args:
        path: file of the database, or None for memory.
        owner: prefix of the ARNs of the resources.

    Attributes:
        observers: functions that are called after each commit that changed a row.

    Raises:
        EmulatorFileError: *path* is no database of the emulator, or has another version or owner.
    """

    def __init__(self, path: str | PathLike[str] | None, *, owner: str) -> None:
        self._lock = Lock()
        self._closed = False
        self._path = path
        self._listeners: dict[str, CommitListener] = {}
        self.observers: Observers = Observers()
        self._revision = 0
        self.renew()
        try:
            files.create_private(path)
            # One connection serves all threads. A second connection to ":memory:" would open
            # another database, and SQLite allows one writer at a time anyway.
            self._connection = sqlite3.connect(
                ":memory:" if path is None else fspath(path),
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
        except (sqlite3.Error, OSError) as error:
            raise EmulatorFileError(f"{path}: cannot be opened: {files.reason(error)}") from error
        try:
            with self._committed():
                prepare(self._connection, owner)
            enable_write_ahead(self._connection)
            self._connection.execute("PRAGMA synchronous = NORMAL")
            # The first write makes SQLite create the two other files, so that a full
            # disk is an error here and not in the first request.
            with self._committed():
                self._connection.execute("UPDATE home SET owner = owner")
            files.make_private(path)
        except sqlite3.Error as error:
            self.close()
            said = (
                files.reason(error)
                if files.is_full(error)
                else f"not a database of the emulator: {error}"
            )
            raise EmulatorFileError(f"{path}: {said}") from error
        except EmulatorFileError as error:
            self.close()
            raise EmulatorFileError(f"{path}: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run the block in a transaction, and roll it back if the block raises.

        Raises:
            EmulatorClosedError: the store is closed.
            EmulatorFileError: the file cannot be written. Nothing of the transaction is stored.
        """
        try:
            with self._lock:
                self.require_open()
                before = self._connection.total_changes
                with self._committed() as transaction:
                    yield transaction
                changed = self._connection.total_changes != before
                self._revision += changed
                called = self._call_listeners(transaction.outbox) if transaction.outbox else ()
        except sqlite3.OperationalError as error:
            if not files.is_full(error):
                raise
            raise EmulatorFileError(f"{self._path}: {files.reason(error)}") from error
        for listener in called:
            listener.after_commit()
        if changed:
            self.observers.notify()

    @contextmanager
    def _committed(self) -> Iterator[Transaction]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Transaction(self._connection)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    @property
    def generation(self) -> str:
        """A text that differs after each replacement of all rows, and after each start."""
        return self._generation

    def renew(self) -> None:
        """Begin a generation. What a reader remembers of earlier rows is void."""
        self._generation = urandom(8).hex()

    @property
    def revision(self) -> int:
        """The number of commits of this store that changed a row."""
        return self._revision

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


def _where_sql(type_name: str, where: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the SQL condition for a type and its members' values.

    Only names from this package become part of the SQL text. All values are bound.
    """
    terms = ["kind = ?", *(f"{member_sql(member)} = ?" for member in where)]
    return " AND ".join(terms), (type_name, *where.values())


def _document(text: str) -> JsonObject:
    document: JsonObject = json.loads(text)
    return document
