"""Connections over HTTP/1.1 that are kept alive, by the standard library.

botocore's way of sending spends more on each request than the standard library beneath it does.
Whom it trusts, and which of its errors it raises at what, is the same here. This module does not
know what is sent, nor when it may be sent this way.
"""

from collections import deque
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from ssl import HAS_NEVER_CHECK_COMMON_NAME, SSLContext, SSLError
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit
from weakref import finalize

import botocore.exceptions as theirs
from attrs import field, frozen
from botocore.httpsession import create_urllib3_context, get_cert_path
from urllib3.util import wait_for_read

from iotmi._botocore.cancellation import SocketCanceller

Idle: TypeAlias = dict[tuple[str, str], deque[HTTPConnection]]


@frozen
class RawResponse:
    """What came back.

    Attributes:
        status_code: such as 200.
        headers: by their names in lower case.
        body: what came of it: less than was promised, where the connection broke off in between.
    """

    status_code: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ConnectionPool:
    """The connections of one client. Safe under threads.

    Args:
        most: how many to each host are kept while nobody uses them; one that is missing is made.
        connect_timeout: in seconds.
        read_timeout: in seconds, between two pieces of an answer.
        trusted: a file of certificates; None for those that botocore trusts.
    """

    def __init__(
        self, *, max_idle: int, connect_timeout: float, read_timeout: float, ca_bundle: str | None
    ) -> None:
        self._max_idle = max_idle
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._ca_bundle = ca_bundle
        self._context: SSLContext | None = None
        # Each a stack, for the one used last is the likeliest to be open still.
        self._idle: Final[Idle] = {}
        self._closed = False
        finalize(self, _close_all, self._idle)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        canceller: SocketCanceller,
    ) -> RawResponse:
        """Send a request, and give what comes back, unless *scope* is cancelled.

        Raises:
            botocore.exceptions.BotoCoreError: as botocore would, had it sent the request.
        """
        split = urlsplit(url)
        idle = self._idle.setdefault((split.scheme, split.netloc), deque())
        connection = _reuse_idle(idle) or self._connect(split, canceller)
        target = f"{split.path or '/'}?{split.query}" if split.query else split.path
        try:
            with canceller.guard(connection.sock):
                # As botocore: of any but a GET it is said that its body is empty.
                connection.request(method, target, None if method == "GET" else body, headers)
                response = _read_response(connection)
        except (OSError, HTTPException) as error:
            connection.close()
            raise _read_error(error, url) from error
        except BaseException:
            connection.close()
            raise
        if self._closed or len(idle) >= self._max_idle:
            connection.close()
        elif connection.sock is not None:
            # Were it cancelled too late to matter, the next would find it closed.
            idle.append(connection)
        return response

    def close(self) -> None:
        """Close the connections, those in use when they have been used."""
        self._closed = True
        _close_all(self._idle)

    def _connect(self, url: SplitResult, canceller: SocketCanceller) -> HTTPConnection:
        host = url.hostname or ""
        timeout = canceller.connect_timeout(self._connect_timeout)
        connection: HTTPConnection
        try:
            if url.scheme == "https":
                connection = HTTPSConnection(
                    host, url.port, timeout=timeout, context=self._ssl_context()
                )
            else:
                connection = HTTPConnection(host, url.port, timeout=timeout)
            connection.connect()
        except (OSError, UnicodeError) as error:
            raise _connect_error(error, url.geturl()) from error
        connection.sock.settimeout(self._read_timeout)
        return connection

    def _ssl_context(self) -> SSLContext:
        """Made once: certificates are many, and botocore reads them for each connection.

        Two threads that begin at once may both make it. No lock guards it, for one could be held
        at a fork.
        """
        if self._context is None:
            self._context = _create_ssl_context(self._ca_bundle or str(get_cert_path(True)))
        return self._context


def _create_ssl_context(certificates: str) -> SSLContext:
    context: SSLContext = create_urllib3_context()
    try:
        context.load_verify_locations(certificates)
    except OSError as error:
        told = f"the certificates of {certificates} cannot be read: {error}"
        raise theirs.InvalidConfigError(error_msg=told) from error
    context.check_hostname = True
    if HAS_NEVER_CHECK_COMMON_NAME:
        # As botocore: no name is looked for where names once stood.
        context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    return context


def host_of(url: str) -> str:
    """The host that *url* names, as the header says it."""
    scheme, netloc, *_ = urlsplit(url)
    return netloc.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(scheme, ""))


_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def _reuse_idle(idle: deque[HTTPConnection]) -> HTTPConnection | None:
    """One of those that are *idle*; those that the other side has closed are done with."""
    while True:
        try:
            connection = idle.pop()
        except IndexError:
            return None
        # Nothing has been asked, so that all there can be to read is the end.
        if not wait_for_read(connection.sock, timeout=0.0):
            return connection
        connection.close()


def _read_response(connection: HTTPConnection) -> RawResponse:
    response = connection.getresponse()
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        # One that comes twice is joined, as urllib3 joins it.
        before = headers.get(key := name.lower())
        headers[key] = value if before is None else f"{before}, {value}"
    try:
        return RawResponse(response.status, headers, response.read())
    except IncompleteRead as error:
        came = error.partial
    connection.close()
    if "content-length" in headers:
        return RawResponse(response.status, headers, came)
    # Not in the place of the other, which holds what came and would be this one's cause.
    raise HTTPException("the answer has no end")


def _connect_error(error: Exception, url: str) -> theirs.BotoCoreError:
    if isinstance(error, SSLError):
        return theirs.SSLError(endpoint_url=url, error=error)
    if isinstance(error, TimeoutError):
        return theirs.ConnectTimeoutError(endpoint_url=url)
    return theirs.EndpointConnectionError(endpoint_url=url)


def _read_error(error: Exception, url: str) -> theirs.BotoCoreError:
    if isinstance(error, TimeoutError):
        return theirs.ReadTimeoutError(endpoint_url=url)
    return theirs.ConnectionClosedError(endpoint_url=url)


def _close_all(idle: Idle) -> None:
    for connections in tuple(idle.values()):
        while connections:
            connections.pop().close()
