"""Our side: the declarations, as data that can be changed.

The walk asks nothing of the library but this, so that a test can plant a mistake in a copy.
"""

from collections.abc import Callable, Mapping
from typing import get_args, get_origin

import attrs
from attrs import frozen

import iotmi
from iotmi import errors
from iotmi._error_codes import ERRORS_BY_CODE
from iotmi._members import CASING, Casing, Member, members_of
from iotmi._model import Page
from iotmi.emulator.handlers import HANDLERS
from iotmi.errors import ServiceError


@frozen(kw_only=True)
class Declared:
    """One operation as we declare it.

    Attributes:
        answer: the class of the answer, `Page` for a listing; None where nothing is answered.
        item: what the pages of a listing hold.
        items_member: the wire name of the list in a listing's answer.
    """

    name: str
    method: str
    request: type[iotmi.Request[object]]
    answer: type | None
    item: type | None
    items_member: str | None
    repeatable: bool


def positional_of(model: type) -> tuple[str, ...]:
    """The fields of *model* that may be passed by position."""
    return tuple(each.name for each in attrs.fields(model) if not each.kw_only)


def docstring_of(model: type) -> str:
    """What stands under the class line of *model*."""
    return model.__doc__ or ""


def casing_of(model: type) -> Casing:
    """How the fields of *model* are named on the wire by default."""
    casing: Casing = getattr(model, CASING)
    return casing


@frozen(kw_only=True)
class Library:
    """All that the walk compares with the service."""

    operations: Mapping[str, Declared]
    errors_by_code: Mapping[str, type[ServiceError]]
    error_classes: tuple[type[ServiceError], ...]
    handlers: frozenset[str]
    members: Callable[[type], tuple[Member, ...]] = members_of
    positional: Callable[[type], tuple[str, ...]] = positional_of
    docstring: Callable[[type], str] = docstring_of

    def only(self, name: str) -> "Library":
        """The same with one operation."""
        return attrs.evolve(self, operations={name: self.operations[name]})


def installed() -> Library:
    """The library as it is."""
    return Library(
        operations={
            info.name: Declared(
                name=info.name,
                method=info.method,
                request=info.request,
                answer=info.answer,
                item=_plain(info.item),
                items_member=info.request.items_member,
                repeatable=info.repeatable,
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
    """The class that holds what is answered: of a listing, its item."""
    return declared.item if declared.answer is Page else declared.answer


def _plain(kind: object) -> type | None:
    """*kind* without its limits: a listing's items may be strings with some."""
    bare = get_args(kind)[0] if get_origin(kind) is not None else kind
    return bare if isinstance(bare, type) else None
