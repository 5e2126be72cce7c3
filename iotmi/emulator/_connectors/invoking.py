"""One invocation of a connector's function, within its limit of time.

Owns the limit and the documented form of an result. This module must not know the queue of requests
nor the effects of an result.

Where time is emulated, the function runs in the calling thread, and its time is what the emulated
clock is moved meanwhile. Otherwise it runs in a thread of its own, which is left alone after the
limit: Lambda does not end a function either because its caller has stopped waiting.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field, frozen

from iotmi.emulator._connectors.context import LIMIT_SECONDS, LambdaContext
from iotmi.emulator._connectors.functions import (
    ConnectorFault,
    ConnectorFunction,
    Invocation,
    Outcome,
)
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator.handlers._support.invocations import ACTIVATE_USER

if TYPE_CHECKING:
    import iotmi

SUCCESS: Final = 200

_LOGGER: Final = logging.getLogger("iotmi.emulator")
_LATE: Final = f"No response within {LIMIT_SECONDS:.0f} seconds"
_RAISED: Final = "The function raised an exception"
_MALFORMED: Final = "The response is not in the documented form"

Run: TypeAlias = Callable[[Callable[[], None]], None]
"""A wrapper that calls a function in the thread of the invocation."""


@frozen
class FunctionResponse:
    """The result of one invocation.

    Attributes:
        outcome: outcome of the invocation.
        status: response code of the function, or 0 without a usable result.
        message: message of the function, or the reason why there is no usable result.
        payload: payload of the result.
    """

    outcome: Outcome
    status: int = 0
    message: str = ""
    payload: JsonObject = field(factory=dict, repr=False)

    @property
    def usable(self) -> bool:
        """True if the function has responded in the documented form and in time."""
        return self.outcome in ("responded", "refused")


@define
class _Attempt:
    """The state of a running function.

    Attributes:
        ended: true once the function has ended.
        returned: returned object.
        error: type and message of the raised exception.
    """

    ended: bool = False
    returned: object = field(default=None, repr=False)
    error: str | None = None


def invoke(
    function: ConnectorFunction,
    request: Mapping[str, JsonValue],
    delivery: int,
    *,
    operation: str,
    fault: ConnectorFault | None,
    clock: Clock,
    run: Run,
    client: "Callable[[], iotmi.Client]",
) -> FunctionResponse:
    """Invoke a function once, record the invocation, and return its result.

    Args:
        function: function of the connector.
        request: event for the function, which gets a copy.
        delivery: number of this delivery of the request.
        operation: operation of the request.
        fault: planned fault of this invocation, or None.
        clock: clock of the account.
        run: function that runs another one on behalf of the queue.
        client: function that returns a client of the emulator.
    """
    attempt = _Attempt(ended=True, error="InjectedFault: the emulator's fault")
    in_time = True
    if fault != "raise":
        event: dict[str, JsonValue] = json.loads(json.dumps(request))
        attempt, in_time = _run(function, event, clock, run, client)
    in_time = in_time and fault != "slow"
    response = None if attempt.error is not None else _as_json(attempt.returned)
    if fault == "malformed":
        response = {"malformed": True}
    if not in_time:
        result = FunctionResponse("timed out", message=_LATE)
    elif attempt.error is not None:
        result = FunctionResponse("raised", message=_RAISED)
    else:
        result = _read(operation, response)
    function.record(
        Invocation(
            operation,
            request,
            delivery,
            result.outcome,
            response if in_time else None,
            attempt.error,
            fault,
        )
    )
    if not result.usable:
        # Without the exception's text, which may quote a token.
        cause = (attempt.error or "").partition(":")[0]
        _LOGGER.warning(
            "%s: %s, delivery %d %s %s", function.arn, operation, delivery, result.outcome, cause
        )
    return result


def _run(
    function: ConnectorFunction,
    event: dict[str, JsonValue],
    clock: Clock,
    run: Run,
    client: "Callable[[], iotmi.Client]",
) -> tuple[_Attempt, bool]:
    """Run a function, and return its result and whether it ended in time."""
    attempt = _Attempt()
    emulated = clock.is_running and clock.is_emulated

    def seconds() -> float:
        return clock.advanced if emulated else time.monotonic() + clock.skipped

    began, context = seconds(), LambdaContext(function.arn, client, seconds)

    def call() -> None:
        try:
            attempt.returned = function.handler(event, context)
        # Lambda reports any exception of a function to its caller.
        except Exception as error:  # noqa: BLE001
            attempt.error = f"{type(error).__name__}: {error}"
        attempt.ended = True

    if emulated:
        run(call)
    else:
        _in_thread(lambda: run(call))
    return attempt, attempt.ended and seconds() - began <= LIMIT_SECONDS


def _in_thread(call: Callable[[], None]) -> None:
    """Call a function in a thread, and wait for it until the limit."""
    context = copy_context()
    thread = Thread(target=context.run, args=(call,), name="iotmi-connector", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        # No thread can start, as in Pyodide. The function cannot be left alone then.
        call()
    else:
        thread.join(LIMIT_SECONDS)


def _as_json(value: object) -> JsonValue:
    """Return the JSON that Lambda makes of a function's result, or None if it cannot."""
    try:
        encoded: JsonValue = json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return None
    return encoded


def _read(operation: str, response: JsonValue) -> FunctionResponse:
    """Return what a function's response says, after the form of the developer guide."""
    document = response if isinstance(response, dict) else {}
    header, payload = document.get("header"), document.get("payload", {})
    status = header.get("responseCode") if isinstance(header, dict) else None
    if not isinstance(status, int) or isinstance(status, bool) or not isinstance(payload, dict):
        return FunctionResponse("malformed", message=_MALFORMED)
    message = payload.get("responseMessage", "")
    if not isinstance(message, str):
        return FunctionResponse("malformed", message=_MALFORMED)
    if status != SUCCESS:
        return FunctionResponse("refused", status, message, payload)
    user = payload.get("userId")
    if operation == ACTIVATE_USER and not (isinstance(user, str) and user):
        return FunctionResponse("malformed", message=f"{_MALFORMED}: it has no userId")
    return FunctionResponse("responded", status, message, payload)
