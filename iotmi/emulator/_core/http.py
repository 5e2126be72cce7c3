"""One HTTP request and one HTTP reply, as values.

Owns the two shapes between the emulator and whatever carries HTTP to it. It knows
neither boto3 nor a web server.
"""

from collections.abc import Mapping
from enum import Enum, auto

from attrs import field, frozen


@frozen
class HttpRequest:
    """A request as it came off the wire; not shown whole, for it may hold secrets.

    Attributes:
        method: In capitals.
        path: Still percent-encoded, with its leading slash.
        query: What follows the question mark, still encoded.
        headers: As received.
        body: The raw octets.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


class Delivery(Enum):
    """How a reply reaches the caller.

    Attributes:
        WHOLE: As it is.
        CLOSED: Not; the connection is closed before the first octet of it.
        NEVER: Not; the caller waits until it gives up. A carrier may close instead.
        REFUSED: Not; the caller finds nobody listening. A carrier that listens closes.
    """

    WHOLE = auto()
    CLOSED = auto()
    NEVER = auto()
    REFUSED = auto()


@frozen
class HttpResponse:
    """What is to be sent back.

    Attributes:
        status: The HTTP status code; 0 where the call was broken off before there was one.
        headers: Ready to be written.
        body: The octets, empty where the answer has none.
        delivery: Whether it is to be sent at all; all else matters only where it is.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    delivery: Delivery = Delivery.WHOLE


NO_RESPONSE = HttpResponse(0, {}, b"", Delivery.CLOSED)
"""The reply of a call that was broken off before there was one."""
