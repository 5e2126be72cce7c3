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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

try:
    import uvicorn
    from starlette.applications import Starlette
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "iotmi.emulator.server needs starlette and uvicorn: "
        "python -m pip install 'iotmi[emulator]'",
        name=_error.name,
    ) from _error

from iotmi.emulator._asgi import CLOSE, HEALTH, MAX_BODY, create_app
from iotmi.emulator._dispatch.signatures import Credentials
from iotmi.emulator._emulator import Emulator

__all__ = ["HEALTH", "MAX_BODY", "Credentials", "create_app", "serve", "serving"]

LOOPBACK: Final = "127.0.0.1"
_GRACE: Final = 5
"""Seconds in which running requests may finish after the server was stopped."""


@contextmanager
def serving(
    emulator: Emulator,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    credentials: Credentials | None = None,
) -> Iterator[str]:
    """Serve in a thread during the block, and give the address, as in http://127.0.0.1:9280.

    Args:
        emulator: emulator that handles the requests. It is not closed at the end.
        host: address to listen on. Other machines reach only addresses of a network interface.
        port: port to listen on; a free port if 0.
        credentials: keys that requests must be signed with; signatures are not checked if None.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
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
    """Serve until SIGINT or SIGTERM. Call this in the main thread only.

    Args:
        emulator: emulator that handles the requests.
        host: address to listen on.
        port: port to listen on; a free port if 0.
        credentials: keys that requests must be signed with; signatures are not checked if None.
        ready: function that is called with the address once clients can connect.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    with _listening(host, port) as listener:
        server = _server(create_app(emulator, credentials))

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
    """A connection without delays that fault injection can close."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Configure the socket, and store the function that closes it."""
        # uvicorn writes head and body separately. With Nagle's algorithm, the body would wait for
        # a delayed acknowledgement of the head, which takes 40 ms.
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
