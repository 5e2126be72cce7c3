"""Pickles and copies of clients and of all that belongs to one: families, methods, pagers.

Only options are pickled. The other process finds credentials and opens connections itself. This
module does not know how a client is made from its options.
"""

from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from attrs import frozen

from iotmi._values import Value

PickledClient: TypeAlias = tuple[Callable[..., object], dict[str, object]]


@frozen(eq=False, repr=False)
class ClientRecipe(Value):
    """The part of a client's pickle that its context does not know.

    Attributes:
        kind: the class of the client.
        unpicklable_source: the name of the option that holds credentials or sockets; empty if the
            client was made without such an option.
        profile_name: the option of that name.
        endpoint_url: the option of that name.
    """

    kind: Callable[..., object]
    unpicklable_source: str
    profile_name: str | None
    endpoint_url: str | None

    def pickled(self, **options: object) -> "PickledClient":
        """Return *kind* and the keyword arguments from which it makes the client again.

        Args:
            options: those that the client's context knows.

        Raises:
            PicklingError: the client was made from an option that does not pickle.
        """
        if self.unpicklable_source:
            import pickle

            raise pickle.PicklingError(
                f"a client made from a {self.unpicklable_source} does not pickle: make it in the "
                "other process, or make it from profile_name, region_name and endpoint_url"
            )
        own = {"profile_name": self.profile_name, "endpoint_url": self.endpoint_url}
        return self.kind, {**own, **options}


class Pickled(Protocol):
    """The part of a client's context that a driver pickles."""

    def pickled(self) -> PickledClient:
        """Return the class and the options of the client."""
        ...


C = TypeVar("C", bound=Pickled)


class PicklableDriver(Generic[C]):
    """The base of both drivers. Families and pagers pickle as plain objects that hold a driver."""

    context: C

    def __reduce__(self) -> tuple[object, ...]:
        return restore_driver, self.context.pickled()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        # A copy of a family or pager sends over the same connection.
        return self


def restore_client(kind: Callable[..., Any], options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return a new client of the class *kind*."""
    return kind(**options)


def restore_driver(kind: Callable[..., Any], options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the driver of a new client of the class *kind*."""
    return kind(**options)._driver  # noqa: SLF001 - the client and its driver are one mechanism
