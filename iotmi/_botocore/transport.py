"""One attempt over one boto3 client, from parameters by name to a JSON response.

botocore finds the endpoint, writes the URL and signs. Its retries, its validation and its parsing
of responses are replaced by this library's own. `iotmi._botocore.direct_sender` signs requests,
`iotmi._botocore.connection_pool` exchanges them, and `iotmi._botocore.error_mapping` maps errors.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import botocore.exceptions
from attrs import frozen
from botocore.client import BaseClient
from botocore.parsers import ResponseParserError

from iotmi._botocore import blocking_io
from iotmi._botocore.botocore_sender import MalformedHeaderError, register_handlers
from iotmi._botocore.credentials import SessionCredentials, credentials_error
from iotmi._botocore.direct_sender import (
    DirectSender,
    SigningCall,
    can_send_directly,
    is_http_replaced,
)
from iotmi._botocore.error_mapping import map_error, redact_chain, service_error
from iotmi._botocore.hooks import InFlightCall, OperationRoute, Stage, capture_body, inject_body
from iotmi._botocore.in_process import is_in_process
from iotmi._botocore.loader import SERVICE
from iotmi._botocore.log_filter import install_log_filters, suppress_debug_logs
from iotmi._botocore.messages import RawResponse, SignedRequest
from iotmi._botocore.session import Session, region_hint
from iotmi._botocore.texts import printable
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Blocking, DeadlineReachedError, Delay, RunBlocking, Steps
from iotmi._schema.containers import JsonValue
from iotmi._schema.redaction import Redact
from iotmi._values import Value
from iotmi.errors import CallError, NoResponseError, NotSentError


@frozen(kw_only=True, eq=False, repr=False)
class TransportResponse(Value):
    """A successful response.

    Attributes:
        body: the undecoded body; None if a stub returned a decoded response.
        parsed: the stub's response.
        request_id: AWS's request id.
        http_status: the status, such as 200.
        lacks_body: whether the body is empty although the service's model has members.
    """

    body: bytes | None
    parsed: dict[str, JsonValue]
    request_id: str | None
    http_status: int
    lacks_body: bool = False

    def document(self) -> JsonValue:
        """Return the decoded JSON; an empty body is an empty object.

        Raises:
            ValueError: the body is not JSON.
        """
        if self.body is None:
            return self.parsed
        document: JsonValue = json.loads(self.body) if self.body.strip() else {}
        return document


class Transport:
    """One boto3 client with its routes, credentials and connections.

    Safe under threads and event loops.

    Args:
        client: the boto3 client to call.
        session: the client's session, if only this library uses it. Requests are then sent
            directly.
        owned: whether to close the client.
    """

    def __init__(self, client: BaseClient, *, session: Session | None, owned: bool) -> None:
        self._client = client
        self._owned = owned
        self._closed = False
        self._in_process = is_in_process(client)
        self._writes_bodies = session is not None
        self._credentials: SessionCredentials | None = (
            None if session is None else session.credentials
        )
        self._hint = region_hint(client)
        self._direct: DirectSender | None = None
        self._routes: dict[str, OperationRoute] = {}
        events = client.meta.events
        events.register(f"before-parse.{SERVICE}", capture_body, unique_id="iotmi-take-body")
        register_handlers(client, SERVICE)
        if session is not None:
            events.register(f"before-call.{SERVICE}", inject_body)
            if can_send_directly(session, client):
                self._direct = DirectSender(session, client)
                # botocore's type stubs do not allow a handler that returns a response.
                signer: Any = self._direct
                # After all handlers that change the request.
                events.register_last(f"before-call.{SERVICE}", signer)
        install_log_filters()

    @property
    def region_name(self) -> str:
        """The Region that the client calls."""
        return self._client.meta.region_name

    @property
    def connections(self) -> int:
        """The number of idle connections that the client keeps."""
        kept: int = getattr(self._client.meta.config, "max_pool_connections", 10)
        return kept

    def close(self) -> None:
        """Close the connections that this library opened, and refuse later requests."""
        self._closed = True
        if self._owned:
            self._client.close()
        if self._direct is not None:
            self._direct.close()

    def send(
        self,
        operation: str,
        parameters: Mapping[str, object],
        make_redact: Callable[[], Redact],
        deadline: Deadline,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Steps[TransportResponse]:
        """Send one request, once.

        Args:
            operation: the operation's name in the service's model.
            parameters: the request's values by their wire names.
            make_redact: returns the redaction of the request's secrets; called on failure only.
            deadline: the deadline of the call.
            around: the context manager that botocore runs in. No step is yielded within it, because
                abandoned steps may be closed in another thread or task.

        Raises:
            NotSentError, NoResponseError, ResponseError, ServiceError: see `iotmi.errors`.
            DeadlineReachedError: the deadline passed.
        """
        if self._closed:
            raise NotSentError(
                f"{operation}: nothing was sent: the client is closed; make another one",
                operation=operation,
            )
        attempt = _Attempt(
            self._route(operation),
            operation,
            parameters,
            make_redact=make_redact,
            around=around,
            hint=self._hint,
        )
        if self._credentials is not None:
            yield from self._credentials.ready(operation, deadline)
        direct = self._direct
        if direct is None or is_http_replaced():
            blocking = Blocking.NEVER if self._in_process else Blocking.UNBOUNDED
            run = RunBlocking(attempt.send_by_botocore, deadline, blocking)
        elif direct.is_instrumented():
            # Exchange within botocore's call, so that the tool that wraps the call can measure it.
            exchange = _blocking_exchange(direct, deadline)
            run = RunBlocking(partial(attempt.send_within, exchange), deadline, Blocking.BOUNDED)
        else:
            signed = attempt.sign()
            response = yield from direct.connections.exchange(signed, deadline)
            return attempt.read(direct, response)
        try:
            yield run
        except CallError:
            yield from _delay(attempt.delay, deadline)
            raise
        yield from _delay(attempt.delay, deadline)
        return run.result

    def _route(self, operation: str) -> OperationRoute:
        route = self._routes.get(operation)
        if route is None:
            route = OperationRoute(self._client, operation, writes_body=self._writes_bodies)
            self._routes[operation] = route
        return route


def _delay(seconds: float, deadline: Deadline) -> Steps[None]:
    """Wait for the delay of an emulator's response, at most until the deadline."""
    if not seconds:
        return
    remaining = deadline.remaining()
    if remaining is not None and remaining <= seconds:
        yield Delay(remaining)
        raise DeadlineReachedError(None)
    yield Delay(seconds)


