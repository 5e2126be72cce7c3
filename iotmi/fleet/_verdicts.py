"""Verdicts: the state of a row after a send, and whether the run has to stop.

The rules are pure functions of the request and of the facts of the send. This module sends nothing
and writes nothing.
"""

from collections.abc import Callable

from attrs import frozen

from iotmi._schema.model import Request
from iotmi.fleet._errors import (
    CredentialsError,
    QuotaReachedError,
    RunStoppedError,
    UnreachableError,
)
from iotmi.fleet._values import RowState
from iotmi.fleet._work import Sent
from iotmi.resources.managed_things import CreateManagedThing, DeleteManagedThing


@frozen(kw_only=True)
class Verdict:
    """The consequence of one send.

    Attributes:
        state: the new state of the row. ``WAITING``: nothing happened; the row can be sent again.
        stop: makes the error that stops the run from a sentence, or None to go on.
        reason: the sentence.
        lookup: True if a listing may tell whether the row created its thing.
    """

    state: RowState
    stop: Callable[[str], RunStoppedError] | None = None
    reason: str = ""
    lookup: bool = False


def verdict(request: Request[object], sent: Sent, *, settling: bool, any_success: bool) -> Verdict:
    """Return the consequence of *sent* for the row of *request*.

    Args:
        request: the request that was sent.
        sent: the facts of the outcome.
        settling: True if an earlier send of the same request may have acted.
        any_success: True if the run has had a success, so that its credentials are good.
    """
    if sent.ok:
        return Verdict(state=RowState.DONE)
    if isinstance(request, DeleteManagedThing) and sent.kind == "ResourceNotFoundError":
        # An earlier attempt deleted it, if there was one that may have acted.
        gone = settling or sent.may_have_acted
        return Verdict(state=RowState.DONE if gone else RowState.FAILED)
    stop = _stops(sent, any_success=any_success)
    if stop is not None:
        # The service refused or was not reached. An earlier attempt stays unknown.
        acted = settling or sent.may_have_acted
        state = RowState.UNKNOWN if acted else RowState.WAITING
        return Verdict(state=state, stop=stop[0], reason=stop[1])
    if sent.may_have_acted or (sent.not_sent and settling):
        return Verdict(state=RowState.UNKNOWN)
    if settling and isinstance(request, CreateManagedThing) and sent.kind == "ConflictError":
        # The token has expired at the service, or another caller created the thing.
        return Verdict(state=RowState.UNKNOWN, lookup=True)
    return Verdict(state=RowState.WAITING if sent.not_sent else RowState.FAILED)


def _stops(sent: Sent, *, any_success: bool) -> tuple[Callable[[str], RunStoppedError], str] | None:
    match sent.kind:
        case "AuthenticationError":
            return CredentialsError, f"the credentials were not accepted ({sent.cause})"
        case "AccessDeniedError" | "UnauthorizedError" if not any_success:
            return CredentialsError, f"the credentials lack the permission ({sent.cause})"
        case "ServiceQuotaExceededError":
            return QuotaReachedError, f"the account has reached a quota ({sent.detail})"
        case "NotSentError" if not sent.retryable:
            return CredentialsError, f"nothing can be sent: {sent.detail}"
        case _:
            return None


def unreachable(sent: Sent, region: str, failures: int) -> RunStoppedError:
    """Return the error for several sends in a row that had no response."""
    return UnreachableError(
        f"the last {failures} calls to {region} had no good response: {sent.detail}; "
        "check the Region, the endpoint and the network"
    )
