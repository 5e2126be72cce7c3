"""Mistakes planted in copies of the declarations: the walk reports each of them at its place."""

import types
from collections.abc import Iterator
from typing import TypeVar

from attrs import evolve

from iotmi import OpenEnum
from iotmi._schema.responses import Page
from iotmi._schema.schema import Member, is_model, schema_of
from iotmi._schema.shapes import EnumShape, ListShape, MapShape, ScalarShape, SensitiveShape, Shape
from iotmi._schema.traits import Number, Size, Text
from iotmi.errors import ServiceError
from tests.conformance.library import Declared, Library, answer_model
from tests.conformance.pairing import bare, model_in
from tests.conformance.service import Service
from tests.conformance.structures import Difference
from tests.conformance.walk import operation_differences, walk

C = TypeVar("C", bound=Text | Number | Size)


def models_in(ours: Library) -> Iterator[tuple[str, type]]:
    """Yield each class of a request, a response or a value inside one, with an operation."""
    seen: set[type] = set()
    for name, declared in ours.operations.items():
        waiting = [declared.request, answer_model(declared)]
        while waiting:
            model = waiting.pop()
            if model is not None and is_model(model) and model not in seen:
                seen.add(model)
                yield name, model
                waiting += [model_in(member.shape) for member in schema_of(model).members]


def mistakes(member: Member) -> Iterator[tuple[str, str, Member | None]]:
    """Yield wrong copies of a declaration, with the kind of the difference and its name."""
    yield "member", "missing", None
    yield "member", "renamed", evolve(member, name=f"the_{member.name}")
    yield "wire name", "misspelt", evolve(member, wire=member.wire[:-1])
    yield "wire name", "other case", evolve(member, wire=member.wire.swapcase())
    yield "required", f"not {member.required}", evolve(member, required=not member.required)
    token = member.idempotency_token
    yield "idempotency token", f"not {token}", evolve(member, idempotency_token=not token)
    deprecated = None if member.deprecated else "use another"
    yield "deprecated", f"{deprecated}", evolve(member, deprecated=deprecated)
    if not isinstance(member.shape, SensitiveShape):
        yield "sensitive", "added", evolve(member, shape=SensitiveShape(member.shape))
    for kind, name, shape in wrong_shapes(member.shape):
        yield kind, name, evolve(member, shape=shape)


def wrong_shapes(shape: Shape) -> Iterator[tuple[str, str, Shape]]:
    """Yield wrong copies of a shape, with a mistake at any depth."""
    match shape:
        case SensitiveShape(shape=inner):
            yield "sensitive", "dropped", inner
            yield from ((kind, name, SensitiveShape(w)) for kind, name, w in wrong_shapes(inner))
        case ListShape(item=item, size=size):
            yield from ((kind, name, evolve(shape, item=w)) for kind, name, w in wrong_shapes(item))
            sizes = () if size is None else off_by_one(size)
            yield from (("size", name, evolve(shape, size=w)) for name, w in sizes)
        case MapShape(value=value, size=size):
            yield from (
                (kind, name, evolve(shape, value=w)) for kind, name, w in wrong_shapes(value)
            )
            sizes = () if size is None else off_by_one(size)
            yield from (("size", name, evolve(shape, size=w)) for name, w in sizes)
        case EnumShape(enum=enum):
            first, *rest = (each.value for each in enum)
            for values in (rest, [first, *rest, "EXTRA"], [f"{first}E", *rest]):
                yield "enum", f"{len(values) - len(rest)}", EnumShape(open_enum(enum, values))
        case ScalarShape():
            yield from wrong_scalars(shape)
        case _:
            pass


def wrong_scalars(shape: ScalarShape) -> Iterator[tuple[str, str, Shape]]:
    """Yield copies of a scalar shape with another type, or with a mistake in a constraint."""
    yield "kind", "other", ScalarShape(str if shape.kind is int else int)
    for held in shape.constraints:
        where = "length" if isinstance(held, Text) else "range"
        for name, wrong in off_by_one(held):
            yield where, name, evolve(shape, constraints=(wrong,))
        if isinstance(held, Text) and held.pattern is not None:
            for pattern in (f"{held.pattern}!?", None):
                changed = evolve(held, pattern=pattern)
                yield "pattern", f"{bool(pattern)}", evolve(shape, constraints=(changed,))


def off_by_one(held: C) -> Iterator[tuple[str, C]]:
    """Yield copies of a constraint with each bound one higher or lower."""
    for part, by in (("max", 1), ("max", -1), ("min", 1)):
        bound = getattr(held, part, None)
        if bound is not None:
            yield f"{part}{by:+}", evolve(held, **{part: bound + by})


