"""Our declarations as data that tests can change.

The walk reads the library only through this module, so a test can plant a mistake in a copy.
"""

from collections.abc import Callable, Mapping
from typing import get_args, get_origin

import attrs
from attrs import frozen

import iotmi
from iotmi import errors
from iotmi._schema.error_codes import ERRORS_BY_CODE
from iotmi._schema.responses import Page
from iotmi._schema.schema import Member, WireCase, schema_of
from iotmi.emulator.handlers import HANDLERS
from iotmi.errors import ServiceError


@frozen(kw_only=True)
class Declared:
    """One operation as we declare it.

    Attributes:
        answer: the class of the response, `Page` for a listing, or None for an empty response.
        item: the items of a listing's pages.
        items_member: the wire name of the list in a listing's response.
    """

    name: str
    method: str
    request: type[iotmi.Request[object]]
    answer: type | None
    item: type | None
    items_member: str | None
    idempotent: bool


def positional_of(model: type) -> tuple[str, ...]:
    """Return the fields of *model* that may be passed by position."""
    return tuple(each.name for each in attrs.fields(model) if not each.kw_only)


def docstring_of(model: type) -> str:
    """Return the docstring of *model*."""
    return model.__doc__ or ""


def wire_case_of(model: type) -> WireCase:
    """Return the function that derives wire names from the fields of *model*."""
    return schema_of(model).wire_case


def members_of(model: type) -> tuple[Member, ...]:
    """Return the declared fields of *model*."""
    return schema_of(model).members


@frozen(kw_only=True)
class Library:
    """Everything that the walk compares with the service."""

    operations: Mapping[str, Declared]
    errors_by_code: Mapping[str, type[ServiceError]]
    error_classes: tuple[type[ServiceError], ...]
    handlers: frozenset[str]
    members: Callable[[type], tuple[Member, ...]] = members_of
    positional: Callable[[type], tuple[str, ...]] = positional_of
    docstring: Callable[[type], str] = docstring_of

    def only(self, name: str) -> "Library":
        """Return a copy with one operation."""
        return attrs.evolve(self, operations={name: self.operations[name]})


def installed() -> Library:
    """Return the installed library."""
    return Library(
        operations={
            info.name: Declared(
                name=info.name,
                method=info.method,
                request=info.request,
                answer=info.output,
                item=_plain(info.item),
                items_member=info.request.items_member,
                idempotent=info.idempotent,
            )
            for info in iotmi.operations()
        },
        errors_by_code=ERRORS_BY_CODE,
        error_classes=tuple(
            kind
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, ServiceError) and kind != ServiceError
        ),
        handlers=frozenset(HANDLERS),
    )


def answer_model(declared: Declared) -> type | None:
    """Return the class of the response, or of a listing's items."""
    return declared.item if declared.answer is Page else declared.answer


def _plain(kind: object) -> type | None:
    """Return *kind* without its constraints, because a listing's items may be limited strings."""
    bare = get_args(kind)[0] if get_origin(kind) is not None else kind
    return bare if isinstance(bare, type) else None
