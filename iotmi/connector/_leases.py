"""Stores of leases: a request that the service delivers six times is carried out once.

A lease is held while a request is carried out. Its holder renews it, and it expires if the holder
is killed. The response of a finished request is kept for a time. This module knows no requests.
"""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike, fspath
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from iotmi.connector._aws import Service

if TYPE_CHECKING:
    from botocore import client as botocore_client

LEASE: Final = 30.0
REMEMBER: Final = 3600.0


@frozen
class Acquired:
    """The caller holds the lease."""


@frozen
class Held:
    """Another caller holds the lease.

    Attributes:
        seconds: the time until the lease expires, unless its holder renews it.
    """

    seconds: float


@frozen
class Done:
    """The request was carried out.

    Attributes:
        response: the text that `Leases.finish` stored.
    """

    response: str


Lease: TypeAlias = Acquired | Held | Done


class Leases(ABC):
    """A store of leases. Thread-safe.

    Derive from it for a store of your own. Each method is atomic over all processes that share the
    store.

    Args:
        lease: the seconds after which a lease expires that its holder does not renew.
        remember: the seconds for which the response of a finished request is kept.
    """

    def __init__(self, *, lease: float = LEASE, remember: float = REMEMBER) -> None:
        if lease <= 0 or remember <= 0:
            raise ValueError(f"lease and remember must be positive, got {lease} and {remember}")
        self.lease: Final = lease
        self.remember: Final = remember

    @abstractmethod
    def acquire(self, key: str, owner: str) -> Lease:
        """Acquire the lease of *key* for *owner*, unless it is held or *key* is done."""

    @abstractmethod
    def renew(self, key: str, owner: str) -> bool:
        """Extend the lease of *owner*. Return False if *owner* does not hold it any more."""

    @abstractmethod
    def finish(self, key: str, owner: str, response: str) -> None:
        """Store the response of *key*, unless another owner holds the lease."""

    @contextmanager
    def renewing(self, key: str, owner: str) -> Iterator[Event]:
        """Yield an event. Once it is set, renew the lease of *owner* until the block ends.

        The thread starts before the lease is acquired. Once the main thread of a process has ended,
        Python 3.12 and later start no thread, and a lease without renewals may expire too early.
        """
        acquired = Event()
        stop = Event()

        def renew() -> None:
            acquired.wait()
            while not stop.wait(self.lease / 3):
                try:
                    if not self.renew(key, owner):
                        return
                # The store may be back at the next turn, before the lease expires.
                except Exception:  # noqa: BLE001, S112
                    continue

        thread = Thread(target=renew, name="iotmi-lease", daemon=True)
        thread.start()
        try:
            yield acquired
        finally:
            stop.set()
            acquired.set()


class MemoryLeases(Leases):
    """Leases in the memory of this process, for one process or for tests."""

    def __init__(self, *, lease: float = LEASE, remember: float = REMEMBER) -> None:
        super().__init__(lease=lease, remember=remember)
        self._held: dict[str, tuple[str, float, str | None]] = {}
        self._lock = Lock()

    def acquire(self, key: str, owner: str) -> Lease:
        """Acquire the lease of *key*."""
        with self._lock:
            now = time.monotonic()
            for each in [each for each, (_, until, _) in self._held.items() if until <= now]:
                del self._held[each]
            if key in self._held:
                _, until, response = self._held[key]
                return Held(until - now) if response is None else Done(response)
            self._held[key] = (owner, now + self.lease, None)
            return Acquired()

    def renew(self, key: str, owner: str) -> bool:
        """Extend the lease of *owner*."""
        return self._put(key, owner, self.lease, None)

    def finish(self, key: str, owner: str, response: str) -> None:
        """Store the response of *key*."""
        self._put(key, owner, self.remember, response)

    def _put(self, key: str, owner: str, seconds: float, response: str | None) -> bool:
        with self._lock:
            holder, _, done = self._held.get(key, (owner, 0.0, None))
            if holder != owner or done is not None:
                return False
            self._held[key] = (owner, time.monotonic() + seconds, response)
            return True


