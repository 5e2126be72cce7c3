"""Redacted values in every printer.

attrs redacts by the ``repr`` of a field, which rich follows. IPython and Hypothesis print the
fields themselves. This module does not know which fields are sensitive.
"""

from typing import Protocol

from iotmi.errors import REDACTED


class _Printer(Protocol):
    def text(self, text: str) -> None: ...


class Printed:
    """A base whose values look the same in IPython and Hypothesis as in their repr."""

    __slots__ = ()

    def _repr_pretty_(self, printer: _Printer, _: bool) -> None:  # noqa: FBT001 - IPython's
        printer.text(repr(self))


def hidden(value: object) -> str:
    """Return the redacted repr of a field."""
    return repr(None if value is None else REDACTED)
