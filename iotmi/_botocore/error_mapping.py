"""botocore's errors as ours: by their code and never by their status, and without secrets.

This module does not know when each is raised, nor what becomes of it.
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
    """Return our error for one of botocore's, without the secrets that *redact* knows.

    Args:
        error: botocore's.
        operation: the operation's name.
        redact: hides secrets in a text.
        hint: what to add if no connection could be made.
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
            f"{operation}: the answer cannot be read", operation=operation, request_id=None
        )
    if isinstance(error, _POSSIBLY_SENT) or (
        isinstance(error, _AMBIGUOUS) and not _failed_while_connecting(error)
    ):
        return NoResponseError(f"{operation}: no answer came: {text}", operation=operation)
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
# A certificate or a proxy that is refused, and also a connection through them that breaks later.
_AMBIGUOUS: Final = (botocore.exceptions.SSLError, botocore.exceptions.ProxyConnectionError)
_TRANSIENT: Final = (
    botocore.exceptions.ConnectTimeoutError,
    botocore.exceptions.EndpointConnectionError,
    botocore.exceptions.ProxyConnectionError,
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.MetadataRetrievalError,
)


def _failed_while_connecting(error: Exception) -> bool:
    """Whether it came of a `connect`, as http.client calls it: before any request can have left."""
    link: BaseException | None = error
    while link is not None:
        if any(frame.f_code.co_name == "connect" for frame, _ in walk_tb(link.__traceback__)):
            return True
        link = link.__cause__ or link.__context__
    return False


def service_error(parsed: Mapping[str, Any], operation: str, redact: Redact) -> ServiceError:
    """Return our error for what botocore has parsed of the service's."""
    response: Mapping[str, Any] = dict(parsed)
    error_body = response.get("Error", {})
    metadata = response.get("ResponseMetadata", {})
    code = printable(str(error_body.get("Code", "")))
    kind = ERRORS_BY_CODE.get(code, ServiceError)
    # The body's key is "Message", which botocore hands on beside its own reading of it.
    # Redacted first: a secret of several lines is found only as it was sent.
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


def redact_chain(error: BaseException, redact: Redact) -> None:
    """Take the secrets out of botocore's own error too: it becomes the cause, and is printed."""
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
        # botocore's hold the request, urllib3's its address.
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
