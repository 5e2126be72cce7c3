"""Binding: a family's table of operations becomes methods, for the sync and the async client.

``get = call(GetManagedThing)`` keeps the request's parameters for type checkers (`ParamSpec`) and
for people: the method has the request's signature and docstring. This module knows what a driver
can do, and not how.
"""

import inspect
from collections.abc import Callable, Coroutine
from functools import reduce
from operator import or_
from types import FunctionType, GenericAlias, MethodType, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    ForwardRef,
    Generic,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    overload,
)

from iotmi._sansio.steps import Steps
from iotmi._schema.model import Listing, Request
from iotmi._schema.public import public
from iotmi.paging import AsyncPager, Pager

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultingTypeVar

P = ParamSpec("P")
C = TypeVar("C")
R = TypeVar("R")
T = TypeVar("T")


@public
class Sync:
    """Marks the families of `iotmi.Client`, whose methods return values."""


@public
class Async:
    """Marks the families of `iotmi.AsyncClient`, whose methods return coroutines."""


if TYPE_CHECKING:
    M = DefaultingTypeVar("M", default=Sync)
else:
    # Only type checkers read the default, and importing typing_extensions is slower than a call.
    M = TypeVar("M")

Coro: TypeAlias = Coroutine[object, None, R]
"""The return type of an async method."""


class Driver(Protocol):
    """The methods of a driver that families use."""

    is_async: ClassVar[bool]
    pager_type: ClassVar[type]

    def fetch(self, request: Request[R]) -> Any:  # noqa: ANN401 - a value, or a coroutine of it
        """Send *request* and return its value, or a coroutine of it."""
        ...

    def run(self, steps: Steps[R]) -> Any:  # noqa: ANN401 - a value, or a coroutine of it
        """Run *steps* and return the result, or a coroutine of it."""
        ...

    def pager(self, listing: Listing[T]) -> object:
        """Return a pager over *listing*."""
        ...