def open_enum(enum: type[OpenEnum], values: list[str]) -> type[OpenEnum]:
    """Return an enum of the same name with other values."""
    return types.new_class(
        enum.__name__,
        (OpenEnum,),
        exec_body=lambda body: body.update({v.upper(): v for v in values}),
    )


def with_member(ours: Library, model: type, name: str, changed: Member | None) -> Library:
    """Return a copy of *ours* with one member of *model* replaced or removed."""

    def members(kind: type) -> tuple[Member, ...]:
        found = schema_of(kind).members
        if kind is not model:
            return found
        replaced = [changed if each.name == name else each for each in found]
        return tuple(each for each in replaced if each is not None)

    return evolve(ours, members=members)


def is_at(where: str, model: type, member: Member) -> bool:
    """Return True if *where* is the member, a part of it, or its enum."""
    inner = bare(member.shape)
    while isinstance(inner, ListShape):
        inner = bare(inner.item)
    owner = inner.enum.__name__ if isinstance(inner, EnumShape) else None
    return where.startswith(f"{model.__name__}.{member.name}") or (
        owner is not None and where.startswith(owner)
    )


def test_every_mistake_in_a_member_is_found(theirs: Service, ours: Library) -> None:
    """Each mistake, planted once in each class, is reported at its place with a line to write."""
    planted: set[tuple[str, str, type]] = set()
    explained = {(each.kind, each.where) for each in walk(theirs, ours, ()).differences}
    for operation, model in models_in(ours):
        for member in schema_of(model).members:
            for kind, name, wrong in mistakes(member):
                mistake = (kind, name, model)
                if mistake in planted or (kind, f"{model.__name__}.{member.name}") in explained:
                    continue
                planted.add(mistake)
                mistaken = with_member(ours, model, member.name, wrong)
                found = operation_differences(theirs, mistaken, operation)
                at = [
                    each for each in found if each.kind == kind and is_at(each.where, model, member)
                ]
                assert at, (mistake, member)
                assert all("; write: " in str(each) or "; delete: " in str(each) for each in found)
    assert len({(kind, name) for kind, name, _ in planted}) > 25


def mistaken_operations(declared: Declared) -> Iterator[tuple[str, Declared]]:
    """Yield wrong copies of an operation, with the kind of the difference."""
    yield "repeatable", evolve(declared, idempotent=not declared.idempotent)
    if declared.answer is not None:
        yield "answer", evolve(declared, answer=None)
    yield "answer", evolve(declared, answer=str, item=None)
    if declared.item:
        yield "answer", evolve(declared, answer=declared.item)
        yield "listing key", evolve(declared, items_member="Things")
    else:
        yield "answer", evolve(declared, answer=Page, item=declared.answer)


def test_every_mistake_in_an_operation_is_found(theirs: Service, ours: Library) -> None:
    """A wrong response, listing key, retry, positional argument or link is reported."""
    for name, declared in ours.operations.items():
        for kind, wrong in mistaken_operations(declared):
            mistaken = evolve(ours, operations={**ours.operations, name: wrong})
            found = operation_differences(theirs, mistaken, name)
            assert (kind, name) in {(each.kind, each.where) for each in found}, (kind, name)
        keyword_only = operation_differences(theirs, evolve(ours, positional=lambda _: ()), name)
        kinds = {each.kind for each in keyword_only}
        assert ("positional" in kinds) == bool(theirs.operations[name].labels), name
        other_page = evolve(ours, docstring=lambda _: "Source: https://example.org/")
        found = operation_differences(theirs, other_page, name)
        sources = [each.sentence for each in found if each.kind == "source"]
        assert sources[0].endswith(f"API_{name}.html")


def differences(theirs: Service, mistaken: Library, kind: str) -> list[Difference]:
    """Return all differences of one kind."""
    return [each for each in walk(theirs, mistaken).differences if each.kind == kind]


def test_every_mistake_in_handlers_and_errors_is_found(theirs: Service, ours: Library) -> None:
    """A missing handler, a missing error class and an error class without a code are reported."""
    mistaken = evolve(ours, handlers=frozenset(theirs.operations) - {"TagResource"})
    assert [each.where for each in differences(theirs, mistaken, "handler")] == ["TagResource"]
    for shape in theirs.errors:
        rest = {code: kind for code, kind in ours.errors_by_code.items() if code != shape.name}
        found = differences(theirs, evolve(ours, errors_by_code=rest), "error")
        assert shape.name in {each.where for each in found}
    lonely = type("LonelyError", (ServiceError,), {})
    more = evolve(ours, error_classes=(*ours.error_classes, lonely))
    assert [each.where for each in differences(theirs, more, "error")] == ["LonelyError"]
    swapped = {**ours.errors_by_code, "InternalServerException": lonely}
    assert differences(theirs, evolve(ours, errors_by_code=swapped), "error")
