"""Authentication material: how a thing with a material is activated.

`iotmi.materials` reads the material. This module decides what the emulator does with it, and keeps
no material: only the members that the service shows, and a digest that finds a second thing of the
same device.

Assumed, since the service does not document it: what genuine labels break is accepted. A wrong or
absent checksum (Z-Wave, Zigbee, UPC, EAN) and an EUI-64 in reverse order are no reason to refuse.
Zigbee labels of every form that `iotmi.materials` knows are accepted. A serial number of Wi-Fi
setup must be 12 to 50 letters and digits, as the developer guide says.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._core.json import fingerprint
from iotmi.emulator._model.resource_types import BY_CLOUD, BY_CODE, BY_DISCOVERY

if TYPE_CHECKING:
    from iotmi import materials
else:
    # Imported with the first material, because an emulator starts faster without it.
    materials = LazyModule("iotmi.materials")


@frozen
class Material:
    """The facts that the emulator takes from a material.

    Attributes:
        flow: flow of the thing's lifecycle.
        status: first status of the thing.
        derived_fields: members of the thing that come from the material.
        device_key: digest that is equal for two things of one device, or None.
        device_id: the connector's id of a cloud device.
        associations: ids of the account associations that the material names.
    """

    flow: str
    status: str
    derived_fields: Mapping[str, str] = field(factory=dict[str, str])
    device_key: str | None = None
    device_id: str | None = None
    associations: tuple[str, ...] = ()


def _kinds(material_type: str) -> "tuple[type[materials.Material], ...]":
    """Return the classes of the materials of a type."""
    kinds: Mapping[str, tuple[type[materials.Material], ...]] = {
        "WIFI_SETUP_QR_BAR_CODE": (materials.WiFiSetupCode,),
        "ZIGBEE_QR_BAR_CODE": (materials.ZigbeeCode,),
        "ZWAVE_QR_BAR_CODE": (materials.ZWaveCode,),
        "PRE_ONBOARDED_CLOUD": (materials.PreOnboardedCloudDevice,),
        "DISCOVERED_DEVICE": (materials.CloudDevice, materials.DiscoveredDevice),
        "CUSTOM_PROTOCOL_QR_BAR_CODE": (materials.CustomProtocolCode,),
    }
    return kinds[material_type]


def describe_format(material_type: str) -> str:
    """Describe the form that a material of a type must have."""
    return ", or ".join(candidate.form for candidate in _kinds(material_type))


def read_material(material_type: str, text: str) -> Material | None:
    """Parse a material, or return None if it does not have a form of its type."""
    for candidate in _kinds(material_type):
        try:
            found = candidate.parse(text)
        except materials.MaterialError:
            continue
        return (
            None
            if materials.MaterialIssue.SERIAL_NUMBER_FORM in found.warnings
            else _material(found)
        )
    return None


def _material(found: "materials.Material") -> Material:
    if isinstance(found, materials.CloudDevice):
        return Material(BY_CLOUD, "UNASSOCIATED", device_id=found.connector_device_id)
    if isinstance(found, materials.PreOnboardedCloudDevice):
        return Material(
            BY_CLOUD,
            "PRE_ASSOCIATED",
            device_id=found.connector_device_id,
            associations=found.account_association_ids,
        )
    if isinstance(found, materials.DiscoveredDevice):
        return Material(BY_DISCOVERY, "PRE_ASSOCIATED")
    if isinstance(found, materials.WiFiSetupCode):
        members = {
            "SerialNumber": found.serial_number,
            "UniversalProductCode": found.universal_product_code,
            "InternationalArticleNumber": found.international_article_number,
        }
        present = {name: value for name, value in members.items() if value is not None}
        key = fingerprint(dict(present))
        return Material(BY_CODE, "PRE_ASSOCIATED", derived_fields=present, device_key=key)
    return Material(BY_CODE, "PRE_ASSOCIATED")
