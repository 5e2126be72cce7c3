"""The one place that speaks to boto3: a request goes in by name, its answer comes back as JSON.

botocore keeps what it does best: credentials, endpoints, serialising, signing, connections. Left
out are its retries and its parameter validation (ours have run), and its parse of the answer: a
``before-parse`` handler takes the body before botocore walks it shape by shape. What botocore
raises becomes one of our errors here, by its code and never by its status.
"""

import email.utils
import json
import math
import platform
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import botocore.exceptions as theirs
from attrs import frozen
from botocore import __version__ as botocore_version, xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.parsers import ResponseParserError
from botocore.session import Session as BotocoreSession

from iotmi._secrets import Conceal, guard_logs, silence
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
    default one is not safe to make clients in from threads.
    """
    return BotocoreSession(profile=profile_name)


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
        retries={"total_max_attempts": 1, "mode": "standard"},
        parameter_validation=False,
        max_pool_connections=connections,
        user_agent=_user_agent(),
    )
    make = session.create_client if isinstance(session, BotocoreSession) else session.client
    try:
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

    def __init__(self, client: BaseClient, *, owned: bool) -> None:
        self._client = client
        self._owned = owned
        client.meta.events.register(
            f"before-parse.{SERVICE}", _take_body, unique_id="iotmi-take-body"
        )
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

    def lent(self) -> "Transport":
        """The same for a user that must not close it."""
        return Transport(self._client, owned=False)

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
        method = getattr(self._client, xform_name(operation))
        call = _Call()
        with _called(call), silence():
            try:
                parsed: dict[str, Any] = method(**parameters)
            except (theirs.ClientError, theirs.BotoCoreError, ResponseParserError) as error:
                hide = conceal()
                translated = translate(error, operation, hide)
                _scrub(error, hide)
                raise translated from error
        metadata = parsed.pop("ResponseMetadata", {})
        return Reply(
            body=call.body,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode", 0),
        )


class _Call:
    """The call that is under way in this thread, for `_take_body` to leave the body with."""

    body: bytes | None = None


_current: Final[ContextVar[_Call | None]] = ContextVar("iotmi_call", default=None)


@contextmanager
def _called(call: _Call) -> Iterator[None]:
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


def _take_body(response_dict: dict[str, object], **_: object) -> None:
    """Take the body of an answer to one of our own calls, so that botocore parses an empty one.

    A client that the application handed in may be in use elsewhere: those calls stay as they are,
    and so do errors, whose code botocore reads.
    """
    call = _current.get()
    status = response_dict["status_code"]
    if call is not None and isinstance(status, int) and status < 300:
        body = response_dict["body"]
        call.body = body if isinstance(body, bytes) else b""
        response_dict["body"] = b""


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
        isinstance(error, theirs.SSLError) and "CERTIFICATE_VERIFY_FAILED" not in text
    ):
        return NoResponseError(f"{operation}: no answer came: {text}", operation=operation)
    return NotSentError(
        f"{operation}: nothing was sent: {text}",
        operation=operation,
        worth_repeating=isinstance(error, _PASSING),
    )


_MAYBE_SENT: Final = (theirs.HTTPClientError, theirs.IncompleteReadError)
_PASSING: Final = (
    theirs.ConnectTimeoutError,
    theirs.EndpointConnectionError,
    theirs.ProxyConnectionError,
    theirs.CredentialRetrievalError,
    theirs.MetadataRetrievalError,
)


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
        made.resource_id = _text(answer.get("ResourceId"))
        made.resource_type = _text(answer.get("ResourceType"))
    return made


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


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
    try:
        date = email.utils.parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max(0.0, date.timestamp() - time.time())


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


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
            _scrub_message(link.response, hide)
            _scrub_message(link.response.get("Error", {}), hide)
        link = link.__cause__ or link.__context__


def _scrub_message(holder: Mapping[str, object], hide: Conceal) -> None:
    if isinstance(holder, dict) and "Message" in holder:
        holder["Message"] = hide(str(holder["Message"]))
