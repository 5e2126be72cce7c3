"""Servers on loopback that serve every connection alike, and badly, for as long as they are there.

Owns listening, a thread for each connection, and the ways to be bad. Who calls is not known here.
"""

import itertools
import multiprocessing
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from ssl import SSLContext
from threading import Event, Thread

from tests.support.http_servers import Act, read_request


class Refusals:
    """Answers each request with one error, under a new request id, over connections it keeps.

    Attributes:
        issued: The request ids so far.
    """

    def __init__(self, status: int, code: str, *, retry_after: float | None = None) -> None:
        self.issued: set[str] = set()
        self._numbers = itertools.count(1)
        self._status, self._code = status, code
        self._wait = "" if retry_after is None else f"Retry-After: {retry_after:g}\r\n"

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        while read_request(connection):
            request_id = f"refused-{next(self._numbers)}"
            self.issued.add(request_id)
            head = (
                f"HTTP/1.1 {self._status} No\r\nX-Amzn-Errortype: {self._code}\r\n"
                f"X-Amzn-Requestid: {request_id}\r\n{self._wait}Content-Length: 2\r\n\r\n"
            )
            connection.sendall(head.encode() + b"{}")


class Answers:
    """Answers each request with one body, and then does with the connection as it is told.

    Attributes:
        requests: The first line of each request so far.
    """

    def __init__(self, body: bytes, *, taking: float = 0.0, then: Act | None = None) -> None:
        self.requests: list[bytes] = []
        self._body, self._taking, self._then = body, taking, then

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection; a ``#`` in the body becomes the number of the request."""
        while request := read_request(connection):
            self.requests.append(request.partition(b"\r\n")[0])
            Event().wait(self._taking)
            body = self._body.replace(b"#", str(len(self.requests)).encode())
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            if self._then is not None:
                self._then(connection)
                return


def reset(connection: socket.socket) -> None:
    """Do not even read, and have the other side be told so."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def keep_silent(connection: socket.socket) -> None:
    """Read all that comes, and say nothing."""
    while connection.recv(65536):
        """Until the other side gives up, or this one is shut down."""


def drip_body(connection: socket.socket) -> None:
    """A head at once, and then the body, a byte at a time, which no timeout of a socket ends."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    _drip(connection, b" ")


def drip_head(connection: socket.socket) -> None:
    """A head that never ends."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(connection, b"x")


def _drip(connection: socket.socket, octet: bytes) -> None:
    while True:
        connection.sendall(octet)
        Event().wait(0.02)


@contextmanager
def listening(act: Act, *, tls: SSLContext | None = None) -> Iterator[str]:
    """A server whose every connection meets *act*, and is shut down at the end; its address."""
    open_ones: set[socket.socket] = set()

    def meet(connection: socket.socket) -> None:
        with suppress(OSError):
            served = connection if tls is None else tls.wrap_socket(connection, server_side=True)
            with served:
                open_ones.add(served)
                act(served)
        open_ones.discard(connection)
        connection.close()

    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    Thread(target=meet, args=(connection,), daemon=True).start()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            scheme = "http" if tls is None else "https"
            yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        finally:
            _shut(server)
            thread.join(10)
            for connection in open_ones.copy():
                _shut(connection)


@contextmanager
def never_accepting() -> Iterator[str]:
    """A server that the kernel connects to, and that takes no connection up; its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def never_connecting() -> Iterator[str]:
    """A server whose line of those who wait to be taken up is full: to more the kernel is silent.

    Gives its address.
    """
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def apart(act: Act) -> Iterator[str]:
    """As `listening`, in a process of its own, which takes no time to compute from the callers."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_listen_apart, args=(act, theirs), daemon=True)
    process.start()
    # Only the other process has it now: if that ends, nobody waits for it.
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.send("over")
        process.join(10)
        ours.close()


def _listen_apart(act: Act, parent: "Connection[str, str]") -> None:
    with listening(act) as url:
        parent.send(url)
        parent.recv()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Tunnel:
    """A proxy that connects to a server, whichever it is asked for, and hands everything on."""

    def __init__(self, url: str) -> None:
        host, _, port = url.rpartition("//")[2].rpartition(":")
        self._address = host, int(port)

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(self._address) as server:
            back = Thread(target=_hand_on, args=(server, connection), daemon=True)
            back.start()
            _hand_on(connection, server)
            back.join(10)


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(65536):
            target.sendall(octets)
    _shut(target)


class Script:
    """Gives each request the next of some raw responses, over connections that it keeps.

    The last response serves all further requests. A response is bytes to send, or `Cut`: bytes
    after which the connection is closed.

    Attributes:
        requests: Each request so far, whole.
        connections: How many connections there were.
    """

    def __init__(self, *responses: "bytes | Cut") -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._responses = responses

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        self.connections += 1
        while request := read_request(connection):
            self.requests.append(request)
            response = self._responses[min(len(self.requests), len(self._responses)) - 1]
            connection.sendall(response)
            if isinstance(response, Cut):
                return


class Cut(bytes):
    """Bytes after which the connection is closed."""


def raw(status: str, body: bytes = b"", *headers: str, length: str | None = "") -> bytes:
    """Return the bytes of a response.

    Args:
        status: Such as ``"200 OK"``.
        body: What follows the head.
        headers: Further lines of the head.
        length: The Content-Length; the body's own if empty, none if None.
    """
    lines = [f"HTTP/1.1 {status}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {length or len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
