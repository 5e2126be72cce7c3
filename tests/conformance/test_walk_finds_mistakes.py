"""Planted mistakes in copies of the declarations: the walk finds each of them."""

import types
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from attrs import evolve

from iotmi import OpenEnum
from iotmi._schema.responses import Page
from iotmi._schema.schema import Member, is_model, schema_of
from iotmi._schema.shapes import EnumShape, ListShape, MapShape, ScalarShape, SensitiveShape, Shape
from iotmi._schema.traits import Number, Text
from iotmi.errors import ServiceError
from tests.conformance.library import Declared, Library, answer_model
from tests.conformance.pairing import bare, model_in
from tests.conformance.service import Service
from tests.conformance.structures import Difference
from tests.conformance.walk import operation_differences, walk

ChangeMember: TypeAlias = Callable[[Member], Member | None]
ChangeShape: TypeAlias = Callable[[Shape], Shape | None]
"""Gives the mistaken copy, or None where there is nothing to mistake."""


def models_in(ours: Library) -> Iterator[tuple[str, type]]:
    """Each class that an operation takes or answers, once, with an operation that does."""
    seen: set[type] = set()

    def below(model: type) -> Iterator[type]:
        if model not in seen:
            seen.add(model)
            yield model
            for member in schema_of(model).members:
                inner = model_in(member.shape)
                if inner is not None:
                    yield from below(inner)

    for name, declared in ours.operations.items():
        answer = answer_model(declared)
        for model in (declared.request, answer):
            if model is not None and is_model(model):
                yield from ((name, found) for found in below(model))


def with_member(ours: Library, model: type, name: str, changed: Member | None) -> Library:
    """A copy of *ours* in which one member of *model* is another, or gone."""

    def members(kind: type) -> tuple[Member, ...]:
        found = schema_of(kind).members
        if kind is model:
            put = [changed if each.name == name else each for each in found]
            return tuple(each for each in put if each is not None)
        return found

    return evolve(ours, members=members)


def in_shape(change: ChangeShape) -> ChangeMember:
    """A mistake in the shape of a member, or in what its list or map holds."""

    def changed(member: Member) -> Member | None:
        shape = _changed(member.shape, change)
        return None if shape is None else evolve(member, shape=shape)

    return changed


def _changed(shape: Shape, change: ChangeShape) -> Shape | None:
    made = change(shape)
    if made is not None:
        return made
    match shape:
        case SensitiveShape():
            below = _changed(shape.shape, change)
            return SensitiveShape(below) if below else None
        case ListShape():
            below = _changed(shape.item, change)
            return evolve(shape, item=below) if below else None
        case MapShape():
            below = _changed(shape.value, change)
            return evolve(shape, value=below) if below else None
        case _:
            return None


def limit(kind: type[Text | Number], part: str, by: int) -> ChangeMember:
    """A limit of a string or a number is off by a little."""

    def change(shape: Shape) -> Shape | None:
        if not isinstance(shape, ScalarShape):
            return None
        for held in shape.constraints:
            bound = getattr(held, part, None)
            if isinstance(held, kind) and bound is not None:
                return evolve(shape, constraints=(evolve(held, **{part: bound + by}),))
        return None

    return in_shape(change)


def size(part: str, by: int) -> ChangeMember:
    """A list or a map may hold one more, or one fewer."""

    def change(shape: Shape) -> Shape | None:
        if isinstance(shape, ListShape | MapShape) and shape.size is not None:
            bound = getattr(shape.size, part)
            return evolve(shape, size=evolve(shape.size, **{part: bound + by}))
        return None

    return in_shape(change)


def pattern(change_of: Callable[[str], str | None]) -> ChangeMember:
    """A pattern is another, or gone."""

    def change(shape: Shape) -> Shape | None:
        if not isinstance(shape, ScalarShape):
            return None
        for held in shape.constraints:
            if isinstance(held, Text) and held.pattern is not None:
                changed = evolve(held, pattern=change_of(held.pattern))
                return evolve(shape, constraints=(changed,))
        return None

    return in_shape(change)


def open_enum(name: str, values: list[str]) -> type[OpenEnum]:
    """An enum of those values."""

    def fill(body: dict[str, object]) -> None:
        for value in values:
            body[value.upper()] = value

    return types.new_class(name, (OpenEnum,), exec_body=fill)


