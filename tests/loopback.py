"""A real HTTP server on loopback that does what a script says: one connection, one act."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias

import boto3

Act: TypeAlias = Callable[[socket.socket], None]


def answer(status: str, body: bytes = b"", **headers: str) -> Act:
    """Answer with *status* (such as ``"200 OK"``), headers and body, and close."""

    def act(connection: socket.socket) -> None:
        _read_request(connection)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return act


def hang_up(connection: socket.socket) -> None:
    """Read the request and close without an answer."""
    _read_request(connection)


def keep_silent(connection: socket.socket) -> None:
    """Read the request and answer nothing until the caller gives up."""
    _read_request(connection)
    connection.settimeout(2)
    connection.recv(1)


def talk_nonsense(connection: socket.socket) -> None:
    """Send what is not HTTP at all, before any request can have been understood."""
    connection.sendall(b"this is no handshake and no HTTP\r\n")


@contextmanager
def serving(acts: Sequence[Act]) -> Iterator[str]:
    """A server for as many connections as there are *acts*; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        # A look now and then whether anybody still wants to be served.
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
                # A caller that gives up in the middle is part of some scripts.
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


def closed_port() -> str:
    """An address on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def session() -> boto3.Session:
    """A session with made-up credentials."""
    return boto3.Session(
        aws_access_key_id="EXAMPLE", aws_secret_access_key="example", region_name="eu-west-1"
    )


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + body