class SQLiteLeases(Leases):
    """Leases in a SQLite file, for the processes of one machine.

    Args:
        path: the file, which is created if it does not exist.
        lease: the seconds after which a lease expires that its holder does not renew.
        remember: the seconds for which the response of a finished request is kept.
    """

    _SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS iotmi_leases (
        key TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        until REAL NOT NULL,
        response TEXT
    ) WITHOUT ROWID
    """

    def __init__(
        self, path: str | PathLike[str], *, lease: float = LEASE, remember: float = REMEMBER
    ) -> None:
        super().__init__(lease=lease, remember=remember)
        self._path = fspath(path)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # A connection of its own for each transaction survives forks and any thread.
        with closing(sqlite3.connect(self._path, timeout=30.0, isolation_level=None)) as database:
            # The default journal: a change to WAL fails if two processes open a new file at once.
            database.execute("BEGIN IMMEDIATE")
            with database:
                database.execute(self._SCHEMA)
                yield database

    def acquire(self, key: str, owner: str) -> Lease:
        """Acquire the lease of *key*."""
        with self._transaction() as database:
            now = time.time()
            database.execute("DELETE FROM iotmi_leases WHERE until <= ?", (now,))
            row = database.execute(
                "SELECT until, response FROM iotmi_leases WHERE key = ?", (key,)
            ).fetchone()
            if row is not None:
                return Held(row[0] - now) if row[1] is None else Done(row[1])
            database.execute(
                "INSERT INTO iotmi_leases (key, owner, until) VALUES (?, ?, ?)",
                (key, owner, now + self.lease),
            )
            return Acquired()

    def renew(self, key: str, owner: str) -> bool:
        """Extend the lease of *owner*."""
        with self._transaction() as database:
            changed = database.execute(
                "UPDATE iotmi_leases SET until = ?"
                " WHERE key = ? AND owner = ? AND response IS NULL",
                (time.time() + self.lease, key, owner),
            )
            return changed.rowcount == 1

    def finish(self, key: str, owner: str, response: str) -> None:
        """Store the response of *key*."""
        with self._transaction() as database:
            database.execute(
                "INSERT INTO iotmi_leases (key, owner, until, response) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE"
                " SET until = excluded.until, response = excluded.response"
                " WHERE owner = excluded.owner",
                (key, owner, time.time() + self.remember, response),
            )


class DynamoDBLeases(Leases):
    """Leases in a DynamoDB table, for Lambda functions and several machines.

    The table needs a partition key ``id`` of type string and no sort key. Enable its time to live
    on the attribute ``expires_at``. The role needs ``dynamodb:PutItem``, ``dynamodb:GetItem`` and
    ``dynamodb:UpdateItem``.

    Args:
        table: the name of the table.
        client: a boto3 client of DynamoDB. By default, a client with boto3's default settings.
        lease: the seconds after which a lease expires that its holder does not renew.
        remember: the seconds for which the response of a finished request is kept.
    """

    def __init__(
        self,
        table: str,
        client: "botocore_client.BaseClient | None" = None,
        *,
        lease: float = LEASE,
        remember: float = REMEMBER,
    ) -> None:
        super().__init__(lease=lease, remember=remember)
        self._table = table
        self._service = Service(client, "dynamodb")

    def acquire(self, key: str, owner: str) -> Lease:
        """Acquire the lease of *key*."""
        while True:
            now = time.time()
            acquired = self._service.holds(
                "put_item",
                TableName=self._table,
                Item={"id": {"S": key}, "holder": {"S": owner}, **self._times(now + self.lease)},
                ConditionExpression="attribute_not_exists(id) OR held_until <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
            if acquired:
                return Acquired()
            found = self._service.call(
                "get_item", TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True
            )
            item = found.get("Item")
            # An item that is gone has expired between the two calls.
            if item is not None:
                if "outcome" in item:
                    return Done(item["outcome"]["S"])
                return Held(max(0.0, float(item["held_until"]["N"]) - now))

    def renew(self, key: str, owner: str) -> bool:
        """Extend the lease of *owner*."""
        return self._update(key, owner, self.lease, "", {})

    def finish(self, key: str, owner: str, response: str) -> None:
        """Store the response of *key*."""
        self._update(
            key, owner, self.remember, ", outcome = :outcome", {":outcome": {"S": response}}
        )

    def _update(
        self, key: str, owner: str, seconds: float, more: str, values: dict[str, dict[str, str]]
    ) -> bool:
        times = self._times(time.time() + seconds)
        return self._service.holds(
            "update_item",
            TableName=self._table,
            Key={"id": {"S": key}},
            UpdateExpression=f"SET held_until = :until, expires_at = :expires{more}",
            ConditionExpression="holder = :owner AND attribute_not_exists(outcome)",
            ExpressionAttributeValues={
                ":until": times["held_until"],
                ":expires": times["expires_at"],
                ":owner": {"S": owner},
                **values,
            },
        )

    def _times(self, until: float) -> dict[str, dict[str, str]]:
        # DynamoDB deletes items some time after the second in `expires_at`.
        return {"held_until": {"N": str(until)}, "expires_at": {"N": str(int(until) + 1)}}
