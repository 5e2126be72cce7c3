"""Every limit on a request: its place, values just inside it, and one value just outside.

The limits are listed from the service's model. `stated` counts those in our declarations, so a
limit missing on either side shows.
"""

import copy
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import attrs
from attrs import frozen

from iotmi._schema.schema import schema_of
from iotmi._schema.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape as OurShape,
    StructureShape,
)
from iotmi._schema.traits import Number, Size, Text
from tests.conformance.generate import UNLIMITED, Fill, Json, Maker, chance, distinct
from tests.conformance.library import Declared
from tests.conformance.pairing import bare
from tests.conformance.service import Operation, Shape
from tests.conformance.texts import breaking, matching, nearest
from tests.conformance.writing import squashed

Path: TypeAlias = tuple[str | int, ...]

KEY: Final = "(key)"
"""The step to a map's first key."""

NOTHING: Final = object()
"""In the place of a value outside, where no value is: no string is shorter than none."""


@frozen
class Limit:
    """One limit at one place of a request.

    Attributes:
        kind: such as ``longest`` or ``pattern``.
        path: the path from the request, in boto3's names.
        spot: the path in our names, as a problem shows it.
        member: the nearest member of a structure, such as ``name``. Its class is `model`.
        inside: values that are just allowed.
        outside: a value that is just not allowed.
        bound: the number of a limit that has one.
    """

    kind: str
    path: Path
    spot: str
    model: type
    member: str
    inside: tuple[Json, ...] = ()
    outside: Json = NOTHING
    bound: float | None = None


def baseline(operation: Operation) -> dict[str, Json]:
    """Return a request with every member, short, with an item in every list and map."""
    return Filled(Fill.LOW, chance(), odd=False).structure(operation.input)


def limits_of(operation: Operation, declared: Declared) -> Iterator[Limit]:
    """Yield every limit of an operation's request."""
    yield from _in_structure(operation.input, declared.request, baseline(operation), (), "")


def with_value(parameters: Mapping[str, Json], path: Path, value: Json) -> dict[str, Json]:
    """Return a copy of *parameters* with another *value* at *path*."""
    changed = copy.deepcopy(dict(parameters))
    holder: Json = changed
    for step in path[:-1]:
        holder = holder[step]
    if path[-1] == KEY:
        first, *others = holder.items()
        holder.clear()
        holder.update({value: first[1], **dict(others)})
    else:
        holder[path[-1]] = value
    return changed


def stated(model: type) -> Counter[str]:
    """Count the limits of each kind that our declarations put on *model* and its members."""
    found: Counter[str] = Counter()
    for member in schema_of(model).members:
        found["required"] += member.required
        found += _stated_by(member.shape)
    return found


@frozen
class Filled(Maker):
    """A generator that leaves no list or map empty, so that each limit has a place."""

    def _count(self, shape: Shape, room: int) -> int:
        del room
        return max(int(shape.min or 0), 1)


def _in_structure(shape: Shape, model: type, held: Json, path: Path, lead: str) -> Iterator[Limit]:
    members = {squashed(each.name): each for each in schema_of(model).members}
    for each in shape.properties:
        member = members[squashed(each.name)]
        here = Limit("required", (*path, each.name), f"{lead}{member.name}", model, member.name)
        value = held[each.name]
        if each.required:
            yield attrs.evolve(here, inside=(value,), outside=None)
        yield from _in_shape(each.shape, member.shape, value, here)


def _in_shape(shape: Shape, ours: OurShape, held: Json, here: Limit) -> Iterator[Limit]:
    inner = bare(ours)
    match shape.kind, inner:
        case "structure", StructureShape(model=model):
            yield from _in_structure(shape, model, held, here.path, f"{here.spot}.")
        case "list", ListShape(item=item):
            yield from _sizes(shape, held, here)
            below = _below(ours, here, 0, "[0]")
            yield from _in_shape(shape.item, item, held[0], below)
        case "map", MapShape(key=key, value=value):
            yield from _sizes(shape, held, here)
            name = next(iter(held))
            yield from _in_shape(shape.key, key, name, _below(ours, here, KEY, " (key)"))
            yield from _in_shape(
                shape.value, value, held[name], _below(ours, here, name, f"[{name!r}]")
            )
        case "string", _:
            yield from _texts(shape, held, here)
        case "integer" | "double", _:
            yield from _numbers(shape, here)
        case "enum", _:
            yield attrs.evolve(here, kind="enum", inside=shape.enum, outside="NEVER_HEARD_OF")


