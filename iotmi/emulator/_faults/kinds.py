"""What can be done to a call: an error, a lost answer, a broken connection, a spoilt body.

Owns the kinds of fault, and what each makes of an answer. It does not know when one strikes,
nor what carries the answer to the caller.
"""

from enum import StrEnum

from attrs import evolve, frozen

from iotmi.emulator._core.errors import Refusal
from iotmi.emulator._core.http import Delivery, HttpReply

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

    def refusal(self) -> Refusal | None:
        """The error to answer with, where the fault is one."""
        if self.kind is FaultKind.THROTTLED:
            return Refusal(self.error, "Rate exceeded")
        if self.kind is not FaultKind.ERROR:
            return None
        seconds = self.retry_after
        headers = {} if seconds is None else {"Retry-After": f"{seconds:.10g}"}
        return Refusal(self.error, "A fault planted in the emulator.", headers=headers)

    def spoil(self, reply: HttpReply) -> HttpReply:
        """What the caller gets to see of an answer."""
        match self.kind:
            case FaultKind.RESET:
                return evolve(reply, delivery=Delivery.CLOSED)
            case FaultKind.LOST:
                return evolve(reply, delivery=Delivery.NEVER)
            case FaultKind.UNREACHABLE:
                return evolve(reply, delivery=Delivery.REFUSED)
            case FaultKind.GARBLED if reply.body:
                return _with_body(reply, b"<html><body>Bad gateway</body></html>")
            case FaultKind.TRUNCATED:
                return _with_body(reply, reply.body[: len(reply.body) // 2])
            case _:
                return reply


@frozen
class Fate:
    """What a call is to meet: a fault, or none, after some seconds of waiting."""

    fault: Fault | None = None
    delay: float = 0.0


def _with_body(reply: HttpReply, body: bytes) -> HttpReply:
    # The length is the spoilt body's own: HTTP itself is in order, and what it carries is not.
    length = {"Content-Length": str(len(body))} if body else {}
    return evolve(reply, headers={**reply.headers, **length}, body=body)
