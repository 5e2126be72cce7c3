"""Handlers for calls that botocore sends: one try, its stages, and strict checks of responses.

botocore sends over clients and sessions of the application's, and through proxies. The handlers act
on our calls only. The application's own calls over the same client keep their retries.
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
    """Have botocore try our calls over *client* once, and note how far it has come."""
    events = client.meta.events
    events.register_last(f"before-sign.{service}", _signing_begins, unique_id="iotmi-sign")
    # After the signer, and before any handler that sends in botocore's place.
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
        # botocore has encoded most of them, whatever its stubs say.
        text = _decoded(value)
        if _UNSENDABLE.search(text):
            raise MalformedHeaderError(name)
    call.stage = Stage.SENDING


def _decoded(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|\s\Z")


class MalformedHeaderError(Exception):
    """A header that no request can hold, most likely made of malformed credentials.

    Attributes:
        header: the header's name. Its value may be secret.
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
            "no header can hold",
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
    """End a call of ours here, unless it has succeeded.

    Another handler of the event may ask for a retry whatever this one returns, so it raises: what
    was caught, or the error that botocore would raise after its last attempt.
    """
    if current_call() is None:
        return
    if caught_exception is not None:
        raise caught_exception
    if response is None:
        return
    sent, parsed = response
    status: int = sent.status_code
    # A handler of ``before-send`` may have answered without HTTP.
    if isinstance(sent.raw, HTTPResponse):
        reason = _incomplete(status, sent.headers)
        if reason is not None:
            # The connection may still deliver what belongs to this response.
            endpoint.close()
            raise NoResponseError(
                f"{operation.name}: no response came: {reason}", operation=operation.name
            )
    if status >= 300:
        raise ClientError(parsed, operation.name)  # type: ignore[arg-type]


def _incomplete(status: int, headers: Any) -> str | None:  # noqa: ANN401 - botocore's own dict
    """Return why a response is none, as far as urllib3 lets it be seen."""
    if status < 200:
        return f"HTTP {status} is no final status"
    if status >= 300 or status == 204:
        return None
    length: str | None = headers.get("Content-Length")
    if length is None:
        if headers.get("Transfer-Encoding") is None:
            return "the response says neither how long its body is nor where it ends"
    elif not length.isdecimal() or len(length) > 20:
        return "the response has a malformed Content-Length"
    return None
