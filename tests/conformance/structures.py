"""Comparison of structures: members, kinds, limits and marks, at any depth."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from iotmi._schema.schema import Member
from iotmi._schema.shapes import (
    DocumentShape,
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape as OurShape,
    StructureShape,
)
from iotmi._schema.traits import Number, Size, Text
from tests.conformance.library import Library, wire_case_of
from tests.conformance.service import Property, Shape
from tests.conformance.writing import (
    annotation,
    class_lines,
    enum_line,
    field_name,
    member_line,
    squashed,
)

PAGE: Final = "https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_{}.html"

_KINDS: Final = {
    str: "string",
    int: "integer",
    float: "double",
    bool: "boolean",
}


@frozen
class Difference:
    """One difference.

    Attributes:
        kind: such as ``length``.
        where: such as ``CreateManagedThing.owner``.
        sentence: the difference, ending with the line to write.
    """

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Structures:
    """Comparison of each pair of a class and a shape, once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._seen: set[tuple[type, str]] = set()

    def compare(
        self,
        model: type,
        shape: Shape,
        where: str,
        known: frozenset[str] = frozenset(),
        pages: tuple[str, ...] = (),
    ) -> Iterator[Difference]:
        """Yield every difference between *model* and *shape*.

        Args:
            model: our class.
            shape: the service's structure.
            where: the name of the class in a sentence.
            known: the members that we require although the model does not.
            pages: operations whose page the docstring may link to. Default: the structure's own.
        """
        if (model, shape.name) in self._seen:
            return
        self._seen.add((model, shape.name))
        yield from self._source_differences(model, pages or (shape.name,))
        ours = {squashed(member.name): member for member in self._library.members(model)}
        wire_case = wire_case_of(model)
        for theirs in shape.properties:
            member = ours.pop(squashed(theirs.name), None)
            required = theirs.required or theirs.name in known
            name = member.name if member else field_name(theirs.name)
            line = member_line(
                theirs, required=required, name=name, wire_case=wire_case, token=theirs.token
            )
            place = f"{where}.{name}"
            if member is None:
                yield Difference("member", place, f"{where} lacks {theirs.name}; write: {line}")
                continue
            for kind, words in _member_words(member, theirs, required=required):
                yield Difference(kind, place, f"{place} {words}; write: {line}")
            yield from self._shape_differences(member.shape, theirs.shape, place, line)
        for member in ours.values():
            place = f"{where}.{member.name}"
            yield Difference("member", place, f"the service has no {place}; delete: {member.name}")

    def named(self, model: type, shape: Shape) -> Iterator[Difference]:
        """Yield a difference if *model* does not have the structure's name."""
        if model.__name__ != shape.name:
            yield Difference(
                "class name",
                model.__name__,
                f"{model.__name__} is {shape.name} to the service; "
                f"write: {class_lines(shape.name, '', shape)}",
            )

    def _source_differences(self, model: type, pages: tuple[str, ...]) -> Iterator[Difference]:
        lines = {line.strip() for line in self._library.docstring(model).splitlines()}
        wanted = [f"Source: {PAGE.format(page)}" for page in pages]
        if lines.isdisjoint(wanted):
            name = model.__name__
            yield Difference(
                "source", name, f"the docstring of {name} lacks its page; write: {wanted[0]}"
            )

    def _shape_differences(
        self, ours: OurShape, theirs: Shape, place: str, line: str
    ) -> Iterator[Difference]:
        hidden = isinstance(ours, SensitiveShape)
        if hidden != _is_sensitive(theirs):
            words = "is not sensitive to the service" if hidden else "lacks `SENSITIVE`"
            yield Difference("sensitive", place, f"{place} {words}; write: {line}")
        bare = ours.shape if isinstance(ours, SensitiveShape) else ours
        match bare, theirs.kind:
            case StructureShape(), "structure":
                yield from self.named(bare.model, theirs)
                yield from self.compare(bare.model, theirs, bare.model.__name__)
            case ListShape(), "list":
                yield from _limit_differences("size", bare.size or Size(), theirs, place, line)
                yield from self._shape_differences(bare.item, theirs.item, f"{place}[]", line)
            case MapShape(), "map":
                yield from _limit_differences("size", bare.size or Size(), theirs, place, line)
                yield from self._shape_differences(bare.key, theirs.key, f"{place} (key)", line)
                yield from self._shape_differences(bare.value, theirs.value, f"{place}[]", line)
            case EnumShape(), "enum":
                yield from _enum_differences(bare, theirs)
            case DocumentShape(), "document":
                pass
            case ScalarShape(), kind if _KINDS.get(bare.kind, "timestamp") == kind:
                yield from _scalar_differences(bare, theirs, place, line)
            case _:
                yield Difference(
                    "kind",
                    place,
                    f"{place} is not {_kind_of(bare)} but {annotation(theirs)}; write: {line}",
                )


