"""Handlers for calls that botocore sends: one attempt, its stages, and checks of responses.

botocore sends for clients and sessions of the application, and through proxies. The handlers act
on this library's calls only. The application's own calls over the same client keep their retries.
"""

import re
from typing import Any, Final

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from urllib3 import HTTPResponse

from iotmi._botocore.hooks import Stage, current_call
from iotmi._botocore.texts import printable
from iotmi.errors import NoResponseError, NotSentError


def register_handlers(client: BaseClient, service: str) -> None:
    """Register handlers that limit calls over *client* to one attempt and track its stage."""
    events = client.meta.events
    events.register_last(f"before-sign.{service}", _signing_begins, unique_id="iotmi-sign")
    # After the signer, and before any handler that sends instead of botocore.
    events.register_last(f"request-created.{service}", _sending_begins, unique_id="iotmi-send")
    events.register_first(f"needs-retry.{service}", _end_attempt, unique_id="iotmi-once")


def _signing_begins(**_: object) -> None:
    call = current_call()
    if call is not None:
        call.stage = Stage.SIGNING


def _sending_begins(request: AWSRequest, **_: object) -> None:
    call = current_call()
    if call is None:
        return
    for name, value in request.headers.items():
        # botocore encodes most values to bytes, although its stubs say `str`.
        text = _decoded(value)
        if _UNSENDABLE.search(text):
            raise MalformedHeaderError(name)
    call.stage = Stage.SENDING


def _decoded(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|\s\Z")


class MalformedHeaderError(Exception):
    """A header that HTTP cannot carry, most likely because the credentials are malformed.

    Attributes:
        header: the header's name. The value may be secret, so it is left out.
    """

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self.header = header

    def not_sent(self, operation: str) -> NotSentError:
        """Return the error for a call of *operation*."""
        what = {
            "X-Amz-Security-Token": "the session token",
            "Authorization": "the access key id",
        }.get(self.header, f"the header {printable(self.header)}")
        return NotSentError(
            f"{operation}: nothing was sent: {what} holds a line break or another character that "
            "HTTP does not allow in a header",
            operation=operation,
        )


def _end_attempt(
    *,
    response: tuple[AWSResponse, dict[str, Any]] | None,
    caught_exception: Exception | None,
    operation: OperationModel,
    endpoint: Endpoint,
    **_: object,
) -> None:
    """Raise the error of a failed attempt of this library's calls.

    Another handler of the event may request a retry whatever this handler returns. So this handler
    raises: the caught exception, or the error that botocore would raise after its last attempt.
    """
    if current_call() is None:
        return
    if caught_exception is not None:
        raise caught_exception
    if response is None:
        return
    sent, parsed = response
    status: int = sent.status_code
    # The response of a ``before-send`` handler did not come over HTTP.
    if isinstance(sent.raw, HTTPResponse):
        reason = _incomplete(status, sent.headers)
        if reason is not None:
            # The connection may still deliver bytes of this response.
            endpoint.close()
            raise NoResponseError(
                f"{operation.name}: no response came: {reason}", operation=operation.name
            )
    if status >= 300:
        raise ClientError(parsed, operation.name)  # type: ignore[arg-type]


def _incomplete(status: int, headers: Any) -> str | None:  # noqa: ANN401 - botocore's own dict
    """Return the reason why a response is incomplete, as far as urllib3 shows it; else None."""
    if status < 200:
        return f"HTTP {status} is not a final status"
    if status >= 300 or status == 204:
        return None
    length: str | None = headers.get("Content-Length")
    if length is None:
        if headers.get("Transfer-Encoding") is None:
            return "the response has neither Content-Length nor Transfer-Encoding"
    elif not length.isdecimal() or len(length) > 20:
        return "the response has a malformed Content-Length"
    return None
