"""Strict parsing detects changed digits that a checksum covers."""

import hashlib

import pytest

from iotmi.materials import MaterialError, WiFiSetupCode, ZigbeeCode, ZWaveCode
from tests.materials.factories import DIGITS, HEXADECIMAL, sample

VERSION = 3
"""The place of the version's last digit. The checksum does not cover it; 00 and 01 are valid."""

SOUND_LABELS = [
    ZigbeeCode(eui64="112233FFFE445566", install_code=entry["hex"]).text
    for entry in sample("zigbee")["codes"]
    if entry.get("crc_ok")
] + [
    ZigbeeCode.parse(entry["text"]).text for entry in sample("zigbee")["qr"] if entry.get("crc_ok")
]
SOUND_GTINS = [entry for entry in sample("gtin")["gtin"] if entry["check_digit_ok"]]


def changed(text: str, place: int, letters: str) -> list[str]:
    """Return *text* with each other letter at *place*."""
    return [
        text[:place] + letter + text[place + 1 :] for letter in letters if letter != text[place]
    ]


def is_accepted(kind: type[ZWaveCode | ZigbeeCode | WiFiSetupCode], text: str) -> bool:
    """Return True if strict parsing accepts *text*."""
    try:
        kind.parse(text, strict=True)
    except MaterialError:
        return False
    return True


def collides(text: str) -> bool:
    """Return True if the 16 bits of SHA-1 in a Z-Wave code match its digits."""
    digest = hashlib.sha1(text[9:].encode(), usedforsecurity=False).digest()
    return digest[:2] == int(text[4:9]).to_bytes(2, "big")


def test_one_wrong_digit_of_a_zwave_code_is_detected() -> None:
    """The only exceptions are the uncovered digit of the version and one collision of 16 bits."""
    tried = 0
    collisions = []
    for text in (entry["text"] for entry in sample("zwave")["valid"]):
        assert is_accepted(ZWaveCode, text)
        for place in range(len(text)):
            for other in changed(text, place, DIGITS):
                tried += 1
                taken = is_accepted(ZWaveCode, other)
                if place == VERSION:
                    assert taken == (other[VERSION] == "0")
                elif taken:
                    collisions.append((place, other[place]))
                    # Both digits have the same checksum, so the checksum cannot distinguish them.
                    assert collides(other)
    assert tried == 7965
    assert collisions == [(30, "2")]


@pytest.mark.parametrize("text", SOUND_LABELS)
def test_one_wrong_digit_of_an_install_code_is_detected(text: str) -> None:
    """CRC-16 detects each change of one hexadecimal digit, in the code and in the CRC."""
    assert is_accepted(ZigbeeCode, text) or "FEFF" in text
    start = text.index("$I:") + 3
    others = [
        other for place in range(start, len(text)) for other in changed(text, place, HEXADECIMAL)
    ]
    assert len(others) == 15 * (len(text) - start)
    assert not [other for other in others if is_accepted(ZigbeeCode, other)]


@pytest.mark.parametrize("kind", ["UPC", "EAN"])
def test_one_wrong_digit_of_a_product_code_is_detected(kind: str) -> None:
    """The check digit detects each change of one digit."""
    member = "UniversalProductCode" if kind == "UPC" else "InternationalArticleNumber"
    texts = [entry["text"] for entry in SOUND_GTINS if entry[f"fits_{member}"]]
    assert len(texts) >= 4
    for digits in texts:
        assert is_accepted(WiFiSetupCode, f"SN:ABCDEF123456;{kind}:{digits}")
        others = [
            f"SN:ABCDEF123456;{kind}:{other}"
            for place in range(len(digits))
            for other in changed(digits, place, DIGITS)
        ]
        assert not [other for other in others if is_accepted(WiFiSetupCode, other)]
