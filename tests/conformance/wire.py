"""Clients whose requests are captured and get a prepared response, in process or over a socket.

botocore's serializer, signer and parser are real on both sides. Only the socket is missing, and
clients that send directly have a real one.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import boto3
import pytest
from attrs import frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

import iotmi
from iotmi._botocore.session import open_client
from tests.conformance.service import SERVICE
from tests.support.http_servers import read_request

Boto3Client: TypeAlias = Any
"""Its methods are made at run time, and no type knows them."""

REQUEST_ID = "7f3a91c2-0000-4000-8000-2b5d8e6f4a10"


@frozen
class Sent:
    """The parts of a request that define what it does, without time and sender."""

    method: str
    target: str
    body: bytes
    content_type: object


class Line:
    """A capture of the requests of one test, with the response that they get.

    Attributes:
        sent: every request so far.
        body: the body of the next response.
        status: its HTTP status.
        url: the address of `serve`.
    """

    def __init__(self) -> None:
        self.url = ""
        self.sent: list[Sent] = []
        self.body = b"{}"
        self.status = 200

    def boto3_client(self) -> Boto3Client:
        """Return a plain boto3 client, with its validation and its parser."""
        return self._caught(_session().client(SERVICE))

    def own_client(self) -> iotmi.Client:
        """Return a client of ours with its own session, which sends directly."""
        return self._own_client(endpoint_url=self.url)

    def own_client_by_botocore(self) -> iotmi.Client:
        """Return a client whose TCP keep-alive setting makes botocore send."""
        with TemporaryDirectory() as folder:
            configuration = Path(folder) / "config"
            configuration.write_text("[default]\ntcp_keepalive = true\n")
            client = self._own_client(AWS_CONFIG_FILE=str(configuration))
        # The session is private, so no handler of an application can interfere.
        self._caught(client._context.transport._client)
        return client

    def _own_client(self, *, endpoint_url: str | None = None, **settings: str) -> iotmi.Client:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "nothing it could open")
            for name, value in settings.items():
                environment.setenv(name, value)
            return iotmi.Client(
                region_name="eu-west-1",
                endpoint_url=endpoint_url,
                retry=iotmi.RetryPolicy.none(),
            )

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection, and keep it open."""
        while request := read_request(connection):
            head, _, body = request.partition(b"\r\n\r\n")
            first, *lines = head.split(b"\r\n")
            method, target, _ = first.decode().split(" ")
            headers = {
                name.lower(): value for name, _, value in (x.partition(b": ") for x in lines)
            }
            self.sent.append(Sent(method, target, body, headers.get(b"content-type")))
            connection.sendall(self._head().encode("latin-1") + self.body)

    def _head(self) -> str:
        return (
            f"HTTP/1.1 {self.status} No\r\nContent-Type: application/json\r\n"
            f"x-amzn-RequestId: {REQUEST_ID}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )

    def client(self) -> iotmi.Client:
        """Return a client of ours over a given boto3 client."""
        return iotmi.Client(
            boto3_client=self._caught(open_client(_session())), retry=iotmi.RetryPolicy.none()
        )

    def async_client(self) -> iotmi.AsyncClient:
        """Return an async client of ours."""
        return iotmi.AsyncClient(
            boto3_client=self._caught(open_client(_session())), retry=iotmi.RetryPolicy.none()
        )

    def last(self) -> Sent:
        """Return the request sent since the last call. There must be exactly one."""
        (found,) = self.sent
        self.sent.clear()
        return found

    def _caught(self, client: Boto3Client) -> Boto3Client:
        client.meta.events.register(f"before-send.{SERVICE}", self._answer)
        return client

    def _answer(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        body = request.body or b""
        octets = body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type]
        kind: object = request.headers.get("Content-Type")
        url = urlsplit(request.url)
        target = f"{url.path}?{url.query}" if url.query else url.path
        self.sent.append(Sent(request.method, target, octets, kind))
        headers = HTTPHeaders()
        headers["Content-Type"] = "application/json"
        headers["x-amzn-RequestId"] = REQUEST_ID
        return AWSResponse(request.url, self.status, headers, _Raw(self.body))


@frozen
class _Raw:
    """The part of urllib3's response that botocore reads."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="nothing it could open",
        region_name="eu-west-1",
    )
