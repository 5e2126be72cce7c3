"""Readers of JSON values, and tables of the members of JSON objects.

Owns the rule for each type of value, and the path of a wrong value. Does not know any message.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn, TypeAlias, TypeVar

from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum

E = TypeVar("E", bound=OpenEnum)
T = TypeVar("T")

# The value is any JSON except null. A null member counts as missing.
Reader: TypeAlias = Callable[[object], object]
# The name in the event, the wire name, the reader.
Table: TypeAlias = tuple[tuple[str, str, Reader], ...]
SPREAD: Final = ""
"""The name of a nested object in a table. Its members become members of the outer object."""


class InvalidValueError(Exception):
    """The error for a wrong value.

    The path is collected while the error propagates, so that valid values cost nothing.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def prepend(self, step: str) -> None:
        """Prepend *step* to the path."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{step}{joint}{self.path}"


# -- one value -----------------------------------------------------------------------------


_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "a string"),
    (bool, "a boolean"),
    ((int, float), "a number"),
    (list, "an array"),
    (dict, "an object"),
    (type(None), "null"),
)


def reject(wanted: str, value: object) -> NoReturn:
    """Raise the error for a value of the wrong type.

    The error names the type and never the value, which may be secret.
    """
    found = next((kind for types, kind in _KINDS if isinstance(value, types)), "not a JSON value")
    raise InvalidValueError(f"must be {wanted}, got {found}")


def text(value: object) -> str:
    """Accept a string."""
    if isinstance(value, str):
        return value
    reject("a string", value)


def boolean(value: object) -> bool:
    """Accept a boolean."""
    if isinstance(value, bool):
        return value
    reject("a boolean", value)


def integer(value: object) -> int:
    """Accept a whole number, also in the form ``5.0``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    reject("a whole number", value)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_OF_MILLISECONDS: Final = 15
_DIGITS_OF_TODAY: Final = 14


def time(value: object) -> datetime:
    """Accept a string with milliseconds since 1970, or with ISO 8601.

    Digits after the microseconds are truncated. A time without an offset is UTC.
    """
    if not isinstance(value, str):
        reject("a string with a time", value)
    try:
        if value.isdigit() and value.isascii() and len(value) <= _DIGITS_OF_MILLISECONDS:
            if len(value) < _DIGITS_OF_TODAY and value < "4":
                # Three times as fast as adding to `_EPOCH`, and exact until the year 2096.
                return datetime.fromtimestamp(int(value) / 1000, UTC)
            return _EPOCH + timedelta(milliseconds=int(value))
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidValueError("must be a time: ISO 8601, or milliseconds since 1970")


def enum_of(kind: type[E]) -> Reader:
    """Return a reader of an open enum."""
    known = {member.value: member for member in kind}

    def read(value: object) -> E:
        written = text(value)
        return known.get(written) or kind(written)

    return read


# -- objects and arrays --------------------------------------------------------------------


def json_object(value: object) -> dict[str, JsonValue]:
    """Accept an object."""
    if isinstance(value, dict):
        return value
    reject("an object", value)


def members(table: Table, value: object) -> dict[str, object]:
    """Read the members in *table* from an object. Missing members are left out."""
    get = json_object(value).get
    found: dict[str, object] = {}
    wire = ""
    try:
        for name, wire, reader in table:
            member = get(wire)
            if member is None:
                continue
            if reader is text and member.__class__ is str:
                # Most members are strings, and calling `text` for each takes a third of the time.
                found[name] = member
            elif name:
                found[name] = reader(member)
            else:
                found.update(json_object(reader(member)))
    except InvalidValueError as invalid:
        invalid.prepend(wire)
        raise
    return found


def spread_object(table: Table) -> Reader:
    """Return a reader of a nested object that is named `SPREAD`."""

    def read(value: object) -> dict[str, object]:
        return members(table, value)

    return read


def object_of(kind: Callable[..., T], table: Table) -> Callable[[object], T]:
    """Return a reader of an object that builds a *kind* from its members."""

    def read(value: object) -> T:
        return kind(**members(table, value))

    return read


def items(reader: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """Return a reader of an array."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            reject("an array", value)
        found: list[T] = []
        try:
            for item in value:
                found.append(reader(item))  # noqa: PERF401 (the length is the path of a failure)
        except InvalidValueError as invalid:
            invalid.prepend(f"[{len(found)}]")
            raise
        return tuple(found)

    return read


array_of_texts: Final = items(text)
"""Accepts an array of strings."""


def texts(value: object) -> tuple[str, ...]:
    """Accept an array of strings, or one string instead of an array."""
    return (value,) if isinstance(value, str) else array_of_texts(value)
