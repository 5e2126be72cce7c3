"""The control API as an ASGI application.

Owns the steps of a request: keys, route, body, validation, the handler in a thread, and the
response. This module must not know what a route does.
"""

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from starlette.types import Receive, Scope, Send

from iotmi.emulator._control.bodies import BodyReader, NoBodyError
from iotmi.emulator._control.errors import translated
from iotmi.emulator._control.guard import Guard
from iotmi.emulator._control.routes import PREFIX, ControlError, find_route, read_request
from iotmi.emulator._control.stream import Streams
from iotmi.emulator._control.table import File, Table, console_file
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._emulator import Emulator

T = TypeVar("T")

_LOGGER: Final = logging.getLogger("iotmi.emulator")
# Apart from the threads of the service, all of which an injected delay may block.
_THREADS: Final = 8
_CONSOLE: Final = "/console/"
_NO_STORE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_PAGE: Final = {
    **_NO_STORE,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        # Only text enters the page: no script can write markup.
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


class ControlApplication:
    """The control API.

    Args:
        emulator: emulator to control.
        guard: check of hosts, origins and keys.
        calls: function that returns the number of requests to the service.
    """

    def __init__(self, emulator: Emulator, guard: Guard, calls: Callable[[], int]) -> None:
        self._emulator = emulator
        self._guard = guard
        self._table = Table(calls)
        self._limiter: anyio.CapacityLimiter | None = None
        self.streams = Streams(emulator, self._in_thread)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> int:
        """Handle one request, and return the status of the response, or 0 without one."""
        try:
            return await self._serve(scope, receive, send, headers)
        except NoBodyError:
            return 0
        except ControlError as error:
            await respond(send, error.status, error.document(), error.headers)
            return error.status
        except Exception as error:  # noqa: BLE001 - any defect gets the same response
            # The error's text may quote the request.
            _LOGGER.error(  # noqa: TRY400
                "%s %s: %s\n%s",
                scope["method"],
                scope["path"],
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            defect = ControlError(500, "defect", "The emulator has a defect. See its log.")
            await respond(send, defect.status, defect.document(), {})
            return defect.status

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> int:
        path = scope["raw_path"].decode("latin-1").removeprefix(PREFIX)
        method = scope["method"]
        if path in {"", "/"} or path.startswith(_CONSOLE):
            return await self._console(path, method, send, headers)
        route, values = find_route(self._table.routes, method, path)
        if not route.open:
            self._guard.check_keys(headers)
        query = scope["query_string"].decode("latin-1")
        handler = route.handler
        if handler is None:
            sent = read_request(route, values, query, b"")
            reader = BodyReader(scope, receive)
            await self.streams.serve(sent, headers.get("last-event-id"), reader, send)
            return 200
        body = await BodyReader(scope, receive).read(route.max_body)
        if body is None:
            raise ControlError(
                413,
                "too_large",
                f"The body is larger than {route.max_body} bytes.",
                {"Connection": "close"},
            )

        def run() -> bytes:
            sent = read_request(route, values, query, body)
            with translated():
                return _encoded(handler(self._emulator, sent))

        response = await (anyio.to_thread.run_sync(run) if route.slow else self._in_thread(run))
        await respond(send, route.status, None if route.status == 204 else response, {})
        return route.status

    async def _console(self, path: str, method: str, send: Send, headers: Mapping[str, str]) -> int:
        self._guard.check_keys(headers)
        if method != "GET":
            raise ControlError(
                405, "method_not_allowed", "This path takes GET only.", {"Allow": "GET"}
            )
        if not path:
            await respond(send, 307, None, {"Location": f"{PREFIX}/"})
            return 307
        name = "index.html" if path == "/" else path.removeprefix(_CONSOLE)
        found = await self._in_thread(lambda: console_file(name))
        await respond(send, 200, found, _PAGE)
        return 200

    async def _in_thread(self, function: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(function, limiter=self._limiter)


async def respond(
    send: Send, status: int, content: JsonValue | bytes | File, headers: Mapping[str, str]
) -> None:
    """Send a whole response. Without content, the response has no body."""
    media = "application/json"
    if isinstance(content, File):
        media, body = content.media, content.content
    elif isinstance(content, bytes):
        body = content
    else:
        body = b"" if content is None else _encoded(content)
    fields = {**_NO_STORE, **headers, "Content-Length": str(len(body))}
    if body:
        fields["Content-Type"] = media
    if status == 204:
        del fields["Content-Length"]
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def _encoded(content: JsonValue) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
