"""Real HTTP servers on loopback: one that follows a script, and one that keeps connections."""

import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, ParamSpec, Self, TypeAlias, TypeVar

import anyio
import boto3
import pytest

from tests.support.threads import comes_true

P = ParamSpec("P")
C = TypeVar("C")

Act: TypeAlias = Callable[[socket.socket], None]


def answer(status: str, body: bytes = b"", **headers: str) -> Act:
    """Return an act that responds with *status* (such as ``"200 OK"``) and closes."""

    def act(connection: socket.socket) -> None:
        read_request(connection)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return act


def hang_up(connection: socket.socket) -> None:
    """Read the request and close without a response."""
    read_request(connection)


def keep_silent(connection: socket.socket) -> None:
    """Read the request and send nothing until the caller closes."""
    read_request(connection)
    connection.recv(1)


def talk_nonsense(connection: socket.socket) -> None:
    """Send bytes that are not HTTP, without reading the request."""
    connection.sendall(b"this is no handshake and no HTTP\r\n")


@contextmanager
def serving(acts: Sequence[Act]) -> Iterator[str]:
    """Yield the address of a server that performs one of *acts* on each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        # `accept` wakes up regularly to check `over`.
        server.settimeout(0.05)
        over = threading.Event()

        def accept() -> socket.socket | None:
            while not over.is_set():
                with suppress(TimeoutError):
                    return server.accept()[0]
            return None

        def run() -> None:
            for act in acts:
                connection = accept()
                if connection is None:
                    return
                # In some scripts the caller closes during the act.
                with connection, suppress(OSError):
                    connection.settimeout(10)
                    act(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join(10)


class Service:
    """A server that responds to every request alike, keeps connections and records the callers.

    Attributes:
        ports: the caller's port for each request. The same port means the same connection.
        body: the body of the responses. A ``#`` in it becomes the number of the request, and an
            ``@`` the last part of the path.
        taking: seconds before a response.
        open: responses wait until it is set.
    """

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.body = b'{"Id": "x"}'
        self.taking = 0.0
        self.open = threading.Event()
        self.open.set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.ports.append(self.client_address[1])
                service.open.wait(10)
                threading.Event().wait(service.taking)
                last_part = self.path.rpartition("/")[2].encode()
                body = service.body.replace(b"#", str(len(service.ports)).encode())
                body = body.replace(b"@", last_part)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(
                self,
                format: str,  # noqa: A002 - the base class's name
                *args: object,
            ) -> None:
                """Log nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """Ignore the error, because some tests close the connection early."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def asked(self, times: int) -> bool:
        """Wait for *times* requests in total, and return True if they came."""
        return comes_true(lambda: len(self.ports) >= times)

    async def cancel_when_asked(
        self, call: Callable[[], Coroutine[Any, Any, object]], *, times: int = 1
    ) -> None:
        """Make *times* calls at once, and cancel them when their requests have come."""
        expected = len(self.ports) + times
        async with anyio.create_task_group() as group:
            for _ in range(times):
                group.start_soon(call)
            assert await anyio.to_thread.run_sync(self.asked, expected)
            group.cancel_scope.cancel()

    def __exit__(self, *_: object) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def closed_port() -> str:
    """Return an address on loopback without a server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def session() -> boto3.Session:
    """Return a session with made-up credentials."""
    return boto3.Session(
        aws_access_key_id="EXAMPLE", aws_secret_access_key="example", region_name="eu-west-1"
    )


KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
"""Made-up credentials where botocore looks first."""


def with_keys(make: Callable[P, C], *args: P.args, **options: P.kwargs) -> C:
    """Return what *make* makes while the environment has made-up credentials."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in KEYS.items():
            environment.setenv(name, value)
        return make(*args, **options)


def read_request(connection: socket.socket) -> bytes:
    """Return one whole request; empty if the caller has closed."""
    received = b""
    while b"\r\n\r\n" not in received:
        octets = connection.recv(65536)
        if not octets:
            return b""
        received += octets
    head, _, body = received.partition(b"\r\n\r\n")
    lines = (line.lower().partition(b":") for line in head.split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < length:
        octets = connection.recv(65536)
        if not octets:
            return b""
        body += octets
    return head + b"\r\n\r\n" + body
