"""The base class of small frozen classes: comparison, hash and repr as shared methods.

attrs would compile them for each class, which takes 4 % of a cold start.
"""

from collections.abc import Sequence
from typing import Any

import attrs


class Value:
    """Compares, hashes and prints the fields of an attrs class that itself makes no such methods.

    Declare the class with ``@frozen(eq=False, repr=False)``. As with attrs, fields with
    ``eq=False`` or ``repr=False`` are left out.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return _compared(self) == _compared(other)

    def __hash__(self) -> int:
        return hash((type(self), *_compared(self)))

    def __repr__(self) -> str:
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in _fields(self) if each.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"


def _compared(value: object) -> list[object]:
    return [getattr(value, each.name) for each in _fields(value) if each.eq]


def _fields(value: Any) -> Sequence["attrs.Attribute[object]"]:  # noqa: ANN401 - any attrs class
    fields: Sequence[attrs.Attribute[object]] = attrs.fields(type(value))
    return fields
