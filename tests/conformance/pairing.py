"""From parameters as boto3 takes them to our values, and the comparison of answers.

A member is found by its field's name and never by the wire name that we declare, so that a wrong
one shows on the wire.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile

from attrs import frozen

import iotmi
from iotmi._schema.responses import Page
from iotmi._schema.schema import schema_of
from iotmi._schema.shapes import (
    ListShape,
    MapShape,
    SensitiveShape,
    Shape as OurShape,
    StructureShape,
)
from tests.conformance.generate import Json
from tests.conformance.library import positional_of
from tests.conformance.service import Operation, Shape
from tests.conformance.writing import squashed


@frozen
class Paired:
    """One request in both worlds, its members in the same order.

    Attributes:
        arguments: what our request class takes.
        parameters: what boto3's method takes.
    """

    arguments: dict[str, object]
    parameters: dict[str, Json]


def bare(shape: OurShape) -> OurShape:
    """*shape* without its veil."""
    return shape.shape if isinstance(shape, SensitiveShape) else shape


def model_in(shape: OurShape) -> type | None:
    """The class of the structures that *shape* is, or is a list or a map of."""
    match shape:
        case StructureShape():
            return shape.model
        case SensitiveShape():
            return model_in(shape.shape)
        case ListShape():
            return model_in(shape.item)
        case MapShape():
            return model_in(shape.value)
        case _:
            return None


def pair(model: type, shape: Shape, parameters: Mapping[str, Json]) -> Paired:
    """*parameters* for both, in the order that ours go out.

    An order means nothing in JSON, and all to a comparison of bytes.
    """
    names = {squashed(each.name): each.name for each in shape.properties}
    arguments: dict[str, object] = {}
    ordered: dict[str, Json] = {}
    for member in schema_of(model).members:
        name = names[squashed(member.name)]
        if name in parameters:
            theirs = shape.property(name).shape
            arguments[member.name], ordered[name] = _both(member.shape, theirs, parameters[name])
    if len(ordered) != len(parameters):
        raise AssertionError(f"{model.__name__} lacks {set(parameters) - set(ordered)}")
    return Paired(arguments, ordered)


def _both(ours: OurShape, theirs: Shape, given: Json) -> tuple[object, Json]:
    match bare(ours):
        case StructureShape(model=model) if isinstance(given, dict):
            nested = pair(model, theirs, given)
            return model(**nested.arguments), nested.parameters
        case ListShape(item=item) if isinstance(given, list):
            pairs = [_both(item, theirs.item, each) for each in given]
            return [mine for mine, _ in pairs], [yours for _, yours in pairs]
        case MapShape(value=value) if isinstance(given, dict):
            entries = {key: _both(value, theirs.value, each) for key, each in given.items()}
            return (
                {key: mine for key, (mine, _) in entries.items()},
                {key: yours for key, (_, yours) in entries.items()},
            )
        case _:
            return given, given


def call(
    client: iotmi.Client, method: str, request: type, arguments: Mapping[str, object]
) -> object:
    """Call the bound *method*, such as ``managed_things.get``; a listing's first page.

    What may be passed by position is.
    """
    family, name = method.split(".")
    bound = getattr(getattr(client, family), name)
    leading = list(takewhile(arguments.__contains__, positional_of(request)))
    named = {name: value for name, value in arguments.items() if name not in leading}
    answer = bound(*(arguments[each] for each in leading), **named)
    return next(answer.pages()) if isinstance(answer, iotmi.Pager) else answer


def answer_differences(operation: Operation, value: object, parsed: Json) -> Iterator[str]:
    """Where our answer is not what botocore parsed of the same body, in the service's names."""
    shape, listed = operation.answered, operation.listed
    if shape is None:
        if value is not None:
            yield f"nothing is answered, and there is {value!r}"
    elif listed is None:
        yield from _differences(shape, value, parsed, operation.name)
    elif isinstance(value, Page):
        found = parsed.get(listed.name, [])
        yield from _differences(listed.shape, value.items, found, operation.name)
        yield from _differences(
            shape.property("NextToken").shape,
            value.next_token,
            parsed.get("NextToken"),
            "NextToken",
        )


def _differences(shape: Shape, ours: object, theirs: Json, place: str) -> Iterator[str]:
    if theirs is None or ours is None:
        if ours is not theirs:
            yield f"{place}: {ours!r} is not {theirs!r}"
    elif shape.kind not in ("structure", "list", "map"):
        if ours != theirs or _kind_of(shape, ours) is not _kind_of(shape, theirs):
            yield f"{place}: {ours!r} is not {theirs!r}"
    elif not _same_form(shape, ours, theirs):
        yield f"{place}: {ours!r} has not the form of {theirs!r}"
    else:
        for inner, mine, yours, step in _children(shape, ours, theirs):
            yield from _differences(inner, mine, yours, f"{place}{step}")


def _same_form(shape: Shape, ours: object, theirs: Json) -> bool:
    if shape.kind == "structure":
        wanted = {squashed(each.name) for each in shape.properties}
        return {squashed(each.name) for each in schema_of(type(ours)).members} == wanted
    if shape.kind == "list":
        return isinstance(ours, tuple) and len(ours) == len(theirs)
    return isinstance(ours, Mapping) and list(ours) == list(theirs)


def _children(
    shape: Shape, ours: object, theirs: Json
) -> Iterator[tuple[Shape, object, Json, str]]:
    if isinstance(ours, tuple):
        for index, (mine, yours) in enumerate(zip(ours, theirs, strict=True)):
            yield shape.item, mine, yours, f"[{index}]"
    elif isinstance(ours, Mapping):
        for key, mine in ours.items():
            yield shape.value, mine, theirs[key], f"[{key!r}]"
    else:
        names = {squashed(each.name): each.name for each in schema_of(type(ours)).members}
        for each in shape.properties:
            mine = getattr(ours, names[squashed(each.name)])
            yield each.shape, mine, theirs.get(each.name), f".{each.name}"


def _kind_of(shape: Shape, value: object) -> type:
    """The type that counts: an enum's member is as good as a string, True is not as good as 1."""
    if shape.kind == "timestamp":
        return datetime if isinstance(value, datetime) and value.tzinfo else type(None)
    return str if isinstance(value, str) else type(value)
