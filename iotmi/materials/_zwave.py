"""The Z-Wave SmartStart code: 52 or more digits in the layout of the Z-Wave specification.

The lead-in 90 is followed by 2 digits of version, 5 of checksum, 3 of requested keys, 40 of the
device-specific key (DSK), and TLVs. A TLV has 2 digits of type, 2 of length, and the value.
"""

import re
from collections.abc import Iterable, Mapping
from enum import KEEP, IntFlag
from types import MappingProxyType
from typing import Final, Self

from attrs import Factory, field, frozen

from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi.errors import MaterialError
from iotmi.materials._base import (
    MaterialBase,
    MaterialIssue,
    hidden,
    items_of,
    matches,
    sealed_class,
)
from iotmi.materials._checksums import zwave_checksum

_FORM: Final = re.compile(
    r"90(?P<version>[0-9]{2})(?P<checksum>[0-9]{5})(?P<keys>[0-9]{3})(?P<dsk>[0-9]{40})"
    r"(?P<tlvs>[0-9]*)"
)
_DSK: Final = re.compile(r"[0-9]{5}(?:-?[0-9]{5}){7}")
_TLV_VALUE: Final = re.compile(r"[0-9]{0,99}")
_PRODUCT_TYPE: Final = 0
_PRODUCT_ID: Final = 1
_INCLUSION_INTERVAL: Final = 2
_UUID16: Final = 3
_PROTOCOLS: Final = 4
# The number of digits in the value of a TLV, by type.
_LENGTHS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {
        _PRODUCT_TYPE: (10,),
        _PRODUCT_ID: (20,),
        _INCLUSION_INTERVAL: (2,),
        _UUID16: (42,),
        _PROTOCOLS: (2, 3, 5),
    }
)
_INTERVAL_STEP: Final = 128


class ZWaveKeys(IntFlag, boundary=KEEP):
    """The security keys that a device requests. Bits without a name are kept."""

    S2_UNAUTHENTICATED = 1
    S2_AUTHENTICATED = 2
    S2_ACCESS_CONTROL = 4
    S0 = 128


class ZWaveProtocols(IntFlag, boundary=KEEP):
    """The protocols that a device supports. Bits without a name are kept."""

    ZWAVE = 1
    ZWAVE_LONG_RANGE = 2


