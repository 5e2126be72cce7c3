"""Requests and responses as values, and what can be wrong with their bytes.

This module imports nothing of h11, which a program without an exchange does not need.
"""

from collections.abc import Sequence
from typing import NamedTuple

from attrs import field, frozen


class Origin(NamedTuple):
    """The server that a request goes to."""

    scheme: str
    host: str
    port: int


@frozen
class SignedRequest:
    """A request as it leaves: nothing is added but `Content-Length`.

    Attributes:
        operation: the operation's name, for errors.
        origin: the server.
        method: such as ``GET``.
        target: path and query, percent-encoded.
        headers: names and values, the signature among them.
        body: the bytes after the head.
    """

    operation: str
    origin: Origin
    method: str
    target: str = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)


@frozen
class RawResponse:
    """A response as it came.

    Attributes:
        status_code: such as 200, never below 200.
        headers: by lower-case name; a repeated header's values are joined with a comma.
        body: whole, except where an error status came and the rest of its body did not.
    """

    status_code: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ProtocolError(Exception):
    """The bytes that came are no whole response.

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
    """No HTTP request can hold what was to be sent."""
