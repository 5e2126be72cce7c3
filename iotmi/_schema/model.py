"""Model classes: the decorators that make frozen values, and the bases of requests.

This module does not know how a request is sent, nor any particular request.
"""

import inspect
import sys
from collections.abc import Iterator
from typing import ClassVar, Final, Generic, Protocol, TypeVar, dataclass_transform, get_args

import attrs
from attrs import field

from iotmi._schema.public import public
from iotmi._schema.pydantic_hook import PydanticHook
from iotmi._schema.responses import Page
from iotmi._schema.schema import Schema, WireCase, camel, pascal, schema_of
from iotmi._schema.shapes import SCHEMA, ModelBase, SensitiveShape
from iotmi._schema.validation import initializer, is_library_frame, warn_deprecated
from iotmi.errors import REDACTED

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def model(cls: type[T]) -> type[T]:
    """Make *cls* a frozen value or request whose wire names are in PascalCase."""
    return _build_model(cls, pascal)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def camel_model(cls: type[T]) -> type[T]:
    """Make *cls* a frozen value or request whose wire names are in camelCase."""
    return _build_model(cls, camel)


@public
class Request(PydanticHook, Generic[R_co]):
    """The input of one operation. The class has the operation's name, its fields the parameters.

    Requests are plain values: they compare, pickle, and hash where their fields do.
    ``client.send(request)`` sends one.

    Attributes:
        output: the class of the response's value; NoneType for an operation without one.
        items_member: for a listing, the wire name of the list in the response; otherwise empty.
        item: for a listing, the class of its items.
        idempotent: whether the request may be sent again when it is unknown if the service acted
            on the first one. Reads, replacements and creations with a token may.
    """

    __slots__ = ()

    output: ClassVar[type]
    items_member: ClassVar[str] = ""
    item: ClassVar[type] = object
    idempotent: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        base = getattr(cls, "__orig_bases__", (None,))[0]
        for argument in get_args(base):
            if not isinstance(argument, TypeVar):
                cls.output = argument


@public
class Listing(Request[Page[T]]):
    """A request that returns one page. Its fields include ``next_token`` and ``max_results``."""

    __slots__ = ()

    items_member = "Items"
    # Declared again, so that no type checker infers their types from the assignment below.
    output: ClassVar[type]
    item: ClassVar[type]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.item, cls.output = cls.output, Page


def evolve(value: T, **changes: object) -> T:
    """Return a copy of *value* with other members: ``evolve(request, name="Hall hub")``.

    Type checkers do not check the names and types of *changes*; both are checked when it runs.

    Raises:
        ConstraintError: the changes break constraints.
        TypeError: *value* has no such member.
    """
    # No type checker knows that a class made by `model` is an attrs class.
    evolved: T = attrs.evolve(value, **changes)  # type: ignore[misc]
    return evolved


def _build_model(cls: type[T], wire_case: WireCase) -> type[T]:
    for name, value in (
        ("__repr__", _repr),
        # Shared by all models: attrs would compile them for each class, which slows a cold start.
        ("__eq__", _eq),
        ("__hash__", _hash),
        ("__replace__", _replace),
        ("__rich_repr__", _rich_repr),
        ("_repr_pretty_", _repr_pretty),
    ):
        setattr(cls, name, value)
    base = cls if issubclass(cls, Request) else _with_base(cls)
    built = attrs.frozen(base, kw_only=True, slots=True, repr=False, eq=False)
    schema = Schema(built, wire_case)
    setattr(built, SCHEMA, schema)
    setattr(built, "__init__", initializer(schema, getattr(built, "__init__")))  # noqa: B009, B010
    if not issubclass(built, Request):
        for name, advice in schema.deprecated().items():
            deprecated = _DeprecatedField(built.__dict__[name], advice)
            deprecated.__set_name__(built, name)
            setattr(built, name, deprecated)
    return public(built)


def _with_base(cls: type[T]) -> type[T]:
    """Return *cls* with `ModelBase` as its base, so that no declaration has to name it."""
    body = {name: held for name, held in cls.__dict__.items() if name not in _NOT_COPIED}
    built: type = type(cls.__name__, (ModelBase,), body)
    built.__annotations__ = inspect.get_annotations(cls)
    return built


# The two of CPython's own, and where Python 3.11 to 3.15 keep annotations.
_NOT_COPIED: Final = frozenset(
    {
        "__dict__",
        "__weakref__",
        "__annotate__",
        "__annotate_func__",
        "__annotations__",
        "__annotations_cache__",
    }
)


def _repr(self: object) -> str:
    """Return the class and the members that are not None, with sensitive ones redacted."""
    shown = (f"{name}={held!r}" for name, held in _rich_repr(self))
    return f"{type(self).__name__}({', '.join(shown)})"


def _rich_repr(self: object) -> Iterator[tuple[str, object]]:
    """Yield what rich prints. Without it, rich would read the members of an attrs class itself."""
    for member in schema_of(type(self)).members:
        held = getattr(self, member.name)
        if held is not None:
            yield member.name, REDACTED if isinstance(member.shape, SensitiveShape) else held


class _Printer(Protocol):
    """The part of IPython's pretty printer that is needed."""

    def text(self, text: str) -> None:
        """Print *text*."""
        ...


def _repr_pretty(self: object, printer: _Printer, _: bool) -> None:  # noqa: FBT001 - IPython's
    """Print what IPython and Hypothesis show, for the same reason."""
    printer.text(repr(self))


def _replace(self: T, /, **changes: object) -> T:
    """Return a copy with other members, for ``copy.replace`` of Python 3.13 and later."""
    return evolve(self, **changes)


def _eq(self: object, other: object) -> object:
    if type(self) is not type(other):
        return NotImplemented
    return _field_values(self) == _field_values(other)


def _hash(self: object) -> int:
    return hash((type(self), _field_values(self)))


def _field_values(value: object) -> tuple[object, ...]:
    return tuple(getattr(value, member.name) for member in schema_of(type(value)).members)


class _DeprecatedField:
    """A deprecated member of a response value. Reading it warns, unless it holds None."""

    def __init__(self, slot: object, advice: str) -> None:
        self._slot = slot
        self._advice = advice
        self._owner = ""
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner.__name__, name

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if instance is None:
            return self
        value: object = self._slot.__get__(instance, owner)  # type: ignore[attr-defined]
        # A repr, a comparison or a pickle is not the application's own use of the member.
        reader = sys._getframe(1)  # noqa: SLF001
        if (
            value is not None
            and not is_library_frame(reader)
            and reader.f_globals["__name__"] not in _IGNORED_READERS
        ):
            warn_deprecated(self._owner, self._name, self._advice)
        return value

    def __set__(self, instance: object, value: object) -> None:
        self._slot.__set__(instance, value)  # type: ignore[attr-defined]


_IGNORED_READERS: Final = frozenset({"attr._make", "attr._funcs"})
