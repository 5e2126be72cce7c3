"""Waiting for a future of another thread under asyncio and trio, without a thread."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

import anyio

T = TypeVar("T")


async def wait_for_future(future: Future[T]) -> None:
    """Wait until *future* is done."""
    done = anyio.Event()
    call_soon = _call_soon()

    def wake(_: Future[T]) -> None:
        # Called in the thread that sets the result, when the event loop may have ended.
        with suppress(RuntimeError):
            call_soon(done.set)

    future.add_done_callback(wake)
    await done.wait()


def _call_soon() -> Callable[[Callable[[], None]], object]:
    """Return a thread-safe function that calls another in the running event loop.

    anyio has one since 4.11 only.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        call_soon: Callable[[Callable[[], None]], object] = (
            trio.lowlevel.current_trio_token().run_sync_soon
        )
        return call_soon
    return asyncio.get_running_loop().call_soon_threadsafe
