"""Signing by botocore, sending by this library.

Before each call botocore asks its ``before-call`` handlers for a response. On a client that only
this library uses, `DirectSender` signs the request with botocore's signer and keeps it as a
`SignedRequest`, which a driver then exchanges. botocore's handlers for other services, its copies
of the request and its HTTP session are passed by. Where the application has asked botocore for
something of its own on the way, botocore sends.
"""

import http.client
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from botocore.client import BaseClient
from botocore.model import OperationModel
from botocore.utils import get_environ_proxies

from iotmi._botocore.connection_pool import ConnectionPool
from iotmi._botocore.hooks import InFlightCall, Stage, current_call, sanitize_error_body
from iotmi._botocore.messages import Origin, RawResponse, SignedRequest
from iotmi._botocore.session import Session, region_hint
from iotmi._botocore.unpublished import AVAILABLE, CallWatch, create_parser

if TYPE_CHECKING:
    from botocore.signers import RequestSigner


def can_send_directly(session: Session, client: BaseClient) -> bool:
    """Return whether nothing in the environment needs botocore's own sending.

    botocore finds proxies and speaks to them, and keeps sockets awake. Its plugins and its
    monitoring watch what it does.
    """
    return AVAILABLE and not (
        get_environ_proxies(client.meta.endpoint_url)
        or session.get_scoped_config().get("tcp_keepalive")
        or session.get_config_variable("csm_enabled")
        or os.environ.get("BOTOCORE_EXPERIMENTAL__PLUGINS", "DISABLED") != "DISABLED"
    )


def is_http_replaced() -> bool:
    """Return whether another tool has replaced the classes of `http.client`.

    vcrpy and its like record and replay what passes through these, so botocore has to send.
    """
    return (
        http.client.HTTPConnection.__module__ != "http.client"
        or http.client.HTTPSConnection.__module__ != "http.client"
    )


class SigningRequest:
    """The attributes of botocore's `AWSRequest` that its signers use."""

    __slots__ = ("body", "context", "headers", "method", "params", "url")

    def __init__(self, prepared: dict[str, Any], split: SplitResult) -> None:
        self.method: str = prepared["method"]
        self.url: str = prepared["url"]
        # Given here, the signers need not derive the host. awscrt's looks for it in lower case.
        self.headers: dict[str, str] = {**prepared["headers"], "host": host_of(split)}
        self.params: dict[str, str] = {}
        self.body: bytes = prepared["body"]
        self.context: dict[str, Any] = prepared["context"]


class DirectSender:
    """Signs the calls of one client, as a handler of ``before-call``, and owns its connections."""

    def __init__(self, session: Session, client: BaseClient) -> None:
        # A configuration's options are attributes that no stub knows.
        config: Any = client.meta.config
        bundle = session.get_config_variable("ca_bundle")
        self.connections = ConnectionPool(
            max_idle=config.max_pool_connections,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            # botocore reads the second variable itself, too.
            ca_bundle=os.environ.get("REQUESTS_CA_BUNDLE") if bundle is None else bundle,
            hint=region_hint(client),
        )
        self.is_instrumented = CallWatch().is_instrumented
        self._parser = create_parser("rest-json")
        self._service_model = client.meta.service_model

    def __call__(
        self,
        *,
        model: OperationModel,
        params: dict[str, Any],
        request_signer: "RequestSigner",
        **_: object,
    ) -> tuple[RawResponse, dict[str, Any]] | None:
        """Sign what has been prepared. Leave it with the call, or exchange it if the call says so.

        Calls that are not this library's, and those that botocore has to send, pass.
        """
        call = current_call()
        if call is None or not isinstance(call, SigningCall):
            return None
        split = urlsplit(params["url"])
        request = SigningRequest(params, split)
        request_signer.sign(model.name, request)
        signed = SignedRequest(
            operation=model.name,
            origin=_origin(split),
            method=request.method,
            target=f"{split.path or '/'}?{split.query}" if split.query else split.path or "/",
            headers=[(name, _text(value)) for name, value in request.headers.items()],
            body=request.body,
        )
        if call.exchange is None:
            call.signed = signed
            return _SIGNED, {}
        call.stage = Stage.SENDING
        response = call.exchange(signed)
        parsed = self.parse(response)
        if response.status_code < 300:
            call.response_body = response.body
        return response, parsed

    def parse(self, response: RawResponse) -> dict[str, Any]:
        """Return what botocore reads of a response, its body aside unless it is an error."""
        headers = response.headers
        if response.status_code < 300:
            metadata = {
                "RequestId": headers.get("x-amzn-requestid"),
                "HTTPStatusCode": response.status_code,
                "HTTPHeaders": headers,
                "RetryAttempts": 0,
            }
            return {"ResponseMetadata": metadata}
        raw = {
            "status_code": response.status_code,
            "headers": headers,
            "body": sanitize_error_body(response.body),
        }
        # The parser needs a shape only for a response that is no error.
        parsed: dict[str, Any] = self._parser.parse(raw, None)
        shape = self._service_model.shape_for_error_code(parsed.get("Error", {}).get("Code"))
        if shape is not None:
            parsed.update(self._parser.parse(raw, shape))
        return parsed

    def close(self) -> None:
        """Close the connections."""
        self.connections.close()


class SigningCall(InFlightCall):
    """A call that botocore prepares and signs, and does not send."""

    __slots__ = ()


# What botocore takes for the response of a request that it has only signed.
_SIGNED = RawResponse(200, {}, b"")


def host_of(url: SplitResult) -> str:
    """Return the host of *url* as a Host header names it."""
    return url.netloc.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(url.scheme, ""))


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def _origin(url: SplitResult) -> Origin:
    port = url.port or (443 if url.scheme == "https" else 80)
    return Origin(url.scheme, url.hostname or "", port)


def _text(value: str | bytes) -> str:
    # botocore's signer leaves some headers as bytes.
    return value.decode() if isinstance(value, bytes) else value
