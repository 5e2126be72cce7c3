"""Certificates for servers on loopback, each its own authority, good or bad.

Owns the making. Who shows or trusts them is not known here.
"""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LOOPBACK = x509.IPAddress(IPv4Address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elsewhere.example")


@frozen
class Certificate:
    """A certificate in a file, and what a server needs to show it."""

    path: Path

    def context(self) -> ssl.SSLContext:
        """A server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


def make_certificate(
    folder: Path,
    *,
    name: x509.GeneralName = LOOPBACK,
    valid: timedelta = timedelta(days=1),
    common_name: str | None = None,
) -> Certificate:
    """A certificate that nobody has signed but itself.

    Args:
        folder: Where its file goes, with its key.
        name: Whose it is.
        valid: For how long from now; less than nothing for one that has expired.
        common_name: Where the name is to stand as it once stood, and nowhere else.
    """
    key = generate_private_key(SECP256R1())
    told = common_name or "iotmi tests"
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)])
    now = datetime.now(UTC)
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if common_name is None:
        unsigned = unsigned.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    signed = unsigned.sign(key, SHA256())
    path = folder / f"{signed.serial_number}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return Certificate(path)
