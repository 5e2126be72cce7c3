"""One request, once, over one boto3 client: parameters go in by name, the response comes as JSON.

botocore finds the endpoint, writes addresses and signs. Its retries, its validation and its parse
of responses are left out: ours have run or will run. `iotmi._botocore.direct_sender` knows how
a signed request comes about, `iotmi._botocore.connection_pool` how one is exchanged,
`iotmi._botocore.error_mapping` what becomes of an error.
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
from iotmi.errors import CallError, NoResponseError, NotSentError


@frozen(kw_only=True)
class TransportResponse:
    """A successful response.

    Attributes:
        body: not yet decoded; None where a stub gave a decoded response.
        parsed: the stub's response.
        request_id: AWS's request id.
        http_status: such as 200.
        lacks_body: whether the body is empty though the service promises members.
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
    """One boto3 client and what it takes to call it. Safe under threads and event loops."""

    def __init__(self, client: BaseClient, *, session: Session | None, owned: bool) -> None:
        """
        Args:
            client: the client to call.
            session: its session, if only this library uses it: then requests are sent directly.
            owned: whether to close the client.
        """
        self._client = client
        self._owned = owned
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
                # The stubs know of no handler that returns a response.
                signer: Any = self._direct
                # After all handlers that add something to the request.
                events.register_last(f"before-call.{SERVICE}", signer)
        install_log_filters()

    @property
    def region_name(self) -> str:
        """The Region that the client calls."""
        return self._client.meta.region_name

    @property
    def connections(self) -> int:
        """The number of connections that the client keeps."""
        kept: int = getattr(self._client.meta.config, "max_pool_connections", 10)
        return kept

    def close(self) -> None:
        """Close the connections, where the client is ours."""
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
            operation: as in the service's model.
            parameters: by their names on the wire, their values as the request holds them.
            make_redact: gives what hides the request's secrets in a text; called on failure only.
            deadline: when the call has to end.
            around: the context that botocore runs in. It is entered and left in one thread without
                a step in between: a flow that was abandoned may be closed in another context.

        Raises:
            NotSentError, NoResponseError, ResponseError, ServiceError: see `iotmi.errors`.
            DeadlineReachedError: the time is up.
        """
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
            # The exchange happens within botocore's call, for the tool that has wrapped it.
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
    """Wait for a response that an emulator delays, if there is time for it."""
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
    """One attempt of one call: its way through botocore, and what comes of it."""

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
            # A handler of ``before-call`` came first with a response of its own.
            raise NotSentError(
                f"{self._operation}: nothing was sent: botocore did not sign the request",
                operation=self._operation,
            )
        return call.signed

    def read(self, direct: DirectSender, response: RawResponse) -> TransportResponse:
        """Return a successful response, or raise the error that it is."""
        with suppress_debug_logs():
            parsed = direct.parse(response)
        if response.status_code >= 300:
            raise service_error(parsed, self._operation, self._make_redact())
        return self._whole(parsed, response.body)

    def send_within(self, exchange: Callable[[SignedRequest], RawResponse]) -> TransportResponse:
        """Have botocore prepare and sign the request, and exchange it before botocore returns."""
        call = SigningCall(self._body, exchange)
        return self._whole(self._call(call), call.response_body)

    def send_by_botocore(self) -> TransportResponse:
        """Have botocore do all of it."""
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
                    # A handler of the application's has raised it.
                    raise
                raise failure from None
        return parsed

    def _failure_of(self, error: Exception, stage: Stage) -> CallError | None:
        """Return our error for one that is none of botocore's, if its parts have raised it."""
        if stage is Stage.SIGNING:
            return credentials_error(error, self._operation)
        if stage is Stage.PREPARING and isinstance(error, UnicodeError):
            # A lone surrogate has no place in an address.
            return self._unsendable(error)
        if stage is Stage.SENDING and isinstance(error, ValueError | OverflowError | MemoryError):
            return NoResponseError(
                f"{self._operation}: no response came that botocore can read "
                f"({type(error).__name__})",
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
        """botocore takes a part of a body for all of it, if the connection broke off."""
        promised = metadata.get("HTTPHeaders", {}).get("content-length", "")
        if promised.isdecimal() and len(promised) <= 20 and len(body) < int(promised):
            error = NoResponseError(
                f"{self._operation}: no whole response came: {len(body)} of {promised} bytes",
                operation=self._operation,
            )
            error.request_id = request_id
            raise error
