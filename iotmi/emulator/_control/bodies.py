"""The body of a request: read up to a limit, and given up when the server ends.

Owns the reading. This module must not know what a body holds.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import Message, Receive, Scope

CLOSE: Final = "iotmi.emulator.close"
"""Key in the ASGI scope's state, for a function that closes the connection without a response."""

ENDING: Final = "iotmi.emulator.ending"
"""Key in the ASGI scope's state, for an `asyncio.Event` that is set when the server ends."""

# A client that is still sending does not read the response, so a body that is too large is read
# and discarded up to this multiple of the limit. Beyond it, the connection is closed.
_DISCARDED: Final = 8


class NoBodyError(Exception):
    """The client has gone, or the server ends before the body was complete."""


class BodyReader:
    """A reader of one request's body.

    Args:
        scope: ASGI scope of the request.
        receive: ASGI function of the request.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        state = scope.get("state", {})
        self._close: Callable[[], None] | None = state.get(CLOSE)
        self._ending: asyncio.Event | None = state.get(ENDING)
        self._receive = receive

    async def read(self, limit: int) -> bytes | None:
        """Return the whole body, or None if it is too large.

        Raises:
            NoBodyError: the client disconnected, or the server ended.
        """
        body, size = bytearray(), 0
        while True:
            message = await self.next_message()
            if message["type"] == "http.disconnect":
                raise NoBodyError
            part: bytes = message.get("body", b"")
            size += len(part)
            if size <= limit:
                body += part
            if not message.get("more_body", False):
                return bytes(body) if size <= limit else None
            if size > _DISCARDED * limit:
                return None

    async def wait_for_disconnect(self) -> None:
        """Wait until the client has disconnected, or the server ends."""
        message: Message = {"type": "http.request"}
        while message["type"] != "http.disconnect":
            message = await self.next_message()

    def close(self) -> None:
        """Close the connection without a response.

        Raises:
            ConnectionAbortedError: the server passes no function for this.
        """
        if self._close is None:
            raise ConnectionAbortedError("the server passes no function that closes a connection")
        self._close()

    async def next_message(self) -> Message:
        """Return the next message. When the server ends, the connection is closed first."""
        if self._ending is None:
            return await self._receive()
        receiving = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({receiving, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                self.close()
            return await receiving
        finally:
            ending.cancel()
