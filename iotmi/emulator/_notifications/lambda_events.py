"""Batches of notifications in the form of Lambda's Kinesis event.

This module must not know why a notification was sent.

Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from collections.abc import Iterable
from typing import Final

from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._notifications.outbox import Notification

# A number of the length that Kinesis gives. Those after it count on.
_FIRST_SEQUENCE_NUMBER: Final = 49590338271490256608559692538361571095921575989136588898


def lambda_event(
    notifications: Iterable[Notification], *, first_sequence_number: int = _FIRST_SEQUENCE_NUMBER
) -> JsonObject:
    """Return the event of a Lambda function on the stream that *notifications* went to.

    Args:
        notifications: such as `Emulator.notifications`, or a part of them.
        first_sequence_number: the sequence number of the first record; the others count on.
    """
    return {
        "Records": [
            notification.as_lambda_record(sequence_number=str(number))
            for number, notification in enumerate(notifications, first_sequence_number)
        ]
    }
