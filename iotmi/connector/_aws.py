"""boto3's clients of Lambda, SQS and DynamoDB.

The only module of `iotmi.connector` that imports boto3. A client is created on first use. In AWS
Lambda it is created at once: the function is loaded before the first invocation, and the creation
may take longer than the time for a response.
"""

import os
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from iotmi._schema.lazy import LazyModule

if TYPE_CHECKING:
    import boto3
    from botocore import client as botocore_client, exceptions as botocore_exceptions
else:
    boto3 = LazyModule("boto3")
    botocore_exceptions = LazyModule("botocore.exceptions")

FUNCTION_NAME: Final = "AWS_LAMBDA_FUNCTION_NAME"
"""The environment variable that AWS Lambda sets to the name of the function."""

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class Service:
    """One AWS service, through a boto3 client of the application or a client of its own.

    Args:
        client: the application's client, or None for one with boto3's default settings.
        name: boto3's name of the service.
    """

    def __init__(self, client: "botocore_client.BaseClient | None", name: str) -> None:
        self._client = client
        self._name = name
        self._lock = Lock()
        if FUNCTION_NAME in os.environ:
            self._open()

    def _open(self) -> "botocore_client.BaseClient":
        with self._lock:
            if self._client is None:
                self._client = boto3.client(self._name)  # type: ignore[call-overload]
            return self._client

    def call(self, operation: str, **parameters: object) -> Mapping[str, Any]:
        """Call an operation, such as ``send_message``, and return its response."""
        # boto3 creates the methods of a client at run time.
        response: Mapping[str, Any] = getattr(self._open(), operation)(**parameters)
        return response

    def holds(self, operation: str, **parameters: object) -> bool:
        """Call an operation with a condition. Return False if the condition does not hold."""
        try:
            self.call(operation, **parameters)
        except botocore_exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") != _CONDITION_FAILED:
                raise
            return False
        return True
