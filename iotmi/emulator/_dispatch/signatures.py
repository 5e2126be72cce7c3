"""AWS Signature Version 4, verified as the service does.

Owns the verification of one request against one pair of keys: the signer, the scope, the time, and
the signed method, path, query, headers and body. This module must not know what the request does.
Presigned URLs are not supported, because the service's operations are not called by them.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote

from attrs import field, frozen
from botocore.utils import normalize_url_path

from iotmi.emulator._core.errors import ServiceFault
from iotmi.emulator._core.http import HttpRequest

SIGNING_NAME: Final = "iotmanagedintegrations"
MAX_AGE: Final = timedelta(minutes=5)
"""The largest difference between the time of signing and the server's time."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATOR: Final = "aws4_request"
_DATE_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_PARTS: Final = ("Credential", "SignedHeaders", "Signature")
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided."
    " Check the secret access key and the signing method."
)


def _now() -> datetime:
    return datetime.now(UTC)


@frozen
class Credentials:
    """The keys that requests must be signed with.

    Attributes:
        access_key: id of the key, which each request contains.
        secret_key: secret that signs requests. No request contains it.
    """

    access_key: str
    secret_key: str = field(repr=False)


@frozen
class Signatures:
    """A verifier of signatures by one pair of keys in one Region.

    Attributes:
        credentials: the keys.
        region_name: Region of the signatures.
        now: function that returns the present time in UTC.
    """

    credentials: Credentials
    region_name: str
    now: Callable[[], datetime] = _now

    def check(self, request: HttpRequest) -> None:
        """Check that the holder of the keys signed the request in the last five minutes.

        Raises:
            ServiceFault: the signature is missing, malformed, expired or wrong.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        parts = _authorization(headers)
        key, scope = _scope(parts["Credential"])
        if "x-amz-security-token" in headers or not _equal_in_constant_time(
            key, self.credentials.access_key
        ):
            raise ServiceFault(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        signed = parts["SignedHeaders"].split(";")
        date = headers.get("x-amz-date", "")
        self._check_scope(scope, date[:8])
        _check_signed(headers, signed)
        self._check_date(date)
        to_sign = "\n".join(
            (
                _ALGORITHM,
                date,
                "/".join(scope),
                _digest(_canonical_request(request, headers, signed).encode()),
            )
        )
        if not _equal_in_constant_time(self._signature(scope, to_sign), parts["Signature"]):
            raise _invalid_signature(_MISMATCH)

    def _check_scope(self, scope: tuple[str, ...], day: str) -> None:
        required = (day, self.region_name, SIGNING_NAME, _TERMINATOR)
        names = ("the date of X-Amz-Date", "the Region", "the service", "the terminator")
        for name, given, right in zip(names, scope, required, strict=True):
            if given != right:
                raise _invalid_signature(f"Credential should be scoped to {name} {right!r}.")

    def _check_date(self, date: str) -> None:
        try:
            signed_at = datetime.strptime(date, _DATE_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            raise _incomplete_signature(
                "X-Amz-Date must be a time such as 20300131T170000Z."
            ) from None
        now = self.now()
        if signed_at < now - MAX_AGE:
            earliest = now - MAX_AGE
            raise _invalid_signature(
                f"Signature expired: {date} is now earlier than {_format_date(earliest)}."
            )
        if signed_at > now + MAX_AGE:
            latest = now + MAX_AGE
            raise _invalid_signature(
                f"Signature not yet current: {date} is still later than {_format_date(latest)}."
            )

    def _signature(self, scope: tuple[str, ...], to_sign: str) -> str:
        key = f"AWS4{self.credentials.secret_key}".encode()
        for part in (*scope, to_sign):
            key = hmac.digest(key, part.encode(), sha256)
        return key.hex()


def _authorization(headers: Mapping[str, str]) -> dict[str, str]:
    """Parse the Authorization header into its parts."""
    header = headers.get("authorization", "")
    if not header:
        raise ServiceFault("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    if algorithm != _ALGORITHM:
        raise _incomplete_signature(f"Authorization must begin with {_ALGORITHM}.")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    for name in _PARTS:
        if not parts.get(name):
            raise _incomplete_signature(f"Authorization header requires {name!r} parameter.")
    return parts


def _scope(credential: str) -> tuple[str, tuple[str, ...]]:
    """Split a credential into the key's id and the scope of the signature."""
    key, *scope = credential.rsplit("/", 4)
    if len(scope) != 4:
        raise _incomplete_signature("Credential must have exactly 5 slash-delimited elements.")
    return key, tuple(scope)


def _check_signed(headers: Mapping[str, str], signed: list[str]) -> None:
    """Check that all headers that affect the request are signed."""
    required = {"host", "x-amz-date", *(name for name in headers if name.startswith("x-amz-"))}
    for name in sorted(required - set(signed)):
        raise _invalid_signature(f"{name!r} must be a 'SignedHeader' in the AWS Authorization.")


def _canonical_request(request: HttpRequest, headers: Mapping[str, str], signed: list[str]) -> str:
    lines = [f"{name}:{' '.join(headers.get(name, '').split())}" for name in sorted(signed)]
    return "\n".join(
        (
            request.method,
            # Every service but S3 encodes the already encoded path a second time.
            quote(normalize_url_path(request.path), safe="/~"),
            _canonical_query(request.query),
            *lines,
            "",
            ";".join(sorted(signed)),
            # Computed from the body, because X-Amz-Content-Sha256 may differ from it.
            _digest(request.body),
        )
    )


def _canonical_query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = sorted((_encode(name), _encode(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encode(part: str) -> str:
    return quote(unquote(part), safe="-_.~")


def _digest(octets: bytes) -> str:
    return sha256(octets).hexdigest()


def _equal_in_constant_time(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _format_date(moment: datetime) -> str:
    return moment.strftime(_DATE_FORMAT)


def _invalid_signature(message: str) -> ServiceFault:
    return ServiceFault("InvalidSignatureException", message)


def _incomplete_signature(message: str) -> ServiceFault:
    return ServiceFault("IncompleteSignatureException", message)
