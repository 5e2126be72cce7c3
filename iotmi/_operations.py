"""Introspection: one `OperationInfo` for every operation of the service."""

from collections.abc import Iterator
from types import NoneType

from attrs import frozen

from iotmi._binding import Family, call, paged
from iotmi._schema.model import Request
from iotmi._schema.public import public
from iotmi.client import Families, FamilyDescriptor


@public
@frozen(kw_only=True)
class OperationInfo:
    """One operation of the service.

    Attributes:
        name: the name in the service's model, such as ``CreateManagedThing``.
        request: the class of the request.
        output: the class of the response's value; `Page` for a listing, None for no value.
        item: the class of a listing's items; None for other operations.
        method: the method of a client, such as ``managed_things.create``.
        idempotent: True if it may be sent again when it is unknown if the service acted.
        url: the service's reference page.
    """

    name: str
    request: type[Request[object]]
    output: type | None
    item: type | None
    method: str
    idempotent: bool
    url: str


def operations() -> tuple[OperationInfo, ...]:
    """Return every operation that has a method, sorted by name. Loads all families."""
    return tuple(sorted(_found(), key=lambda info: info.name))


def families() -> Iterator[tuple[str, type[Family]]]:
    """Yield the attribute on a client and the class of each family."""
    for attribute, value in vars(Families).items():
        if isinstance(value, FamilyDescriptor):
            yield attribute, value.family_class()


def _found() -> Iterator[OperationInfo]:
    for attribute, family in families():
        for name, line in vars(family).items():
            if isinstance(line, call | paged):
                request = line.request
                if not (isinstance(request, type) and issubclass(request, Request)):
                    raise TypeError(f"{attribute}.{name} is not a table line over a request class")
                operation = request.__name__
                yield OperationInfo(
                    name=operation,
                    request=request,
                    output=None if request.output is NoneType else request.output,
                    item=request.item if request.items_member else None,
                    method=f"{attribute}.{name}",
                    idempotent=request.idempotent,
                    url=f"https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_{operation}.html",
                )
