"""The Zigbee code: the address of a device and its install code.

Owns the formats of Zigbee labels. The service documents one of them, used by `ZigbeeCode.text`.
"""

import re
from typing import Final, Self

from attrs import evolve, field, frozen

from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi.errors import MaterialError
from iotmi.materials._base import MaterialBase, MaterialIssue, hidden, matches, sealed_class
from iotmi.materials._checksums import crc16_x25

_WITHOUT_CRC: Final = frozenset({6, 8, 12, 16})
_WITH_CRC: Final = frozenset(octets + 2 for octets in _WITHOUT_CRC)

_EUI64: Final = "(?P<eui64>[0-9A-Fa-f]{16})"
_CODE: Final = "(?P<code>[0-9A-Fa-f]+)"
_LABELS: Final = (
    # Philips Hue: the code first, then the address, then product data.
    re.compile(rf"HUE:Z:{_CODE} M:{_EUI64}(?: [A-Z]+:[0-9A-Z]*)*"),
    # Müller-Licht, and frient, which puts the code between bars.
    re.compile(rf"(?P<bar>\|?){_EUI64}\|{_CODE}(?P=bar)"),
    # Bosch: 40 characters of product data, and DLK before the code.
    re.compile(rf"[0-9A-Z]{{40}}{_EUI64}DLK{_CODE}"),
)
# A group of a label such as ``G$M:IC2%Z:540F57FFFE599FAA$I:D79C…%M:1246``.
_FIELD: Final = re.compile(r"([A-Z]{1,8})(?::([^$%]*))?")
_ADDRESS: Final = re.compile(_EUI64)
_PRINTED_ADDRESS: Final = re.compile("[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){7}")
_PRINTED_CODE: Final = re.compile("[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+)*")
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]+")


def _address(value: str) -> str:
    if not matches(_PRINTED_ADDRESS, value):
        raise MaterialError("ZigbeeCode", "eui64 must be 16 hexadecimal digits")
    return re.sub("[:-]", "", value).upper()


def _install_code(value: str) -> str:
    if not matches(_PRINTED_CODE, value):
        raise MaterialError("ZigbeeCode", "install_code must be hexadecimal digits")
    digits = value.replace("-", "").upper()
    if len(digits) % 2 or len(digits) // 2 not in _WITHOUT_CRC | _WITH_CRC:
        raise MaterialError(
            "ZigbeeCode",
            "install_code must be 6, 8, 12 or 16 octets, or 2 more with the CRC-16, "
            f"has {len(digits)} digits",
        )
    return digits


@sealed_class
@frozen(kw_only=True)
class ZigbeeCode(MaterialBase):
    """The code of a Zigbee device.

    `parse` reads labels with Zigbee's groups (``Z:…$I:…``, ``G$M:…%Z$A:…$I:…``), of Philips Hue
    (``HUE:Z:… M:…``), with a bar (``…|…``) and of Bosch (``…DLK…``). It ignores white space around
    the text.

    Attributes:
        eui64: the device's address as the label prints it, 16 hexadecimal digits. The constructor
            also accepts colons or dashes between them.
        install_code: 6, 8, 12 or 16 octets in hexadecimal digits, with or without the CRC-16. The
            constructor also accepts dashes between the digits.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/managedintegrations-sdk-v2-cookbook-ss.html
    """

    type = AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE
    form = "a Zigbee label such as Z:<16 hexadecimal digits>$I:<hexadecimal install code>"

    eui64: str = field(converter=_address, repr=hidden)
    install_code: str = field(converter=_install_code, repr=hidden)

    @classmethod
    def _read(cls, text: str) -> Self:
        label = text.strip(" \t\r\n")
        for form in _LABELS:
            found = form.fullmatch(label)
            if found is not None:
                return cls(eui64=found["eui64"], install_code=found["code"])
        return cls._read_groups(label)

    @classmethod
    def _read_groups(cls, label: str) -> Self:
        codes = []
        for group in label.split("%"):
            fields = [_FIELD.fullmatch(part) for part in group.split("$")]
            pairs = [(found[1], found[2]) for found in fields if found is not None]
            if len(pairs) < len(fields):
                raise cls._not_of_form()
            values = dict(pairs)
            address = values.get("Z") or (values.get("A") if "Z" in values else None)
            if address and values.get("I") and len(values) == len(pairs):
                codes.append((address, values["I"]))
        if len(codes) != 1:
            raise cls._not_of_form()
        address, code = codes[0]
        # The constructor accepts separators, but QR codes have none.
        if _ADDRESS.fullmatch(address) is None or _HEXADECIMAL.fullmatch(code) is None:
            raise cls._not_of_form()
        return cls(eui64=address, install_code=code)

    @property
    def text(self) -> str:
        """The code in the developer guide's format: ``Z:<EUI-64>$I:<install code>``."""
        return f"Z:{self.eui64}$I:{self.install_code}"

    @property
    def warnings(self) -> tuple[MaterialIssue, ...]:
        """The issues of the code: one of the install code, and `EUI64_REVERSED`."""
        found = []
        if not self._crc_matches():
            stated = len(self.install_code) // 2 not in _WITHOUT_CRC
            found.append(
                MaterialIssue.INSTALL_CODE_CRC if stated else MaterialIssue.INSTALL_CODE_WITHOUT_CRC
            )
        # An EUI-64 that is derived from a 48-bit address has FF FE in its middle.
        if self.eui64[6:10] == "FEFF":
            found.append(MaterialIssue.EUI64_REVERSED)
        return tuple(found)

    def with_crc(self) -> Self:
        """Return the code with the correct CRC-16, which is appended or replaces a wrong CRC-16.

        Eight octets without a matching CRC-16 are a 64-bit code without a CRC-16.
        """
        if self._crc_matches():
            return self
        octets = bytes.fromhex(self.install_code)
        if len(octets) not in _WITHOUT_CRC:
            octets = octets[:-2]
        crc = crc16_x25(octets).to_bytes(2, "little")
        return evolve(self, install_code=(octets + crc).hex())

    def _crc_matches(self) -> bool:
        octets = bytes.fromhex(self.install_code)
        return (
            len(octets) in _WITH_CRC and crc16_x25(octets[:-2]).to_bytes(2, "little") == octets[-2:]
        )
