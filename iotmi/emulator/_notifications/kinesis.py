"""The way from a notification that is kept to the record on a real stream.

Owns the queue of what has been committed and is to be put on its stream, and what becomes of
a put that fails: it is kept beside the notification, and the call that caused it goes on. It
does not know what a notification says.
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
    """Puts notifications on the streams of their destinations, in the order of their commits.

    A call that has caused one comes back after the put, so that its caller finds the record.
    """

    _client: BaseClient
    _store: Store
    _queue: deque[OutboxMessage] = field(factory=deque[OutboxMessage], init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def on_commit(self, messages: Sequence[OutboxMessage]) -> None:
        """Line up what has been committed."""
        self._queue.extend(messages)

    def after_commit(self) -> None:
        """Put what is lined up on its streams."""
        failures: list[tuple[OutboxMessage, str]] = []
        with self._lock:
            while self._queue:
                message = self._queue.popleft()
                failure = self._put(message.document)
                if failure is not None:
                    failures.append((message, failure))
        if failures:
            # Closed meanwhile, there is nobody left to tell.
            with suppress(EmulatorClosedError), self._store.transaction() as transaction:
                for message, failure in failures:
                    document = {**message.document, "Failure": failure}
                    transaction.put(NOTIFICATION, message.identifier, document)

    def _put(self, document: JsonObject) -> str | None:
        """Put one, and say what went wrong, if anything did."""
        notification = to_notification(document)
        # boto3 makes its methods at run time.
        put_record = getattr(self._client, "put_record")  # noqa: B009
        try:
            put_record(
                StreamARN=notification.stream_arn,
                Data=notification.data,
                PartitionKey=notification.partition_key,
            )
        # Whatever becomes of the put, the call that caused it was carried out.
        except Exception as error:  # noqa: BLE001
            return f"{type(error).__name__}: {error}"
        return None


def validate_kinesis(client: BaseClient) -> None:
    """Refuse a client of another service.

    Raises:
        ValueError: It is one.
    """
    service = client.meta.service_model.service_name
    if service != _SERVICE:
        raise ValueError(f"this is a client of {service}, not of {_SERVICE}")


def publish_to_kinesis(store: Store, client: BaseClient) -> None:
    """Have all that a store commits from now on put on real streams."""
    store.set_commit_listener(KinesisPublisher(client, store))
