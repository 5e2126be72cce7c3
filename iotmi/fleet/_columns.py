"""Columns: the cells of a row as the members of a request.

A column has the name of a member, in Python or on the wire, or a dotted name for one entry of a map
or one member of a structure: ``metadata.site``. Text is converted to the member's type. This
module does not know which request an action makes.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias, TypeVar

from attrs import define, field, frozen

from iotmi._schema.model import Request
from iotmi._schema.schema import Schema, schema_of
from iotmi._schema.shapes import (
    EnumShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from iotmi._serde.plain import from_plain
from iotmi.errors import REDACTED, ConstraintError, Problem
from iotmi.fleet._sources import Row
from iotmi.fleet._values import RowProblem

R = TypeVar("R", bound=Request[object])

Convert: TypeAlias = Callable[[str], object]

_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0"})


class RowError(Exception):
    """A row cannot become a request."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__(*problems)
        self.problems = problems


class _CellError(Exception):
    """The text of a cell breaks a rule."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@frozen
class _Target:
    """The place of a column in a request.

    Attributes:
        path: the member, then the entries and members inside it.
        convert: converts text.
        sensitive: True if the service's model marks the member as sensitive.
    """

    path: tuple[str, ...]
    convert: Convert
    sensitive: bool

    def read(self, text: str) -> object:
        """Return the value that *text* holds.

        Raises:
            _CellError: it is not of the member's type, or replaces a hidden value.
        """
        if self.sensitive and text == REDACTED:
            raise _CellError(f"is {REDACTED!r}, which replaced a hidden value")
        return self.convert(text)


@define
class Columns:
    """The columns that become the members of one class of requests.

    Attributes:
        request: the class.
        aliases: further names of members, in lower case.
        ignored: columns to pass over.
        ignores_unknown: True to pass over every column that names no member.
    """

    request: type[Request[object]]
    aliases: Mapping[str, str] = field(factory=dict)
    ignored: frozenset[str] = frozenset()
    ignores_unknown: bool = False
    _targets: dict[str, _Target | None] = field(factory=dict, init=False)

    def problems(self, columns: Iterable[str]) -> list[RowProblem]:
        """Return a problem of the header for each column that names no member.

        The rows pass these columns over afterwards, so that their other problems are found.
        """
        found = []
        for column in columns:
            try:
                self._target(column)
            except _CellError as error:
                found.append(RowProblem(0, column, error.rule))
                self._targets[column] = None
        return found

    def members(self, row: Row) -> dict[str, object]:
        """Return the members that the cells of *row* hold, as plain data.

        Raises:
            RowError: a column names no member, or its text is not of the member's type.
        """
        members: dict[str, object] = {}
        problems = []
        if row.excess:
            rule = f"has {row.excess} more cells than the header"
            problems.append(RowProblem(row.number, "", rule))
        for column, held in row.cells.items():
            if held is None:
                continue
            try:
                target = self._target(column)
                if target is None:
                    continue
                is_text = isinstance(held, str) and (row.is_text or target.convert is _json)
                _put(members, target.path, target.read(str(held)) if is_text else held)
            except _CellError as error:
                problems.append(RowProblem(row.number, column, error.rule))
        if problems:
            raise RowError(*problems)
        return members

    def build(self, row: Row, members: Mapping[str, object]) -> Request[object]:
        """Return the request with *members*.

        Raises:
            RowError: the request breaks constraints.
        """
        try:
            return build(self.request, members)
        except ConstraintError as error:
            problems = error.problems
        raise RowError(*(self._located(row, problem) for problem in problems))

    def _located(self, row: Row, problem: Problem) -> RowProblem:
        """Return *problem* with the column that holds the member."""
        member = problem.path.replace("[", ".").partition(".")[0].partition(" ")[0]
        columns = [
            column
            for column in row.cells
            if (target := self._targets.get(column)) is not None and target.path[0] == member
        ]
        for column in columns:
            target = self._targets[column]
            steps = target.path[1:] if target is not None else ()
            if steps and (f"[{steps[-1]!r}]" in problem.path or f".{steps[-1]}" in problem.path):
                return RowProblem(row.number, column, problem.rule)
        plain = [column for column in columns if "." not in column]
        return RowProblem(row.number, (plain or [member])[0], problem.rule)

    def _target(self, column: str) -> _Target | None:
        """Return the place of *column*, or None if it is passed over.

        Raises:
            _CellError: the column names no member.
        """
        if column not in self._targets:
            self._targets[column] = self._find(column)
        return self._targets[column]

    def _find(self, column: str) -> _Target | None:
        if column in self.ignored:
            return None
        schema = schema_of(self.request)
        names = {_folded(member.name): member for member in schema.members}
        head, *steps = column.split(".", 1)
        wanted = self.aliases.get(head.lower(), head)
        member = names.get(_folded(wanted))
        if member is None:
            if self.ignores_unknown:
                return None
            raise _CellError(f"is no member of {self.request.__name__}{_hint(head, schema)}")
        path: list[str] = [member.name]
        shape, sensitive = _bare(member.shape), isinstance(member.shape, SensitiveShape)
        while steps:
            match shape:
                case MapShape(value=inner):
                    path.append(steps[0])
                    shape, steps = _bare(inner), []
                case StructureShape(model=model):
                    head, *steps = steps[0].split(".", 1)
                    inside = schema_of(model)
                    named = {_folded(each.name): each for each in inside.members}
                    found = named.get(_folded(head))
                    if found is None:
                        raise _CellError(f"is no member of {model.__name__}{_hint(head, inside)}")
                    path.append(found.name)
                    shape = _bare(found.shape)
                case _:
                    raise _CellError(f"has a dot, and {path[-1]} is neither a map nor a structure")
        return _Target(tuple(path), _converter(shape), sensitive)


def build(kind: type[R], members: Mapping[str, object]) -> R:
    """Return the request of *kind* with *members*, plain or not.

    Raises:
        ConstraintError: the request breaks constraints.
    """
    for member in schema_of(kind).members:
        if member.required and member.name not in members:
            # A missing positional member would be a TypeError.
            members = {**members, member.name: None}
    if any(map(_is_nested, members.values())):
        return from_plain(kind, members)
    return kind(**members)


def _is_nested(value: object) -> bool:
    """Return True for plain data that a constructor does not take: all but maps of text."""
    if isinstance(value, dict):
        return not all(isinstance(held, str) for held in value.values())
    return isinstance(value, list)


def _put(members: dict[str, object], path: tuple[str, ...], value: object) -> None:
    *outer, last = path
    for step in outer:
        inner = members.setdefault(step, {})
        if not isinstance(inner, dict):
            raise _CellError(f"is given twice, because {step} is a column too")
        members = inner
    if last in members:
        raise _CellError("is given twice, by another column too")
    members[last] = value


def _bare(shape: Shape) -> Shape:
    return shape.shape if isinstance(shape, SensitiveShape) else shape


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _hint(name: str, schema: Schema) -> str:
    from difflib import get_close_matches

    known = {_folded(each.name): each.name for each in schema.members}
    close = get_close_matches(_folded(name), known, n=1)
    return f"; did you mean {known[close[0]]}?" if close else ""


def _converter(shape: Shape) -> Convert:
    # No request of an action has a float or a free document.
    match shape:
        case ScalarShape(kind=kind) if kind is bool:
            return _boolean
        case ScalarShape(kind=kind) if kind is int:
            return _integer
        case ScalarShape() | EnumShape():
            return lambda text: text
        case _:
            return _json


def _boolean(text: str) -> object:
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise _CellError("must be true or false")


def _integer(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        raise _CellError("must be a whole number") from None


def _json(text: str) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict | list):
        raise _CellError("must be a JSON object or list")
    return value
