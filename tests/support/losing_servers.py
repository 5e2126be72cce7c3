"""A server that carries requests out and loses each response, and the ways of losing one."""

import socket
import struct
from typing import Final

from tests.support.bad_servers import raw
from tests.support.http_servers import Act, read_request

BROKEN: Final = raw("500 No", b"{}", "X-Amzn-Errortype: InternalServerException")


class Losing:
    """An act that counts requests and loses each response in one way.

    Attributes:
        arrived: the number of requests so far.
    """

    def __init__(self, end: Act) -> None:
        self.arrived = 0
        self._end = end

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        while read_request(connection):
            self.arrived += 1
            self._end(connection)


def reset(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def half(connection: socket.socket) -> None:
    """Respond with the beginning of a body."""
    connection.sendall(raw("202 OK", b"{", length="90"))
    connection.shutdown(socket.SHUT_RDWR)


ENDS: Final[dict[str, Act]] = {
    "closed": lambda connection: connection.shutdown(socket.SHUT_RDWR),
    "reset": reset,
    "500": lambda connection: connection.sendall(BROKEN),
    "503": lambda connection: connection.sendall(raw("503 No", b"<html>")),
    "half": half,
}
"""The ways of losing a response, by name."""