def enum(change_of: Callable[[list[str]], list[str]]) -> ChangeMember:
    """An enum has a value less, or one more."""

    def change(shape: Shape) -> Shape | None:
        if not isinstance(shape, EnumShape):
            return None
        values = change_of([member.value for member in shape.enum])
        return EnumShape(open_enum(shape.enum.__name__, values))

    return in_shape(change)


def another_kind(shape: Shape) -> Shape | None:
    """A string for a number, a number for a string."""
    if isinstance(shape, ScalarShape):
        return ScalarShape(int if shape.kind is not int else str)
    return None


def unhidden(shape: Shape) -> Shape | None:
    """What is sensitive is shown."""
    return shape.shape if isinstance(shape, SensitiveShape) else None


def hidden(member: Member) -> Member | None:
    """What is not sensitive is hidden."""
    shown = not isinstance(member.shape, SensitiveShape)
    return evolve(member, shape=SensitiveShape(member.shape)) if shown else None


MUTATIONS: list[tuple[str, str, ChangeMember]] = [
    ("length", "a longest length one more", limit(Text, "max", 1)),
    ("length", "a longest length one less", limit(Text, "max", -1)),
    ("length", "a shortest length one more", limit(Text, "min", 1)),
    ("range", "a greatest number one more", limit(Number, "max", 1)),
    ("range", "a least number one less", limit(Number, "min", -1)),
    ("size", "one more item", size("max", 1)),
    ("size", "one item at least, and one more", size("min", 1)),
    ("pattern", "a pattern lets one letter more through", pattern(lambda text: text + "!?")),
    ("pattern", "a pattern is dropped", pattern(lambda _: None)),
    ("enum", "an enum lacks a value", enum(lambda values: values[1:])),
    ("enum", "an enum has one more", enum(lambda values: [*values, "EXTRA"])),
    ("enum", "an enum's value is misspelt", enum(lambda v: [f"{v[0]}E", *v[1:]])),
    ("kind", "a kind is another", in_shape(another_kind)),
    ("sensitive", "a sensitive mark is dropped", in_shape(unhidden)),
    ("sensitive", "a sensitive mark too many", hidden),
    ("wire name", "a wire name is misspelt", lambda m: evolve(m, wire=m.wire[:-1])),
    ("wire name", "a wire name is in another case", lambda m: evolve(m, wire=m.wire.swapcase())),
    ("required", "a member is wrong on required", lambda m: evolve(m, required=not m.required)),
    (
        "deprecated",
        "a deprecation is dropped",
        lambda m: evolve(m, deprecated=None) if m.deprecated else None,
    ),
    (
        "deprecated",
        "a deprecation too many",
        lambda m: None if m.deprecated else evolve(m, deprecated="use another"),
    ),
    (
        "idempotency token",
        "a token mark is dropped",
        lambda m: evolve(m, idempotency_token=False) if m.idempotency_token else None,
    ),
    (
        "idempotency token",
        "a token mark too many",
        lambda m: None if m.idempotency_token else evolve(m, idempotency_token=True),
    ),
    ("member", "a member is named otherwise", lambda m: evolve(m, name=f"the_{m.name}")),
]


def known(theirs: Service, ours: Library) -> set[tuple[str, str]]:
    """Where the library differs before anything is planted: what the ledger explains."""
    return {
        (each.kind, each.where)
        for name in ours.operations
        for each in operation_differences(theirs, ours, name)
    }


@pytest.mark.parametrize(
    ("kind", "change"),
    [pytest.param(kind, change, id=words) for kind, words, change in MUTATIONS],
)
def test_a_mistake_in_a_member_is_found(
    theirs: Service, ours: Library, kind: str, change: ChangeMember
) -> None:
    """In every class that has such a member, the mistake is reported where it is."""
    explained = known(theirs, ours)
    planted = 0
    for name, model in models_in(ours):
        for member in schema_of(model).members:
            changed = change(member)
            if changed is None or (kind, f"{model.__name__}.{member.name}") in explained:
                continue
            mistaken = with_member(ours, model, member.name, changed)
            found = operation_differences(theirs, mistaken, name)
            places = {each.where for each in found if each.kind == kind}
            assert any(_is_at(where, model, member) for where in places), (model, member)
            assert all("; write: " in str(each) or "; delete: " in str(each) for each in found)
            planted += 1
            break
    assert planted


def _is_at(where: str, model: type, member: Member) -> bool:
    """Whether a difference's place is the member, what it holds, or the enum that it is of."""
    inner = bare(member.shape)
    while isinstance(inner, ListShape):
        inner = bare(inner.item)
    owner = inner.enum.__name__ if isinstance(inner, EnumShape) else None
    exact = f"{model.__name__}.{member.name}"
    return where.startswith(exact) or (owner is not None and where.startswith(owner))


