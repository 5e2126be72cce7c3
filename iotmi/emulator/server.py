"""The emulator as a local HTTP server, for every SDK and for the AWS CLI.

    from iotmi.emulator import Emulator
    from iotmi.emulator.server import serving

    with Emulator() as emulator, serving(emulator) as address:
        ...

Owns the listening socket, and the start and the end of the server. This module must not know any
response. It needs the extra ``emulator``.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Final

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "iotmi.emulator.server needs starlette and uvicorn: "
        "python -m pip install 'iotmi[emulator]'",
        name=_error.name,
    ) from _error

from iotmi.emulator._asgi import HEALTH, MAX_BODY, Application, create_app
from iotmi.emulator._control.application import respond
from iotmi.emulator._control.bodies import CLOSE, ENDING
from iotmi.emulator._control.guard import is_loopback
from iotmi.emulator._control.routes import PREFIX
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._dispatch.signatures import Credentials
from iotmi.emulator._emulator import Emulator

__all__ = [
    "HEALTH",
    "MAX_BODY",
    "MAX_CONNECTIONS",
    "Credentials",
    "create_app",
    "is_loopback",
    "serve",
    "serving",
]

LOOPBACK: Final = "127.0.0.1"
MAX_CONNECTIONS: Final = 256
"""Largest number of connections. Further ones get status 503."""

_EVERY_INTERFACE: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared only
_BUSY_SECONDS: Final = 5
_GRACE: Final = 5
"""Seconds in which running requests may finish after the server was stopped."""


@contextmanager
def serving(
    emulator: Emulator,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    credentials: Credentials | None = None,
    allowed_hosts: Sequence[str] = (),
) -> Iterator[str]:
    """Serve in a thread during the block, and give the address, as in http://127.0.0.1:9280.

    Args:
        emulator: emulator that handles the requests. It is not closed at the end.
        host: address to listen on. Other machines reach only addresses of a network interface.
        port: port to listen on; a free port if 0.
        credentials: keys that requests must be signed with; signatures are not checked if None.
        allowed_hosts: further names of the server for requests without keys, as in `create_app`.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    with _listening(host, port) as listener:
        server = _Server(
            create_app(emulator, credentials, allowed_hosts=(*allowed_hosts, *_own(host)))
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield _address(listener)
        finally:
            server.should_exit = True
            thread.join()


def serve(
    emulator: Emulator,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    credentials: Credentials | None = None,
    allowed_hosts: Sequence[str] = (),
    log: Callable[[str], None] | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM. Call this in the main thread only.

    Args:
        emulator: emulator that handles the requests.
        host: address to listen on.
        port: port to listen on; a free port if 0.
        credentials: keys that requests must be signed with; signatures are not checked if None.
        allowed_hosts: further names of the server for requests without keys, as in `create_app`.
        log: function that is called with one line for each request.
        ready: function that is called with the address once clients can connect.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    with _listening(host, port) as listener:
        hosts = (*allowed_hosts, *_own(host))
        server = _Server(create_app(emulator, credentials, allowed_hosts=hosts, log=log))

        def stop(_number: int, _frame: object) -> None:
            server.should_exit = True

        # uvicorn replaces signal handlers while it runs. At its end it restores these and raises
        # the signal again, which would otherwise be a KeyboardInterrupt.
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            ready(_address(listener))
            server.run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Connection(H11Protocol):
    """A connection without delays that fault injection can close.

    Beyond the largest number of connections, each request of a further one gets a 503.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Configure the socket, and store what the application needs of the connection."""
        # uvicorn writes head and body separately. With Nagle's algorithm, the body would wait for
        # a delayed acknowledgement of the head, which takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, CLOSE: transport.abort}
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            self.app = _busy
            # A connection that sends nothing must not stay.
            self.loop.call_later(_BUSY_SECONDS, transport.abort)


async def _busy(scope: Scope, _receive: Receive, send: Send) -> None:
    """Refuse a request, in the form of the API that it is for."""
    message = f"The emulator serves at most {MAX_CONNECTIONS} connections at once."
    if scope["path"].startswith(PREFIX):
        document: JsonObject = {"error": {"code": "too_many_connections", "message": message}}
        headers = {"Connection": "close"}
    else:
        document = {"Message": message}
        headers = {"Connection": "close", "X-Amzn-Errortype": "ServiceUnavailableException"}
    await respond(send, 503, document, headers)


class _Server(uvicorn.Server):
    """A server that ends its streams and incomplete requests before it waits for the others."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._application: Application = app.state.application

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, with the event that tells requests of the end."""
        self.lifespan.state[ENDING] = asyncio.Event()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams and the incomplete requests, and wait for the others."""
        self._application.control.streams.close()
        self.lifespan.state[ENDING].set()
        await super().shutdown(sockets)


def _own(host: str) -> tuple[str, ...]:
    """Return the name that requests to an address of a network interface have."""
    return () if host in _EVERY_INTERFACE or is_loopback(host) else (host,)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
