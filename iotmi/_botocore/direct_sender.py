"""Signing by botocore, sending by this library.

botocore emits ``before-call`` before each call, and a handler may return a response. On a client
that only this library uses, `DirectSender` signs the request with botocore's signer and keeps it as
a `SignedRequest`, which a driver then exchanges. That skips botocore's handlers for other services,
its copies of the request and its HTTP session. If the configuration needs one of these, botocore
sends.
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
    """Return True if no setting needs botocore to send.

    Only botocore supports proxies, TCP keep-alive, client-side monitoring and botocore's plugins.
    """
    return AVAILABLE and not (
        get_environ_proxies(client.meta.endpoint_url)
        or session.get_scoped_config().get("tcp_keepalive")
        or session.get_config_variable("csm_enabled")
        or os.environ.get("BOTOCORE_EXPERIMENTAL__PLUGINS", "DISABLED") != "DISABLED"
    )


def is_http_replaced() -> bool:
    """Return True if another tool has replaced the classes of `http.client`.

    Tools such as vcrpy record and replay requests through these classes, so botocore has to send.
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
        # With a host header, signers need not derive it. awscrt's signer expects it in lower case.
        self.headers: dict[str, str] = {**prepared["headers"], "host": host_of(split)}
        self.params: dict[str, str] = {}
        self.body: bytes = prepared["body"]
        self.context: dict[str, Any] = prepared["context"]


class DirectSender:
    """A handler of ``before-call`` that signs one client's requests, and its connection pool."""

    def __init__(self, session: Session, client: BaseClient) -> None:
        # botocore sets a configuration's options as attributes, which its stubs do not declare.
        config: Any = client.meta.config
        bundle = session.get_config_variable("ca_bundle")
        self.connections = ConnectionPool(
            max_idle=config.max_pool_connections,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            # Like botocore, fall back to REQUESTS_CA_BUNDLE.
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
        """Sign the prepared request, and exchange it if the call has an `exchange` function.

        Return None for the application's own calls and for calls that botocore has to send.
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
        """Return botocore's parsed form of a response, with the body of errors only."""
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
        # The parser needs a shape for the members of an error, not for its code.
        parsed: dict[str, Any] = self._parser.parse(raw, None)
        shape = self._service_model.shape_for_error_code(parsed.get("Error", {}).get("Code"))
        if shape is not None:
            parsed.update(self._parser.parse(raw, shape))
        return parsed

    def close(self) -> None:
        """Close the connections."""
        self.connections.close()


class SigningCall(InFlightCall):
    """A call that botocore prepares and signs but does not send."""

    __slots__ = ()


# The placeholder response that keeps botocore from sending a signed request.
_SIGNED = RawResponse(200, {}, b"")


def host_of(url: SplitResult) -> str:
    """Return the value of the Host header for *url*."""
    return url.netloc.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(url.scheme, ""))


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def _origin(url: SplitResult) -> Origin:
    port = url.port or (443 if url.scheme == "https" else 80)
    return Origin(url.scheme, url.hostname or "", port)


def _text(value: str | bytes) -> str:
    # botocore's signer leaves some headers as bytes.
    return value.decode() if isinstance(value, bytes) else value