@public
class Family(Generic[M]):
    """The operations on one noun of the service. `M` is `Sync` or `Async`."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._driver!r}>"


class _MethodDescriptor(Generic[P]):
    """One line of a family's table: a descriptor that binds a function to the family.

    Nothing is stored in the family, so that patching the class affects families in use.

    Args:
        source: the callable that has the parameters and the docstring of the method.
        sync_function: takes the family and the parameters, for the sync client.
        async_function: the same for the async client.
        returns: the return annotation, given the type of the driver's pager.
    """

    def __init__(
        self,
        source: Callable[P, object],
        sync_function: Callable[..., object],
        async_function: Callable[..., object],
        returns: Callable[[type], object],
    ) -> None:
        self._source = source
        self._functions = {False: sync_function, True: async_function}
        self._returns = returns
        self._name = ""
        self._qualname = ""
        self._module = ""
        self._described: set[bool] = set()

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._qualname = f"{owner.__qualname__}.{name}"
        self._module = owner.__module__

    @property
    def __call__(self) -> Callable[..., object]:
        """The described function of the class, for ``mock.patch.object(..., autospec=True)``.

        `unittest.mock` takes the descriptor itself out of the class, and its signature from here.
        """
        return self._bind(None)

    def _bind(self, family: Family[C] | None) -> Callable[..., object]:
        if family is None:
            # Documentation tools and `unittest.mock.create_autospec` read the class, and the latter
            # takes the first parameter for one of the caller's.
            def method(*_: object, **__: object) -> object:
                raise TypeError(f"{self._qualname}() is called on a family of a client")

            return self._describe(method, Pager)
        driver = family._driver  # noqa: SLF001 - descriptor and family are one mechanism
        function = self._functions[driver.is_async]
        if driver.is_async not in self._described:
            self._describe(function, driver.pager_type, _FAMILY)
            self._described.add(driver.is_async)
        return MethodType(function, family)

    def _describe(
        self, function: Callable[..., object], pager_type: type, *leading: inspect.Parameter
    ) -> Callable[..., object]:
        """Give *function* the name, docstring and signature of the line."""
        signature = _plain_signature(self._source, self._returns(pager_type))
        for attribute, value in (
            ("__name__", self._name),
            ("__qualname__", self._qualname),
            ("__module__", self._module),
            ("__doc__", self._source.__doc__),
            (
                "__signature__",
                signature.replace(parameters=[*leading, *signature.parameters.values()]),
            ),
        ):
            setattr(function, attribute, value)
        return function


_FAMILY: Final = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)


class _Method(_MethodDescriptor[P], Generic[P, R]):
    """A line whose method returns a value, or a coroutine of it."""

    @overload
    def __get__(self, family: None, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, family: Family[Sync], owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, family: Family[Async], owner: type) -> Callable[P, Coro[R]]: ...
    def __get__(self, family: Family[C] | None, owner: type) -> object:
        return self._bind(family)


class call(_Method[P, R]):  # noqa: N801
    """A method that sends one request and returns its value."""

    def __init__(self, request: Callable[P, Request[R]]) -> None:
        self.request = request

        def method(family: Family[C], /, *args: P.args, **kwargs: P.kwargs) -> object:
            try:
                built = request(*args, **kwargs)
            finally:
                # This frame is in the traceback of every error.
                del args, kwargs
            return family._driver.fetch(built)  # noqa: SLF001

        async def async_method(family: Family[C], /, *args: P.args, **kwargs: P.kwargs) -> object:
            try:
                built = request(*args, **kwargs)
            finally:
                del args, kwargs
            return await family._driver.fetch(built)  # noqa: SLF001

        output = getattr(request, "output", None)
        super().__init__(request, method, async_method, lambda _: output)


class flow(_Method[P, R]):  # noqa: N801
    """A method that sends several requests."""

    def __init__(self, function: Callable[P, Steps[R]]) -> None:
        self.function = function

        def method(family: Family[C], /, *args: P.args, **kwargs: P.kwargs) -> object:
            steps = function(*args, **kwargs)
            del args, kwargs
            return family._driver.run(steps)  # noqa: SLF001

        async def async_method(family: Family[C], /, *args: P.args, **kwargs: P.kwargs) -> object:
            steps = function(*args, **kwargs)
            del args, kwargs
            return await family._driver.run(steps)  # noqa: SLF001

        # The annotation is a generator's, whose last argument is the type of its result.
        result = get_args(inspect.get_annotations(function)["return"])[-1]
        if isinstance(result, ForwardRef):
            # Its module is imported by those who use the method.
            result = result.__forward_arg__
        super().__init__(function, method, async_method, lambda _: result)


class paged(_MethodDescriptor[P], Generic[P, T]):  # noqa: N801
    """A method that returns a pager over a listing. It sends nothing by itself."""

    def __init__(self, listing: Callable[P, Listing[T]]) -> None:
        self.request = listing

        def method(family: Family[C], /, *args: P.args, **kwargs: P.kwargs) -> object:
            try:
                built = listing(*args, **kwargs)
            finally:
                del args, kwargs
            return family._driver.pager(built)  # noqa: SLF001

        # Two functions of one code, because each is described with its own return type.
        async_method = FunctionType(method.__code__, method.__globals__, closure=method.__closure__)
        item = getattr(listing, "item", object)
        super().__init__(listing, method, async_method, lambda pager: GenericAlias(pager, (item,)))

    @overload
    def __get__(self, family: None, owner: type) -> Callable[P, Pager[T]]: ...
    @overload
    def __get__(self, family: Family[Sync], owner: type) -> Callable[P, Pager[T]]: ...
    @overload
    def __get__(self, family: Family[Async], owner: type) -> Callable[P, AsyncPager[T]]: ...
    def __get__(self, family: Family[C] | None, owner: type) -> object:
        return self._bind(family)


def _plain_signature(source: Callable[..., object], returns: object) -> inspect.Signature:
    """Return the signature of *source* without constraints, which would bury the types."""
    signature = inspect.signature(source)
    parameters = [
        parameter.replace(annotation=_plain(parameter.annotation))
        for parameter in signature.parameters.values()
    ]
    return signature.replace(
        parameters=parameters, return_annotation=None if returns is NoneType else returns
    )


def _plain(annotation: object) -> object:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(arguments[0])
    if origin in (Union, UnionType):
        # ``str | None`` and not ``Optional[str]``, on each version of Python.
        return reduce(or_, map(_plain, arguments))
    if origin in (None, Callable):
        # The arguments of a callback bear no constraints.
        return annotation
    return GenericAlias(origin, tuple(map(_plain, arguments)))
