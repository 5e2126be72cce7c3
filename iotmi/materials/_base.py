"""The base of all kinds of authentication material.

Owns the base class, the warnings, and the redaction of codes in reprs and tracebacks. It knows the
service's limits, and does not know the layout of any kind.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeVar

from attrs import frozen
from typing_extensions import TypedDict

from iotmi._models.common import AUTHENTICATION_MATERIAL
from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi._schema.sealing import sealed
from iotmi._schema.traits import Text
from iotmi.errors import REDACTED, MaterialError

if TYPE_CHECKING:
    from attrs import Attribute

T = TypeVar("T", bound=type)


class MaterialIssue(StrEnum):
    """A broken rule that some genuine labels break too.

    ``str(issue)`` is a sentence that describes the problem and holds no part of a code.
    """

    ZWAVE_CHECKSUM = "the Z-Wave checksum does not match the digits after it"
    ZWAVE_UNKNOWN_CRITICAL_TLV = "a TLV that readers must understand has an unknown type"
    INSTALL_CODE_CRC = "the CRC-16 at the end of the install code does not match"
    INSTALL_CODE_WITHOUT_CRC = "the install code does not end in a matching CRC-16"
    EUI64_REVERSED = "the EUI-64 has FE FF in its middle, as if printed in reverse octet order"
    PRODUCT_CODE = "the UPC or EAN is no GTIN: the check digit or the number of digits is wrong"
    SERIAL_NUMBER_FORM = "the serial number is not 12 to 50 letters and digits"


class MaterialParameters(TypedDict, closed=True):
    """The two keyword arguments of `create` for a material."""

    authentication_material: str
    authentication_material_type: AuthenticationMaterialType


def hidden(value: object) -> str:
    """Return the redacted repr of a field."""
    return repr(None if value is None else REDACTED)


def sealed_class(kind: T) -> T:
    """Apply `sealed` to the constructor that attrs generates for *kind*."""
    setattr(kind, "__init__", sealed(getattr(kind, "__init__")))  # noqa: B009, B010
    return kind


def matches(pattern: re.Pattern[str], value: object) -> bool:
    """Return True if *value* is a string that *pattern* matches completely."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def items_of(values: object) -> tuple[object, ...] | None:
    """Return the items of an iterable, or None for a string or any other value.

    A string is iterable too, and passing one id instead of a list is a likely mistake.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        return None
    return tuple(values)


def limit_of(traits: Text | tuple[object, ...]) -> Text:
    """Return the `Text` constraint among *traits*."""
    if isinstance(traits, Text):
        return traits
    return next(trait for trait in traits if isinstance(trait, Text))


@frozen
class Within:
    """A validator for a constraint of the service's model."""

    limit: Text

    def __call__(self, value: object, attribute: "Attribute[str]", given: object) -> None:
        """Raise `MaterialError` if *given* breaks the constraint."""
        broken = self.limit.violation(given) if isinstance(given, str) else "must be a string"
        if broken:
            raise MaterialError(type(value).__name__, f"{attribute.name} {broken}")


def within(traits: Text | tuple[object, ...]) -> Within:
    """Return the validator for constraints such as ``SERIAL_NUMBER``."""
    return Within(limit_of(traits))


_LIMIT: Final = limit_of(AUTHENTICATION_MATERIAL)
# Labels may exceed the service's limit. A bound keeps parsing of hostile texts cheap.
_LONGEST_LABEL: Final = 1024


class MaterialBase:
    """The base of every kind of authentication material.

    Attributes:
        type: the service's type of the material.
        form: the format of `text`, in words.
    """

    __slots__ = ()

    type: ClassVar[AuthenticationMaterialType]
    form: ClassVar[str]

    @property
    def text(self) -> str:
        """The material in the service's format: 1 to 512 characters. Secret."""
        raise NotImplementedError

    @property
    def warnings(self) -> tuple[MaterialIssue, ...]:
        """The broken rules that some genuine labels break too. Empty for a valid code."""
        return ()

    @classmethod
    @sealed
    def parse(cls, text: str, *, strict: bool = False) -> Self:
        """Parse a code from the text of a label or from the service's format.

        Args:
            text: the text, for example from a scanner.
            strict: raise for every rule in `warnings`, such as a wrong checksum.

        Raises:
            MaterialError: the text is not such a code. The message holds no part of the text.
        """
        if not isinstance(text, str):
            raise MaterialError(cls.__name__, f"the text must be a string, not {_kind(text)}")
        if len(text) > _LONGEST_LABEL:
            raise MaterialError(
                cls.__name__,
                f"the text must have at most {_LONGEST_LABEL} characters, has {len(text)}",
            )
        material = cls._read(text)
        if strict and material.warnings:
            raise MaterialError(cls.__name__, "; ".join(material.warnings))
        return material

    @classmethod
    def _read(cls, text: str) -> Self:
        raise NotImplementedError

    def parameters(self) -> MaterialParameters:
        """Return the keyword arguments with the code for ``client.managed_things.create``."""
        return {
            "authentication_material": self.text,
            "authentication_material_type": self.type,
        }

    def __attrs_post_init__(self) -> None:
        text = self.text
        if not isinstance(text, str):
            raise self._error(f"the text must be a string, not {_kind(text)}")
        if _LIMIT.violation(text):
            raise self._error(
                f"the text has {len(text)} characters, and the service accepts 1 to 512"
                if len(text) > 512 or not text
                else "the text has a character that the service does not accept: a dot, an "
                "apostrophe, a square bracket, a line break or one outside ASCII"
            )

    @classmethod
    def _error(cls, reason: str) -> MaterialError:
        return MaterialError(cls.__name__, reason)

    @classmethod
    def _not_of_form(cls) -> MaterialError:
        return cls._error(f"the text must be {cls.form}")


def _kind(value: object) -> str:
    return type(value).__name__
