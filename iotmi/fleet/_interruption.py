"""Ctrl-C as a flag that a run checks between two steps, so that no transaction is interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Final

from attrs import define, field

_DEFAULT: Final = signal.default_int_handler


@define
class Interruption:
    """Tells if the user pressed Ctrl-C.

    Attributes:
        event: set by the first Ctrl-C.
    """

    event: Event = field(factory=Event)

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Note the first Ctrl-C during the block; the second raises at once.

        A handler of the application stays, and so does Python's in other threads.
        """
        if current_thread() is not main_thread() or signal.getsignal(signal.SIGINT) != _DEFAULT:
            yield
            return
        signal.signal(signal.SIGINT, self._note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, _DEFAULT)

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if Ctrl-C was pressed."""
        if self.event.is_set():
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.event.is_set():
            _DEFAULT(number, frame)
        self.event.set()
