"""What can be done to a call: an error, a lost answer, a broken connection, a spoilt body.

Owns the kinds of fault, and what each makes of an answer. It does not know when one strikes,
nor what carries the answer to the caller.
"""

from enum import StrEnum

from attrs import evolve, frozen

from iotmi.emulator._core.errors import ServiceFault
from iotmi.emulator._core.http import Delivery, HttpResponse

THROTTLING = "ThrottlingException"


class FaultKind(StrEnum):
    """What was done to a call.

    Attributes:
        ERROR: It was answered with an error.
        THROTTLED: It came faster than the service takes its operation.
        RESET: The connection was closed before an answer.
        LOST: It was carried out, and no answer came.
        UNREACHABLE: The connection was refused; nothing of it was read.
        GARBLED: It was carried out, and the answer's body was no JSON.
        TRUNCATED: It was carried out, and the answer's body was half of itself.
        DELAYED: It was kept waiting. Counted beside any of the others.
    """

    ERROR = "error"
    THROTTLED = "throttled"
    RESET = "reset"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    GARBLED = "garbled"
    TRUNCATED = "truncated"
    DELAYED = "delayed"


@frozen
class Fault:
    """One fault that one call is to meet.

    Attributes:
        kind: Which.
        error: The error's code, where it is answered with one.
        retry_after: Seconds, for a ``Retry-After`` header.
        before_effect: Whether the call is not to be carried out.
    """

    kind: FaultKind
    error: str = ""
    retry_after: float | None = None
    before_effect: bool = True

    def service_fault(self) -> ServiceFault | None:
        """The error to answer with, where the fault is one."""
        if self.kind is FaultKind.THROTTLED:
            return ServiceFault(self.error, "Rate exceeded")
        if self.kind is not FaultKind.ERROR:
            return None
        seconds = self.retry_after
        headers = {} if seconds is None else {"Retry-After": f"{seconds:.10g}"}
        return ServiceFault(self.error, "A fault planted in the emulator.", headers=headers)

    def apply(self, response: HttpResponse) -> HttpResponse:
        """What the caller gets to see of an answer."""
        match self.kind:
            case FaultKind.RESET:
                return evolve(response, delivery=Delivery.CLOSED)
            case FaultKind.LOST:
                return evolve(response, delivery=Delivery.NEVER)
            case FaultKind.UNREACHABLE:
                return evolve(response, delivery=Delivery.REFUSED)
            case FaultKind.GARBLED if response.body:
                return _replace_body(response, b"<html><body>Bad gateway</body></html>")
            case FaultKind.TRUNCATED:
                return _replace_body(response, response.body[: len(response.body) // 2])
            case _:
                return response


@frozen
class InjectedFault:
    """What a call is to meet: a fault, or none, after some seconds of waiting."""

    fault: Fault | None = None
    delay: float = 0.0


def _replace_body(response: HttpResponse, body: bytes) -> HttpResponse:
    # The length is the spoilt body's own: HTTP itself is in order, and what it carries is not.
    length = {"Content-Length": str(len(body))} if body else {}
    return evolve(response, headers={**response.headers, **length}, body=body)
