"""The emulator as an ASGI application.

Owns what only a server needs: the limit of a body, signatures, health, and the response to a
defect. This module must not know what a request means. It needs the extra ``emulator``.
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
"""Largest body in bytes. The service documents no limit; this is API Gateway's."""

CLOSE: Final = "iotmi.emulator.close"
"""Key in the ASGI scope's state, for a function that closes the connection without a response."""

# A client that is still sending does not read the response, so a body that is too large is read
# and discarded up to this limit. Beyond it, the connection is closed.
_MAX_DISCARDED: Final = 8 * MAX_BODY

_LOGGER: Final = logging.getLogger("iotmi.emulator")


def create_app(emulator: Emulator, credentials: Credentials | None = None) -> Starlette:
    """Return the emulator as an application for any ASGI server.

    Args:
        emulator: emulator that handles the requests. The caller closes it after the server.
        credentials: keys that requests must be signed with; signatures are not checked if None.
    """
    application = _App(emulator, credentials)
    app = Starlette(routes=[Route(HEALTH, application.health)])
    # Starlette routes decoded paths, and an ARN in a path contains encoded slashes.
    app.router.redirect_slashes = False
    app.router.default = application.serve
    return app


class _App:
    """The routes of the application.

    Args:
        emulator: emulator that handles the requests.
        credentials: keys that requests must be signed with, or None.
    """

    def __init__(self, emulator: Emulator, credentials: Credentials | None) -> None:
        self._emulator = emulator
        self._service = load_service()
        self._signatures = (
            None if credentials is None else Signatures(credentials, emulator.region_name)
        )
        self._calls = 0

    async def health(self, _request: Request) -> Response:
        """Return the state of the server. This is no operation of the service and not signed."""
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
        """Handle one request to the service."""
        self._calls += 1
        request = Request(scope, receive)
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return
        if body is None:
            # The unread rest of the body would be parsed as the next request.
            service_fault = ServiceFault(
                "RequestEntityTooLargeException",
                f"The body is larger than {MAX_BODY} bytes.",
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
        except Exception as error:  # noqa: BLE001 - any defect gets the same response
            response = self._error_response(
                ServiceFault("InternalFailure", "The emulator has a defect. See its log.")
            )
            _LOGGER.error(  # noqa: TRY400 - the error's text may quote the request
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
    """Return the whole body, or None if it is too large."""
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
    """Send nothing, and return once the client has disconnected."""
    if delivery is not Delivery.NEVER:
        close = scope.get("state", {}).get(CLOSE)
        if close is None:
            raise ConnectionAbortedError("the server passes no function that closes a connection")
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
