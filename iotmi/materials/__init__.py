"""Authentication material: the texts that prove that a device is yours.

    from iotmi import materials

    code = materials.parse("SN:123456789012;UPC:036000291452")
    client.managed_things.create(role=iotmi.Role.CONTROLLER, **code.parameters())

Each of the service's six types of material is one class or two. The module needs no client and
sends nothing. Codes are secrets: no repr, message or traceback of this module shows one.
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

# Bosch's and other Zigbee labels can begin with 90, so Z-Wave comes after Zigbee.
_KINDS: Final[tuple[tuple[re.Pattern[str], type[Material]], ...]] = (
    (re.compile(r"SN:"), WiFiSetupCode),
    (re.compile(r"\{|MT:"), CustomProtocolCode),
    (re.compile(r"\s*(?:HUE:Z:|Z[:$]|[^%]*%(?:.*%)?Z[:$])", re.DOTALL), ZigbeeCode),
    (re.compile(r"\s*(?:\|?[0-9A-Fa-f]{16}\||[0-9A-Z]{40}[0-9A-Fa-f]{16}DLK)"), ZigbeeCode),
    (re.compile(r"90[0-9]{2}"), ZWaveCode),
)
# Ids that the service makes: the connector makes the ids of its devices.
_SERVICE_ID: Final = re.compile(r"[0-9a-f]{32}")
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Za-z]+")


@sealed
def parse(text: str, *, strict: bool = False) -> Material:
    """Find the kind of a material and read it.

    Wi-Fi, Zigbee and Z-Wave codes are known by how they begin; JSON objects and Matter's ``MT:``
    codes are custom protocol codes. Two kinds begin with ``CLOUD:``. More than two ids behind it
    make a `PreOnboardedCloudDevice`; of two ids, the characters tell, or which of the two has the
    form of the service's own ids, 32 hexadecimal digits.

    Args:
        text: the text, such as a scanner gives it.
        strict: raise for what ``warnings`` would list, such as a wrong checksum.

    Raises:
        MaterialError: the text is of no kind, its kind is uncertain, or the code breaks its
            kind's rules. Where the kind is uncertain, use the ``parse`` of the class you mean.
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
        "the text is no code that iotmi knows. If it was copied from a discovered device or "
        "belongs to a custom protocol, use DiscoveredDevice or CustomProtocolCode",
    )


def _cloud_kind(text: str) -> type[CloudDevice] | type[PreOnboardedCloudDevice]:
    ids = text.split(":")[1:]
    # A discovery's and an association's id are alphanumeric, a connector's device id need not be.
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
