"""The emulator behind HTTP, as an ASGI application.

Owns what only a server needs: the bound on a body, signatures, the health of the server, and
that a defect is answered and not shown. What a request means is the emulator's business. Needs
the extra ``emulator``.
"""

import logging
import traceback
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from iotmi._version import __version__
from iotmi.emulator._core.errors import EmulatorClosedError, ServiceFault
from iotmi.emulator._core.http import Delivery, HttpRequest, HttpResponse
from iotmi.emulator._dispatch.responses import error_response
from iotmi.emulator._dispatch.signatures import Credentials, Signatures
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._model.operations import load_service

HEALTH: Final = "/_emulator/health"
MAX_BODY: Final = 10 * 1024 * 1024
"""Octets; the service does not tell its own bound, this is the usual one before such services."""

CLOSE: Final = "iotmi.emulator.close"
"""Where a server that can close a connection without an answer puts how, in the scope's state."""

# So much of a body that is too large is read and thrown away, for a client that is still
# sending does not read an answer. One that goes on beyond is cut off.
_MAX_DISCARDED: Final = 8 * MAX_BODY

_LOGGER: Final = logging.getLogger("iotmi.emulator")


def create_app(emulator: Emulator, credentials: Credentials | None = None) -> Starlette:
    """The emulator as an application for any ASGI server.

    Args:
        emulator: What answers; it stays the caller's, to be closed after the server.
        credentials: The keys that requests must be signed with; any signature is taken, and
            none is needed, when None.
    """
    application = _App(emulator, credentials)
    app = Starlette(routes=[Route(HEALTH, application.health)])
    # A path of the service must not be routed decoded: an ARN in it has slashes of its own.
    app.router.redirect_slashes = False
    app.router.default = application.serve
    return app


class _App:
    """What the application does with a request."""

    def __init__(self, emulator: Emulator, credentials: Credentials | None) -> None:
        self._emulator = emulator
        self._service = load_service()
        self._signatures = (
            None if credentials is None else Signatures(credentials, emulator.region_name)
        )
        self._calls = 0

    async def health(self, _request: Request) -> Response:
        """Whether the server is up; not a request of the service, and not signed."""
        return JSONResponse(
            {
                "status": "up",
                "version": __version__,
                "region": self._emulator.region_name,
                "operations": len(self._service.operations),
                "calls": self._calls,
            }
        )

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the service."""
        self._calls += 1
        request = Request(scope, receive)
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return
        if body is None:
            # Closed, for there may be more of the body than was read.
            service_fault = ServiceFault(
                "RequestEntityTooLargeException",
                f"The body is over {MAX_BODY} octets.",
                headers={"Connection": "close"},
            )
            response = self._error_response(service_fault)
        else:
            response = await run_in_threadpool(self._respond, _request(request, body))
        if response.delivery is not Delivery.WHOLE:
            await _drop_connection(response.delivery, scope, receive)
            return
        asgi_response = Response(response.body, response.status, dict(response.headers))
        await asgi_response(scope, receive, send)

    def _respond(self, request: HttpRequest) -> HttpResponse:
        try:
            if self._signatures is not None:
                self._signatures.check(request)
            return self._emulator.handle(request)
        except ServiceFault as service_fault:
            return self._error_response(service_fault)
        except EmulatorClosedError:
            return self._error_response(
                ServiceFault("ServiceUnavailableException", "The emulator is closed.")
            )
        except Exception as error:  # noqa: BLE001 - the answer to any defect is the same
            response = self._error_response(
                ServiceFault("InternalFailure", "The emulator has a defect; its log says where.")
            )
            _LOGGER.error(  # noqa: TRY400 - the error's own text may quote what the client sent
                "%s %s: %s, request id %s\n%s",
                request.method,
                request.path,
                type(error).__name__,
                response.headers["X-Amzn-Requestid"],
                "".join(traceback.format_tb(error.__traceback__)),
            )
            return response

    def _error_response(self, service_fault: ServiceFault) -> HttpResponse:
        return error_response(service_fault, self._service.error_statuses[service_fault.code])


async def _read_body(request: Request) -> bytes | None:
    """The whole body, or None where it is too large."""
    body = bytearray()
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_BODY:
            body += part
        elif size > _MAX_DISCARDED:
            break
    return bytes(body) if size <= MAX_BODY else None


async def _drop_connection(delivery: Delivery, scope: Scope, receive: Receive) -> None:
    """Send nothing, and return when the connection is no more."""
    if delivery is not Delivery.NEVER:
        close = scope.get("state", {}).get(CLOSE)
        if close is None:
            raise ConnectionAbortedError("this server has no way to close a connection")
        close()
    message: Message = {"type": "http.request"}
    while message["type"] != "http.disconnect":
        message = await receive()


def _request(request: Request, body: bytes) -> HttpRequest:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return HttpRequest(
        request.method,
        request.scope["raw_path"].decode("latin-1"),
        request.scope["query_string"].decode("latin-1"),
        headers,
        body,
    )
