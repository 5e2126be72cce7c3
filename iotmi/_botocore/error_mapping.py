"""Mapping of botocore's errors to this library's errors: by error code, and without secrets.

This module does not know when each error is raised, nor how it is handled.
"""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from threading import TIMEOUT_MAX
from traceback import walk_tb
from typing import Any, Final

import botocore.exceptions
from botocore.awsrequest import AWSPreparedRequest
from botocore.parsers import ResponseParserError

from iotmi._botocore.texts import printable
from iotmi._schema.error_codes import ERRORS_BY_CODE
from iotmi._schema.redaction import Redact
from iotmi.errors import (
    CallError,
    NoResponseError,
    NotSentError,
    ResourceNotFoundError,
    ResponseError,
    ServiceError,
)


def map_error(error: Exception, operation: str, redact: Redact, hint: str = "") -> CallError:
    """Return this library's error for an error of botocore's, without secrets.

    Args:
        error: botocore's error.
        operation: the operation's name.
        redact: replaces secrets in a text.
        hint: text to add if no connection could be made.
    """
    if isinstance(error, botocore.exceptions.ClientError):
        return service_error(error.response, operation, redact)
    text = printable(redact(_without_query(str(error))))
    if isinstance(
        error,
        ResponseParserError
        | botocore.exceptions.ChecksumError
        | botocore.exceptions.FlexibleChecksumError,
    ):
        return ResponseError(
            f"{operation}: the response cannot be read", operation=operation, request_id=None
        )
    if isinstance(error, _POSSIBLY_SENT) or (
        isinstance(error, _AMBIGUOUS) and not _failed_while_connecting(error)
    ):
        return NoResponseError(f"{operation}: no response came: {text}", operation=operation)
    if isinstance(error, botocore.exceptions.EndpointConnectionError):
        text += hint
    return NotSentError(
        f"{operation}: nothing was sent: {text}",
        operation=operation,
        retryable=isinstance(error, _TRANSIENT),
    )


_POSSIBLY_SENT: Final = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.IncompleteReadError,
)
# botocore raises these for a refused certificate or proxy, and for a connection that breaks later.
_AMBIGUOUS: Final = (botocore.exceptions.SSLError, botocore.exceptions.ProxyConnectionError)
_TRANSIENT: Final = (
    botocore.exceptions.ConnectTimeoutError,
    botocore.exceptions.EndpointConnectionError,
    botocore.exceptions.ProxyConnectionError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.MetadataRetrievalError,
)


def _failed_while_connecting(error: Exception) -> bool:
    """Return True if a function named `connect` raised *error*, so no request was sent."""
    link: BaseException | None = error
    while link is not None:
        if any(frame.f_code.co_name == "connect" for frame, _ in walk_tb(link.__traceback__)):
            return True
        link = link.__cause__ or link.__context__
    return False


def service_error(parsed: Mapping[str, Any], operation: str, redact: Redact) -> ServiceError:
    """Return this library's error for a response that botocore has parsed."""
    response: Mapping[str, Any] = dict(parsed)
    error_body = response.get("Error", {})
    metadata = response.get("ResponseMetadata", {})
    code = printable(str(error_body.get("Code", "")))
    kind = ERRORS_BY_CODE.get(code, ServiceError)
    # botocore copies the body's "Message" to the top level, and also parses it into "Error".
    # Redact before `printable`, which changes the line breaks of a secret.
    message = printable(
        redact(str(error_body.get("Message") or response.get("Message") or "no message"))
    )
    request_id: str | None = metadata.get("RequestId")
    mapped = kind(
        message,
        operation=operation,
        code=code,
        request_id=None if request_id is None else printable(request_id),
        http_status=int(metadata.get("HTTPStatusCode", 0)),
        retry_after=_retry_after(metadata.get("HTTPHeaders", {})),
    )
    if isinstance(mapped, ResourceNotFoundError):
        mapped.resource_id = _text(response.get("ResourceId"), redact)
        mapped.resource_type = _text(response.get("ResourceType"), redact)
    return mapped


def _text(value: object, redact: Redact) -> str | None:
    return printable(redact(value)) if isinstance(value, str) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in ``x-amz-retry-after`` (milliseconds) or ``Retry-After``, or None."""
    milliseconds = _number(headers.get("x-amz-retry-after"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds
    date = _seconds(value)
    if date is None:
        return None
    # Prefer the service's `Date` header, because this machine's clock may be wrong.
    now = _seconds(headers.get("date"))
    return _number(max(0.0, date - (time.time() if now is None else now)))


def _seconds(date: str | None) -> float | None:
    """Return an HTTP date as seconds since the epoch."""
    try:
        return None if date is None else email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(given: str | float | None) -> float | None:
    try:
        number = float(given) if given is not None else math.nan
    except ValueError:
        return None
    # `threading` cannot wait for longer than TIMEOUT_MAX.
    return number if 0 <= number <= TIMEOUT_MAX else None


def _without_query(text: str) -> str:
    """Return *text* without the queries of its URLs, because filters may hold secrets."""
    return _QUERY.sub("", text)


_QUERY: Final = re.compile(r"(?<=\w)\?[^\s\"']*")


def redact_chain(error: BaseException, redact: Redact) -> None:
    """Redact botocore's error and its causes, because tracebacks print the cause."""
    link: BaseException | None = error
    while link is not None:
        link.args = tuple(
            redact(_without_query(text)) if isinstance(text, str) else text for text in link.args
        )
        if isinstance(link, botocore.exceptions.BotoCoreError):
            link.kwargs = {}
        elif isinstance(link, botocore.exceptions.ClientError):
            _redact_strings(link.response, redact)
            _redact_strings(link.response.get("Error", {}), redact)
        # botocore's errors have the request as an attribute, and urllib3's errors its URL.
        for name, held in vars(link).items():
            if isinstance(held, str):
                setattr(link, name, redact(_without_query(held)))
            elif isinstance(held, AWSPreparedRequest):
                setattr(link, name, None)
        link = link.__cause__ or link.__context__


def _redact_strings(holder: object, redact: Redact) -> None:
    if isinstance(holder, dict):
        holder.update(
            {name: redact(held) for name, held in holder.items() if isinstance(held, str)}
        )
