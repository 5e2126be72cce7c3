"""Connection of a boto3 client to the emulator.

Owns the handler of botocore's ``before-send`` event, and the session whose clients read nothing
from the environment. botocore's serializer, signer and parser stay in use. This module must not
know how a request is handled.
"""

import os
from collections.abc import Callable, Iterator
from typing import IO, Final
from urllib.parse import urlsplit

import boto3
import botocore.session
from attrs import frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from iotmi._botocore.in_process import mark_in_process
from iotmi._botocore.loader import SERVICE, shared_loader
from iotmi.emulator._core.http import Delivery, HttpRequest, HttpResponse

_EVENT: Final = f"before-send.{SERVICE}"
_HANDLER_ID: Final = "iotmi-emulator"


def attach(client: BaseClient, handle: Callable[[HttpRequest], HttpResponse]) -> None:
    """Send all requests of *client* to *handle*, which replaces an earlier handler.

    Raises:
        ValueError: *client* is a client of another service.
    """
    service = client.meta.service_model.service_name
    if service != SERVICE:
        raise ValueError(f"client must be a boto3 client of {SERVICE}, not of {service}")

    def send(request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        response = handle(_to_request(request))
        if response.delivery is not Delivery.WHOLE:
            raise _connection_error(request, response.delivery)
        headers = HTTPHeaders()
        for name, value in response.headers.items():
            headers[name] = value
        return AWSResponse(request.url, response.status, headers, _FakeRawResponse(response.body))

    mark_in_process(client)
    client.meta.events.unregister(_EVENT, unique_id=_HANDLER_ID)
    # The stubs declare that handlers return None, but botocore uses the result for this event.
    client.meta.events.register_first(_EVENT, send, unique_id=_HANDLER_ID)  # type: ignore[arg-type]


def sealed_session(region_name: str) -> boto3.Session:
    """Return a session with fake credentials that reads no profile and no user file."""
    botocore_session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
            "ignore_configured_endpoint_urls": (None, None, True, None),
            "use_fips_endpoint": (None, None, False, None),
            "use_dualstack_endpoint": (None, None, False, None),
        }
    )
    botocore_session.register_component("data_loader", shared_loader())
    return boto3.Session(
        aws_access_key_id="EMULATED",
        aws_secret_access_key="emulated",  # noqa: S106 - a fake secret
        region_name=region_name,
        botocore_session=botocore_session,
    )


@frozen
class _FakeRawResponse:
    """A stand-in for urllib3's response, with only the method that botocore calls.

    Attributes:
        body: body of the response.
    """

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _connection_error(request: AWSPreparedRequest, delivery: Delivery) -> BotoCoreError:
    """Return the error that botocore's HTTP session raises for a failed connection."""
    match delivery:
        case Delivery.NEVER:
            reason = f"{request.url}: no response before the timeout"
            return ReadTimeoutError(endpoint_url=request.url, error=reason)
        case Delivery.REFUSED:
            return EndpointConnectionError(endpoint_url=request.url, error="Connection refused")
        case _:
            reason = "Connection aborted."
            return ConnectionClosedError(request=request, endpoint_url=request.url, error=reason)


def _to_request(request: AWSPreparedRequest) -> HttpRequest:
    url = urlsplit(request.url)
    return HttpRequest(
        request.method,
        url.path,
        url.query,
        {name: _to_text(value) for name, value in request.headers.items()},
        _to_bytes(request.body),
    )


def _to_text(value: object) -> str:
    # botocore's signer writes some headers as bytes.
    return value.decode() if isinstance(value, bytes) else str(value)


def _to_bytes(body: str | bytes | bytearray | IO[bytes] | IO[str] | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return _to_bytes(body.read())
