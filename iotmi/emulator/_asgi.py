"""The emulator as an ASGI application.

Owns what only a server needs: the guard, the limit of a body, signatures, and the response to a
defect. `_control` has the control API. This module must not know what a request to the service
means. It needs the extra ``emulator``.
"""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Final

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from iotmi.emulator._control.application import ControlApplication, respond
from iotmi.emulator._control.bodies import CLOSE, BodyReader, NoBodyError
from iotmi.emulator._control.guard import Guard
from iotmi.emulator._control.routes import PREFIX, ControlError
from iotmi.emulator._control.table import HEALTH as _HEALTH
from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorFileError, ServiceFault
from iotmi.emulator._core.http import Delivery, HttpRequest, HttpResponse
from iotmi.emulator._dispatch.responses import error_response
from iotmi.emulator._dispatch.signatures import Credentials, Signatures
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._model.operations import load_service

__all__ = ["CLOSE", "HEALTH", "MAX_BODY", "Application", "create_app"]

HEALTH: Final = f"{PREFIX}{_HEALTH}"
MAX_BODY: Final = 10 * 1024 * 1024
"""Largest body in bytes. The service documents no limit; this is API Gateway's."""

_LOGGER: Final = logging.getLogger("iotmi.emulator")

# Clients of the service read the name of an error from this header.
_DENIED: Final = {"X-Amzn-Errortype": "AccessDeniedException"}

RequestLog = Callable[[str], None]


def create_app(
    emulator: Emulator,
    credentials: Credentials | None = None,
    *,
    allowed_hosts: Sequence[str] = (),
    log: RequestLog | None = None,
) -> Starlette:
    """Return the emulator as an application for any ASGI server.

    Args:
        emulator: emulator that handles the requests. The caller closes it after the server.
        credentials: keys that requests must be signed with; signatures are not checked if None.
        allowed_hosts: names of the server besides those of the loopback interface, for requests
            without keys; ``*`` allows every name.
        log: function that is called with one line for each request.
    """
    app = Starlette()
    app.state.application = Application(emulator, Guard(credentials, tuple(allowed_hosts)), log)
    # Starlette routes decoded paths, and an ARN in a path contains encoded slashes.
    app.router.redirect_slashes = False
    app.router.default = app.state.application
    return app


class Application:
    """The service and the control API behind one guard.

    Args:
        emulator: emulator that handles the requests.
        guard: check of hosts, origins and keys.
        log: function that is called with one line for each request, or None.
    """

    def __init__(self, emulator: Emulator, guard: Guard, log: RequestLog | None) -> None:
        self._emulator = emulator
        self._service = load_service()
        self._guard = guard
        self._signatures = (
            None
            if guard.credentials is None
            else Signatures(guard.credentials, emulator.region_name)
        )
        self._log = log
        self._calls = 0
        self.control = ControlApplication(emulator, guard, lambda: self._calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        started = time.monotonic()
        status, name = await self._serve(scope, receive, send)
        if self._log is not None:
            path = scope["raw_path"].decode("latin-1")
            took = (time.monotonic() - started) * 1000
            shown = "no response" if status == 0 else str(status)
            self._log(f"{scope['method']} {path} {name} {shown} {took:.1f} ms")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, str]:
        """Handle one request. Return its status, and its name for the log."""
        headers = _headers(scope)
        path = scope["raw_path"].decode("latin-1")
        control = path == PREFIX or path.startswith(f"{PREFIX}/")
        name = "control" if control else "-"
        try:
            self._guard.check_sender(headers, control=control)
        except ControlError as error:
            # Without its body, the client would see a reset connection instead of the response.
            await _discard(scope, receive)
            document = error.document() if control else {"Message": error.message}
            await respond(send, error.status, document, _DENIED)
            return error.status, name
        if control:
            return await self.control(scope, receive, send, headers), name
        self._calls += 1
        return await self._serve_service(scope, receive, send), self._operation(scope, path)

    def _operation(self, scope: Scope, path: str) -> str:
        """Return the name of the operation, for the log."""
        if self._log is None:
            return "-"
        try:
            return self._service.find(scope["method"], path)[0].name
        except ServiceFault:
            return "-"

    async def _serve_service(self, scope: Scope, receive: Receive, send: Send) -> int:
        reader = BodyReader(scope, receive)
        try:
            body = await reader.read(MAX_BODY)
        except NoBodyError:
            return 0
        if body is None:
            # The unread rest of the body would be parsed as the next request.
            service_fault = ServiceFault(
                "RequestEntityTooLargeException",
                f"The body is larger than {MAX_BODY} bytes.",
                headers={"Connection": "close"},
            )
            response = self._error_response(service_fault)
        else:
            request = _request(Request(scope), body)
            response = await anyio.to_thread.run_sync(self._respond, request)
        if response.delivery is not Delivery.WHOLE:
            if response.delivery is not Delivery.NEVER:
                reader.close()
            await reader.wait_for_disconnect()
            return 0
        asgi_response = Response(response.body, response.status, dict(response.headers))
        await asgi_response(scope, receive, send)
        return response.status

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
        except EmulatorFileError as error:
            return self._error_response(ServiceFault("ServiceUnavailableException", f"{error}."))
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


async def _discard(scope: Scope, receive: Receive) -> None:
    try:
        await BodyReader(scope, receive).read(MAX_BODY)
    except NoBodyError:
        return


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by their names in lower case, with repeated ones joined."""
    headers: dict[str, str] = {}
    for encoded, value in scope["headers"]:
        name, text = encoded.decode("latin-1").lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return headers


def _request(request: Request, body: bytes) -> HttpRequest:
    return HttpRequest(
        request.method,
        request.scope["raw_path"].decode("latin-1"),
        request.scope["query_string"].decode("latin-1"),
        _headers(request.scope),
        body,
    )
