"""The one place that speaks to boto3: a request goes in by name, its answer comes back as JSON.

botocore keeps what it does best: credentials, endpoints, serialising, signing, connections. Left
out are its retries and its parameter validation (ours have run), and its parse of the answer: a
``before-parse`` handler takes the body before botocore walks it shape by shape. What botocore
raises becomes one of our errors here, by its code and never by its status.
"""

import email.utils
import json
import math
import os
import platform
import re
import time
from collections.abc import Callable, Mapping
from threading import TIMEOUT_MAX
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final

import botocore.exceptions as theirs
from attrs import frozen
from botocore import __version__ as botocore_version
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.handlers import add_recursion_detection_header
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.session import Session as BotocoreSession

from iotmi._secrets import Conceal, guard_logs, silence
from iotmi._shortcuts import Call, Route, give_body, take_body
from iotmi._values import JsonValue
from iotmi._version import __version__
from iotmi.errors import (
    ERRORS_BY_CODE,
    CallError,
    NoResponseError,
    NotSentError,
    ResourceNotFoundError,
    ResponseError,
    ServiceError,
)

if TYPE_CHECKING:
    import boto3

SERVICE: Final = "iot-managed-integrations"


def open_session(profile_name: str | None) -> BotocoreSession:
    """A session of our own, with the credential and Region chain of boto3's default one.

    boto3's own session would bring its resources and its transfer manager into memory, and its
    default one is not safe to make clients in from threads. Nor is any of the handlers here that
    botocore keeps for other services, some hundred, but for the one that stops a Lambda function
    from calling itself without end.
    """
    session = BotocoreSession(profile=profile_name, include_builtin_handlers=False)
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        session.get_component("event_emitter").register(
            "before-call", add_recursion_detection_header
        )
    return session


class _Loader(Loader):
    """Finds the one service without a look into the folders of all the others."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        return [SERVICE]


def open_client(
    session: "boto3.Session | BotocoreSession",
    *,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    connections: int = 32,
) -> BaseClient:
    """A boto3 client as this library wants it.

    Raises:
        NotSentError: botocore could not make one, for want of a Region or a profile for example.
    """
    config = Config(
        # Of botocore's ways to do so, the one with the least to do.
        retries={"total_max_attempts": 1, "mode": "legacy"},
        parameter_validation=False,
        max_pool_connections=connections,
        user_agent=_user_agent(),
    )
    make = session.create_client if isinstance(session, BotocoreSession) else session.client
    try:
        if isinstance(session, BotocoreSession):
            paths = session.get_component("data_loader").search_paths
            loader = _Loader(paths, include_default_search_paths=False)
            session.register_component("data_loader", loader)
        client: BaseClient = make(
            SERVICE, region_name=region_name, endpoint_url=endpoint_url, config=config
        )
    except theirs.BotoCoreError as error:
        raise NotSentError(f"no client: {error}", operation="(none)") from error
    return client


def _user_agent() -> str:
    """Who we are, made once: botocore puts its own together twice for each request."""
    return (
        f"iotmi/{__version__} Botocore/{botocore_version} "
        f"Python/{platform.python_version()} {platform.system()}/{platform.release()}"
    )


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

    def __init__(self, client: BaseClient, *, owned: bool, gives_bodies: bool = False) -> None:
        self._client = client
        self._owned = owned
        self._gives_bodies = gives_bodies
        self._routes: dict[str, Route] = {}
        events = client.meta.events
        events.register(f"before-parse.{SERVICE}", take_body, unique_id="iotmi-take-body")
        if gives_bodies:
            events.register(f"before-call.{SERVICE}", give_body, unique_id="iotmi-give-body")
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

    def perform(
        self, operation: str, parameters: Mapping[str, object], conceal: Callable[[], Conceal]
    ) -> Reply:
        """Send one request, once.

        Args:
            operation: as in the service's model.
            parameters: as boto3 takes them.
            conceal: gives what hides the request's secrets in a text; called on failure only.

        Raises:
            NotSentError, NoResponseError, ResponseError, ServiceError: see `iotmi.errors`.
        """
        route = self._routes.get(operation)
        if route is None:
            route = Route(self._client, operation, gives_body=self._gives_bodies)
            self._routes[operation] = route
        placed, body = route.divided(parameters)
        call = Call(body)
        with call, silence():
            try:
                parsed: dict[str, Any] = route.method(**placed)
            except (theirs.ClientError, theirs.BotoCoreError, ResponseParserError) as error:
                hide = conceal()
                translated = translate(error, operation, hide)
                _scrub(error, hide)
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


def translate(error: Exception, operation: str, hide: Conceal) -> CallError:
    """Our error for one of botocore's, without the secrets that *hide* knows."""
    if isinstance(error, theirs.ClientError):
        return _service_error(error, operation, hide)
    text = hide(_without_query(str(error)))
    if isinstance(error, ResponseParserError | theirs.ChecksumError | theirs.FlexibleChecksumError):
        return ResponseError(
            f"{operation}: the answer cannot be read", operation=operation, request_id=None
        )
    if isinstance(error, _MAYBE_SENT) or (
        isinstance(error, _TELLS_NO_TIME) and not _while_connecting(error)
    ):
        return NoResponseError(f"{operation}: no answer came: {text}", operation=operation)
    return NotSentError(
        f"{operation}: nothing was sent: {text}",
        operation=operation,
        worth_repeating=isinstance(error, _PASSING),
    )