def _blocking_exchange(
    direct: DirectSender, deadline: Deadline
) -> Callable[[SignedRequest], RawResponse]:
    return lambda signed: blocking_io.run(direct.connections.exchange(signed, deadline))


class _Attempt:
    """One attempt of one call through botocore."""

    __slots__ = (
        "_around",
        "_body",
        "_hint",
        "_make_redact",
        "_operation",
        "_parameters",
        "_route",
        "delay",
    )

    def __init__(
        self,
        route: OperationRoute,
        operation: str,
        parameters: Mapping[str, object],
        *,
        make_redact: Callable[[], Redact],
        around: Callable[[], AbstractContextManager[object]],
        hint: str,
    ) -> None:
        self._hint = hint
        self.delay = 0.0
        self._around = around
        self._route = route
        self._operation = operation
        self._make_redact = make_redact
        try:
            self._parameters, self._body = route.split(parameters)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._unsendable(error) from error

    def sign(self) -> SignedRequest:
        """Have botocore prepare and sign the request."""
        call = SigningCall(self._body)
        self._call(call)
        if call.signed is None:
            # Another handler of ``before-call`` has returned a response.
            raise NotSentError(
                f"{self._operation}: nothing was sent: botocore did not sign the request",
                operation=self._operation,
            )
        return call.signed

    def read(self, direct: DirectSender, response: RawResponse) -> TransportResponse:
        """Return a successful response, or raise the service's error."""
        with suppress_debug_logs():
            parsed = direct.parse(response)
        if response.status_code >= 300:
            raise service_error(parsed, self._operation, self._make_redact())
        return self._whole(parsed, response.body)

    def send_within(self, exchange: Callable[[SignedRequest], RawResponse]) -> TransportResponse:
        """Have botocore prepare and sign the request, and exchange it within botocore's call."""
        call = SigningCall(self._body, exchange)
        return self._whole(self._call(call), call.response_body)

    def send_by_botocore(self) -> TransportResponse:
        """Have botocore prepare, sign and send the request."""
        call = InFlightCall(self._body)
        try:
            return self._whole(self._call(call), call.response_body)
        finally:
            self.delay = call.delay

    def _call(self, call: InFlightCall) -> dict[str, Any]:
        operation = self._operation
        with self._around(), call, suppress_debug_logs():
            try:
                parsed: dict[str, Any] = self._route.method(**self._parameters)
            except (CallError, DeadlineReachedError):
                raise
            except MalformedHeaderError as error:
                raise error.not_sent(operation) from None
            except (
                botocore.exceptions.ClientError,
                botocore.exceptions.BotoCoreError,
                ResponseParserError,
            ) as error:
                if call.stage is Stage.SIGNING:
                    raise credentials_error(error, operation) from None
                redact = self._make_redact()
                mapped = map_error(error, operation, redact, self._hint)
                redact_chain(error, redact)
                raise mapped from error
            except Exception as error:
                failure = self._failure_of(error, call.stage)
                if failure is None:
                    # A handler of the application raised it.
                    raise
                raise failure from None
        return parsed

    def _failure_of(self, error: Exception, stage: Stage) -> CallError | None:
        """Return this library's error for an error of a provider or of urllib3; else None."""
        if stage is Stage.SIGNING:
            return credentials_error(error, self._operation)
        if stage is Stage.PREPARING and isinstance(error, UnicodeError):
            # UTF-8 cannot encode a lone surrogate in the URL.
            return self._unsendable(error)
        if stage is Stage.SENDING and isinstance(error, ValueError | OverflowError | MemoryError):
            return NoResponseError(
                f"{self._operation}: no response came: botocore failed with {type(error).__name__}",
                operation=self._operation,
            )
        return None

    def _unsendable(self, error: BaseException) -> NotSentError:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        if isinstance(error, UnicodeError):
            reason = "a text holds a character that UTF-8 cannot encode"
        return NotSentError(
            f"{self._operation}: nothing was sent: {reason}", operation=self._operation
        )

    def _whole(self, parsed: dict[str, Any], body: bytes | None) -> TransportResponse:
        metadata = parsed.pop("ResponseMetadata", {})
        status: int = metadata.get("HTTPStatusCode", 0)
        request_id: str | None = metadata.get("RequestId")
        if request_id is not None:
            request_id = printable(request_id)
        if body is not None and status != 204:
            self._check_length(body, metadata, request_id)
        return TransportResponse(
            body=body,
            parsed=parsed,
            request_id=request_id,
            http_status=status,
            lacks_body=body is not None and self._route.has_output and not body.strip(),
        )

    def _check_length(
        self, body: bytes, metadata: Mapping[str, Any], request_id: str | None
    ) -> None:
        """Raise for a body shorter than its Content-Length, which botocore accepts."""
        promised = metadata.get("HTTPHeaders", {}).get("content-length", "")
        if promised.isdecimal() and len(promised) <= 20 and len(body) < int(promised):
            error = NoResponseError(
                f"{self._operation}: no whole response came: {len(body)} of {promised} bytes",
                operation=self._operation,
            )
            error.request_id = request_id
            raise error
