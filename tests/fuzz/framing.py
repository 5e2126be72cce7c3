"""Responses whose framing is damaged: lengths, chunks, line ends, interim responses, bytes after.

    python -m tests.fuzz.framing --inputs 100000 --seed 1

Each request and each response has a number. A call must give the value of its own number or raise
an error of the tree, and must raise one wherever a second h11, which reads the response by itself,
finds an error or no end. The server is real, and keeps its connections.
"""

import argparse
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import h11
from attrs import frozen

import iotmi
from iotmi import Client, RetryPolicy
from tests.support.bad_servers import listening
from tests.support.http_servers import read_request, with_keys


def plain(number: int, chance: Random) -> bytes:
    """Return a response with a length, or in chunks."""
    body = b'{"Id": "n%d"}' % number
    status = chance.choice([b"200 OK"] * 6 + [b"204 No Content", b"404 Not Found", b"500 No"])
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\n"
    if chance.random() < 0.5:
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    at = chance.randrange(1, len(body))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:at], body[at:]))
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def cut(response: bytes, chance: Random) -> bytes:
    """Break off anywhere."""
    return response[: chance.randrange(len(response))]


def replace_byte(response: bytes, chance: Random) -> bytes:
    """Put another byte in, most likely one that means something to HTTP."""
    at = chance.randrange(len(response))
    new = chance.choice([chance.randrange(256), *b"\r\n :;,0123456789abcdefx-+\t\x00"])
    return response[:at] + bytes([new]) + response[at + 1 :]


def delete(response: bytes, chance: Random) -> bytes:
    """Take a few bytes out."""
    at = chance.randrange(len(response))
    return response[:at] + response[at + chance.randrange(1, 5) :]


def duplicate(response: bytes, chance: Random) -> bytes:
    """Repeat a line."""
    lines = response.split(b"\r\n")
    at = chance.randrange(len(lines))
    return b"\r\n".join([*lines[: at + 1], *lines[at:]])


def lengthen(response: bytes, chance: Random) -> bytes:
    """Promise another length."""
    lengths = [b"0", b"1", b"-1", b"+9", b"99", b"1e3", b"0x9", b"9" * 30, b"3, 3", b"", b"\xb2"]
    return response.replace(
        b"\r\nContent-Length: ", b"\r\nContent-Length: " + chance.choice(lengths) + b"\r\nX: ", 1
    )


def encode_otherwise(response: bytes, chance: Random) -> bytes:
    """Add a header that says how the body ends."""
    added = chance.choice(
        [
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Transfer-Encoding: identity",
            b"Content-Length: 12",
            b"Content-Length : 12",
            b"Connection: close",
            b"Content-Encoding: gzip",
            b" folded: 5",
        ]
    )
    first, _, rest = response.partition(b"\r\n")
    return first + b"\r\n" + added + b"\r\n" + rest


def precede(response: bytes, chance: Random) -> bytes:
    """Send something before it."""
    before = [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 199 No\r\n\r\n",
        b"\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ]
    return chance.choice(before) + response


def follow(response: bytes, chance: Random) -> bytes:
    """Send something after it, as if to the next request."""
    forged = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"Id": "forged"}'
    return response + chance.choice([forged, b"\r\n", b"x", forged[:20]])


def misspell_line_ends(response: bytes, chance: Random) -> bytes:
    """End lines in another way."""
    return response.replace(b"\r\n", chance.choice([b"\n", b"\r", b"\r\r\n"]), chance.randrange(9))


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    cut,
    replace_byte,
    replace_byte,
    delete,
    duplicate,
    lengthen,
    encode_otherwise,
    precede,
    follow,
    misspell_line_ends,
)


def response_of(number: int, seed: int) -> bytes:
    """Return the response to a request, as good as always the same."""
    chance = Random(f"{seed} {number}")
    response = plain(number, chance)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        response = chance.choice(MUTATIONS)(response, chance) or b"x"
    return response


@frozen
class Reading:
    """The response that a second h11 parser accepts.

    Attributes:
        verdict: ``whole``, ``broken`` or ``unended``.
        body: the body as far as it came.
        clean: whether the connection may carry another exchange.
    """

    verdict: str
    body: bytes = b""
    clean: bool = False


def read(response: bytes, *, ended: bool) -> Reading:
    """Read a response, and the end of its connection if it has *ended*."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    body = b""
    try:
        connection.receive_data(response)
        if ended:
            connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return Reading("unended", body)
            if isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                clean = connection.their_state is h11.DONE
                return Reading("whole", body, clean and connection.trailing_data == (b"", False))
            elif not isinstance(event, h11.InformationalResponse | h11.Response):
                return Reading("broken", body)
    except h11.RemoteProtocolError:
        return Reading("broken", body)


class Server:
    """Responds to each request with the response of its number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        while request := read_request(connection):
            number = int(request.split(b" ")[1].rpartition(b"n")[2])
            response = response_of(number, self._seed)
            connection.sendall(response)
            if read(response, ended=False).verdict != "whole":
                return


def fuzz(inputs: int, seed: int) -> Counter[str]:
    """Make so many calls, and return how they ended.

    Raises:
        AssertionError: a call ended otherwise than it must; the text names its number.
    """
    outcomes: Counter[str] = Counter()
    with (
        listening(Server(seed)) as url,
        with_keys(Client, endpoint_url=url, retry=RetryPolicy.none()) as client,
    ):
        for number in range(inputs):
            outcomes[_call(client, number, seed)] += 1
    return outcomes


def _call(client: Client, number: int, seed: int) -> str:
    response = response_of(number, seed)
    told = f"seed {seed}, number {number}, {response!r}"
    whole = read(response, ended=read(response, ended=False).verdict != "whole")
    try:
        found = client.managed_things.get(f"n{number}").id
    except iotmi.CallError as error:
        return type(error).__name__
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} outside the tree: {told}") from error
    assert whole.verdict == "whole", f"a value of a {whole.verdict} response: {told}"
    # The damage may have changed the number itself.
    assert found == json.loads(whole.body)["Id"], f"the response of another call: {told}"
    return "value"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")  # noqa: T201
    began = time.monotonic()
    outcomes = fuzz(arguments.inputs, arguments.seed)
    for outcome, count in outcomes.most_common():
        print(f"{count:>8} {outcome}")  # noqa: T201
    print(f"{time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
