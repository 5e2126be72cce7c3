"""The emulator as an HTTP server on this machine, for every SDK and for the AWS CLI.

    from iotmi.emulator import Emulator
    from iotmi.emulator.server import serving

    with Emulator() as emulator, serving(emulator) as address:
        ...

Owns listening, and the server's beginning and end. What it answers is the application's
business. Needs the extra ``emulator``.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from iotmi.emulator._asgi import CLOSE, HEALTH, MAX_BODY, create_app
from iotmi.emulator._dispatch.signatures import Credentials
from iotmi.emulator._emulator import Emulator

__all__ = ["HEALTH", "MAX_BODY", "Credentials", "create_app", "serve", "serving"]

LOOPBACK: Final = "127.0.0.1"
_GRACE: Final = 5
"""Seconds that requests under way have to end in."""


@contextmanager
def serving(
    emulator: Emulator,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    credentials: Credentials | None = None,
) -> Iterator[str]:
    """Serve in a thread while the block lasts; gives the address, such as http://127.0.0.1:9280.

    Args:
        emulator: What answers; it is not closed at the end.
        host: Where to listen; other machines reach it only where this is one of its names.
        port: Where to listen; a free port when 0.
        credentials: The keys that requests must be signed with; any signature is taken when None.

    Raises:
        OSError: The port is taken, or the host is not of this machine.
    """
    with _listening(host, port) as listener:
        server = _server(create_app(emulator, credentials))
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
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM comes; in the main thread only.

    Args:
        emulator: As for `serving`, like the other arguments.
        host: Where to listen.
        port: Where to listen.
        credentials: The keys that requests must be signed with.
        ready: Is called with the address once a client may connect.

    Raises:
        OSError: The port is taken, or the host is not of this machine.
    """
    with _listening(host, port) as listener:
        server = _server(create_app(emulator, credentials))

        def stop(_number: int, _frame: object) -> None:
            server.should_exit = True

        # uvicorn has handlers of its own while it runs, and at its end raises the signal again
        # for those that were there before: these, which make of it an end like any other.
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            ready(_address(listener))
            server.run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Connection(H11Protocol):
    """A connection that answers at once, and that the faults of the emulator can break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Prepare the connection. uvicorn declares a wider type, and is given this one."""
        # Head and body are written apart, and the body would wait 40 ms for the head's receipt.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, CLOSE: transport.abort}
        super().connection_made(transport)


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
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


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
