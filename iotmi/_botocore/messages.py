"""Requests and responses as values, and the errors of HTTP/1.1.

This module does not import h11, so that programs without an exchange do not load it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from attrs import field, frozen

from iotmi._values import Value


class Origin(NamedTuple):
    """The server that a request goes to."""

    scheme: str
    host: str
    port: int


@frozen(eq=False, repr=False)
class SignedRequest(Value):
    """A signed request. Only `Content-Length` is added when it is sent.

    Attributes:
        operation: the operation's name, for errors.
        origin: the server.
        method: the HTTP method, such as ``GET``.
        target: path and query, percent-encoded.
        headers: names and values, including the signature.
        body: the bytes after the head.
    """

    operation: str
    origin: Origin
    method: str
    target: str = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)


@frozen(eq=False, repr=False)
class RawResponse(Value):
    """A received response.

    Attributes:
        status_code: the final status, so at least 200.
        headers: values by lower-case name; a repeated header's values are joined with a comma.
        body: the whole body. For a status of 300 or more it may be incomplete.
    """

    status_code: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ProtocolError(Exception):
    """The received bytes are not a whole response.

    Attributes:
        too_large: whether the response exceeds the size that this library accepts.
        request_id: AWS's request id, if the head came.
    """

    def __init__(
        self, reason: str, *, too_large: bool = False, request_id: str | None = None
    ) -> None:
        super().__init__(reason)
        self.too_large = too_large
        self.request_id = request_id


class UnsendableError(Exception):
    """HTTP cannot carry a header or the target of a request."""