def _is_int(value: object, lowest: int, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def _are_octet_pairs(digits: str) -> bool:
    """Return True if each group of 5 digits is a 16-bit number."""
    return all(int(digits[place : place + 5]) <= 0xFFFF for place in range(0, len(digits), 5))


@sealed_class
@frozen(kw_only=True)
class ZWaveTlv:
    """One TLV of a SmartStart code.

    Attributes:
        type: 0 to 49. Known types are 0 product type, 1 product id, 2 maximum inclusion request
            interval, 3 UUID, 4 supported protocols.
        value: up to 99 digits.
        critical: True if a reader must refuse the code if it does not know the type.
    """

    type: int = field()
    value: str = field(repr=hidden)
    critical: bool = field(default=False, converter=bool)

    def __attrs_post_init__(self) -> None:
        if not _is_int(self.type, 0, 49):
            raise self._error("type must be an integer from 0 to 49")
        if not matches(_TLV_VALUE, self.value):
            raise self._error("value must be 0 to 99 digits")
        allowed = _LENGTHS.get(self.type)
        if allowed is not None and len(self.value) not in allowed:
            raise self._error(
                f"value of a TLV of type {self.type} must have "
                f"{' or '.join(map(str, allowed))} digits, has {len(self.value)}"
            )
        if self.type in {_PRODUCT_TYPE, _PRODUCT_ID} and not _are_octet_pairs(self.value):
            raise self._error("value must be groups of 5 digits up to 65535")
        if self.type == _UUID16 and not _are_octet_pairs(self.value[2:]):
            raise self._error("value must be 2 digits and groups of 5 digits up to 65535")
        if self.type == _INCLUSION_INTERVAL and int(self.value) < 5:
            raise self._error("value of a TLV of type 2 must be 05 to 99")

    @property
    def known(self) -> bool:
        """True if the type is one of those that iotmi knows from the Z-Wave specification."""
        return self.type in _LENGTHS

    @property
    def digits(self) -> str:
        """The digits of the TLV in the code. Secret."""
        return f"{self.type << 1 | self.critical:02}{len(self.value):02}{self.value}"

    def _error(self, reason: str) -> MaterialError:
        return MaterialError("ZWaveTlv", reason)


def _read_tlvs(digits: str) -> Iterable[ZWaveTlv]:
    place = 0
    while place < len(digits):
        head = digits[place : place + 4]
        end = place + 4 + int(head[2:] or "0")
        if len(head) < 4 or end > len(digits):
            raise MaterialError("ZWaveCode", "the text ends inside a TLV, or has too many digits")
        yield ZWaveTlv(
            type=int(head[:2]) >> 1,
            critical=bool(int(head[:2]) & 1),
            value=digits[place + 4 : end],
        )
        place = end


def _keys(value: int) -> ZWaveKeys:
    if not _is_int(value, 0, 255):
        raise MaterialError("ZWaveCode", "requested_keys must be an integer from 0 to 255")
    return ZWaveKeys(value)


def _dsk(value: str) -> str:
    digits = value.replace("-", "") if matches(_DSK, value) else ""
    if not digits or not _are_octet_pairs(digits):
        raise MaterialError("ZWaveCode", "dsk must be 8 groups of 5 digits, each up to 65535")
    return "-".join(digits[place : place + 5] for place in range(0, 40, 5))


def _tlvs(values: Iterable[ZWaveTlv]) -> tuple[ZWaveTlv, ...]:
    items = items_of(values)
    tlvs = tuple(item for item in items or () if isinstance(item, ZWaveTlv))
    if items is None or len(tlvs) < len(items):
        raise MaterialError("ZWaveCode", "tlvs must be a list of ZWaveTlv")
    return tlvs


def _right_checksum(code: "ZWaveCode") -> int:
    return zwave_checksum(code.checked_digits)


@sealed_class
@frozen(kw_only=True)
class ZWaveCode(MaterialBase):
    """The SmartStart code of a Z-Wave device.

    Attributes:
        requested_keys: the security keys that the device requests.
        dsk: the device-specific key, 8 groups of 5 digits joined by dashes. The first is the PIN.
        tlvs: further information about the device.
        version: 1 for SmartStart, 0 for S2 without SmartStart.
        checksum: 0 to 65535. Computed if it is omitted.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/managedintegrations-sdk-v2-cookbook-ss.html
    """

    type = AuthenticationMaterialType.ZWAVE_QR_BAR_CODE
    form = "the digits of a SmartStart code, 90 and at least 50 more, without spaces"

    requested_keys: ZWaveKeys = field(converter=_keys)
    dsk: str = field(converter=_dsk, repr=hidden)
    tlvs: tuple[ZWaveTlv, ...] = field(default=(), converter=_tlvs)
    version: int = 1
    checksum: int = field(default=Factory(_right_checksum, takes_self=True), repr=hidden)

    def __attrs_post_init__(self) -> None:
        if not _is_int(self.version, 0, 1):
            raise self._error("version must be 0 or 1")
        if not _is_int(self.checksum, 0, 0xFFFF):
            raise self._error("checksum must be an integer from 0 to 65535")
        super().__attrs_post_init__()

    @classmethod
    def _read(cls, text: str) -> Self:
        found = _FORM.fullmatch(text)
        if found is None:
            raise cls._not_of_form()
        return cls(
            version=int(found["version"]),
            checksum=int(found["checksum"]),
            requested_keys=int(found["keys"]),
            dsk=found["dsk"],
            tlvs=_read_tlvs(found["tlvs"]),
        )

    @property
    def text(self) -> str:
        """The digits of the code."""
        return f"90{self.version:02}{self.checksum:05}{self.checked_digits}"

    @property
    def warnings(self) -> tuple[MaterialIssue, ...]:
        """The issues of the code: `ZWAVE_CHECKSUM`, `ZWAVE_UNKNOWN_CRITICAL_TLV` or both."""
        found = []
        if zwave_checksum(self.checked_digits) != self.checksum:
            found.append(MaterialIssue.ZWAVE_CHECKSUM)
        if any(tlv.critical and not tlv.known for tlv in self.tlvs):
            found.append(MaterialIssue.ZWAVE_UNKNOWN_CRITICAL_TLV)
        return tuple(found)

    @property
    def pin(self) -> str:
        """The PIN that a user types: the first 5 digits of the DSK. Secret."""
        return self.dsk[:5]

    @property
    def generic_device_class(self) -> int | None:
        """The generic device class, or None if the code has no product type."""
        group = self._group(_PRODUCT_TYPE, 0)
        return None if group is None else group >> 8

    @property
    def specific_device_class(self) -> int | None:
        """The specific device class, or None if the code has no product type."""
        group = self._group(_PRODUCT_TYPE, 0)
        return None if group is None else group & 0xFF

    @property
    def installer_icon(self) -> int | None:
        """The number of the icon for installers, or None if the code has no product type."""
        return self._group(_PRODUCT_TYPE, 1)

    @property
    def manufacturer_id(self) -> int | None:
        """The manufacturer's id, or None if the code has no product id."""
        return self._group(_PRODUCT_ID, 0)

    @property
    def product_type(self) -> int | None:
        """The manufacturer's number for the type of product, or None without a product id."""
        return self._group(_PRODUCT_ID, 1)

    @property
    def product_id(self) -> int | None:
        """The manufacturer's number for the product, or None if the code has no product id."""
        return self._group(_PRODUCT_ID, 2)

    @property
    def application_version(self) -> str | None:
        """The version of the device's software, such as ``2.66``, or None without a product id."""
        group = self._group(_PRODUCT_ID, 3)
        return None if group is None else f"{group >> 8}.{group & 0xFF}"

    @property
    def max_inclusion_request_interval(self) -> int | None:
        """The maximum number of seconds between two inclusion requests of the device, or None."""
        value = self._value(_INCLUSION_INTERVAL)
        return None if value is None else int(value) * _INTERVAL_STEP

    @property
    def uuid_format(self) -> int | None:
        """The presentation format of the UUID, 0 to 99, or None if the code has no UUID."""
        value = self._value(_UUID16)
        return None if value is None else int(value[:2])

    @property
    def uuid(self) -> bytes | None:
        """The 16 octets of the UUID, or None if the code has no UUID. Secret."""
        value = self._value(_UUID16)
        if value is None:
            return None
        groups = (int(value[place : place + 5]) for place in range(2, 42, 5))
        return b"".join(group.to_bytes(2, "big") for group in groups)

    @property
    def supported_protocols(self) -> ZWaveProtocols | None:
        """The protocols that the device supports, or None if the code does not have them."""
        value = self._value(_PROTOCOLS)
        return None if value is None else ZWaveProtocols(int(value))

    @property
    def checked_digits(self) -> str:
        """The digits that the checksum covers, which are all digits after it. Secret."""
        tlvs = "".join(tlv.digits for tlv in self.tlvs)
        return f"{self.requested_keys:03}{self.dsk.replace('-', '')}{tlvs}"

    def _value(self, kind: int) -> str | None:
        return next((tlv.value for tlv in self.tlvs if tlv.type == kind), None)

    def _group(self, kind: int, index: int) -> int | None:
        value = self._value(kind)
        return None if value is None else int(value[index * 5 : index * 5 + 5])
