"""Modules that annotations name, imported when `typing.get_type_hints` resolves them."""

from importlib import import_module


class LazyModule:
    """The module *name*, imported when one of its attributes is first read.

    ``if TYPE_CHECKING: import boto3`` alone would leave ``"boto3.Session"`` in an annotation a name
    that nothing can resolve at run time.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        found: object = getattr(import_module(self._name), attribute)
        return found
