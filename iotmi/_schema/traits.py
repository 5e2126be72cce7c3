"""What the service allows, as data beside the type.

A constraint is a small frozen value that sits in ``Annotated`` next to the type it
limits: ``Name = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+")]``. This module knows
the constraints, how each says itself in words, and how a pattern of the service becomes
one of Python's. It does not know who checks them, when, or what a request is.

Patterns are written as the service writes them, so that they can be compared with its
model letter by letter; `compile_pattern` is the one place that translates.
"""

import re
from collections.abc import Sized
from functools import cache
from typing import Final

from attrs import frozen


@frozen
class Text:
    """A string's length in characters, both ends included, and the pattern it matches whole."""

    min: int | None = None
    max: int | None = None
    pattern: str | None = None

    def allows(self, value: str) -> bool:
        """Whether *value* breaks no rule."""
        if (self.min is not None and len(value) < self.min) or (
            self.max is not None and len(value) > self.max
        ):
            return False
        return self.pattern is None or compile_pattern(self.pattern).search(value) is not None

    def violation(self, value: str) -> str | None:
        """The rule that *value* breaks, in words, or None."""
        if self.allows(value):
            return None
        if _outside(len(value), self.min, self.max):
            return f"must have {_range(self.min, self.max)} characters, has {len(value)}"
        return f"must match {self.pattern}"


@frozen
class Number:
    """A number's range, both ends included."""

    min: float | None = None
    max: float | None = None

    def violation(self, value: float) -> str | None:
        """The rule that *value* breaks, in words, or None."""
        if _outside(value, self.min, self.max):
            return f"must be {_range(self.min, self.max)}"
        return None


@frozen
class Size:
    """How many items a list or a map may hold, both ends included."""

    min: int | None = None
    max: int | None = None

    def violation(self, value: Sized) -> str | None:
        """The rule that *value* breaks, in words, or None."""
        if _outside(len(value), self.min, self.max):
            return f"must hold {_range(self.min, self.max)} items, holds {len(value)}"
        return None


Constraint = Text | Number | Size


@frozen
class Sensitive:
    """Marks a value that is never shown: not in a repr, a problem, an exception or a log."""


@frozen
class Deprecated:
    """Marks a member the service has given up; *advice* names what to use in its stead."""

    advice: str


@frozen
class Wire:
    """The member's name on the wire, where it is not the field's name in the class's casing."""

    name: str


@frozen
class IdempotencyToken:
    """Marks the member by which the service tells a repeated request from a second one."""


@frozen
class Document:
    """Marks a member that is free-form JSON."""


SENSITIVE: Final = Sensitive()
IDEMPOTENCY_TOKEN: Final = IdempotencyToken()
DOCUMENT: Final = Document()


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The service's *pattern* as a Python one that matches a whole string.

    The model leaves out the outer ``^`` and ``$`` (``$|^(https)://.*`` began as
    ``^$|^(https)://.*$``), uses ``\\p{L}\\p{N}`` and ``\\x{0022}``, which Python lacks, and
    means ASCII by ``\\d`` and ``\\s``. Python's ``$`` also matches before a last newline;
    ``\\Z`` does not.

    Two of its patterns take a text's length to its square or cube to refuse it; they are written
    as others that allow the same.
    """
    letters = r"\p{L}\p{N}" in pattern
    # \w is every letter, every number and the underscore, which the one pattern with
    # \p{L}\p{N} allows beside them.
    translated = pattern.replace(r"\p{L}\p{N}", r"\w")
    translated = re.sub(r"\\x\{0*([0-9A-Fa-f]{2})\}", r"\\x\1", translated)
    translated = _BARE_DOLLAR.sub(_keep_or_end, translated)
    if ".*" in translated:
        for slow, quick in _TAKES_THE_SAME:
            translated = re.sub(slow, quick, translated)
    return re.compile(rf"^{translated}\Z", re.UNICODE if letters else re.ASCII)


# An escape, a character class, or a bare dollar: only the last is an anchor.
_BARE_DOLLAR: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)

# Of what follows each other and takes the same, every division would be tried before a text is
# refused. All but a line break, twice, with a class of such between that need not be there; and
# all, after all but a line break.
_TAKES_THE_SAME: Final = (
    (r"(?<!\\)\.\*\[(?!\^)[ -\[^-~]+\]\*\.\*", r".*"),
    (r"(?<!\\)\.\*\(\.\|\\n\)\*", r"[\\s\\S]*"),
)


def _keep_or_end(match: re.Match[str]) -> str:
    return r"\Z" if match[0] == "$" else match[0]


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low}"
    if low is None:
        return f"at most {high}"
    return f"{low}" if low == high else f"from {low} to {high}"
