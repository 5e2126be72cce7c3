"""Open enums: a value that the service learns later survives, and says that it is not known.

Knows nothing of any one enum, nor of requests.
"""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """A string enum that does not break on a value it has never heard of.

    ``Role("DEVICE") is Role.DEVICE``; ``Role("GATEWAY")`` is a `Role` too, equal to
    ``"GATEWAY"``, with ``known == False``. Members are strings, so a plain string of a known value
    compares equal. A request refuses a value that is not known, except inside `iotmi.unchecked`.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        stranger = str.__new__(cls, value)
        stranger._name_ = value
        stranger._value_ = value
        return stranger

    @property
    def known(self) -> bool:
        """Whether this version of iotmi knows the value."""
        return type(self).__members__.get(self.name) == self

    # Enum hashes the name, which differs from the value in a few enums; a string that compares
    # equal must hash equal.
    __hash__ = str.__hash__

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"{kind}.{self.name}" if self.known else f"{kind}({self.value!r})"
