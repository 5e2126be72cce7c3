"""The kinds of faults, and their effect on a response.

Owns the kinds and the effects. This module must know neither when a fault is injected nor what
carries the response.
"""

from enum import StrEnum

from attrs import evolve, frozen

from iotmi.emulator._core.errors import ServiceFault
from iotmi.emulator._core.http import Delivery, HttpResponse

THROTTLING = "ThrottlingException"


class FaultKind(StrEnum):
    """The kind of an injected fault.

    Attributes:
        ERROR: the response is an error.
        THROTTLED: the call exceeded the rate of its operation.
        RESET: the connection is closed without a response.
        LOST: the call is executed, and no response arrives.
        UNREACHABLE: the connection is refused, and nothing of the call is read.
        GARBLED: the call is executed, and the body of the response is not JSON.
        TRUNCATED: the call is executed, and the body of the response is cut in half.
        DELAYED: the call is delayed. This is counted in addition to any other kind.
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
    """One fault for one call.

    Attributes:
        kind: kind of the fault.
        error: name of the error, for kinds that return one.
        retry_after: seconds of a ``Retry-After`` header.
        before_effect: true if the call is not executed.
    """

    kind: FaultKind
    error: str = ""
    retry_after: float | None = None
    before_effect: bool = True

    def service_fault(self) -> ServiceFault | None:
        """Return the error response of this fault, or None for kinds without one."""
        if self.kind is FaultKind.THROTTLED:
            return ServiceFault(self.error, "Rate exceeded")
        if self.kind is not FaultKind.ERROR:
            return None
        seconds = self.retry_after
        headers = {} if seconds is None else {"Retry-After": f"{seconds:.10g}"}
        return ServiceFault(self.error, "A fault injected by the emulator.", headers=headers)

    def apply(self, response: HttpResponse) -> HttpResponse:
        """Return the response that the caller gets instead of *response*."""
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
    """The fault and the delay of one call.

    Attributes:
        fault: fault to apply, or None.
        delay: seconds for which the call was delayed.
    """

    fault: Fault | None = None
    delay: float = 0.0


def _replace_body(response: HttpResponse, body: bytes) -> HttpResponse:
    # The length matches the new body, so that only the JSON is wrong and not the HTTP.
    length = {"Content-Length": str(len(body))} if body else {}
    return evolve(response, headers={**response.headers, **length}, body=body)
