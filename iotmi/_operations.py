"""What this library can do, as data: one `OperationInfo` for every operation of the service."""

from collections.abc import Iterator
from types import NoneType

from attrs import frozen

from iotmi._binding import Family, call, paged
from iotmi._schema.model import Request
from iotmi.client import Families, FamilyDescriptor


@frozen(kw_only=True)
class OperationInfo:
    """One operation of the service.

    Attributes:
        name: as in the service's model, such as ``CreateManagedThing``.
        request: the class of its input.
        output: the class of what it gives; `Page` for a listing, None where it gives nothing.
        item: what the pages of a listing hold; None for what is no listing.
        method: where it is on a client, such as ``managed_things.create``.
        idempotent: whether it may be sent again when nobody knows if the service acted.
        url: the service's own page on it.
    """

    name: str
    request: type[Request[object]]
    output: type | None
    item: type | None
    method: str
    idempotent: bool
    url: str


def operations() -> tuple[OperationInfo, ...]:
    """Every operation that has a method, by name. Loads all families."""
    return tuple(sorted(_found(), key=lambda info: info.name))


def families() -> Iterator[tuple[str, type[Family]]]:
    """Every family: its attribute on a client, and its class."""
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
