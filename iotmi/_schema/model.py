"""How values, requests and listings are declared, and what comes back: `Page`, `Response`.

A value is a frozen, slotted, keyword-only attrs class whose annotations carry its limits. A request
is such a value with one thing more: the answer it asks for. This module does not know how a
request travels, nor what any one request is.
"""

import sys
from typing import ClassVar, Final, Generic, TypeVar, dataclass_transform, get_args

import attrs
from attrs import field

from iotmi._schema.responses import Page
from iotmi._schema.schema import (
    CASING,
    Casing,
    Member,
    camel,
    deprecated_members,
    members_of,
    pascal,
    problems_in,
)
from iotmi._schema.shapes import PROBLEMS, REDACTED, ModelBase, SensitiveShape
from iotmi._schema.validation import is_library_frame, validate, warn_deprecated

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def model(cls: type[T]) -> type[T]:
    """A frozen value whose members are named on the wire in PascalCase."""
    return _build_model(cls, pascal)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def camel_model(cls: type[T]) -> type[T]:
    """A frozen value whose members are named on the wire in camelCase."""
    return _build_model(cls, camel)


class Request(Generic[R_co]):
    """One operation's input. The class bears the operation's name; its fields are the parameters.

    Requests are plain values: they compare, they pickle, they hash where their fields do, and
    ``client.send(request)`` sends them.

    Attributes:
        output: what the service answers with; NoneType for an operation without an answer.
        items_member: of a listing, the name on the wire of the list in the answer; else empty.
        item: of a listing, what its pages hold.
        idempotent: whether the request may be sent again when nobody knows if the service acted on
            the first. Reads, replacements and creations with a token may.
    """

    __slots__ = ()

    output: ClassVar[type]
    items_member: ClassVar[str] = ""
    item: ClassVar[type] = object
    idempotent: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        base = getattr(cls, "__orig_bases__", (None,))[0]
        for asked in get_args(base):
            if not isinstance(asked, TypeVar):
                cls.output = asked


class Listing(Request[Page[T]]):
    """A request that is answered page by page. Declares ``next_token`` and ``max_results``."""

    __slots__ = ()

    items_member = "Items"
    # Declared anew, for they are set below and no type checker is to guess what they may hold.
    output: ClassVar[type]
    item: ClassVar[type]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.item, cls.output = cls.output, Page


def evolve(value: T, **changes: object) -> T:
    """The same value with other members: ``evolve(request, name="Hall hub")``.

    Raises:
        ConstraintError: the changes break limits.
        TypeError: a member that the value does not have.
    """
    # No type checker takes a class made by `model` for one of attrs's own, which it is.
    evolved: T = attrs.evolve(value, **changes)  # type: ignore[misc]
    return evolved


def idempotency_token_member(request: type) -> Member | None:
    """The member of *request* that holds its idempotency token, if it has one."""
    return next((member for member in members_of(request) if member.idempotency_token), None)


def _build_model(cls: type[T], casing: Casing) -> type[T]:
    for name, value in (
        ("__attrs_post_init__", validate),
        (CASING, staticmethod(casing)),
        (PROBLEMS, problems_in),
        ("__repr__", _repr),
        # Written once here: attrs would compile them for each class, which a cold start waits for.
        ("__eq__", _eq),
        ("__hash__", _hash),
    ):
        setattr(cls, name, value)
    if issubclass(cls, Request):
        return attrs.frozen(cls, kw_only=True, slots=True, repr=False, eq=False)
    made = attrs.frozen(_with_base(cls), kw_only=True, slots=True, repr=False, eq=False)
    for name, advice in deprecated_members(made).items():
        watched = _DeprecatedField(made.__dict__[name], advice)
        watched.__set_name__(made, name)
        setattr(made, name, watched)
    return made


def _with_base(cls: type[T]) -> type[T]:
    """The same class upon `ModelBase`, which nobody then needs to write behind each class's name."""
    body = {
        name: held for name, held in cls.__dict__.items() if name not in ("__dict__", "__weakref__")
    }
    made: type = type(cls.__name__, (ModelBase,), body)
    return made


def _repr(self: object) -> str:
    """The members that hold something, the sensitive ones hidden."""
    shown = (
        f"{member.name}={REDACTED if isinstance(member.shape, SensitiveShape) else held!r}"
        for member in members_of(type(self))
        if (held := getattr(self, member.name)) is not None
    )
    return f"{type(self).__name__}({', '.join(shown)})"


def _eq(self: object, other: object) -> object:
    if type(self) is not type(other):
        return NotImplemented
    return _field_values(self) == _field_values(other)


def _hash(self: object) -> int:
    return hash((type(self), _field_values(self)))


def _field_values(value: object) -> tuple[object, ...]:
    return tuple(getattr(value, member.name) for member in members_of(type(value)))


class _DeprecatedField:
    """A deprecated member of an answer: reading it, where it holds anything, warns the reader."""

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
        # A repr, a comparison or a pickle is not the reader's own use of the member.
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
