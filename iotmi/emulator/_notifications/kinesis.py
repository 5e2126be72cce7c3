"""Delivery of stored notifications to real Kinesis streams.

Owns the queue of committed notifications, and the record of puts that failed. A failed put does not
fail the call that caused it. This module must not know the content of a notification.
"""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import Final

from attrs import define, field
from botocore.client import BaseClient

from iotmi.emulator._core.errors import EmulatorClosedError
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._notifications.outbox import NOTIFICATION, to_notification
from iotmi.emulator._storage.store import OutboxMessage, Store

_SERVICE: Final = "kinesis"


@define(eq=False)
class KinesisPublisher:
    """A publisher that puts notifications on their streams, in the order of their commits.

    A call returns after the put of its notifications, so that its caller finds the record.
    """

    _client: BaseClient
    _store: Store
    _queue: deque[OutboxMessage] = field(factory=deque[OutboxMessage], init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def on_commit(self, messages: Sequence[OutboxMessage]) -> None:
        """Queue committed notifications."""
        self._queue.extend(messages)

    def after_commit(self) -> None:
        """Put the queued notifications on their streams, and store failures."""
        failures: list[tuple[OutboxMessage, str]] = []
        with self._lock:
            while self._queue:
                message = self._queue.popleft()
                failure = self._put(message.document)
                if failure is not None:
                    failures.append((message, failure))
        if failures:
            # A closed emulator cannot store the failure any more.
            with suppress(EmulatorClosedError), self._store.transaction() as transaction:
                for message, failure in failures:
                    document = {**message.document, "Failure": failure}
                    transaction.put(NOTIFICATION, message.identifier, document)

    def _put(self, document: JsonObject) -> str | None:
        """Put one notification on its stream, and return the error message, if any."""
        notification = to_notification(document)
        # boto3 generates its methods at run time, so no type declares put_record.
        put_record = getattr(self._client, "put_record")  # noqa: B009
        try:
            put_record(
                StreamARN=notification.stream_arn,
                Data=notification.data,
                PartitionKey=notification.partition_key,
            )
        # A failed put must not fail the call, which has already been committed.
        except Exception as error:  # noqa: BLE001
            return f"{type(error).__name__}: {error}"
        return None


def validate_kinesis(client: BaseClient) -> None:
    """Check that *client* is a client of Kinesis.

    Raises:
        ValueError: *client* is a client of another service.
    """
    service = client.meta.service_model.service_name
    if service != _SERVICE:
        raise ValueError(f"kinesis must be a boto3 client of {_SERVICE}, not of {service}")


def publish_to_kinesis(store: Store, client: BaseClient) -> None:
    """Put all notifications that *store* commits from now on onto real streams."""
    store.set_commit_listener(NOTIFICATION, KinesisPublisher(client, store))
