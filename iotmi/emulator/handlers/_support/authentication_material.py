"""Authentication material: its documented forms, and how a thing with one comes to life.

Owns the reading of the material. It does not know things, nor keeps a material: what is
kept of it is what the service shows, and a digest by which a second one is told.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from iotmi.emulator._core.json import fingerprint
from iotmi.emulator._model.resource_types import BY_CLOUD, BY_CODE, BY_DISCOVERY


@frozen
class Material:
    """What a thing's material says.

    Attributes:
        flow: How the thing comes to be activated.
        status: Its first status.
        shown: Members of the thing that come from the material.
        device_key: Tells two things of one device, where the material is unique to it.
        device_id: The connector's id of a cloud device.
        associations: The account associations it is foreseen for.
    """

    flow: str
    status: str
    shown: Mapping[str, str] = field(factory=dict[str, str])
    device_key: str | None = None
    device_id: str | None = None
    associations: tuple[str, ...] = ()


_CLOUD_DEVICE: Final = r"[a-zA-Z0-9_.,@-]{1,256}"
_PRODUCT: Final = (
    r"(?:UPC:(?P<UniversalProductCode>[0-9]{12})|EAN:(?P<InternationalArticleNumber>[0-9]{8,13}))"
)
# By type: what the material must look like, and how to say so.
_FORMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "WIFI_SETUP_QR_BAR_CODE": (
            rf"SN:(?P<SerialNumber>[0-9A-Za-z]{{12,50}});{_PRODUCT};?",
            "SN:<12 to 50 letters or digits>;UPC:<12 digits>, or EAN:<8 to 13 digits> for UPC",
        ),
        "ZIGBEE_QR_BAR_CODE": (
            r"Z:[0-9A-Fa-f]{16}\$I:[0-9A-Fa-f]+.*",
            "Z:<16 hexadecimal digits>$I:<hexadecimal install code>",
        ),
        "ZWAVE_QR_BAR_CODE": (r"90[0-9]{50,}", "the digits of a SmartStart code, 90 and 50 more"),
        "PRE_ONBOARDED_CLOUD": (
            rf"CLOUD:(?P<device>{_CLOUD_DEVICE})(?P<associations>(?::[0-9a-zA-Z]{{1,64}})+)",
            "CLOUD:<connector device id>:<account association id>, the last once or more",
        ),
        "DISCOVERED_DEVICE": (
            rf"CLOUD:[A-Za-z0-9]{{1,200}}:(?P<device>{_CLOUD_DEVICE})|(?!CLOUD:).*",
            "CLOUD:<device discovery id>:<connector device id>, where it begins with CLOUD:",
        ),
        "CUSTOM_PROTOCOL_QR_BAR_CODE": (r".*", "anything"),
    }
)


def form_of(kind: str) -> str:
    """How material of a type must look, in words."""
    return _FORMS[kind][1]


def read_material(kind: str, material: str) -> Material | None:
    """What a material of a type says, or None where it is not of the type's form."""
    found = re.fullmatch(_FORMS[kind][0], material, re.ASCII)
    if found is None:
        return None
    groups = {name: value for name, value in found.groupdict().items() if value is not None}
    device = groups.pop("device", None)
    associations = tuple(groups.pop("associations", "").split(":")[1:])
    if device is not None:
        status = "PRE_ASSOCIATED" if associations else "UNASSOCIATED"
        return Material(BY_CLOUD, status, device_id=device, associations=associations)
    if kind == "DISCOVERED_DEVICE":
        return Material(BY_DISCOVERY, "PRE_ASSOCIATED")
    key = fingerprint(dict(groups)) if groups else None
    return Material(BY_CODE, "PRE_ASSOCIATED", shown=groups, device_key=key)
