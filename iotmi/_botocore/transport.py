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

from iotmi._botocore.cancellation import CancelScope
from iotmi._botocore.direct_sender import Direct, goes_directly
from iotmi._botocore.error_mapping import scrub, translate
from iotmi._botocore.hooks import Call, Route, give_body, take_body
from iotmi._botocore.session import SERVICE, OwnSession
from iotmi._schema.containers import JsonValue
from iotmi._schema.redaction import Conceal, guard_logs, silence
from iotmi.errors import NoResponseError, NotSentError


@frozen(kw_only=True)
class Reply:
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

    def __init__(self, client: BaseClient, *, session: OwnSession | None, owned: bool) -> None:
        """
        Args:
            client: whom to call.
            session: whose it is, where it is ours alone: then every short way may be taken.
            owned: whether to close it.
        """
        self._client = client
        self._owned = owned
        self._gives_bodies = session is not None
        self._direct: Direct | None = None
        self._routes: dict[str, Route] = {}
        events = client.meta.events
        events.register(f"before-parse.{SERVICE}", take_body, unique_id="iotmi-take-body")
        if session is not None:
            events.register(f"before-call.{SERVICE}", give_body)
            if goes_directly(session, client):
                self._direct = Direct(session, client)
                # The stubs know of no handler that answers.
                answering: Any = self._direct
                # After all who add something to what is sent.
                events.register_last(f"before-call.{SERVICE}", answering)
        guard_logs()

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

    def perform(
        self,
        operation: str,
        parameters: Mapping[str, object],
        conceal: Callable[[], Conceal],
        scope: CancelScope,
    ) -> Reply:
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
            route = Route(self._client, operation, gives_body=self._gives_bodies)
            self._routes[operation] = route
        try:
            placed, body = route.divided(parameters)
        except (TypeError, ValueError, RecursionError) as error:
            told = "it is nested too deeply" if isinstance(error, RecursionError) else error
            raise NotSentError(
                f"{operation}: nothing was sent: {told}", operation=operation
            ) from error
        call = Call(scope, body)
        with call, silence():
            try:
                parsed: dict[str, Any] = route.method(**placed)
            except (theirs.ClientError, theirs.BotoCoreError, ResponseParserError) as error:
                hide = conceal()
                translated = translate(error, operation, hide)
                scrub(error, hide)
                raise translated from error
        metadata = parsed.pop("ResponseMetadata", {})
        if call.answer is not None:
            _require_whole(call.answer, metadata, operation)
        return Reply(
            body=call.answer,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode", 0),
        )


def _require_whole(body: bytes, metadata: Mapping[str, Any], operation: str) -> None:
    """botocore takes half of a body for all of it, where the connection broke off in between."""
    promised = metadata.get("HTTPHeaders", {}).get("content-length", "")
    if promised.isdecimal() and len(body) < int(promised):
        error = NoResponseError(
            f"{operation}: no whole answer came: {len(body)} of {promised} bytes",
            operation=operation,
        )
        error.request_id = metadata.get("RequestId")
        raise error
