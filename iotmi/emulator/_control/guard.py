"""The guard of the server: which requests it takes by host, origin and keys.

A browser sends requests of any web page to a server on the loopback interface. `Host` tells a page
that reached the server by DNS rebinding, and `Origin` any other page. This module must not know
what a request asks for.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from iotmi.emulator._control.routes import ControlError
from iotmi.emulator._dispatch.signatures import Credentials

ANY_HOST: Final = "*"
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="iotmi emulator", charset="UTF-8"'}


def is_loopback(host: str) -> bool:
    """Return True for ``localhost`` and for loopback addresses."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class Guard:
    """The check of a request's headers.

    Attributes:
        credentials: keys of the server, or None.
        allowed_hosts: further names of the server, without port. ``*`` allows every name.
    """

    credentials: Credentials | None = None
    allowed_hosts: Sequence[str] = ()

    def check_sender(self, headers: Mapping[str, str], *, control: bool) -> None:
        """Check the host and the origin of a request.

        With keys, requests to the service are signed, which no foreign page can do. Browsers send
        known keys of the control API by themselves, so its origin is checked nevertheless.

        Args:
            headers: headers with names in lower case.
            control: true for a request to the control API.

        Raises:
            ControlError: the request comes from a foreign host or origin.
        """
        host = headers.get("host", "")
        if self.credentials is None and not self._is_ours(_name(host)):
            raise _foreign(
                "The header Host must name this machine's loopback interface. Start the emulator"
                " with --allow-host to use another name."
            )
        if self.credentials is not None and not control:
            return
        origin = headers.get("origin")
        if origin is not None and not self._is_own_origin(origin, host):
            raise _foreign(
                "The header Origin names another site. Start the emulator with --allow-host to"
                " take requests of its pages."
            )
        # Browsers send no Origin with a GET of an image or a script.
        site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
        if origin is None and site in {"cross-site", "same-site"} and mode != "navigate":
            raise _foreign("The request comes from a page of another site.")

    def check_keys(self, headers: Mapping[str, str]) -> None:
        """Check that a request to the control API has the keys, if the server has any.

        Raises:
            ControlError: the keys are missing or wrong.
        """
        if self.credentials is None:
            return
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            given = b""
        wanted = f"{self.credentials.access_key}:{self.credentials.secret_key}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, wanted):
            raise ControlError(
                401,
                "keys_needed",
                "The control API needs the access key as user and the secret key as password.",
                _CHALLENGE,
            )

    def _is_ours(self, name: str | None) -> bool:
        if name is None:
            return ANY_HOST in self.allowed_hosts
        return (
            is_loopback(name)
            or ANY_HOST in self.allowed_hosts
            or name in {_bare(each) for each in self.allowed_hosts}
        )

    def _is_own_origin(self, origin: str, host: str) -> bool:
        scheme, separator, place = origin.partition("://")
        if scheme not in {"http", "https"} or not separator:
            return False
        if place.lower() == host.lower():
            return True
        name = _name(place)
        return name is not None and (
            ANY_HOST in self.allowed_hosts or name in {_bare(each) for each in self.allowed_hosts}
        )


def _foreign(message: str) -> ControlError:
    return ControlError(403, "foreign", message)


def _bare(host: str) -> str:
    return host.strip("[]").lower()


def _name(place: str) -> str | None:
    """Return the name or address in ``host:port``, or None if there is none."""
    try:
        parts = urlsplit(f"//{place}")
        _ = parts.port
    except ValueError:
        return None
    if not place or parts.netloc != place or "@" in place:
        return None
    return parts.hostname
