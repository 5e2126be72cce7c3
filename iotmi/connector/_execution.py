"""Execution of requests: the call of a function, its result as events, and the lease for it.

A request is carried out once, however often it is delivered. Owns the order of lease, function,
events and finish. Does not know the form of an invocation.
"""

import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import Final, TypeAlias, TypeVar

from attrs import define, field

import iotmi
from iotmi._schema.redaction import redactor_of
from iotmi.connector import _sending as sending
from iotmi.connector._errors import ConnectorError
from iotmi.connector._leases import Done, Held, Leases
from iotmi.connector._requests import (
    ActivateUser,
    DiscoverDevices,
    Request,
    SendCommand,
    key_of,
    secrets_of,
)
from iotmi.connector._responses import (
    FAILED,
    CommandResponse,
    ConnectorResponse,
    DiscoveredDevice,
    UserActivated,
    failure,
    success,
)
from iotmi.connector._work import PendingResponse, awaited
from iotmi.errors import IotmiError
from iotmi.resources.cloud_connectors import SendConnectorEvent

Function: TypeAlias = Callable[..., object]

IN_PROGRESS: Final = 409
UNAVAILABLE: Final = 503
ACCEPTED: Final = "accepted"

_STANDBY: Final = 0.5
"""The longest pause between two looks at a lease that another delivery holds, in seconds."""

_logger: Final = logging.getLogger("iotmi.connector")


class _NotDeliveredError(Exception):
    """The service did not accept a result."""


@define(eq=False)
class Execution:
    """The functions of a connector, with what they need to be carried out.

    Attributes:
        functions: the functions, by the class of their request.
        identify: the function that returns the id of an end user, or None.
    """

    client: "iotmi.Client | None"
    seen: Leases
    page_size: int
    functions: dict[type[Request], Function] = field(factory=dict)
    identify: Function | None = None
    _lock: Lock = field(factory=Lock)
    _lent: "iotmi.Client | None" = None

    def activate(self, request: ActivateUser) -> ConnectorResponse:
        """Call the function for *request*, and return its response. Never raises."""
        try:
            result = awaited(self.functions[ActivateUser](request))
            activated = _require(result, UserActivated, "a UserActivated")
            return success(_redact(request, activated.message), activated.user_id)
        # A function may raise anything, SystemExit included, and a response is due.
        except BaseException as error:  # noqa: BLE001
            return failure(_failed(request, error))

    def run_in_thread(self, request: Request, context: object, pending: PendingResponse) -> None:
        """Carry out *request*, and offer its response. Never raises."""
        try:
            self.run(request, context, pending)
        except BaseException as error:  # noqa: BLE001
            log_error(request, "could not be carried out", error)
            pending.offer(failure(ConnectorError(UNAVAILABLE, "the request was not carried out")))

    def run(self, request: Request, context: object, pending: PendingResponse | None) -> None:
        """Carry out a request, unless another delivery of it does or did.

        Args:
            request: the request.
            context: the context of the invocation.
            pending: the response to the service, or None for work that was handed on.

        Raises:
            ConnectorError: another delivery holds the lease of work that was handed on.
        """
        key = key_of(request)
        if key is None:
            response = self._carry_out(request, context, pending)
        else:
            owner = uuid.uuid4().hex
            with self.seen.renewing(key, owner) as acquired:
                known = self._acquire(key, owner, pending)
                if known is None:
                    acquired.set()
                    response = self._carry_out(request, context, pending)
                    self._finish(request, key, owner, response)
                else:
                    response = json.loads(known.response)
        if pending is not None:
            pending.offer(response)

    def _finish(self, request: Request, key: str, owner: str, response: ConnectorResponse) -> None:
        try:
            self.seen.finish(key, owner, json.dumps(response))
        # The function has acted. An error here would make the service repeat the request.
        except Exception as error:  # noqa: BLE001
            log_error(request, "was carried out, and the store of leases does not know it", error)

    def _acquire(self, key: str, owner: str, pending: PendingResponse | None) -> Done | None:
        """Acquire the lease of *key*, or return its outcome if another delivery finishes first."""
        while isinstance(lease := self.seen.acquire(key, owner), Held):
            if pending is None:
                raise ConnectorError(IN_PROGRESS, f"{key} is in progress in another invocation")
            # Stand by: the holder may be killed before it finishes.
            pending.offer(success(ACCEPTED))
            time.sleep(min(lease.seconds, _STANDBY))
        return lease if isinstance(lease, Done) else None

    def _carry_out(
        self, request: Request, context: object, pending: PendingResponse | None
    ) -> ConnectorResponse:
        """Call the function and send its result. Return the response for repeated requests."""
        user_id: str | None = None
        try:
            if self.identify is not None and isinstance(request, DiscoverDevices | SendCommand):
                found = awaited(self.identify(request))
                user_id = None if found is None else _require(found, str, "a string or None")
            result = awaited(self.functions[type(request)](request))
            match request:
                case DiscoverDevices():
                    devices = _devices(result)
                    events = sending.discovery_events(request, devices, self.page_size, user_id)
                    self._send(events, context)
                case SendCommand():
                    response = _command_response(result)
                    user_id = response.user_id or user_id
                    self._send(sending.command_events(request, response, user_id), context)
        except _NotDeliveredError as error:
            # The function has acted, so a repetition must not call it again.
            _log_undelivered(request, "was carried out, and its result was not sent", error)
        except BaseException as error:  # noqa: BLE001
            failed = _failed(request, error)
            if pending is None or not pending.offer(failure(failed)):
                self._send_failure(request, failed, user_id, context)
            return failure(failed)
        return success(ACCEPTED)

    def _send_failure(
        self, request: Request, error: ConnectorError, user_id: str | None, context: object
    ) -> None:
        if isinstance(request, DiscoverDevices | SendCommand):
            try:
                self._send([sending.error_event(request, error, user_id)], context)
            except _NotDeliveredError as undelivered:
                _log_undelivered(request, "failed, and its failure was not sent", undelivered)

    def _send(self, events: Iterable[SendConnectorEvent], context: object) -> None:
        for event in events:
            try:
                self.client_for(context).send(event)
            except IotmiError as error:
                raise _NotDeliveredError from error

    def borrow_client(self, context: object) -> "iotmi.Client | None":
        """Return the client that the emulator lends in *context*, and keep it for reports."""
        lent = getattr(context, "iotmi_client", None)
        if not isinstance(lent, iotmi.Client):
            return self._lent
        self._lent = lent
        return lent

    def client_for(self, context: object) -> "iotmi.Client":
        """Return the client that sends results and reports, which is created on first use."""
        lent = self.borrow_client(context)
        with self._lock:
            if self.client is None:
                if lent is not None:
                    return lent
                self.client = iotmi.Client()
            return self.client


