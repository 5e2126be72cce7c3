"""Traits: what the service allows and means, as data next to the type.

A trait is a small frozen value in ``Annotated``, next to the type that it describes. Traits used
together are named as a tuple, ``OWNER = (Text(1, 64), SENSITIVE)``: ``Annotated[str, OWNER]``.
An alias of the annotated type would hide the type: editors show the alias's name. `Text`, `Number`
and `Size` are constraints and phrase their own violations. This module does not know who validates,
or when.
"""

import sys
from collections.abc import Callable, Sequence, Sized
from typing import Final, TypeAlias

from attrs import frozen

from iotmi._schema.patterns import ascii_concatenation_matcher, ascii_matcher, compile_pattern
from iotmi._values import Value


@frozen(eq=False, repr=False)
class Text(Value):
    """A string's length in characters, both ends included, and the pattern of the whole string.

    The pattern is spelt as in the service's model.
    """

    min: int | None = None
    max: int | None = None
    pattern: str | None = None

    def acceptor(self) -> Callable[[str], object]:
        """Return a fast test that is true only for ASCII text without a violation."""
        return ascii_matcher(self.pattern or _ANY_TEXT, *self._lengths)

    def list_acceptor(self) -> Callable[[Sequence[str]], object]:
        """Return the same test for each of many texts."""
        low, high = self._lengths
        accepts, accepts_all = self.acceptor(), ascii_concatenation_matcher(self.pattern or "")
        if accepts_all is None or low > 1:
            return lambda texts: all(map(accepts, texts))

        def accepts_concatenation(texts: Sequence[str]) -> object:
            joined = "".join(texts)
            # Most lists are short enough to skip the length of each text.
            fits = len(joined) <= high or max(map(len, texts)) <= high
            return fits and "" not in texts and accepts_all(joined)

        return accepts_concatenation

    @property
    def _lengths(self) -> tuple[int, int]:
        return self.min or 0, sys.maxsize if self.max is None else self.max

    def violation(self, value: str) -> str | None:
        """Return the broken rule in words, or None."""
        if _outside(len(value), self.min, self.max):
            return f"must have {_range(self.min, self.max)} characters, has {len(value)}"
        if self.pattern is not None and not compile_pattern(self.pattern).search(value):
            return f"must match {self.pattern}"
        return None


@frozen(eq=False, repr=False)
class Number(Value):
    """A number's range, both ends included."""

    min: float | None = None
    max: float | None = None

    def violation(self, value: float) -> str | None:
        """Return the broken rule in words, or None."""
        if _outside(value, self.min, self.max):
            return f"must be {_range(self.min, self.max)}"
        return None


@frozen(eq=False, repr=False)
class Size(Value):
    """The number of items of a list or map, both ends included."""

    min: int | None = None
    max: int | None = None

    def violation(self, value: Sized) -> str | None:
        """Return the broken rule in words, or None."""
        if _outside(len(value), self.min, self.max):
            return f"must hold {_range(self.min, self.max)} items"
        return None


Constraint: TypeAlias = Text | Number | Size


@frozen(eq=False, repr=False)
class Sensitive(Value):
    """Marks a value that is never shown: in no repr, problem, exception or log."""


@frozen(eq=False, repr=False)
class Deprecated(Value):
    """Marks a member that the service has deprecated; *advice* names its replacement."""

    advice: str


@frozen(eq=False, repr=False)
class WireName(Value):
    """Gives a member's wire name where the class's case does not derive it from the field."""

    name: str


@frozen(eq=False, repr=False)
class IdempotencyToken(Value):
    """Marks the member by which the service tells a repeated request from a new one."""


@frozen(eq=False, repr=False)
class Document(Value):
    """Marks a member that is free-form JSON."""


@frozen(eq=False, repr=False)
class Items(Value):
    """The trait of each item of a list, or a tuple of traits."""

    item: object


@frozen(eq=False, repr=False)
class Entries(Value):
    """The trait of each key and of each value of a map, or tuples of traits."""

    key: object
    value: object


_ANY_TEXT: Final = r"[\s\S]*"

SENSITIVE: Final = Sensitive()
IDEMPOTENCY_TOKEN: Final = IdempotencyToken()
DOCUMENT: Final = Document()


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low}"
    if low is None:
        return f"at most {high}"
    return f"{low}" if low == high else f"from {low} to {high}"
