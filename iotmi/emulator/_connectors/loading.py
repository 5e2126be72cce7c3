"""Functions of connectors as users give them: a Lambda handler, or an object that has one.

Owns the search for the handler, and the call of the optional `check` of the object behind it, which
names what a connector lacks. `iotmi.connector.Connector` has both, and is not imported here.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Protocol, TypeAlias, runtime_checkable

from iotmi.emulator._connectors.context import LambdaContext
from iotmi.emulator._core.json import JsonValue

LambdaHandler: TypeAlias = Callable[[dict[str, JsonValue], LambdaContext], object]
"""A Lambda handler: a function of the event and the context."""


@runtime_checkable
class HasHandler(Protocol):
    """An object with a Lambda handler, such as `iotmi.connector.Connector`."""

    def lambda_handler(self, event: dict[str, JsonValue], context: LambdaContext, /) -> object:
        """Respond to a request of the service."""


ConnectorCode: TypeAlias = LambdaHandler | HasHandler
"""The code of a connector: a Lambda handler, or an object that has one."""


def handler_of(code: ConnectorCode) -> LambdaHandler:
    """Return the Lambda handler of a connector's code.

    Raises:
        TypeError: *code* is neither a function nor an object with a ``lambda_handler``.
    """
    handler = code.lambda_handler if isinstance(code, HasHandler) else code
    if not callable(handler):
        raise TypeError(
            "a connector must be a function of the event and the context, or have a"
            f" lambda_handler, not a {type(code).__name__}"
        )
    return handler


def problems_of(code: ConnectorCode) -> tuple[str, ...]:
    """Return what the ``check`` of a connector says it lacks, empty without a ``check``."""
    check = getattr(_object_of(code), "check", None)
    found = check() if callable(check) else None
    return tuple(map(str, found)) if isinstance(found, Iterable) else ()


def load_function(name: str) -> ConnectorCode:
    """Return the code of a connector by its name, as in ``my_package.bridge:lambda_handler``.

    Args:
        name: a module and a function, or a module and a `iotmi.connector.Connector`, with a colon
            between them.

    Raises:
        ValueError: *name* has another form, the module does not exist, or it has no such function.
        TypeError: the name is that of something else than a function or a connector.
    """
    module, colon, path = name.partition(":")
    if not module or not colon or not path:
        raise ValueError(
            f"{name!r} must be a module and a function, as in my_bridge:lambda_handler"
        )
    try:
        found: object = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise ValueError(f"{name!r}: there is no module {error.name}") from error
    for step in path.split("."):
        if not hasattr(found, step):
            raise ValueError(f"{name!r}: {module} has no {path}")
        found = getattr(found, step)
    if isinstance(found, HasHandler) or callable(found):
        return found
    raise TypeError(f"{name!r} is a {type(found).__name__}, not a function or a connector")


def _object_of(code: ConnectorCode) -> object:
    """Return the object behind a connector's code: the object itself, or that of a bound method."""
    return code if isinstance(code, HasHandler) else getattr(code, "__self__", None)
