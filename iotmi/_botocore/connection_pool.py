"""The connection pool of one client: idle connections, addresses, and trust as in botocore.

This module does not know what is sent, nor how a request is signed.
"""

import socket
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from ssl import SSLContext, SSLError
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import finalize

from iotmi._botocore.messages import (
    Origin,
    ProtocolError,
    RawResponse,
    SignedRequest,
    UnsendableError,
)
from iotmi._botocore.texts import printable
from iotmi._botocore.unpublished import create_urllib3_context, get_cert_path
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.flight import SingleFlight
from iotmi._sansio.steps import Steps, TakeSlot, look_up
from iotmi.errors import CallError, NoResponseError, NotSentError, ResponseError

if TYPE_CHECKING:
    from iotmi._botocore.connection import Address, Connection, Limits

Idle: TypeAlias = dict[Origin, deque["Connection"]]

# Long enough for calls that start together, and shorter than the lifetime of a DNS record.
ADDRESS_LIFETIME: Final = 5.0


class ConnectionPool:
    """The connections of one client. Safe under threads and event loops.

    Args:
        max_idle: the number of idle connections to keep for each origin.
        connect_timeout: seconds for a connection to one address.
        read_timeout: seconds between two pieces of a response.
        ca_bundle: a file of certificates; None for the certificates that botocore trusts.
        hint: text to add to the error if a host has no address.
    """

    def __init__(
        self,
        *,
        max_idle: int,
        connect_timeout: float,
        read_timeout: float,
        ca_bundle: str | None,
        hint: str = "",
    ) -> None:
        self._max_idle = max_idle
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._ca_bundle = ca_bundle
        self._context: SSLContext | None = None
        self._names = _Names(hint)
        # A stack for each origin: the connection used last is the most likely to be still open.
        self._idle: Final[Idle] = {}
        self._closed = False
        finalize(self, _close_all, self._idle)

    def exchange(self, request: SignedRequest, deadline: Deadline) -> Steps[RawResponse]:
        """Send *request* over an idle or a new connection, and return the response.

        Raises:
            NotSentError, NoResponseError, ResponseError: see `iotmi.errors`.
            DeadlineReachedError: the deadline passed.
        """
        slot = TakeSlot(self, self._max_idle, deadline)
        yield slot
        try:
            return (yield from self._exchange(request, deadline))
        finally:
            slot.release()

    def _exchange(self, request: SignedRequest, deadline: Deadline) -> Steps[RawResponse]:
        # Imported with the first exchange: importing h11 takes longer than sending a request.
        from iotmi._botocore.connection import ConnectionBrokenError, Limits

        limits = Limits(deadline, self._connect_timeout, self._read_timeout)
        idle = self._idle.setdefault(request.origin, deque())
        connection = _reuse_idle(idle)
        if connection is None:
            connection = yield from self._connect(request, limits)
        keep = False
        try:
            response = yield from connection.exchange(request, limits)
            keep = connection.reusable and not self._closed and len(idle) < self._max_idle
        except UnsendableError as error:
            raise NotSentError(
                f"{request.operation}: nothing was sent: {error}", operation=request.operation
            ) from None
        except ConnectionBrokenError as error:
            raise _no_response(request, str(error)) from error.__cause__
        except ProtocolError as error:
            failure = error
        else:
            return response
        finally:
            if keep:
                idle.append(connection)
            else:
                connection.close()
        # Outside the `except` block: frames in a `__context__` would hold the received bytes.
        raise _unreadable(request, failure)

    def close(self) -> None:
        """Close the idle connections. Connections in use are closed after their exchange."""
        self._closed = True
        _close_all(self._idle)

    def _connect(self, request: SignedRequest, limits: "Limits") -> Steps["Connection"]:
        from iotmi._botocore.connection import connect

        origin = request.origin
        context = self._ssl_context(request) if origin.scheme == "https" else None
        addresses = yield from self._names.resolve(request, limits.deadline)
        last: OSError | None = None
        for address in addresses:
            try:
                return (yield from connect(address, origin.host, context, limits))
            except SSLError as error:
                raise _not_connected(request, error, retryable=False) from error
            except OSError as error:
                last = error
        self._names.forget()
        raise _not_connected(request, last, retryable=True) from last

    def _ssl_context(self, request: SignedRequest) -> SSLContext:
        """Return the TLS context. Reading all certificates takes milliseconds, so it is cached.

        Two threads that start together may both create it. No lock guards it, because a lock could
        be held at a fork.
        """
        if self._context is None:
            certificates = self._ca_bundle or str(get_cert_path(True))
            try:
                self._context = _create_ssl_context(certificates)
            except OSError as error:
                raise NotSentError(
                    f"{request.operation}: nothing was sent: the certificates of {certificates} "
                    f"cannot be read: {error}",
                    operation=request.operation,
                ) from error
        return self._context


