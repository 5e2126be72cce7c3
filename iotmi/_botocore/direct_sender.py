"""The direct way: botocore prepares and signs a request, and the standard library sends it.

botocore asks before each call whether anybody has an answer already (``before-call``). On a client
that nobody but this library gets at, `DirectSender` has: it signs with botocore's own signer, sends over
`iotmi._botocore.connection_pool`, and has botocore read what is an error. What comes of that is what botocore
makes of it, without its handlers, its copies and its second look at each header. Where an
application has asked botocore for something of its own on the way, botocore sends.
"""

import os
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.utils import get_environ_proxies

from iotmi._botocore.connection_pool import ConnectionPool, RawResponse, host_of
from iotmi._botocore.hooks import current_call, sanitize_error_body
from iotmi._botocore.session import Session

if TYPE_CHECKING:
    from botocore.signers import RequestSigner


def can_send_directly(session: Session, client: BaseClient) -> bool:
    """Whether nothing in the environment asks botocore for more than to send what it is given.

    A proxy is botocore's to find, by the address that it asks with, and to speak through; so are
    sockets that are kept awake. Its plugins and its monitoring look at what it does on the way.
    """
    return not (
        get_environ_proxies(client.meta.endpoint_url)
        or session.get_scoped_config().get("tcp_keepalive")
        or session.get_config_variable("csm_enabled")
        or os.environ.get("BOTOCORE_EXPERIMENTAL__PLUGINS", "DISABLED") != "DISABLED"
    )


class SigningRequest:
    """As much of botocore's `AWSRequest` as its signer uses, without what that makes of it anew."""

    __slots__ = ("body", "context", "headers", "method", "params", "url")

    def __init__(self, prepared: dict[str, Any]) -> None:
        self.method: str = prepared["method"]
        self.url: str = prepared["url"]
        # Else the signer would look for the host, several times. One of botocore's signers looks
        # for it in lower case.
        self.headers: dict[str, str] = {**prepared["headers"], "host": host_of(self.url)}
        self.params: dict[str, str] = {}
        self.body: bytes = prepared["body"]
        self.context: dict[str, Any] = prepared["context"]


class DirectSender:
    """Sends the calls of one client, as a handler of ``before-call``."""

    def __init__(self, session: Session, client: BaseClient) -> None:
        # A configuration's options are attributes that no stub knows.
        config: Any = client.meta.config
        bundle = session.get_config_variable("ca_bundle")
        self._connections = ConnectionPool(
            max_idle=config.max_pool_connections,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            # As botocore, which reads the second itself.
            ca_bundle=os.environ.get("REQUESTS_CA_BUNDLE") if bundle is None else bundle,
        )
        self._parser = create_parser("rest-json")

    def __call__(
        self,
        *,
        model: OperationModel,
        params: dict[str, Any],
        request_signer: "RequestSigner",
        **_: object,
    ) -> tuple[RawResponse, dict[str, Any]] | None:
        """Send what has been prepared; what `capture_body` would have taken is left with the call."""
        call = current_call()
        if call is None:
            return None
        request = SigningRequest(params)
        request_signer.sign(model.name, request)
        response = self._connections.send(
            request.method, request.url, request.headers, request.body, call.canceller
        )
        if response.status_code >= 300:
            return response, self._error(model, response)
        call.response_body = response.body
        metadata = {
            "RequestId": response.headers.get("x-amzn-requestid"),
            "HTTPStatusCode": response.status_code,
            "HTTPHeaders": response.headers,
            "RetryAttempts": 0,
        }
        return response, {"ResponseMetadata": metadata}

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _error(self, model: OperationModel, response: RawResponse) -> dict[str, Any]:
        """What botocore reads of an error: its code, and the members of that code's shape."""
        raw = {
            "status_code": response.status_code,
            "headers": response.headers,
            "body": sanitize_error_body(response.body),
        }
        # It asks for no shape where it finds an error.
        parsed: dict[str, Any] = self._parser.parse(raw, None)  # type: ignore[arg-type]
        shape = model.service_model.shape_for_error_code(parsed.get("Error", {}).get("Code"))
        if shape is not None:
            parsed.update(self._parser.parse(raw, shape))
        return parsed
