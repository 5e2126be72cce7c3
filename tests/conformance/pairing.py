"""Our values from boto3's parameters, and the comparison of responses.

A member is found by its field's name and never by our declared wire name, so a wrong wire name
shows in the request.
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
    """One request for both sides, with the members in the same order.

    Attributes:
        arguments: the arguments of our request class.
        parameters: the parameters of boto3's method.
    """

    arguments: dict[str, object]
    parameters: dict[str, Json]


def bare(shape: OurShape) -> OurShape:
    """Return *shape* without its sensitive wrapper."""
    return shape.shape if isinstance(shape, SensitiveShape) else shape


def model_in(shape: OurShape) -> type | None:
    """Return the class of the structures in *shape*, a list or a map of them."""
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
    """Return *parameters* for both sides, in the order in which we encode them.

    JSON does not need the order, but a comparison of bytes does.
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
    """Call a bound *method*, such as ``managed_things.get``. A listing gives its first page.

    Arguments that may be positional are passed by position.
    """
    family, name = method.split(".")
    bound = getattr(getattr(client, family), name)
    leading = list(takewhile(arguments.__contains__, positional_of(request)))
    named = {name: value for name, value in arguments.items() if name not in leading}
    answer = bound(*(arguments[each] for each in leading), **named)
    return next(answer.pages()) if isinstance(answer, iotmi.Pager) else answer


def answer_differences(operation: Operation, value: object, parsed: Json) -> Iterator[str]:
    """Yield each place where our response differs from botocore's parse of the same body."""
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
            # An empty token is none: it ends a listing.
            parsed.get("NextToken") or None,
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
    """Return the type to compare: an enum member counts as a string, True is not 1."""
    if shape.kind == "timestamp":
        return datetime if isinstance(value, datetime) and value.tzinfo else type(None)
    return str if isinstance(value, str) else type(value)
