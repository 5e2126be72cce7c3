"""Open enums: values that the service adds later survive, marked as unknown.

This module knows no particular enum.
"""

from enum import StrEnum
from typing import Self

from iotmi._schema.public import public
from iotmi._schema.pydantic_hook import PydanticHook


@public
class OpenEnum(PydanticHook, StrEnum):
    """A string enum that accepts unknown values.

    ``Role("DEVICE") is Role.DEVICE``. ``Role("GATEWAY")`` is a `Role` too, equal to ``"GATEWAY"``,
    with ``known == False``. Members are strings, so they equal plain strings. A request rejects
    unknown values, except inside `iotmi.unchecked`.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        public(cls)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def known(self) -> bool:
        """True if this version of iotmi declares the value."""
        return type(self).__members__.get(self.name) == self

    # Enum hashes the name, which differs from the value in some enums. Members equal strings, so
    # they must hash like strings.
    __hash__ = str.__hash__

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"{kind}.{self.name}" if self.known else f"{kind}({self.value!r})"