def _devices(result: object) -> Iterator[DiscoveredDevice]:
    expected = "an iterable of DiscoveredDevice"
    if not isinstance(result, Iterable) or isinstance(result, str | bytes | Mapping):
        raise _wrong_result(result, expected)
    # A generator of the function runs here, page by page.
    for device in result:
        yield _require(device, DiscoveredDevice, expected)


def _command_response(result: object) -> CommandResponse:
    if result is None:
        return CommandResponse()
    return _require(result, CommandResponse, "a CommandResponse or None")


T = TypeVar("T")


def _require(result: object, kind: type[T], expected: str) -> T:
    if not isinstance(result, kind):
        raise _wrong_result(result, expected)
    return result


def _wrong_result(result: object, expected: str) -> TypeError:
    return TypeError(f"the function must return {expected}, returned {type(result).__name__}")


def _redact(request: Request, text: str) -> str:
    return redactor_of(secrets_of(request.auth))(text)


def _failed(request: Request, error: BaseException) -> ConnectorError:
    """Return the error to respond with, without secrets, and log an unexpected error."""
    if isinstance(error, ConnectorError):
        return ConnectorError(error.status_code, _redact(request, str(error.message)))
    log_error(request, "failed", error)
    return ConnectorError(FAILED, f"the connector failed: {type(error).__name__}")


def _log_undelivered(request: Request, event: str, error: _NotDeliveredError) -> None:
    _logger.error("%s %s: %s", request.operation, event, _redact(request, str(error.__cause__)))


def log_error(request: Request, event: str, error: BaseException) -> None:
    """Log an error with its traceback, without the secrets of *request*."""
    # `exc_info` would print the exception's own text, which may quote the token.
    lines = "".join(traceback.format_exception(error))
    _logger.error("%s %s: %s", request.operation, event, _redact(request, lines))
