"""Servers on loopback that treat every connection alike, and badly.

Owns listening, a thread for each connection, and the kinds of bad behaviour. This module does not
know the callers.
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
    """An act that sends one error for each request, with a new request id, and keeps connections.

    Attributes:
        issued: the request ids so far.
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
    """An act that sends one body for each request, and then performs *then* on the connection.

    Attributes:
        requests: the first line of each request so far.
    """

    def __init__(self, body: bytes, *, taking: float = 0.0, then: Act | None = None) -> None:
        self.requests: list[bytes] = []
        self._body, self._taking, self._then = body, taking, then

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection. A ``#`` in the body becomes the number of the request."""
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
    """Read nothing, and have the kernel send RST when the connection is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def keep_silent(connection: socket.socket) -> None:
    """Read until the connection ends, and send nothing."""
    while connection.recv(65536):
        """Discard the bytes."""


def drip_body(connection: socket.socket) -> None:
    """Send a head, and then the body one byte at a time, so that no socket timeout passes."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    _drip(connection, b" ")


def drip_head(connection: socket.socket) -> None:
    """Send a head that never ends."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(connection, b"x")


def _drip(connection: socket.socket, octet: bytes) -> None:
    while True:
        connection.sendall(octet)
        Event().wait(0.02)


@contextmanager
def listening(act: Act, *, tls: SSLContext | None = None) -> Iterator[str]:
    """Perform *act* on each connection to a new server, and yield the server's address."""
    open_connections: set[socket.socket] = set()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            served = connection if tls is None else tls.wrap_socket(connection, server_side=True)
            with served:
                open_connections.add(served)
                act(served)
        open_connections.discard(connection)
        connection.close()

    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    Thread(target=serve, args=(connection,), daemon=True).start()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            scheme = "http" if tls is None else "https"
            yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        finally:
            _shut(server)
            thread.join(10)
            for connection in open_connections.copy():
                _shut(connection)


@contextmanager
def never_accepting() -> Iterator[str]:
    """Yield the address of a server whose connections the kernel makes, and that accepts none."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def never_connecting() -> Iterator[str]:
    """Yield the address of a server with a full backlog, so that the kernel ignores connections."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def apart(act: Act) -> Iterator[str]:
    """Do as `listening` in a separate process, so that the GIL is not shared with the callers."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_listen_apart, args=(act, theirs), daemon=True)
    process.start()
    # Only the server's process holds this end now, so `recv` raises if that process ends.
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
    """A proxy that connects to one server, whatever the request names, and forwards all bytes."""

    def __init__(self, url: str) -> None:
        host, _, port = url.rpartition("//")[2].rpartition(":")
        self._address = host, int(port)

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(self._address) as server:
            back = Thread(target=_forward, args=(server, connection), daemon=True)
            back.start()
            _forward(connection, server)
            back.join(10)


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(65536):
            target.sendall(octets)
    _shut(target)


class Script:
    """An act that sends the next of some raw responses for each request, and keeps connections.

    The last response serves all further requests. The connection is closed after a `Cut`.

    Attributes:
        requests: each whole request so far.
        connections: the number of connections so far.
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
        status: the status, such as ``"200 OK"``.
        body: the bytes after the head.
        headers: further lines of the head.
        length: the Content-Length; the body's own if empty, none if None.
    """
    lines = [f"HTTP/1.1 {status}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {length or len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
