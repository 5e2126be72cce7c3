"""Certificates of a new authority each, made by trustme, for TLS servers on loopback."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import trustme
from attrs import frozen

LOOPBACK: Final = "127.0.0.1"
ELSEWHERE: Final = "elsewhere.example"


@frozen
class Certificate:
    """A server's certificate.

    Attributes:
        path: a file with the key, the certificate and its authority. Clients that are given this
            file trust the authority.
    """

    path: Path

    def context(self) -> ssl.SSLContext:
        """Return the TLS context of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


def make_certificate(
    folder: Path,
    *,
    name: str = LOOPBACK,
    valid: timedelta = timedelta(days=1),
    common_name: str | None = None,
) -> Certificate:
    """Write a certificate to a file in *folder*.

    Args:
        folder: the folder of the file.
        name: the host or address that the certificate is for.
        valid: how long it is valid from now. A negative time gives an expired certificate.
        common_name: the host as the subject's common name only, where clients must not look.
    """
    authority = trustme.CA()
    names = () if common_name else (name,)
    until = datetime.now(UTC) + valid
    leaf = authority.issue_cert(*names, common_name=common_name, not_after=until)
    path = folder / f"{uuid4().hex}.pem"
    leaf.private_key_and_cert_chain_pem.write_to_path(path)
    authority.cert_pem.write_to_path(path, append=True)
    return Certificate(path)
