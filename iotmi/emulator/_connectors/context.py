"""The context that Lambda passes to a function, with the members that functions use."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    import iotmi

LIMIT_SECONDS: Final = 2.0
"""The time in which a connector must respond, from the developer guide."""


class LambdaContext:
    """The context of one invocation, as Lambda passes it.

    Args:
        arn: ARN of the function.
        client: function that returns a client of the emulator.
        seconds: clock of the invocation.

    Attributes:
        aws_request_id: id of the invocation.
        function_name: name of the function.
        function_version: version of the function.
        invoked_function_arn: ARN of the function.
        log_group_name: name of the function's log group.
        log_stream_name: name of the function's log stream.
        memory_limit_in_mb: memory of the function, as text.
    """

    def __init__(
        self,
        arn: str,
        client: "Callable[[], iotmi.Client]",
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.aws_request_id: str = str(uuid4())
        self.function_name: str = arn.split(":")[6] if arn.count(":") >= 6 else arn
        self.function_version: str = "$LATEST"
        self.invoked_function_arn: str = arn
        self.log_group_name: str = f"/aws/lambda/{self.function_name}"
        self.log_stream_name: str = f"emulator/{self.aws_request_id}"
        self.memory_limit_in_mb: str = "128"
        self._client = client
        self._seconds = seconds
        self._ends_at = seconds() + LIMIT_SECONDS

    @property
    def iotmi_client(self) -> "iotmi.Client":
        """A client of the emulator, which Lambda's own context does not have.

        A `iotmi.connector.Connector` without a client sends its results with it.
        """
        return self._client()

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds in which the function must result."""
        return max(0, round((self._ends_at - self._seconds()) * 1000))
