"""How a family's table of operations becomes methods, for the blocking and the awaiting client.

``get = call(GetManagedThing)`` keeps the request's parameters for the type checker (`ParamSpec`)
and for people: the bound method has the request's signature and docstring. This module knows what
an engine can do, not how it does it.
"""

import inspect
from collections.abc import Callable, Coroutine
from types import GenericAlias, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    ClassVar,
    ForwardRef,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    overload,
)

from iotmi._flow import Flow, ask
from iotmi._model import Listing, Request
from iotmi.paging import AsyncPager, Pager

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultingTypeVar

P = ParamSpec("P")
C = TypeVar("C")
R = TypeVar("R")
T = TypeVar("T")


class Blocking:
    """The colour of a client whose methods wait."""


class Awaiting:
    """The colour of a client whose methods are awaited."""


if TYPE_CHECKING:
    M = DefaultingTypeVar("M", default=Blocking)
else:
    # Only type checkers ask for the default, and loading what knows of it takes longer than a call.
    M = TypeVar("M")

Awaited: TypeAlias = Coroutine[object, None, R]
"""What an awaiting method gives."""


class Engine(Protocol):
    """What a family needs of the engine beneath it."""

    pager_type: ClassVar[type]

    def method(self, flow: Callable[P, Flow[R]]) -> Callable[P, object]:
        """A function that runs *flow*: at once, or when awaited."""
        ...

    def pager(self, listing: Listing[T]) -> object:
        """A pager of this engine's colour."""
        ...


class Family(Generic[M]):
    """The operations on one noun of the service. `M` is the colour: `Blocking` or `Awaiting`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.engine!r}>"


class _Line:
    """A line of a family's table. Bound on first use, and kept in the family's dictionary."""

    _name = ""
    _qualname = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._qualname = f"{owner.__qualname__}.{name}"

    def _keep(
        self,
        family: Family[C],
        method: Callable[P, object],
        source: Callable[P, object],
        returns: object,
    ) -> Callable[P, object]:
        """*method* with the name, signature and docstring that people and notebooks look for."""
        for attribute, value in (
            ("__name__", self._name),
            ("__qualname__", self._qualname),
            ("__doc__", source.__doc__),
            ("__signature__", _plain_signature(source, returns)),
        ):
            setattr(method, attribute, value)
        family.__dict__[self._name] = method
        return method


class _Method(_Line, Generic[P, R]):
    """A line whose method runs a flow: at once, or when awaited."""

    def __init__(
        self, function: Callable[P, Flow[R]], *, source: Callable[P, object], returns: object
    ) -> None:
        self.function = function
        self._source = source
        self._returns = returns

    @overload
    def __get__(self, family: None, owner: type) -> Self: ...
    @overload
    def __get__(self, family: Family[Blocking], owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, family: Family[Awaiting], owner: type) -> Callable[P, Awaited[R]]: ...
    def __get__(self, family: Family[C] | None, owner: type) -> object:
        if family is None:
            return self
        method = family.engine.method(self.function)
        return self._keep(family, method, self._source, self._returns)


class call(_Method[P, R]):  # noqa: N801
    """A method that sends one request and gives its answer."""

    def __init__(self, request: Callable[P, Request[R]]) -> None:
        def one_request(*args: P.args, **kwargs: P.kwargs) -> Flow[R]:
            return ask(request(*args, **kwargs))

        super().__init__(one_request, source=request, returns=getattr(request, "answer", None))
        self.request = request


class flow(_Method[P, R]):  # noqa: N801
    """A method that takes more than one request."""

    def __init__(self, function: Callable[P, Flow[R]]) -> None:
        # A flow's annotation is a generator's, whose last part is what it gives.
        given = get_args(function.__annotations__["return"])[-1]
        if isinstance(given, ForwardRef):
            # Its module is loaded by those who use the method.
            given = given.__forward_arg__
        super().__init__(function, source=function, returns=given)


class paged(_Line, Generic[P, T]):  # noqa: N801
    """A method that gives a pager over a listing. It sends nothing by itself."""

    def __init__(self, listing: Callable[P, Listing[T]]) -> None:
        self.request = listing

    @overload
    def __get__(self, family: None, owner: type) -> Self: ...
    @overload
    def __get__(self, family: Family[Blocking], owner: type) -> Callable[P, Pager[T]]: ...
    @overload
    def __get__(self, family: Family[Awaiting], owner: type) -> Callable[P, AsyncPager[T]]: ...
    def __get__(self, family: Family[C] | None, owner: type) -> object:
        if family is None:
            return self
        engine = family.engine

        def pager(*args: P.args, **kwargs: P.kwargs) -> object:
            return engine.pager(self.request(*args, **kwargs))

        return self._keep(family, pager, self.request, engine.pager_type)


def _plain_signature(source: Callable[P, object], returns: object) -> inspect.Signature:
    """The signature of *source* without the limits, which would bury the types in a notebook."""
    signature = inspect.signature(source)
    parameters = [
        parameter.replace(annotation=_plain(parameter.annotation))
        for parameter in signature.parameters.values()
    ]
    given = None if returns is NoneType else returns
    return signature.replace(parameters=parameters, return_annotation=given)


def _plain(annotation: object) -> object:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(arguments[0])
    if origin in (Union, UnionType):
        # Only this form takes a union's parts as a tuple.
        return Union[tuple(_plain(argument) for argument in arguments)]  # noqa: UP007
    if origin in (None, Callable):
        # A callback's values bear no limits.
        return annotation
    return GenericAlias(origin, tuple(map(_plain, arguments)))
