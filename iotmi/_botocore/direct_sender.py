"""The direct way: botocore prepares and signs a request, and the standard library sends it.

botocore asks before each call whether anybody has an answer already (``before-call``). On a client
that nobody but this library gets at, `Direct` has: it signs with botocore's own signer, sends over
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

from iotmi._botocore.connection_pool import Answer, Connections, host_of
from iotmi._botocore.hooks import current_call, legible
from iotmi._botocore.session import OwnSession

if TYPE_CHECKING:
    from botocore.signers import RequestSigner


def goes_directly(session: OwnSession, client: BaseClient) -> bool:
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


class Signable:
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


class Direct:
    """Sends the calls of one client, as a handler of ``before-call``."""

    def __init__(self, session: OwnSession, client: BaseClient) -> None:
        # A configuration's options are attributes that no stub knows.
        config: Any = client.meta.config
        bundle = session.get_config_variable("ca_bundle")
        self._connections = Connections(
            most=config.max_pool_connections,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            # As botocore, which reads the second itself.
            trusted=os.environ.get("REQUESTS_CA_BUNDLE") if bundle is None else bundle,
        )
        self._parser = create_parser("rest-json")

    def __call__(
        self,
        *,
        model: OperationModel,
        params: dict[str, Any],
        request_signer: "RequestSigner",
        **_: object,
    ) -> tuple[Answer, dict[str, Any]] | None:
        """Send what has been prepared; what `take_body` would have taken is left with the call."""
        call = current_call()
        if call is None:
            return None
        request = Signable(params)
        request_signer.sign(model.name, request)
        answer = self._connections.exchange(
            request.method, request.url, request.headers, request.body, call.scope
        )
        if answer.status_code >= 300:
            return answer, self._error(model, answer)
        call.answer = answer.body
        metadata = {
            "RequestId": answer.headers.get("x-amzn-requestid"),
            "HTTPStatusCode": answer.status_code,
            "HTTPHeaders": answer.headers,
            "RetryAttempts": 0,
        }
        return answer, {"ResponseMetadata": metadata}

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _error(self, model: OperationModel, answer: Answer) -> dict[str, Any]:
        """What botocore reads of an error: its code, and the members of that code's shape."""
        response = {
            "status_code": answer.status_code,
            "headers": answer.headers,
            "body": legible(answer.body),
        }
        # It asks for no shape where it finds an error.
        parsed: dict[str, Any] = self._parser.parse(response, None)  # type: ignore[arg-type]
        shape = model.service_model.shape_for_error_code(parsed.get("Error", {}).get("Code"))
        if shape is not None:
            parsed.update(self._parser.parse(response, shape))
        return parsed
