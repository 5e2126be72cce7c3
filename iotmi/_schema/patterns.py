"""The service's patterns as Python's: the one place that translates between the two dialects.

The service writes patterns in Java's dialect, and declarations keep that spelling so that the
conformance suite can compare them letter by letter.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Final


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return the service's *pattern* as a Python pattern that matches a whole string.

    Four differences are translated. The model omits the outer ``^`` and ``$``:
    ``$|^(https)://.*`` was ``^$|^(https)://.*$``. Python lacks ``\p{L}\p{N}`` and
    ``\x{0022}``. ``\d`` and ``\s`` mean ASCII only. Python's ``$`` also matches before a final
    newline, so ``\Z`` takes its place.

    Two patterns of the service backtrack quadratically or cubically; equivalent ones that do not
    replace them.
    """
    letters = r"\p{L}\p{N}" in pattern
    return re.compile(rf"^{_translated(pattern)}\Z", re.UNICODE if letters else re.ASCII)


@cache
def ascii_matcher(pattern: str, low: int, high: int) -> Callable[[str], object]:
    """Return a test that is true only for ASCII text of *low* to *high* characters that matches.

    Python code that calls the test runs no frame for it. False says nothing about other text.
    """
    if characters := _repeated_class(pattern):
        least = max(low, 1) if pattern.endswith("+") else low
        return re.compile(_times(characters, least, high), re.ASCII).fullmatch
    ascii_text = _times(r"[\x00-\x7f]", low, high)
    return re.compile(rf"(?={ascii_text}\Z)(?:^{_translated(pattern)}\Z)", re.ASCII).match


@cache
def ascii_concatenation_matcher(pattern: str) -> Callable[[str], object] | None:
    """Return a test for many texts at once: true for their concatenation if it is for each.

    There is one only for patterns that repeat an ASCII character class. No text may be empty.
    """
    characters = _repeated_class(pattern)
    return re.compile(f"{characters}*", re.ASCII).fullmatch if characters else None


def _repeated_class(pattern: str) -> str:
    """Return the character class that *pattern* repeats, or "" for any other pattern."""
    match = _REPEATED_CLASS.fullmatch(_translated(pattern))
    return match[1] if match else ""


def _times(characters: str, low: int, high: int) -> str:
    return f"{characters}{{{low},{'' if high == sys.maxsize else high}}}"


@cache
def _translated(pattern: str) -> str:
    # \w is every letter, every number and the underscore, which the one pattern with
    # \p{L}\p{N} allows too.
    translated = pattern.replace(r"\p{L}\p{N}", r"\w")
    translated = re.sub(r"\\x\{0*([0-9A-Fa-f]{2})\}", r"\\x\1", translated)
    translated = _BARE_DOLLAR.sub(_dollar_to_end, translated)
    if ".*" in translated:
        for slow, quick in _EQUIVALENTS:
            translated = re.sub(slow, quick, translated)
    return translated


# Characters and escapes that mean ASCII only; \S, \D and \W would mean more.
_REPEATED_CLASS: Final = re.compile(r"(\[(?!\^)(?:[\x00-\x5a^-\x7f]|\\[^SDWx])+\])[+*]")


# An escape, a character class, or a bare dollar. Only the bare dollar is an anchor.
_BARE_DOLLAR: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)

# Adjacent parts that match the same text make the engine try every split before it fails.
# The first: `.*`, an optional character class within `.`, and `.*` again. The second: `.*` followed
# by a group that matches any character.
_EQUIVALENTS: Final = (
    (r"(?<!\\)\.\*\[(?!\^)[ -\[^-~]+\]\*\.\*", r".*"),
    (r"(?<!\\)\.\*\(\.\|\\n\)\*", r"[\\s\\S]*"),
)


def _dollar_to_end(match: re.Match[str]) -> str:
    return r"\Z" if match[0] == "$" else match[0]
