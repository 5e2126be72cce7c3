"""Strings of a given length that match a pattern of the service, or do not.

Hypothesis finds the shortest matches. Repeating one of their characters makes longer ones, because
Hypothesis does not draw a token of 65,535 characters.
"""

from functools import cache, lru_cache
from random import Random
from typing import Final

from hypothesis import Phase, find, settings, strategies as st
from hypothesis.errors import NoSuchExample

from iotmi._schema.patterns import compile_pattern

ODD: Final = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\n0Azé中Ω😀"
"""Characters that serializers, signers and paths have to escape."""

_QUICK: Final = settings(
    database=None,
    derandomize=True,
    max_examples=200,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
)


def matches(pattern: str, text: str) -> bool:
    """Return True if all of *text* matches."""
    return compile_pattern(pattern).search(text) is not None


@cache
def examples(pattern: str) -> tuple[str, ...]:
    """Return the shortest string that matches, and the shortest that are a little longer."""
    drawn = st.from_regex(compile_pattern(pattern))
    found: dict[str, None] = {}
    for least in range(4):
        try:
            found[find(drawn, _AtLeast(least), settings=_QUICK)] = None
        except NoSuchExample:
            break
    return tuple(found)


@lru_cache(maxsize=4096)
def matching(pattern: str | None, length: int) -> str | None:
    """Return a matching string of *length* characters, or None if none was found."""
    if pattern is None:
        return "x" * length
    for example in examples(pattern):
        more = length - len(example)
        if more == 0:
            return example
        if more < 0:
            continue
        for place in range(len(example), 0, -1):
            longer = example[:place] + example[place - 1] * more + example[place:]
            if matches(pattern, longer):
                return longer
    return None


def nearest(pattern: str | None, length: int, low: int, high: int) -> str:
    """Return a matching string between the bounds, of a length near *length*."""
    for distance in range(high - low + 1):
        for tried in (length - distance, length + distance):
            text = matching(pattern, tried) if low <= tried <= high else None
            if text is not None:
                return text
    raise AssertionError(f"nothing matches {pattern}")


def varied(pattern: str | None, text: str, chance: Random) -> str:
    """Return *text* with some characters replaced by odd ones that the pattern allows.

    Never return a relative path segment, which boto3 sends and we refuse.
    """
    if len(text) > 2000:
        return text
    for _ in range(12):
        if text:
            place = chance.randrange(len(text))
            other = text[:place] + chance.choice(ODD) + text[place + 1 :]
            if other not in (".", "..") and (pattern is None or matches(pattern, other)):
                text = other
    return text


@cache
def breaking(pattern: str, low: int, high: int) -> str | None:
    """Return a string of an allowed length that does not match, or None."""
    for length in (low, low + 1, high):
        base = nearest(pattern, max(length, 1), 0, high)
        for place in range(max(1, min(len(base), 4))):
            for character in ("\x00", "\n", " ", "!", "\U0001f600"):
                text = base[:place] + character + base[place + 1 :]
                if low <= len(text) <= high and not matches(pattern, text):
                    return text
    return None


class _AtLeast:
    """A predicate for a length. A closure would see the loop's last value."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __call__(self, text: str) -> bool:
        return len(text) >= self._length
