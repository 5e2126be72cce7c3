"""Strategies for work that goes on after the response.

AWS Lambda freezes a process once it has responded. A thread then stops until the next invocation,
or for ever. In Lambda the work is therefore handed on before the response, to another invocation.
This module owns the envelope of such work. It does not know requests.
"""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from iotmi.connector._aws import FUNCTION_NAME, Service

if TYPE_CHECKING:
    from botocore import client as botocore_client

ENVELOPE: Final = "iotmi.connector"
_SQS: Final = "aws:sqs"


class HandOn(ABC):
    """A strategy that hands work on to another invocation.

    Derive from it for a way of your own. The receiver passes the text, decoded from JSON, to
    `Connector.lambda_handler`.
    """

    @abstractmethod
    def hand_on(self, work: str, context: object) -> None:
        """Hand *work* on, and return once the receiver is sure to get it.

        Args:
            work: JSON text. It holds the end user's token.
            context: the context of the Lambda invocation.
        """


class InThread:
    """The strategy that carries work on in a thread of this process.

    For processes that are not frozen, so not for AWS Lambda. The process does not exit before the
    work is finished.
    """

    def __repr__(self) -> str:
        return "InThread()"


class InvokeAgain(HandOn):
    """The strategy that invokes the same Lambda function again, asynchronously.

    The role needs ``lambda:InvokeFunction`` on the function. Lambda repeats an asynchronous
    invocation twice if it fails, so a killed invocation is carried out again.

    Args:
        lambda_client: a boto3 client of Lambda. By default, a client with boto3's default settings.
        function_name: the name or ARN of the function. By default, the invoked function.
    """

    def __init__(
        self,
        lambda_client: "botocore_client.BaseClient | None" = None,
        function_name: str | None = None,
    ) -> None:
        self._service = Service(lambda_client, "lambda")
        self._function_name = function_name

    def hand_on(self, work: str, context: object) -> None:
        """Invoke the function with *work*."""
        # The ARN in the context has the alias or version that the service invokes.
        invoked = getattr(context, "invoked_function_arn", None)
        name = self._function_name or invoked or os.environ.get(FUNCTION_NAME)
        if not name:
            raise ValueError("InvokeAgain needs function_name outside AWS Lambda")
        self._service.call(
            "invoke", FunctionName=name, InvocationType="Event", Payload=work.encode()
        )


class Queue(HandOn):
    """The strategy that sends work to a standard SQS queue, which invokes the function.

    Map the queue to the function with ``FunctionResponseTypes=["ReportBatchItemFailures"]`` and a
    visibility timeout above the function's timeout. The messages hold tokens of end users, so
    encrypt the queue. The role needs ``sqs:SendMessage``.

    Args:
        sqs_client: a boto3 client of SQS, or None for a client with boto3's default settings.
        url: the URL of the queue.
    """

    def __init__(self, sqs_client: "botocore_client.BaseClient | None", url: str) -> None:
        self._service = Service(sqs_client, "sqs")
        self._url = url

    def hand_on(self, work: str, context: object) -> None:
        """Send *work* to the queue."""
        del context
        self._service.call("send_message", QueueUrl=self._url, MessageBody=work)


Later: TypeAlias = InThread | HandOn
"""The strategies that `Connector` takes."""


@frozen
class Message:
    """One message of a queue.

    Attributes:
        id: the id that names the message in the response.
        work: the request of the service in the message, or None if the message has none.
    """

    id: str
    work: object


def wrap(event: object) -> str:
    """Return the text that hands on the *event* of an invocation."""
    if isinstance(event, bytes | bytearray):
        event = event.decode()
    return json.dumps({ENVELOPE: {"event": event}})


def unwrap(event: object) -> object:
    """Return the event of an earlier invocation in work that was handed on, or None."""
    if not isinstance(event, Mapping):
        return None
    held = event.get(ENVELOPE)
    return held.get("event") if isinstance(held, Mapping) else None


def messages_in(event: object) -> Iterator[Message]:
    """Yield the messages of an invocation by SQS, or nothing for any other invocation."""
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, list):
        return
    for record in records:
        if isinstance(record, Mapping) and record.get("eventSource") == _SQS:
            yield Message(str(record.get("messageId", "")), _work_in(record.get("body")))


def _work_in(body: object) -> object:
    if not isinstance(body, str):
        return None
    try:
        return unwrap(json.loads(body))
    except (ValueError, RecursionError):
        return None