def test_a_member_that_is_missing_is_found(theirs: Service, ours: Library) -> None:
    """Each member of each class, left out, is reported with the line that declares it."""
    planted = 0
    for name, model in models_in(ours):
        for member in schema_of(model).members:
            found = operation_differences(theirs, with_member(ours, model, member.name, None), name)
            (difference,) = (each for each in found if each.kind == "member")
            assert difference.where == f"{model.__name__}.{member.name}"
            assert f"; write: {member.name}: " in difference.sentence
            planted += 1
    assert planted > 500


ChangeOperation: TypeAlias = Callable[[Declared], Declared]

OPERATION_MUTATIONS: list[tuple[str, str, ChangeOperation]] = [
    (
        "listing key",
        "a listing key is another",
        lambda d: evolve(d, items_member="Things") if d.items_member else d,
    ),
    ("answer", "an answer is dropped", lambda d: evolve(d, answer=None)),
    ("answer", "a listing is one no more", lambda d: evolve(d, answer=d.item) if d.item else d),
    (
        "answer",
        "one answer becomes a page",
        lambda d: evolve(d, answer=Page, item=d.answer) if not d.item else d,
    ),
    ("answer", "an answer is of no model", lambda d: evolve(d, answer=str, item=None)),
    ("repeatable", "repeating is flipped", lambda d: evolve(d, idempotent=not d.idempotent)),
]


@pytest.mark.parametrize(
    ("kind", "change"),
    [pytest.param(kind, change, id=words) for kind, words, change in OPERATION_MUTATIONS],
)
def test_a_mistake_in_an_operation_is_found(
    theirs: Service, ours: Library, kind: str, change: ChangeOperation
) -> None:
    """A wrong answer, listing key or `idempotent` of any operation is reported."""
    planted = 0
    for name, declared in ours.operations.items():
        changed = change(declared)
        if changed != declared:
            mistaken = evolve(ours, operations={**ours.operations, name: changed})
            found = operation_differences(theirs, mistaken, name)
            assert (kind, name) in {(each.kind, each.where) for each in found}, name
            planted += 1
    assert planted


def test_a_path_member_that_is_not_positional_is_found(theirs: Service, ours: Library) -> None:
    """Where nothing may be passed by position, each operation with a path's label is reported."""
    mistaken = evolve(ours, positional=lambda _: ())
    for name in ours.operations:
        found = {each.kind for each in operation_differences(theirs, mistaken, name)}
        assert ("positional" in found) == bool(theirs.operations[name].labels), name


def test_a_docstring_without_its_page_is_found(theirs: Service, ours: Library) -> None:
    """A class whose docstring names another page is reported with the right one."""
    mistaken = evolve(ours, docstring=lambda _: "Source: https://example.org/")
    for name in ours.operations:
        found = [
            each for each in operation_differences(theirs, mistaken, name) if each.kind == "source"
        ]
        assert found[0].sentence.endswith(f"API_{name}.html")


def whole(theirs: Service, mistaken: Library, kind: str) -> list[Difference]:
    """The differences of one kind over everything."""
    return [each for each in walk(theirs, mistaken).differences if each.kind == kind]


def test_a_handler_that_is_missing_is_found(theirs: Service, ours: Library) -> None:
    """An operation without a handler in the emulator is a difference of its own kind."""
    mistaken = evolve(ours, handlers=frozenset(theirs.operations) - {"TagResource"})
    assert [each.where for each in whole(theirs, mistaken, "handler")] == ["TagResource"]


def test_mistakes_in_the_errors_are_found(theirs: Service, ours: Library) -> None:
    """A modelled error without its class, and a class without a code, are reported."""
    for shape in theirs.errors:
        rest = {code: kind for code, kind in ours.errors_by_code.items() if code != shape.name}
        found = whole(theirs, evolve(ours, errors_by_code=rest), "error")
        assert shape.name in {each.where for each in found}
    lonely = type("LonelyError", (ServiceError,), {})
    more = evolve(ours, error_classes=(*ours.error_classes, lonely))
    assert [each.where for each in whole(theirs, more, "error")] == ["LonelyError"]
    swapped = {**ours.errors_by_code, "InternalServerException": lonely}
    assert whole(theirs, evolve(ours, errors_by_code=swapped), "error")
