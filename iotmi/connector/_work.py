"""Work on one request in a thread, with a bounded wait for its response.

Owns the race between the response and the end of the work. Does not know requests or results.
"""

import inspect
from collections.abc import Awaitable, Callable
from threading import Condition, Thread
from time import monotonic

from iotmi.connector._responses import ConnectorResponse


class PendingResponse:
    """The response of one invocation, which the work may offer in time."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._response: ConnectorResponse | None = None
        self._closed = False

    def offer(self, response: ConnectorResponse) -> bool:
        """Set the response. Return False if the invocation has its response already."""
        with self._changed:
            if self._closed or self._response is not None:
                return False
            self._response = response
            self._changed.notify_all()
            return True

    def wait_until(self, deadline: float) -> ConnectorResponse | None:
        """Return the response, or None after *deadline*. Later offers are refused."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._response is not None, max(0.0, deadline - monotonic())
            )
            self._closed = True
            return self._response


class SharedResponse:
    """The response of an activation, which repeated invocations wait for together.

    Attributes:
        started: the time when the activation started, by the monotonic clock.
    """

    def __init__(self, started: float) -> None:
        self.started = started
        self._changed = Condition()
        self._response: ConnectorResponse | None = None

    def set(self, response: ConnectorResponse) -> None:
        """Set the response."""
        with self._changed:
            self._response = response
            self._changed.notify_all()

    def wait_until(self, deadline: float) -> ConnectorResponse | None:
        """Return the response, or None if it is not there at *deadline*."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._response is not None, max(0.0, deadline - monotonic())
            )
            return self._response


def start(work: Callable[[], None], *, daemon: bool) -> None:
    """Run *work* in a thread. It must not raise."""
    Thread(target=work, name="iotmi-connector", daemon=daemon).start()


def awaited(result: object) -> object:
    """Return *result*, or the result of running an awaitable to completion."""
    if not inspect.isawaitable(result):
        return result
    # Imported for the first awaitable, because importing asyncio slows a cold start.
    import asyncio

    return asyncio.run(_awaited(result))


async def _awaited(result: Awaitable[object]) -> object:
    return await result
