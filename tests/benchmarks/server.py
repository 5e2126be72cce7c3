"""A scripted service in a subprocess: prepared bytes over HTTP/1.1 on loopback.

    python -m tests.benchmarks.server [--pages 1000] [--latency 0.005] [--certificate FILE]

It prints its port and serves until its standard input ends, so it never outlives its parent. It
supports only the requests of the measured clients and uses little CPU, so the figures are those of
the clients. ``GET /-/last`` returns the previous request. With a certificate it uses TLS and closes
each connection after a response.
"""

import argparse
import asyncio
import gc
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qs, urlsplit

from attrs import frozen
from botocore.httpsession import where

from tests.benchmarks.contestant import responses
from tests.benchmarks.subprocesses import ROOT
from tests.support.certificates import make_certificate

_QUICK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)

_HEAD: Final = (
    "HTTP/1.1 {status}\r\n"
    "Date: Thu, 30 Jul 2026 08:00:00 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: {length}\r\n"
    "Connection: keep-alive\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cache-Control: no-store\r\n"
    "Strict-Transport-Security: max-age=47304000; includeSubDomains\r\n"
    "x-amzn-RequestId: 4d2c1a8e-7b90-4f3a-9c55-{number:012x}\r\n\r\n"
)


class Script:
    """The prepared responses."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._first = responses.page(0, pages)
        self._thing = responses.thing()
        self._creation = responses.creation()
        self._numbers = count(1)
        self._last = b"null"

    def respond(self, method: str, target: str, body: bytes) -> bytes:
        """Return the complete response to one request."""
        if target == "/-/last":
            return self._reply("200 OK", self._last)
        self._last = json.dumps([method, target, body.decode()]).encode()
        if method == "POST":
            return self._reply("201 Created", self._creation)
        path, _, query = target.partition("?")
        if path != "/managed-things":
            return self._reply("200 OK", self._thing)
        token = parse_qs(query).get("NextToken", [""])[0]
        number = responses.page_of(token)
        return self._reply("200 OK", responses.page(number, self._pages) if number else self._first)

    def _reply(self, status: str, body: bytes) -> bytes:
        head = _HEAD.format(status=status, length=len(body), number=next(self._numbers))
        return head.encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection. asyncio sets TCP_NODELAY."""

    _transport: asyncio.Transport

    def __init__(self, script: Script, latency: float, *, closing: bool) -> None:
        self._script = script
        self._latency = latency
        self._closing = closing
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream was expected")
        self._transport = transport
        self._socket = transport.get_extra_info("socket")

    def data_received(self, data: bytes) -> None:
        """Respond to each complete request."""
        if _QUICK is not None:
            # Linux delays acknowledgements by 40 ms, which slows clients that send head and body
            # separately. TCP_QUICKACK is not permanent, so set it for each read.
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)
        self._received += data
        while True:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            length = _body_length(head)
            if not end or len(rest) < length:
                return
            self._received = rest[length:]
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            reply = self._script.respond(method, target, rest[:length])
            if self._latency:
                loop = asyncio.get_running_loop()
                loop.call_later(self._latency, self._transport.write, reply)
            else:
                self._transport.write(reply)
            if self._closing:
                self._transport.close()
                return


def _body_length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"\r\ncontent-length:")
    return int(lowered[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def _serve(pages: int, latency: float, certificate: str | None) -> None:
    script = Script(pages)
    loop = asyncio.get_running_loop()
    security = None
    if certificate is not None:
        security = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        security.load_cert_chain(certificate)
    server = await loop.create_server(
        lambda: Connection(script, latency, closing=certificate is not None),
        "127.0.0.1",
        0,
        backlog=1024,
        ssl=security,
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    # A garbage collection would appear as a slow response, and this server creates no cycles.
    gc.disable()
    async with server:
        await asyncio.to_thread(sys.stdin.read)


@frozen
class Server:
    """The scripted service as seen by its clients.

    Attributes:
        url: the URL of the service.
        trust: environment variables that make clients trust its certificate.
    """

    url: str
    trust: Mapping[str, str] = {}

    def last_request(self) -> tuple[str, str, dict[str, list[str]], object]:
        """Return the last request: the method, the path, the query and the decoded body."""
        connection = HTTPConnection(self.url.removeprefix("http://"))
        connection.request("GET", "/-/last")
        method, target, body = json.loads(connection.getresponse().read())
        connection.close()
        split = urlsplit(target)
        return method, split.path, parse_qs(split.query), json.loads(body) if body else None


@contextmanager
def serving(*, pages: int = 1, latency: float = 0.0, closing: bool = False) -> Iterator[Server]:
    """Run the scripted service during the block. With *closing* it uses TLS."""
    command = [sys.executable, "-m", "tests.benchmarks.server"]
    command += ["--pages", str(pages), "--latency", str(latency)]
    with TemporaryDirectory() as folder:
        trust = {}
        if closing:
            own = make_certificate(Path(folder)).path
            command += ["--certificate", str(own)]
            # Include botocore's certificates, because loading them is part of a real connection.
            bundle = Path(folder) / "bundle.pem"
            bundle.write_bytes(Path(where()).read_bytes() + own.read_bytes())
            # botocore reads AWS_CA_BUNDLE, and capo reads SSL_CERT_FILE.
            trust = {"AWS_CA_BUNDLE": str(bundle), "SSL_CERT_FILE": str(bundle)}
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            # Leaving this block closes standard input, which stops the server.
            if process.stdout is None:
                raise RuntimeError("the server has no standard output")
            scheme = "https" if closing else "http"
            yield Server(f"{scheme}://127.0.0.1:{int(process.stdout.readline())}", trust)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="The scripted service.")
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--certificate")
    given = parser.parse_args()
    asyncio.run(_serve(given.pages, given.latency, given.certificate))


if __name__ == "__main__":
    main()
