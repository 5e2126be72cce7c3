"""Clients whose requests are caught and answered just before they would leave.

botocore's serialiser, signer and parser are real on both sides; only the socket is missing.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import boto3
import pytest
from attrs import frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

import iotmi
from iotmi._transport import open_client
from tests.conformance.service import SERVICE

Boto3Client: TypeAlias = Any
"""Its methods are made at run time, and no type knows them."""

REQUEST_ID = "7f3a91c2-0000-4000-8000-2b5d8e6f4a10"


@frozen
class Sent:
    """What of a request tells what it asks for; the rest is of the moment or of the sender."""

    method: str
    url: str
    body: bytes
    content_type: object


class Line:
    """What the clients of one test send, and what they are answered with.

    Attributes:
        sent: every request so far.
        body: what comes next.
        status: its HTTP status.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.body = b"{}"
        self.status = 200

    def boto3_client(self) -> Boto3Client:
        """A client as anybody would make it: with validation, with its own parse."""
        return self._caught(_session().client(SERVICE))

    def own_client(self) -> iotmi.Client:
        """A client of ours as nearly everybody makes it: it takes every short way there is."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "nothing it could open")
            client = iotmi.Client(region_name="eu-west-1", retry=iotmi.RetryPolicy.none())
        # Nobody else gets at it, so that no handler of an application can be in the way.
        self._caught(client._course.transport._client)
        return client

    def client(self) -> iotmi.Client:
        """A client of ours upon a boto3 client that was handed in."""
        return iotmi.Client(
            boto3_client=self._caught(open_client(_session())), retry=iotmi.RetryPolicy.none()
        )

    def async_client(self) -> iotmi.AsyncClient:
        """A client of ours that is awaited."""
        return iotmi.AsyncClient(
            boto3_client=self._caught(open_client(_session())), retry=iotmi.RetryPolicy.none()
        )

    def last(self) -> Sent:
        """The request that was sent since the last was asked for; there must be one."""
        (found,) = self.sent
        self.sent.clear()
        return found

    def _caught(self, client: Boto3Client) -> Boto3Client:
        client.meta.events.register(f"before-send.{SERVICE}", self._answer)
        return client

    def _answer(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        body = request.body or b""
        octets = body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type]
        kind = request.headers.get("Content-Type")
        self.sent.append(Sent(request.method, request.url, octets, kind))
        headers = HTTPHeaders()
        headers["Content-Type"] = "application/json"
        headers["x-amzn-RequestId"] = REQUEST_ID
        return AWSResponse(request.url, self.status, headers, _Raw(self.body))


@frozen
class _Raw:
    """As much of urllib3's response as botocore reads."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="nothing it could open",
        region_name="eu-west-1",
    )
