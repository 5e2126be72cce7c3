"""Strings of a given length that match a pattern of the service's, or do not.

Hypothesis finds the shortest that match; one of their characters, repeated, makes them longer.
That is what a strategy cannot do: a token of 65,535 characters is beyond what it will draw.
"""

from functools import cache, lru_cache
from random import Random
from typing import Final

from hypothesis import Phase, find, settings, strategies as st
from hypothesis.errors import NoSuchExample

from iotmi._schema.patterns import compile_pattern

ODD: Final = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\n0Azé中Ω😀"
"""What a serialiser, a signer or a path may trip over."""

_QUICK: Final = settings(
    database=None,
    derandomize=True,
    max_examples=200,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of *text* matches."""
    return compile_pattern(pattern).search(text) is not None


@cache
def examples(pattern: str) -> tuple[str, ...]:
    """The shortest string that matches, and the shortest that are a little longer."""
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
    """A string of *length* characters that matches, or None where none was found."""
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
    """A string that matches, of a length between the bounds and as near *length* as may be."""
    for distance in range(high - low + 1):
        for tried in (length - distance, length + distance):
            text = matching(pattern, tried) if low <= tried <= high else None
            if text is not None:
                return text
    raise AssertionError(f"nothing matches {pattern}")


def varied(pattern: str | None, text: str, chance: Random) -> str:
    """*text* with some of its characters others, odd ones where the pattern lets them through.

    Never one that means another place in a path, which boto3 sends and we do not.
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
    """A string of an allowed length that does not match, or None where every one does."""
    for length in (low, low + 1, high):
        base = nearest(pattern, max(length, 1), 0, high)
        for place in range(max(1, min(len(base), 4))):
            for character in ("\x00", "\n", " ", "!", "\U0001f600"):
                text = base[:place] + character + base[place + 1 :]
                if low <= len(text) <= high and not matches(pattern, text):
                    return text
    return None


class _AtLeast:
    """Whether a string is long enough; a closure would see the loop's last value."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __call__(self, text: str) -> bool:
        return len(text) >= self._length