class _Names:
    """A short-lived cache of the addresses of host names."""

    __slots__ = ("_flights", "_found", "_hint")

    def __init__(self, hint: str) -> None:
        self._hint = hint
        self._flights: dict[Origin, SingleFlight] = {}
        self._found: tuple[float, Origin, Sequence[Address]] | None = None

    def resolve(self, request: SignedRequest, deadline: Deadline) -> Steps["Sequence[Address]"]:
        """Return the addresses of *request*'s host.

        Raises:
            NotSentError: the host has no address.
            DeadlineReachedError: the deadline passed. Nothing was sent.
        """
        origin = request.origin
        try:
            return _addresses(origin, socket.AI_NUMERICHOST)
        except OSError:
            """The host is a name, or a malformed number."""
        except UnicodeError as error:
            raise _unknown_host(request, error, "") from error
        known = self._known(origin)
        if known is not None:
            return known
        flight = self._flights.setdefault(origin, SingleFlight("iotmi-resolve"))
        try:
            return (yield from look_up(partial(self._find, origin), flight, deadline))
        except (OSError, UnicodeError) as error:
            raise _unknown_host(request, error, self._hint) from error

    def _known(self, origin: Origin) -> "Sequence[Address] | None":
        found = self._found
        if found and found[1] == origin and time.monotonic() - found[0] < ADDRESS_LIFETIME:
            return found[2]
        return None

    def _find(self, origin: Origin) -> "Sequence[Address]":
        # Another call may have found them since the caller checked.
        addresses = self._known(origin)
        if addresses is None:
            addresses = _addresses(origin)
            self._found = time.monotonic(), origin, addresses
        return addresses

    def forget(self) -> None:
        """Drop the cached addresses, so that the next call looks them up again."""
        self._found = None


def _addresses(origin: Origin, flags: int = 0) -> "Sequence[Address]":
    return socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM, flags=flags)


def _create_ssl_context(certificates: str) -> SSLContext:
    context: SSLContext = create_urllib3_context()
    context.load_verify_locations(certificates)
    context.check_hostname = True
    # Like botocore: only the subject's alternative names count.
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    return context


def _reuse_idle(idle: "deque[Connection]") -> "Connection | None":
    """Return an idle connection, and close the ones that the server has closed."""
    while True:
        try:
            connection = idle.pop()
        except IndexError:
            return None
        # No request is open, so any bytes are the server's close or belong to no request.
        if connection.is_quiet():
            return connection
        connection.close()


def _unknown_host(request: SignedRequest, error: Exception, hint: str) -> NotSentError:
    return NotSentError(
        f"{request.operation}: nothing was sent: no address was found for the host "
        f"{request.origin.host!r} ({_text(error)}){hint}",
        operation=request.operation,
        retryable=True,
    )


def _not_connected(
    request: SignedRequest, error: OSError | None, *, retryable: bool
) -> NotSentError:
    origin = request.origin
    return NotSentError(
        f"{request.operation}: nothing was sent: could not connect to "
        f"{origin.scheme}://{origin.host}:{origin.port}: {_text(error)}",
        operation=request.operation,
        retryable=retryable,
    )


def _no_response(request: SignedRequest, reason: str) -> NoResponseError:
    return NoResponseError(
        f"{request.operation}: no response came: {reason}", operation=request.operation
    )


def _unreadable(request: SignedRequest, failure: ProtocolError) -> CallError:
    request_id = None if failure.request_id is None else printable(failure.request_id)
    if failure.too_large:
        return ResponseError(
            f"{request.operation}: the response cannot be read: {failure}",
            operation=request.operation,
            request_id=request_id,
        )
    error = _no_response(request, str(failure))
    if request_id is not None:
        error.request_id = request_id
    return error


def _text(error: Exception | None) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def _close_all(idle: Idle) -> None:
    for connections in tuple(idle.values()):
        while connections:
            connections.pop().close()
