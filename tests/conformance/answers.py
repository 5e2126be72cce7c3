"""Every place in a response, with its path in the service's names and in ours."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from iotmi._schema.responses import Page
from iotmi._schema.schema import schema_of
from iotmi._schema.shapes import (
    ListShape,
    MapShape,
    SensitiveShape,
    Shape as OurShape,
    StructureShape,
)
from tests.conformance.generate import Fill, Json, chance
from tests.conformance.library import Declared, answer_model
from tests.conformance.limits import Filled, Path
from tests.conformance.pairing import bare
from tests.conformance.service import Operation, Shape
from tests.conformance.writing import squashed


@frozen
class Place:
    """One place in a response.

    Attributes:
        path: the path in the service's names.
        spot: the path in our names, as errors show it.
        ours: our declaration.
        needed: True if a response without it cannot be decoded.
    """

    path: Path
    spot: str
    shape: Shape
    ours: OurShape
    needed: bool


def full(operation: Operation) -> dict[str, Json]:
    """Return a response with every member, and an item in every list and map."""
    if operation.answered is None:
        return {}
    return Filled(Fill.LOW, chance(), odd=False).structure(operation.answered)


def places_of(operation: Operation, declared: Declared, answer: Json) -> Iterator[Place]:
    """Yield every place of *answer*, from the outside in."""
    model, shape, listed = answer_model(declared), operation.answered, operation.listed
    if model is None or shape is None:
        return
    if listed is None:
        yield from _in_structure(model, shape, answer, (), "")
        return
    yield Place(
        (listed.name,), "items", listed.shape, ListShape(StructureShape(model)), needed=False
    )
    yield from _in_structure(
        model, listed.shape.item, answer[listed.name][0], (listed.name, 0), "items[0]."
    )


def reach(value: object, path: Path) -> object:
    """Return the part of our *value* at *path*."""
    for number, step in enumerate(path):
        if isinstance(value, Page) and number == 0:
            value = value.items
        elif isinstance(value, tuple):
            value = value[int(step)]
        elif isinstance(value, Mapping):
            value = value[step]
        else:
            value = _member(value, str(step))
    return value


def _member(value: object, step: str) -> object:
    names = {squashed(each.name): each.name for each in schema_of(type(value)).members}
    return getattr(value, names[squashed(step)])


def _in_structure(model: type, shape: Shape, held: Json, path: Path, lead: str) -> Iterator[Place]:
    members = {squashed(each.name): each for each in schema_of(model).members}
    for each in shape.properties:
        member = members[squashed(each.name)]
        place = Place(
            (*path, each.name), f"{lead}{member.name}", each.shape, member.shape, member.required
        )
        yield from _at(place, held[each.name])


def _at(place: Place, held: Json) -> Iterator[Place]:
    yield place
    match bare(place.ours):
        case StructureShape(model=model):
            yield from _in_structure(model, place.shape, held, place.path, f"{place.spot}.")
        case ListShape(item=item):
            path, spot = (*place.path, 0), f"{place.spot}[0]"
            yield from _at(Place(path, spot, place.shape.item, item, needed=False), held[0])
        case MapShape(value=value):
            key = next(iter(held))
            # Errors do not show the keys of sensitive maps.
            words = "" if isinstance(place.ours, SensitiveShape) else f"[{key!r}]"
            path, spot = (*place.path, key), f"{place.spot}{words}"
            yield from _at(Place(path, spot, place.shape.value, value, needed=False), held[key])
