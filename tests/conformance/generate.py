"""Values made from the service's model alone: parameters for boto3, and responses as JSON.

The same seed makes the same values. This module does not know our declarations, so a mistake in
them cannot cancel itself out.
"""

import zlib
from collections.abc import Callable, Mapping
from enum import Enum, auto
from random import Random
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from tests.conformance.service import Shape
from tests.conformance.texts import matches, matching, nearest, varied

Json: TypeAlias = Any
"""A value as boto3 takes it or as ``json.loads`` gives it."""


class Fill(Enum):
    """The members to fill, and the end of their limits to use."""

    REQUIRED = auto()
    LOW = auto()
    HIGH = auto()
    ANY = auto()


UNLIMITED: Final = 200
"""The length of a string without a longest."""

TIMES: Final = (0, 1_763_655_900, 1_763_655_900.123, 1_763_655_900.000_001, 4_102_444_800.5)
"""Seconds since 1970, as the service writes a time."""

_ROOM: Final = 60
"""How many leaves a list at its longest may have; within it, a longer one keeps to its shortest."""


def chance(*seed: object) -> Random:
    """Return a random generator with a fixed seed."""
    # This picks examples and protects no secret.
    return Random(zlib.crc32(repr(seed).encode()))


@frozen
class Maker:
    """A generator of values of shapes.

    Attributes:
        fill: the members to fill, and the end of their limits to use.
        chance: the source of every free choice.
        odd: True to use odd characters in strings if the pattern allows them.
        known: the members to give although the model calls them optional, by structure.
    """

    fill: Fill
    chance: Random
    odd: bool = True
    known: Mapping[str, frozenset[str]] = field(factory=dict)

    def value(self, shape: Shape, room: int = _ROOM) -> Json:
        """Return a value of *shape* with about *room* leaves at most."""
        match shape.kind:
            case "structure":
                return self.structure(shape, room)
            case "list":
                count = self._count(shape, room)
                return [self.value(shape.item, room // max(count, 1)) for _ in range(count)]
            case "map":
                count = self._count(shape, room)
                return {key: self.value(shape.value) for key in self._keys(shape.key, count)}
            case kind:
                return _LEAVES[kind](self, shape)

    def structure(self, shape: Shape, room: int = _ROOM) -> dict[str, Json]:
        """Return a structure with the members of `fill`, and always a client token."""
        known = self.known.get(shape.name, frozenset())
        return {
            each.name: self.value(each.shape, room)
            for each in shape.properties
            if each.required
            or each.name in known
            or each.name == "ClientToken"
            or self.fill in (Fill.LOW, Fill.HIGH)
            or (self.fill is Fill.ANY and self.chance.random() < 0.5)
        }

    def _count(self, shape: Shape, room: int) -> int:
        low, high = int(shape.min or 0), int(shape.max if shape.max is not None else 3)
        match self.fill:
            case Fill.LOW | Fill.REQUIRED:
                return low
            case Fill.HIGH:
                # An empty list would test none of its items.
                return high if high <= room else max(low, 1)
            case Fill.ANY:
                return self.chance.randint(low, max(low, min(high, 3)))

    def _keys(self, shape: Shape, count: int) -> list[str]:
        keys: dict[str, None] = {}
        while len(keys) < count:
            keys[distinct(shape, len(keys), long=self.fill is Fill.HIGH)] = None
        return list(keys)

    def _text(self, shape: Shape) -> str:
        low = int(shape.min or 0)
        high = int(shape.max) if shape.max is not None else max(low, UNLIMITED)
        wanted = high if self.fill is Fill.HIGH else low
        if self.fill is Fill.ANY:
            wanted = self.chance.randint(low, min(high, low + 40))
        text = nearest(shape.pattern, wanted, low, high)
        return varied(shape.pattern, text, self.chance) if self.odd else text

    def _number(self, shape: Shape) -> float:
        low = shape.min if shape.min is not None else -(2**31) if shape.max is None else 0
        high = shape.max if shape.max is not None else 2**31 - 1
        match self.fill:
            case Fill.HIGH:
                return high
            case Fill.ANY:
                return low + (high - low) * self.chance.choice((0, 0.25, 1 / 3, 1))
            case _:
                return low

    def _document(self, depth: int = 3) -> Json:
        leaves: list[Json] = [None, True, -1, 2.5, "", 'quote " and \\ and é😀', [], {}]
        if depth == 0:
            return self.chance.choice(leaves)
        made = (self._document(depth - 1) for _ in range(self.chance.randint(1, 3)))
        return {f"key {n} é": [value] if n % 2 else value for n, value in enumerate(made)}


_LEAVES: Final[Mapping[str, Callable[[Maker, Shape], Json]]] = {
    "string": lambda maker, shape: maker._text(shape),
    "enum": lambda maker, shape: maker.chance.choice(shape.enum),
    "integer": lambda maker, shape: int(maker._number(shape)),
    "double": lambda maker, shape: float(maker._number(shape)),
    "boolean": lambda maker, _: maker.chance.random() < 0.5,
    "timestamp": lambda maker, _: maker.chance.choice(TIMES),
    "document": lambda maker, _: maker._document(),
}


def distinct(shape: Shape, number: int, *, long: bool = False) -> str:
    """Return key number *number* of *shape*. Each number gives another key."""
    low, high = int(shape.min or 0), int(shape.max or UNLIMITED)
    if shape.kind == "enum":
        return shape.enum[number]
    lengths = range(high, low - 1, -1) if long else range(max(low, 1), high + 1)
    for length in lengths:
        text = matching(shape.pattern, length)
        if text is None:
            continue
        digits = f"{number:03}"
        for place in range(len(text) - len(digits), -1, -1):
            other = text[:place] + digits + text[place + len(digits) :]
            if shape.pattern is None or matches(shape.pattern, other):
                return other
    raise AssertionError(f"no key number {number} of {shape}")
