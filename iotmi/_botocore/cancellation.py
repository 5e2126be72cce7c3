"""How an exchange that nobody waits for any more is ended by another thread.

A thread that waits for a socket cannot be stopped, but what it waits for can be ended. This module
does not know what is exchanged, nor who decides that it is in vain.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Final

from iotmi._sansio.deadline import Deadline

# Who waits for it tells that the time is up, so it must not end at the same moment.
GRACE_PERIOD: Final = 0.5


class SocketCanceller:
    """What one exchange over a socket happens in, and may be cancelled by from another thread."""

    __slots__ = ("_deadline", "_lock", "_socket", "cancelled")

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self.cancelled = False

    def connect_timeout(self, limit: float) -> float:
        """For how many seconds, *most* at most, to do what cannot be cancelled."""
        remaining = self._deadline.remaining()
        return limit if remaining is None else min(limit, remaining + GRACE_PERIOD)

    def cancel(self) -> None:
        """End the exchange that is under way, and let none begin any more."""
        with self._lock:
            self.cancelled = True
            if self._socket is not None:
                # One that is not connected any more has ended by itself. Not TLS's own way, which
                # takes leave of the other side while the thread within may be reading.
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def guard(self, connected: socket.socket) -> Iterator[None]:
        """Around an exchange over a *connected* socket.

        Raises:
            ConnectionAbortedError: it was cancelled before.
        """
        # A file keeps the socket open until the end. Were it closed within, its number could be
        # another socket's by the time that `cancel` names it.
        with connected.makefile("rb", buffering=0):
            with self._lock:
                if self.cancelled:
                    raise ConnectionAbortedError("nobody waits for it any more")
                self._socket = connected
            try:
                yield
            finally:
                with self._lock:
                    self._socket = None
