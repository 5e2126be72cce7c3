"""HTTP requests and responses as plain values.

Owns the two shapes between the emulator and the code that carries HTTP to it. It must know neither
boto3 nor any web server.
"""

from collections.abc import Mapping
from enum import Enum, auto

from attrs import field, frozen


@frozen
class HttpRequest:
    """An HTTP request as received. Its repr leaves out all parts that may hold secrets.

    Attributes:
        method: HTTP method in capitals.
        path: percent-encoded path with its leading slash.
        query: encoded query string without the question mark.
        headers: headers as received.
        body: raw body.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


class Delivery(Enum):
    """The way in which a response reaches the caller.

    Attributes:
        WHOLE: the response is sent unchanged.
        CLOSED: the connection is closed before the first byte of the response.
        NEVER: nothing is sent, and the caller waits until its timeout. A carrier may close instead.
        REFUSED: the connection is refused. A carrier that already accepted it closes it.
    """

    WHOLE = auto()
    CLOSED = auto()
    NEVER = auto()
    REFUSED = auto()


@frozen
class HttpResponse:
    """An HTTP response, and the way in which it reaches the caller.

    Attributes:
        status: HTTP status code, or 0 if the call was broken off without a response.
        headers: response headers.
        body: response body, empty if the operation has none.
        delivery: way of delivery. The other attributes matter only for `Delivery.WHOLE`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    delivery: Delivery = Delivery.WHOLE


NO_RESPONSE = HttpResponse(0, {}, b"", Delivery.CLOSED)
"""The response of a call that was broken off before a response existed."""
