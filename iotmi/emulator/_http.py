"""One HTTP request and one HTTP reply, as values.

Owns the two shapes between the emulator and whatever carries HTTP to it. It knows
neither boto3 nor a web server.
"""

from collections.abc import Mapping

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


@frozen
class HttpReply:
    """What is to be sent back.

    Attributes:
        status: The HTTP status code.
        headers: Ready to be written.
        body: The octets, empty where the answer has none.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