def _below(ours: OurShape, here: Limit, step: str | int, words: str) -> Limit:
    """Return the place one step down. Problems show no keys of sensitive maps."""
    hidden = "[***]" if not here.spot.endswith("[***]") else ""
    spot = f"{here.spot}{hidden if isinstance(ours, SensitiveShape) else words}"
    return attrs.evolve(here, path=(*here.path, step), spot=spot)


def _sizes(shape: Shape, held: Json, here: Limit) -> Iterator[Limit]:
    for kind, bound, beyond in (("fewest", shape.min, -1), ("most", shape.max, 1)):
        if bound is not None:
            outside = _sized(shape, held, int(bound) + beyond) if bound + beyond >= 0 else NOTHING
            inside = (_sized(shape, held, int(bound)),)
            yield attrs.evolve(here, kind=kind, inside=inside, outside=outside, bound=bound)


def _sized(shape: Shape, held: Json, size: int) -> Json:
    if shape.kind == "list":
        return [copy.deepcopy(held[0]) for _ in range(size)]
    (value, *_) = held.values()
    return {distinct(shape.key, number): copy.deepcopy(value) for number in range(size)}


def _texts(shape: Shape, held: str, here: Limit) -> Iterator[Limit]:
    low, high = int(shape.min or 0), int(shape.max if shape.max is not None else UNLIMITED)
    if shape.min is not None:
        outside = (matching(shape.pattern, low - 1) or "x" * (low - 1)) if low else NOTHING
        inside = (nearest(shape.pattern, low, low, high),)
        yield attrs.evolve(here, kind="shortest", inside=inside, outside=outside, bound=low)
    if shape.max is not None:
        outside = matching(shape.pattern, high + 1) or "x" * (high + 1)
        inside = (nearest(shape.pattern, high, low, high),)
        yield attrs.evolve(here, kind="longest", inside=inside, outside=outside, bound=high)
    if shape.pattern is not None:
        broken = breaking(shape.pattern, low, high)
        outside = NOTHING if broken is None else broken
        yield attrs.evolve(here, kind="pattern", inside=(held,), outside=outside)


def _numbers(shape: Shape, here: Limit) -> Iterator[Limit]:
    whole = shape.kind == "integer"
    for kind, bound, far in (("least", shape.min, -math.inf), ("greatest", shape.max, math.inf)):
        if bound is not None:
            beyond = int(bound + math.copysign(1, far)) if whole else math.nextafter(bound, far)
            inside = (int(bound) if whole else float(bound),)
            yield attrs.evolve(here, kind=kind, inside=inside, outside=beyond, bound=bound)


def _stated_by(shape: OurShape) -> Counter[str]:
    inner = bare(shape)
    found: Counter[str] = Counter()
    match inner:
        case StructureShape(model=model):
            return stated(model)
        case ListShape(item=item, size=size):
            found += _bounds(size or Size(), "fewest", "most") + _stated_by(item)
        case MapShape(key=key, value=value, size=size):
            found += _bounds(size or Size(), "fewest", "most")
            found += _stated_by(key) + _stated_by(value)
        case EnumShape():
            found["enum"] += 1
        case ScalarShape(constraints=limits):
            for limit in limits:
                if isinstance(limit, Text):
                    found += _bounds(limit, "shortest", "longest")
                    found["pattern"] += limit.pattern is not None
                elif isinstance(limit, Number):
                    found += _bounds(limit, "least", "greatest")
    return found


def _bounds(limit: Text | Number | Size, low: str, high: str) -> Counter[str]:
    found = {low: int(limit.min is not None), high: int(limit.max is not None)}
    return Counter(found)