def _is_sensitive(shape: Shape) -> bool:
    """Return True if a list or map has sensitive items: its repr would show them."""
    match shape.kind:
        case "list":
            return shape.sensitive or _is_sensitive(shape.item)
        case "map":
            return shape.sensitive or _is_sensitive(shape.key) or _is_sensitive(shape.value)
        case _:
            return shape.sensitive


def _member_words(member: Member, theirs: Property, *, required: bool) -> Iterator[tuple[str, str]]:
    """Return the parts of a member's declaration other than its shape."""
    plain = member.name.rstrip("_")
    if not plain.islower() or squashed(plain) != squashed(theirs.name):
        yield "name", f"is badly named for {theirs.name}"
    if member.wire != theirs.name:
        yield "wire name", f"is {theirs.name} on the wire, not {member.wire}"
    if member.required != required:
        yield "required", "is required" if required else "is optional"
    if (member.deprecated is not None) != theirs.deprecated:
        yield "deprecated", "lacks `Deprecated`" if theirs.deprecated else "is not deprecated"
    if member.idempotency_token != theirs.token:
        words = "lacks `IDEMPOTENCY_TOKEN`" if theirs.token else "is not marked a token"
        yield "idempotency token", words


def _scalar_differences(
    ours: ScalarShape, theirs: Shape, place: str, line: str
) -> Iterator[Difference]:
    text = next((limit for limit in ours.constraints if isinstance(limit, Text)), Text())
    number = next((limit for limit in ours.constraints if isinstance(limit, Number)), Number())
    if theirs.kind == "string":
        yield from _limit_differences("length", text, theirs, place, line)
        if text.pattern != theirs.pattern:
            yield Difference(
                "pattern",
                place,
                f"{place} has the pattern {theirs.pattern}, not {text.pattern}; write: {line}",
            )
    elif theirs.kind in ("integer", "double"):
        yield from _limit_differences("range", number, theirs, place, line)


def _limit_differences(
    kind: str, ours: Text | Number | Size, theirs: Shape, place: str, line: str
) -> Iterator[Difference]:
    found, wanted = (ours.min, ours.max), (theirs.min, theirs.max)
    if found != wanted:
        yield Difference(
            kind, place, f"{place} has the {kind} {wanted}, not {found}; write: {line}"
        )


def _enum_differences(ours: EnumShape, theirs: Shape) -> Iterator[Difference]:
    name = ours.enum.__name__
    if name != theirs.name:
        yield Difference(
            "class name",
            name,
            f"{name} is {theirs.name} to the service; write: class {theirs.name}(OpenEnum)",
        )
    values = {member.value: member.name for member in ours.enum}
    for value in theirs.enum:
        line = enum_line(value)
        if value not in values:
            yield Difference("enum", f"{name}.{value}", f"{name} lacks {value}; write: {line}")
        elif values[value] != line.split(" ")[0]:
            yield Difference(
                "enum", f"{name}.{value}", f"{name}.{values[value]} is {value}; write: {line}"
            )
    for value in values.keys() - set(theirs.enum):
        yield Difference(
            "enum",
            f"{name}.{value}",
            f"{name}.{value} is unknown to the service; delete: {values[value]}",
        )


def _kind_of(shape: OurShape) -> str:
    match shape:
        case ScalarShape():
            return shape.kind.__name__
        case StructureShape():
            return shape.model.__name__
        case EnumShape():
            return shape.enum.__name__
        case _:
            return type(shape).__name__
