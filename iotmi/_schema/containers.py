"""Containers of values: read-only maps, and free-form JSON.

This module does not know requests, constraints or wire names.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ForwardRef, Generic, TypeAlias, TypeVar

from iotmi._schema.public import public
from iotmi._schema.pydantic_hook import PydanticHook

K = TypeVar("K")
V = TypeVar("V")

if TYPE_CHECKING:
    JsonValue: TypeAlias = (
        bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None
    )
else:
    # With its module, so that `typing.get_type_hints` finds the name from any other module.
    _inner = ForwardRef("JsonValue", module=__name__)
    JsonValue = bool | int | float | str | Sequence[_inner] | Mapping[str, _inner] | None
"""A free-form JSON document, as ``json.loads`` returns it."""


@public
class ReadOnlyMap(PydanticHook, Mapping[K, V], Generic[K, V]):
    """A read-only map that pickles, and hashes if its values do.

    ``types.MappingProxyType`` does not pickle, and does not hash before Python 3.12.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


def copy_json(value: object) -> object:
    """Return a deep copy of *value* in dicts and lists, which later changes do not affect.

    Parts that are not JSON stay as they are, and `find_json_problems` reports them.
    """
    if isinstance(value, Mapping):
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_json(item) for item in value]
    return value


def find_json_problems(value: object, path: str) -> Iterator[tuple[str, str, object]]:
    """Yield the path, the broken rule and the value of each part that JSON cannot hold."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str):
                yield from find_json_problems(item, f"{path}[{key!r}]")
            else:
                yield path, "must have strings for its keys", key
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from find_json_problems(item, f"{path}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "must be a finite number", value
    elif not isinstance(value, str | int | float | None):
        yield path, "must be JSON", value
