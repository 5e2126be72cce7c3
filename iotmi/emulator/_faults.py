"""Faults a test plants: errors that coming calls are to be answered with.

Owns the queue of them and the checks on what may be planted. It does not know how a call
is carried out.
"""

from collections import deque
from threading import Lock

from attrs import frozen

from iotmi.emulator._errors import Refusal
from iotmi.emulator._operations import Service


@frozen
class Fault:
    """One error that one call is to be answered with.

    Attributes:
        error: Its code.
        retry_after: Seconds, for a ``Retry-After`` header.
        before_effect: Whether the call is answered without being carried out.
    """

    error: str
    retry_after: float | None
    before_effect: bool

    def refusal(self) -> Refusal:
        """The error, to be raised."""
        seconds = self.retry_after
        headers = {} if seconds is None else {"Retry-After": f"{seconds:.10g}"}
        return Refusal(self.error, "A fault planted in the emulator.", headers=headers)


class Faults:
    """The errors that coming calls will be answered with, per operation in the order planted."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = Lock()
        self._waiting: dict[str, deque[Fault]] = {}

    def fail(
        self,
        operation: str,
        error: str,
        *,
        times: int = 1,
        retry_after: float | None = None,
        before_effect: bool = True,
    ) -> None:
        """Answer the next calls of an operation with an error.

        Args:
            operation: Its name, such as ``CreateManagedThing``.
            error: The error's code, such as ``ThrottlingException``; the model has its status.
            times: How many calls, at least 1.
            retry_after: Seconds, for a ``Retry-After`` header.
            before_effect: False to carry the call out first, as when only the answer is lost.

        Raises:
            ValueError: The service has no such operation or error, or *times* is below 1.
        """
        if operation not in self._service.operations:
            raise ValueError(f"the service has no operation {operation!r}")
        if error not in self._service.error_statuses:
            raise ValueError(f"the service has no error {error!r}")
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._lock:
            queue = self._waiting.setdefault(operation, deque())
            queue.extend([Fault(error, retry_after, before_effect)] * times)

    def clear(self) -> None:
        """Forget the errors not yet answered."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> Fault | None:
        """The error this call is to be answered with, if any."""
        with self._lock:
            queue = self._waiting.get(operation)
            return queue.popleft() if queue else None
