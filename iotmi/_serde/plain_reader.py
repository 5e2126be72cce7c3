"""Plain data, read: one function for each shape, from what JSON holds to a member's value.

cattrs builds the classes; these functions read their members. A member of the wrong kind is a
problem with its path, and all problems are found at once. This module does not know what wrote the
data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from iotmi._schema.containers import ReadOnlyMap, copy_json, find_json_problems
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Request
from iotmi._schema.schema import Member, missing, schema_of
from iotmi._schema.shapes import (
    SCALARS,
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
    prefix_paths,
)
from iotmi._schema.times import from_seconds, from_text, is_time_type, to_utc
from iotmi._schema.validation import is_validating, unchecked
from iotmi._serde.plain_writer import Form
from iotmi.errors import REDACTED, ConstraintError, Problem

if TYPE_CHECKING:
    from cattrs import Converter

Read: TypeAlias = Callable[[object], object]

HIDDEN: Final = (
    f"is {REDACTED!r}, which replaced a hidden value: give the value itself, or leave it out"
)


class PlainError(Exception):
    """Some plain data cannot be read.

    Attributes:
        problems: each with its path, from the data that was read.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def model_reader(model: type, converter: "Converter", form: Form) -> Callable[..., object]:
    """Return the structure hook of *model* for cattrs.

    A request is validated as its constructor does. Another value is read as a response is, for its
    kinds only, because the service breaks its own limits; the request that holds it validates it.
    """
    from cattrs.gen import make_dict_structure_fn, override

    is_request = issubclass(model, Request)
    members = schema_of(model).members
    # Typed as keywords in general, because cattrs has keywords of its own next to the members.
    overrides: dict[str, Any] = {
        member.name: override(
            rename=form.key(member),
            struct_hook=_member_hook(member, converter, validates=is_request),
        )
        for member in members
    }
    build: Callable[..., object] = make_dict_structure_fn(
        model,
        converter,
        # On the wire, the service may send members that this version does not know.
        _cattrs_forbid_extra_keys=form.names == "python",
        _cattrs_detailed_validation=True,
        **overrides,
    )

    def read(data: object, _: object = None) -> object:
        if isinstance(data, model):
            return data
        if not isinstance(data, Mapping):
            raise _refused(model, [Problem("", "must be an object", type(data))])
        try:
            if is_request:
                return build(data, model)
            with unchecked():
                return build(data, model)
        except Exception as error:  # noqa: BLE001 - cattrs groups whatever a hook raises
            problems = find_problems(error)
        raise _refused(model, problems)

    return read


def find_problems(error: BaseException) -> Sequence[Problem]:
    """Return what *error*, raised by a hook or gathered by cattrs, says of the data."""
    from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

    match error:
        case PlainError() | ConstraintError():
            return error.problems
        case ForbiddenExtraKeysError():
            return [
                Problem(str(name), f"is no member of {error.cl.__name__}", None)
                for name in sorted(error.extra_fields, key=str)
            ]
        case ClassValidationError() | IterableValidationError():
            noted, others = error.group_exceptions()
            problems: list[Problem] = []
            for inner, note in noted:
                step = getattr(note, "name", None) or f"[{getattr(note, 'index', '')!r}]"
                problems += prefix_paths(step, find_problems(inner))
            for inner in others:
                problems += find_problems(inner)
            return problems
        case KeyError():
            # cattrs looks a member up by its key, and no hook raises this.
            return [Problem("", "is required", None)]
        case _:
            # The text of another library's exception may show the value.
            return [Problem("", f"cannot be read ({type(error).__name__})", None)]


def _refused(model: type, problems: Sequence[Problem]) -> ConstraintError:
    return ConstraintError(model.__name__, tuple(problems))


def _member_hook(
    member: Member, converter: "Converter", *, validates: bool
) -> Callable[[object, object], object]:
    read = _reader(member.shape, converter)

    def hook(value: object, _: object) -> object:
        if value is None:
            if member.required:
                raise PlainError(Problem("", missing(member).rule, None))
            return None
        held = read(value)
        if validates and is_validating():
            problems = member.shape.validate(member.shape.coerce(held))
            if problems:
                raise PlainError(*problems)
        return held

    return hook


