"""botocore's errors as ours: by their code and never by their status, and without secrets.

When each is raised, and what becomes of it, is not known here.
"""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from threading import TIMEOUT_MAX
from traceback import walk_tb
from typing import Any, Final

import botocore.exceptions as theirs
from botocore.awsrequest import AWSPreparedRequest
from botocore.parsers import ResponseParserError

from iotmi._error_codes import ERRORS_BY_CODE
from iotmi._secrets import Conceal
from iotmi.errors import (
    CallError,
    NoResponseError,
    NotSentError,
    ResourceNotFoundError,
    ResponseError,
    ServiceError,
)


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


def scrub(error: BaseException, hide: Conceal) -> None:
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