_MAYBE_SENT: Final = (theirs.HTTPClientError, theirs.IncompleteReadError)
# A certificate or a proxy that is refused, and also a connection through them that breaks later.
_TELLS_NO_TIME: Final = (theirs.SSLError, theirs.ProxyConnectionError)
_PASSING: Final = (
    theirs.ConnectTimeoutError,
    theirs.EndpointConnectionError,
    theirs.ProxyConnectionError,
    theirs.CredentialRetrievalError,
    theirs.MetadataRetrievalError,
)


def _while_connecting(error: Exception) -> bool:
    """Whether it came of a `connect`, as http.client calls it: before any request can have left."""
    link: BaseException | None = error
    while link is not None:
        if any(frame.f_code.co_name == "connect" for frame, _ in walk_tb(link.__traceback__)):
            return True
        link = link.__cause__ or link.__context__
    return False


def _service_error(error: theirs.ClientError, operation: str, hide: Conceal) -> ServiceError:
    answer: Mapping[str, Any] = dict(error.response)
    said = answer.get("Error", {})
    metadata = answer.get("ResponseMetadata", {})
    code = str(said.get("Code", ""))
    kind = ERRORS_BY_CODE.get(code, ServiceError)
    # The body's key is "Message", which botocore hands on beside its own reading of it.
    message = hide(str(said.get("Message") or answer.get("Message") or "no message"))
    made = kind(
        message,
        operation=operation,
        code=code,
        request_id=metadata.get("RequestId"),
        http_status=int(metadata.get("HTTPStatusCode", 0)),
        retry_after=_retry_after(metadata.get("HTTPHeaders", {})),
    )
    if isinstance(made, ResourceNotFoundError):
        made.resource_id = _text(answer.get("ResourceId"), hide)
        made.resource_type = _text(answer.get("ResourceType"), hide)
    return made


def _text(value: object, hide: Conceal) -> str | None:
    return hide(value) if isinstance(value, str) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait: in its own header as milliseconds, or in HTTP's."""
    milliseconds = _number(headers.get("x-amz-retry-after"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    if asked is None:
        return None
    seconds = _number(asked)
    if seconds is not None:
        return seconds
    date = _seconds(asked)
    if date is None:
        return None
    # By the service's own clock: this machine's may be wrong, or be set meanwhile.
    now = _seconds(headers.get("date"))
    return _number(max(0.0, date - (time.time() if now is None else now)))


def _seconds(date: str | None) -> float | None:
    """A date of HTTP's as seconds since the epoch."""
    try:
        return None if date is None else email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(given: str | float | None) -> float | None:
    try:
        number = float(given) if given is not None else math.nan
    except ValueError:
        return None
    # No thread can wait longer, and no service means it.
    return number if 0 <= number <= TIMEOUT_MAX else None


def _without_query(text: str) -> str:
    """*text* without the queries of the addresses in it: filters may hold what is sensitive."""
    return _QUERY.sub("", text)


_QUERY: Final = re.compile(r"(?<=\w)\?[^\s\"']*")


def _scrub(error: BaseException, hide: Conceal) -> None:
    """Take the secrets out of botocore's own error too: it becomes the cause, and is printed."""
    link: BaseException | None = error
    while link is not None:
        link.args = tuple(
            hide(_without_query(text)) if isinstance(text, str) else text for text in link.args
        )
        if isinstance(link, theirs.BotoCoreError):
            link.kwargs = {}
        elif isinstance(link, theirs.ClientError):
            _scrub_texts(link.response, hide)
            _scrub_texts(link.response.get("Error", {}), hide)
        # botocore's hold the request, urllib3's its address.
        for name, held in vars(link).items():
            if isinstance(held, str):
                setattr(link, name, hide(_without_query(held)))
            elif isinstance(held, AWSPreparedRequest):
                setattr(link, name, None)
        link = link.__cause__ or link.__context__


def _scrub_texts(holder: object, hide: Conceal) -> None:
    if isinstance(holder, dict):
        holder.update({name: hide(held) for name, held in holder.items() if isinstance(held, str)})
