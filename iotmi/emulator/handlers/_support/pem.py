"""Texts of the form of certificates and keys that say of themselves that they are none.

Owns that form. No cryptography is done, and nothing here opens or proves anything.
"""

from base64 import b64encode
from textwrap import fill


def pem(label: str, subject: str) -> str:
    """A text between the lines of a PEM label, such as ``CERTIFICATE``."""
    content = f"This is no {label.lower()}. The iotmi emulator made it for {subject}.\n" * 8
    lines = fill(b64encode(content.encode()).decode(), 64)
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
