"""One request, once, over one boto3 client: it goes in by name, its answer comes back as JSON.

botocore keeps what it does best: credentials, endpoints, addresses, signatures. Left out are its
retries and its parameter validation (ours have run), and its parse of the answer: the body is taken
before botocore walks it shape by shape. Who sends is settled in `iotmi._botocore.direct_sender`, and what becomes
of an error in `iotmi._botocore.error_mapping`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import botocore.exceptions as theirs
from attrs import frozen
from botocore.client import BaseClient
from botocore.parsers import ResponseParserError

from iotmi._botocore.cancellation import SocketCanceller
from iotmi._botocore.direct_sender import DirectSender, can_send_directly
from iotmi._botocore.error_mapping import map_error, redact_chain
from iotmi._botocore.hooks import InFlightCall, OperationRoute, capture_body, inject_body
from iotmi._botocore.loader import SERVICE
from iotmi._botocore.log_filter import install_log_filters, suppress_debug_logs
from iotmi._botocore.session import Session
from iotmi._schema.containers import JsonValue
from iotmi._schema.redaction import Redact
from iotmi.errors import NoResponseError, NotSentError


@frozen(kw_only=True)
class TransportResponse:
    """What the service answered: the body, not yet decoded, or a stub's decoded answer."""

    body: bytes | None
    parsed: dict[str, JsonValue]
    request_id: str | None
    http_status: int

    def document(self) -> JsonValue:
        """The decoded JSON; an empty body is an empty object.

        Raises:
            ValueError: the body is not JSON.
        """
        if self.body is None:
            return self.parsed
        document: JsonValue = json.loads(self.body) if self.body.strip() else {}
        return document


class Transport:
    """One boto3 client and what it takes to call it. Safe under threads."""

    def __init__(self, client: BaseClient, *, session: Session | None, owned: bool) -> None:
        """
        Args:
            client: whom to call.
            session: whose it is, where it is ours alone: then every short way may be taken.
            owned: whether to close it.
        """
        self._client = client
        self._owned = owned
        self._writes_bodies = session is not None
        self._direct: DirectSender | None = None
        self._routes: dict[str, OperationRoute] = {}
        events = client.meta.events
        events.register(f"before-parse.{SERVICE}", capture_body, unique_id="iotmi-take-body")
        if session is not None:
            events.register(f"before-call.{SERVICE}", inject_body)
            if can_send_directly(session, client):
                self._direct = DirectSender(session, client)
                # The stubs know of no handler that answers.
                trusted_construction: Any = self._direct
                # After all who add something to what is sent.
                events.register_last(f"before-call.{SERVICE}", trusted_construction)
        install_log_filters()

    @property
    def region_name(self) -> str:
        """The Region that the client calls."""
        return self._client.meta.region_name

    @property
    def connections(self) -> int:
        """How many connections the client keeps."""
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
        canceller: SocketCanceller,
    ) -> TransportResponse:
        """Send one request, once.

        Args:
            operation: as in the service's model.
            parameters: by their names on the wire, their values as the request holds them.
            conceal: gives what hides the request's secrets in a text; called on failure only.
            scope: to cancel it by, as far as the connection is ours.

        Raises:
            NotSentError, NoResponseError, ResponseError, ServiceError: see `iotmi.errors`.
        """
        route = self._routes.get(operation)
        if route is None:
            route = OperationRoute(self._client, operation, writes_body=self._writes_bodies)
            self._routes[operation] = route
        try:
            boto3_params, body = route.split(parameters)
        except (TypeError, ValueError, RecursionError) as error:
            told = "it is nested too deeply" if isinstance(error, RecursionError) else error
            raise NotSentError(
                f"{operation}: nothing was sent: {told}", operation=operation
            ) from error
        call = InFlightCall(canceller, body)
        with call, suppress_debug_logs():
            try:
                parsed: dict[str, Any] = route.method(**boto3_params)
            except (theirs.ClientError, theirs.BotoCoreError, ResponseParserError) as error:
                redact = make_redact()
                mapped = map_error(error, operation, redact)
                redact_chain(error, redact)
                raise mapped from error
        metadata = parsed.pop("ResponseMetadata", {})
        if call.response_body is not None:
            _check_content_length(call.response_body, metadata, operation)
        return TransportResponse(
            body=call.response_body,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode", 0),
        )


def _check_content_length(body: bytes, metadata: Mapping[str, Any], operation: str) -> None:
    """botocore takes half of a body for all of it, where the connection broke off in between."""
    promised = metadata.get("HTTPHeaders", {}).get("content-length", "")
    if promised.isdecimal() and len(body) < int(promised):
        error = NoResponseError(
            f"{operation}: no whole answer came: {len(body)} of {promised} bytes",
            operation=operation,
        )
        error.request_id = metadata.get("RequestId")
        raise error