def _reader(shape: Shape, converter: "Converter") -> Read:  # noqa: PLR0911 - one for each shape
    match shape:
        case SensitiveShape():
            return _sensitive_reader(shape.shape, _reader(shape.shape, converter))
        case ScalarShape() if is_time_type(shape.kind):
            return read_time
        case ScalarShape(kind=kind):
            return lambda value: _read_scalar(value, kind)
        case EnumShape(enum=enum):
            return lambda value: read_enum(value, enum)
        case ListShape():
            read = _reader(shape.item, converter)
            return lambda value: _read_list(value, read)
        case MapShape():
            read_key, read_value = _reader(shape.key, converter), _reader(shape.value, converter)
            return lambda value: _read_map(value, read_key, read_value)
        case StructureShape(model=model):
            # By way of the converter, because structures may contain one another.
            return lambda value: converter.structure(value, model)
        case _:
            return _read_document


def _sensitive_reader(shape: Shape, read: Read) -> Read:
    holds_several = isinstance(shape, ListShape | MapShape)

    def read_sensitive(value: object) -> object:
        several: Iterable[object] = ()
        if holds_several and isinstance(value, Mapping):
            several = [*value.keys(), *value.values()]
        elif holds_several and isinstance(value, list | tuple):
            several = value
        if value == REDACTED or any(item == REDACTED for item in several):
            raise PlainError(Problem("", HIDDEN, REDACTED))
        try:
            return read(value)
        except (PlainError, ConstraintError) as error:
            hidden = [
                Problem(problem.path and f"[{REDACTED}]", problem.rule, REDACTED)
                for problem in error.problems
            ]
        raise PlainError(*hidden)

    return read_sensitive


def _read_scalar(value: object, kind: type) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise PlainError(Problem("", "is a number that is too large", None)) from None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise PlainError(Problem("", f"must be {SCALARS[kind]}", value))
    return value


def read_enum(value: object, kind: type[OpenEnum]) -> OpenEnum:
    """Return the member of *kind* that *value* is the text of, known or not.

    Raises:
        PlainError: *value* is no string.
    """
    if not isinstance(value, str):
        raise PlainError(Problem("", "must be a string", value))
    return kind(value)


def read_time(value: object) -> datetime:
    """Return the time that *value* is: text, a number of seconds, or a datetime.

    Raises:
        PlainError: it is none of these.
    """
    try:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return to_utc(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return from_seconds(value)
        if isinstance(value, str):
            return from_text(value)
    except OverflowError:
        raise PlainError(Problem("", "is outside the range of times", value)) from None
    except ValueError as error:
        raise PlainError(Problem("", str(error), value)) from None
    rule = "must be a time: ISO 8601 text, a number of seconds, or a datetime with a time zone"
    raise PlainError(Problem("", rule, value))


def _read_list(value: object, read: Read) -> object:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise PlainError(Problem("", "must be a list", type(value)))
    return tuple(_each(((f"[{index}]", item) for index, item in enumerate(value)), read))


def _read_map(value: object, read_key: Read, read_value: Read) -> object:
    if not isinstance(value, Mapping):
        raise PlainError(Problem("", "must be a mapping", type(value)))
    keys = _each(((" (key)", key) for key in value), read_key)
    values = _each(((f"[{key!r}]", item) for key, item in value.items()), read_value)
    return ReadOnlyMap(dict(zip(keys, values, strict=True)))


def _each(items: Iterable[tuple[str, object]], read: Read) -> list[object]:
    """Return what *read* makes of each item.

    Raises:
        PlainError: with the problems of all items, each under the step of its item.
    """
    found: list[object] = []
    problems: list[Problem] = []
    for step, item in items:
        try:
            found.append(read(item))
        except (PlainError, ConstraintError) as error:
            problems += prefix_paths(step, error.problems)
    if problems:
        raise PlainError(*problems)
    return found


def _read_document(value: object) -> object:
    try:
        problems = [Problem(*found) for found in find_json_problems(value, "")]
    except RecursionError:
        problems = [Problem("", "must not be nested so deeply", type(value))]
    if problems:
        raise PlainError(*problems)
    return copy_json(value)
