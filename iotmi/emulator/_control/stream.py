"""The live stream: server-sent events of notifications, calls, faults and the home.

Owns the streams, their bound and their cursors. A stream keeps no queue: it reads from the store
what follows its cursor, when its client is ready for more. A stream needs no thread while it waits.
This module must not know what is in a notification or a call.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final, Protocol, TypeVar

from attrs import evolve, frozen
from starlette.types import Message, Send

from iotmi.emulator._control.bodies import BodyReader
from iotmi.emulator._control.logs import call_document, calls_after, notifications_after
from iotmi.emulator._control.routes import ControlError, Sent, invalid
from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorFileError
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._emulator import Emulator, dispatcher_of
from iotmi.emulator._notifications.outbox import NOTIFICATION

KINDS: Final = ("notifications", "calls", "faults", "home")
MAX_STREAMS: Final = 32
PULSE: Final = 15.0
"""Seconds after which an idle stream sends a comment."""

_PAGE: Final = 100
_SLOWEST: Final = 30.0
"""Seconds in which a client must take what was sent."""

_TICK: Final = 0.25
"""Seconds between two looks for due transitions, on a real clock."""

_CURSOR: Final = re.compile(r"(\d{1,18})-(\d{1,18})")
_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


@frozen
class _Cursor:
    """The position of a stream.

    Attributes:
        notification: number of the last notification.
        call: number of the last call.
        revision: last revision of the home.
        faults: last revision of the faults.
    """

    notification: int
    call: int
    revision: int = -1
    faults: int = -1

    def __str__(self) -> str:
        return f"{self.notification}-{self.call}"


T = TypeVar("T")


class Runner(Protocol):
    """A function that runs another one in a thread, and awaits the result."""

    async def __call__(self, function: Callable[[], T], /) -> T:
        """Run *function* in a thread."""
        ...


class Streams:
    """All streams of a server.

    Args:
        emulator: emulator to follow.
        run: function that runs another one in a thread and awaits it.
        most: largest number of streams.
        pulse: seconds after which an idle stream sends a comment.
    """

    def __init__(
        self,
        emulator: Emulator,
        run: Runner,
        *,
        most: int = MAX_STREAMS,
        pulse: float = PULSE,
    ) -> None:
        self._emulator = emulator
        self._run = run
        self._most = most
        self._pulse = pulse
        self._woken: set[asyncio.Event] = set()
        self._closing = False
        self._remove: Callable[[], None] | None = None
        self._ticker: asyncio.Task[None] | None = None

    def close(self) -> None:
        """End all streams. Call this in the event loop."""
        self._closing = True
        self._wake()

    async def serve(self, sent: Sent, last_id: str | None, reader: BodyReader, send: Send) -> None:
        """Serve one stream until the client leaves or the server ends.

        A client that does not take what was sent is disconnected after some time. It can continue
        with ``Last-Event-ID``.

        Raises:
            ControlError: there are too many streams, or a parameter is wrong.
        """
        if len(self._woken) >= self._most or self._closing:
            raise ControlError(
                503, "too_many_streams", f"The emulator serves at most {self._most} streams."
            )
        kinds = _kinds(sent.text("only"))
        cursor = self._start(sent.text("after") if last_id is None else last_id)
        woken = asyncio.Event()
        with self._joined(woken):
            gone = asyncio.ensure_future(_disconnected(reader))
            gone.add_done_callback(lambda _: woken.set())
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                # A closed emulator, or a file that is full, ends the stream normally.
                with suppress(EmulatorClosedError, EmulatorFileError):
                    await self._follow(cursor, kinds, woken, gone, send)
                if not gone.done():
                    await send({"type": "http.response.body", "body": b""})
            except TimeoutError:
                reader.close()
            finally:
                gone.cancel()

    async def _follow(
        self,
        cursor: _Cursor,
        kinds: frozenset[str],
        woken: asyncio.Event,
        gone: "asyncio.Future[None]",
        send: Send,
    ) -> None:
        await _sent_soon(send, b"retry: 1000\n\n")
        while not self._closing and not gone.done():
            woken.clear()
            part, cursor = await self._run(partial(self._read, cursor, kinds))
            if part:
                await _sent_soon(send, part)
                continue
            try:
                await asyncio.wait_for(woken.wait(), self._pulse)
            except TimeoutError:
                await _sent_soon(send, b": waiting\n\n")

    def _read(self, cursor: _Cursor, kinds: frozenset[str]) -> tuple[bytes, _Cursor]:
        """Return the events after a cursor, and the cursor after them."""
        emulator, events = self._emulator, list[bytes]()
        if "home" in kinds and emulator.revision != cursor.revision:
            cursor = evolve(cursor, revision=emulator.revision)
            events.append(_event("home", {"revision": cursor.revision}, None))
        if "faults" in kinds and emulator.faults.revision != cursor.faults:
            cursor = evolve(cursor, faults=emulator.faults.revision)
            events.append(_event("faults", {"revision": cursor.faults}, None))
        if "notifications" in kinds:
            for number, document in notifications_after(emulator, cursor.notification, _PAGE):
                cursor = evolve(cursor, notification=number)
                events.append(_event("notification", document, cursor))
        if "calls" in kinds:
            for call in calls_after(emulator, cursor.call, _PAGE):
                cursor = evolve(cursor, call=call.number)
                events.append(_event("call", call_document(call), cursor))
        return b"".join(events), cursor

    def _start(self, after: str | None) -> _Cursor:
        dispatcher = dispatcher_of(self._emulator)
        if after is None:
            with dispatcher.store.transaction() as transaction:
                newest = transaction.last_sequence(NOTIFICATION)
            return _Cursor(newest, dispatcher.call_log.completed)
        if after == "0":
            return _Cursor(0, 0)
        found = _CURSOR.fullmatch(after)
        if found is None:
            raise invalid("after must be 0 or the id of an event of the stream")
        # A server that started again counts calls from 1.
        return _Cursor(int(found[1]), min(int(found[2]), dispatcher.call_log.completed))

    @contextmanager
    def _joined(self, woken: asyncio.Event) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        self._woken.add(woken)
        if self._remove is None:
            self._remove = self._emulator.on_change(lambda: _soon(loop, self._wake))
            if self._emulator.clock == "real":
                self._ticker = loop.create_task(self._tick())
        try:
            yield
        finally:
            self._woken.discard(woken)
            if not self._woken and self._remove is not None:
                self._remove()
                self._remove = None
                if self._ticker is not None:
                    self._ticker.cancel()
                    self._ticker = None

    async def _tick(self) -> None:
        """Apply due transitions while a stream is open, because a real clock triggers none."""
        with suppress(EmulatorClosedError, EmulatorFileError):
            while True:
                await asyncio.sleep(_TICK)
                await self._run(dispatcher_of(self._emulator).run_due)

    def _wake(self) -> None:
        for woken in self._woken:
            woken.set()


def _soon(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    # The loop is closed if the server ended between the change and this call.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(function)


def _kinds(only: str | None) -> frozenset[str]:
    wanted = frozenset(KINDS if only is None else only.split(","))
    if not wanted <= frozenset(KINDS):
        raise invalid(f"only must be one or more of {','.join(KINDS)}, joined by commas")
    return wanted


def _event(kind: str, document: JsonObject, cursor: _Cursor | None) -> bytes:
    identifier = "" if cursor is None else f"id: {cursor}\n"
    data = json.dumps(document, separators=(",", ":"))
    return f"event: {kind}\n{identifier}data: {data}\n\n".encode()


async def _sent_soon(send: Send, part: bytes) -> None:
    message: Message = {"type": "http.response.body", "body": part, "more_body": True}
    async with asyncio.timeout(_SLOWEST):
        await send(message)


async def _disconnected(reader: BodyReader) -> None:
    with suppress(asyncio.CancelledError):
        await reader.wait_for_disconnect()
