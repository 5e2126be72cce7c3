"""Authentication material: the texts that prove your ownership of a device.

    from iotmi import materials

    code = materials.parse("SN:123456789012;UPC:036000291452")
    client.managed_things.create(role=iotmi.Role.CONTROLLER, **code.parameters())

Each of the service's six types of material has one or two classes. The module needs no client and
sends nothing. Codes are secrets, and no repr, message or traceback of this module shows them.
"""

import re
from typing import Final, TypeAlias

from iotmi._schema.sealing import sealed
from iotmi.errors import MaterialError
from iotmi.materials._base import MaterialIssue, MaterialParameters
from iotmi.materials._cloud import CloudDevice, PreOnboardedCloudDevice
from iotmi.materials._opaque import CustomProtocolCode, DiscoveredDevice
from iotmi.materials._wifi import WiFiSetupCode, expand_upc_e
from iotmi.materials._zigbee import ZigbeeCode
from iotmi.materials._zwave import ZWaveCode, ZWaveKeys, ZWaveProtocols, ZWaveTlv

__all__ = [
    "CloudDevice",
    "CustomProtocolCode",
    "DiscoveredDevice",
    "Material",
    "MaterialError",
    "MaterialIssue",
    "MaterialParameters",
    "PreOnboardedCloudDevice",
    "WiFiSetupCode",
    "ZWaveCode",
    "ZWaveKeys",
    "ZWaveProtocols",
    "ZWaveTlv",
    "ZigbeeCode",
    "expand_upc_e",
    "parse",
]

Material: TypeAlias = (
    WiFiSetupCode
    | ZigbeeCode
    | ZWaveCode
    | CloudDevice
    | PreOnboardedCloudDevice
    | DiscoveredDevice
    | CustomProtocolCode
)

# Labels of Bosch and other Zigbee makers can begin with 90, so Zigbee comes before Z-Wave.
_KINDS: Final[tuple[tuple[re.Pattern[str], type[Material]], ...]] = (
    (re.compile(r"SN:"), WiFiSetupCode),
    (re.compile(r"\{|MT:"), CustomProtocolCode),
    (re.compile(r"\s*(?:HUE:Z:|Z[:$]|[^%]*%(?:.*%)?Z[:$])", re.DOTALL), ZigbeeCode),
    (re.compile(r"\s*(?:\|?[0-9A-Fa-f]{16}\||[0-9A-Z]{40}[0-9A-Fa-f]{16}DLK)"), ZigbeeCode),
    (re.compile(r"90[0-9]{2}"), ZWaveCode),
)
# The service's ids have this form. The connector chooses the ids of its devices.
_SERVICE_ID: Final = re.compile(r"[0-9a-f]{32}")
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Za-z]+")


@sealed
def parse(text: str, *, strict: bool = False) -> Material:
    """Parse a material of any kind.

    The prefix identifies Wi-Fi, Zigbee and Z-Wave codes. JSON objects and Matter's ``MT:`` codes
    become custom protocol codes. Two kinds begin with ``CLOUD:``. With more than two ids, the text
    is a `PreOnboardedCloudDevice`. With two ids, the characters decide, or the id that has the form
    of the service's own ids: 32 hexadecimal digits.

    Args:
        text: the text, for example from a scanner.
        strict: raise for every rule in ``warnings``, such as a wrong checksum.

    Raises:
        MaterialError: the kind is unknown or ambiguous, or the code breaks a rule of its kind.
            If the kind is ambiguous, use the ``parse`` method of the class you mean.
    """
    if not isinstance(text, str):
        raise MaterialError("material", f"the text must be a string, not {type(text).__name__}")
    if text.startswith("CLOUD:"):
        return _cloud_kind(text).parse(text, strict=strict)
    for start, kind in _KINDS:
        if start.match(text) is not None:
            return kind.parse(text, strict=strict)
    raise MaterialError(
        "material",
        "the text is not a code that iotmi knows. If it was copied from a discovered device or "
        "belongs to a custom protocol, use DiscoveredDevice or CustomProtocolCode",
    )


def _cloud_kind(text: str) -> type[CloudDevice] | type[PreOnboardedCloudDevice]:
    ids = text.split(":")[1:]
    # Ids of discoveries and associations are alphanumeric. A connector's device id may differ.
    alphanumeric = [_ALPHANUMERIC.fullmatch(identifier) is not None for identifier in ids]
    if len(ids) != 2 or not any(alphanumeric):
        return PreOnboardedCloudDevice
    of_service = [_SERVICE_ID.fullmatch(identifier) is not None for identifier in ids]
    for first, second in (alphanumeric, of_service):
        if first != second:
            return CloudDevice if first else PreOnboardedCloudDevice
    raise MaterialError(
        "material",
        "the text can be a CloudDevice or a PreOnboardedCloudDevice. "
        "Use the parse method of the one you mean",
    )
