"""Streams with notifications, and what commands print of them."""

from typing import TYPE_CHECKING, Any, Final

from tests.cli.running import objects
from tests.events.message import envelope

if TYPE_CHECKING:
    from tests.cli.conftest import Home

SECRET: Final = "the message of a third party"


def notification(number: int = 1) -> dict[str, Any]:
    """Return a notification about an update."""
    return envelope("DEVICE_OTA", {"otaTaskId": str(number), "status": "COMPLETED"})


def secret_notification() -> dict[str, Any]:
    """Return a notification with a sensitive member."""
    return envelope("CONNECTOR_ERROR_REPORT", {"message": SECRET, "statusCode": 500})


def tasks(text: str) -> list[str]:
    """Return the ids of the tasks in the output of --json."""
    return [each["event"]["ota_task_id"] for each in objects(text)]


def put(home: "Home", stream: str, data: bytes) -> None:
    """Put a record on a stream."""
    home.kinesis.put_record(StreamName=stream, Data=data, PartitionKey="1")


def options(home: "Home", stream: str) -> tuple[str, ...]:
    """Return the options that name a stream."""
    return "--stream", stream, "--endpoint-url", home.kinesis_address
