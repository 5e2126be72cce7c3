"""Random valid materials and the samples, for the tests and the fuzz test of `iotmi.materials`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from iotmi import materials
from iotmi.materials import Material
from iotmi.materials._checksums import crc16_x25, gtin_check_digit

SAMPLES: Final = Path(__file__).parent.parent / "samples"
DIGITS: Final = "0123456789"
HEXADECIMAL: Final = "0123456789ABCDEF"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MATERIAL: Final = LETTERS + DIGITS + '!#$%&()*+-;<=>?@^_`{|}~/: ,\\"'
DEVICE_ID: Final = LETTERS + DIGITS + "_,@-"


def sample(name: str) -> Any:  # noqa: ANN401  (JSON of several forms)
    """Load a file of samples."""
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def text_of(random: Random, letters: str, least: int, most: int) -> str:
    """Return a random text of *letters*."""
    return "".join(random.choices(letters, k=random.randint(least, most)))


def groups(random: Random, count: int) -> str:
    """Return 16-bit numbers of 5 digits each."""
    return "".join(f"{random.randrange(0x10000):05}" for _ in range(count))


def wifi(random: Random) -> materials.WiFiSetupCode:
    """Return a valid Wi-Fi setup code."""
    serial_number = text_of(random, LETTERS + DIGITS, 12, 50)
    length = random.choice((12, 8, 12, 13))
    body = text_of(random, DIGITS, length - 1, length - 1)
    code = body + gtin_check_digit(body)
    if length == 12 and random.random() < 0.7:
        return materials.WiFiSetupCode(serial_number=serial_number, universal_product_code=code)
    return materials.WiFiSetupCode(serial_number=serial_number, international_article_number=code)


def zigbee(random: Random) -> materials.ZigbeeCode:
    """Return a Zigbee code with a CRC-16."""
    octets = random.randbytes(random.choice((6, 8, 12, 16)))
    code = (octets + crc16_x25(octets).to_bytes(2, "little")).hex()
    eui64 = text_of(random, HEXADECIMAL, 6, 6) + "FFFE" + text_of(random, HEXADECIMAL, 6, 6)
    return materials.ZigbeeCode(eui64=eui64, install_code=code)


def tlv(random: Random) -> materials.ZWaveTlv:
    """Return a TLV that is not critical or has a known type."""
    kind = random.choice((0, 1, 2, 3, 4, random.randint(5, 49)))
    value = {
        0: lambda: groups(random, 2),
        1: lambda: groups(random, 4),
        2: lambda: f"{random.randint(5, 99):02}",
        3: lambda: f"{random.randrange(100):02}" + groups(random, 8),
        4: lambda: "0" * random.choice((1, 2, 4)) + random.choice("123"),
    }.get(kind, lambda: text_of(random, DIGITS, 0, 99))()
    return materials.ZWaveTlv(type=kind, value=value, critical=kind < 5 and random.random() < 0.5)


def zwave(random: Random) -> materials.ZWaveCode:
    """Return a valid SmartStart code."""
    return materials.ZWaveCode(
        version=random.choice((0, 1)),
        requested_keys=materials.ZWaveKeys(random.randrange(256)),
        dsk=groups(random, 8),
        tlvs=[tlv(random) for _ in range(random.randrange(4))],
    )


def cloud(random: Random) -> materials.CloudDevice:
    """Return a device that a discovery found in a cloud."""
    return materials.CloudDevice(
        device_discovery_id=text_of(random, LETTERS + DIGITS, 1, 200),
        connector_device_id=text_of(random, DEVICE_ID, 1, 256),
    )


def pre_onboarded(random: Random) -> materials.PreOnboardedCloudDevice:
    """Return a device in a cloud with one to three associations."""
    ids = [text_of(random, LETTERS + DIGITS, 1, 64) for _ in range(random.randint(1, 3))]
    return materials.PreOnboardedCloudDevice(
        connector_device_id=text_of(random, DEVICE_ID, 1, 256), account_association_ids=ids
    )


def discovered(random: Random) -> materials.DiscoveredDevice:
    """Return an opaque discovered device."""
    return materials.DiscoveredDevice("x" + text_of(random, MATERIAL, 0, 511))


def custom(random: Random) -> materials.CustomProtocolCode:
    """Return a custom protocol code."""
    return materials.CustomProtocolCode(text_of(random, MATERIAL, 1, 512))


FACTORIES: Final[Mapping[type[Material], Callable[[Random], Material]]] = {
    materials.WiFiSetupCode: wifi,
    materials.ZigbeeCode: zigbee,
    materials.ZWaveCode: zwave,
    materials.CloudDevice: cloud,
    materials.PreOnboardedCloudDevice: pre_onboarded,
    materials.DiscoveredDevice: discovered,
    materials.CustomProtocolCode: custom,
}
