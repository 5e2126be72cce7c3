"""One connection: opening it, and one exchange after another over it.

The socket never blocks. Where the socket is not ready, the generators here yield `WaitForSocket`.
The sync driver then polls the socket, and the async driver waits in the event loop.
This module does not know how long connections are kept, nor what a response means.
"""

import os
import socket
import time
from ssl import SSLContext, SSLError, SSLSocket, SSLWantReadError, SSLWantWriteError
from typing import Final, NamedTuple, TypeAlias

from urllib3.util import wait_for_read

from iotmi._botocore.http11 import Http11
from iotmi._botocore.messages import RawResponse, SignedRequest
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import DeadlineReachedError, Steps, WaitForSocket

Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]

# The sender checks for an early response between two pieces. A TLS record holds 16 KiB, so `recv`
# takes a whole record and leaves no decrypted bytes in OpenSSL, where polling would not see them.
PIECE: Final = 64 * 1024


class Limits(NamedTuple):
    """The time limits of one exchange.

    Attributes:
        deadline: the deadline of the call.
        connect: seconds for a connection to one address, TLS handshake included.
        read: seconds between two pieces of a response, or until the server takes more of a request.
    """

    deadline: Deadline
    connect: float
    read: float


class ConnectionBrokenError(Exception):
    """The connection broke, or the server was silent, before a whole response came."""


class Connection:
    """A connected socket and its HTTP state. One call uses it at a time."""

    __slots__ = ("_protocol", "_socket", "_wait")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._protocol = Http11()
        self._wait = WaitForSocket(connected, None, read=True, write=False)

    @property
    def reusable(self) -> bool:
        """True if the last exchange left the connection open and without unread bytes."""
        return self._protocol.reusable

    def is_quiet(self) -> bool:
        """Return True if neither bytes nor a close came since the last response."""
        return not wait_for_read(self._socket, timeout=0.0)

    def close(self) -> None:
        """Close the socket. `SSLSocket.unwrap()` is not called, because it waits for the server."""
        self._socket.close()

    def exchange(self, request: SignedRequest, limits: Limits) -> Steps[RawResponse]:
        """Send *request* and return the response.

        Raises:
            ConnectionBrokenError: the connection broke, or the server was silent for too long.
            ProtocolError: the received bytes are not a whole response.
            DeadlineReachedError: the deadline passed.
        """
        octets = memoryview(self._protocol.request(request))
        while octets:
            try:
                count = self._socket.send(octets[:PIECE])
            except (BlockingIOError, SSLWantWriteError, SSLWantReadError) as error:
                # A TLS renegotiation reads before it can write.
                yield from self._until_ready(limits, write=not isinstance(error, SSLWantReadError))
                count = 0
            except OSError:
                # A server may respond and close before it has read the whole request.
                return (yield from self._read(limits))
            octets = octets[count:]
            if octets and (early := self._read_early()) is not None:
                return early
        self._protocol.sent()
        yield from self._until_ready(limits)
        return (yield from self._read(limits))

    def _read(self, limits: Limits) -> Steps[RawResponse]:
        while True:
            try:
                octets = self._socket.recv(PIECE)
            except (BlockingIOError, SSLWantReadError, SSLWantWriteError) as error:
                yield from self._until_ready(limits, write=isinstance(error, SSLWantWriteError))
                continue
            except OSError as error:
                raise ConnectionBrokenError(f"the connection broke: {_reason(error)}") from error
            response = self._protocol.receive(octets)
            if response is not None:
                return response

    def _read_early(self) -> RawResponse | None:
        """Return a response that came before the whole request was sent."""
        try:
            return self._protocol.receive(self._socket.recv(PIECE))
        except OSError:
            return None

    def _until_ready(self, limits: Limits, *, write: bool = False) -> Steps[None]:
        # Also wait for reading while writing: a server that responds early may read no more.
        step = self._wait
        step.write = write
        remaining = limits.deadline.remaining()
        step.seconds = limits.read if remaining is None else min(remaining, limits.read)
        yield step
        if not step.ready:
            if remaining is not None and remaining <= limits.read:
                raise DeadlineReachedError(None)
            raise ConnectionBrokenError(f"the server was silent for {limits.read:g} s")


def connect(
    address: Address, host: str, context: SSLContext | None, limits: Limits
) -> Steps[Connection]:
    """Connect to *address*, and start TLS with *host* if *context* is given.

    Raises:
        OSError: no connection could be made.
        DeadlineReachedError: the deadline passed.
    """
    family, kind, protocol, _, sockaddr = address
    connected = socket.socket(family, kind, protocol)
    try:
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until = time.monotonic() + limits.connect
        try:
            # Not `connect_ex`, because pytest-socket guards `connect` only.
            connected.connect(sockaddr)
        except BlockingIOError:
            yield from _until_connected(connected, limits.deadline, until, write=True)
            _require_connected(connected)
        if context is not None:
            connected = tls = context.wrap_socket(
                connected, server_hostname=host, do_handshake_on_connect=False
            )
            yield from _shake_hands(tls, limits.deadline, until)
    except BaseException:
        connected.close()
        raise
    return Connection(connected)


def _require_connected(connected: socket.socket) -> None:
    code = connected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _shake_hands(tls: SSLSocket, deadline: Deadline, until: float) -> Steps[None]:
    while True:
        try:
            tls.do_handshake()
        except (SSLWantReadError, SSLWantWriteError) as error:
            write = isinstance(error, SSLWantWriteError)
            yield from _until_connected(tls, deadline, until, write=write)
        else:
            return


def _until_connected(
    connecting: socket.socket, deadline: Deadline, until: float, *, write: bool
) -> Steps[None]:
    seconds, remaining = max(0.0, until - time.monotonic()), deadline.remaining()
    step = WaitForSocket(connecting, seconds, read=not write, write=write)
    if remaining is not None:
        step.seconds = min(seconds, remaining)
    yield step
    if not step.ready:
        if remaining is not None and remaining <= seconds:
            raise DeadlineReachedError(None, sent=False)
        raise TimeoutError("timed out")


def _reason(error: OSError) -> str:
    return type(error).__name__ if isinstance(error, SSLError) else error.strerror or str(error)
