"""The checksums of Z-Wave, Zigbee and GTIN codes.

Owns the arithmetic. Does not know the layout of any code.
"""

import hashlib


def zwave_checksum(digits: str) -> int:
    """Return the first two octets, big-endian, of the SHA-1 digest of ASCII *digits*."""
    # SmartStart codes use SHA-1 to detect misread digits, not for security.
    digest = hashlib.sha1(digits.encode("ascii"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:2], "big")


def crc16_x25(octets: bytes) -> int:
    """Return the CRC-16/X-25 of *octets*, which Zigbee appends to install codes."""
    crc = 0xFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
    return crc ^ 0xFFFF


def gtin_check_digit(digits: str) -> str:
    """Return the check digit for *digits*, a GTIN without its last digit."""
    weighted = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighted % 10)


def is_gtin(digits: str) -> bool:
    """Return True if *digits* have a GTIN's length (8, 12, 13 or 14) and check digit."""
    return len(digits) in {8, 12, 13, 14} and gtin_check_digit(digits[:-1]) == digits[-1]
