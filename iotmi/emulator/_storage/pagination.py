"""Pages: how many items, after which, and the token that says so.

Owns the token and nothing else. A token is bound to its operation and filters; it does
not know what is listed.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint

DEFAULT_SIZE: Final = 100
"""How many items a page holds when the caller does not say; the service does not tell its own."""

_CONTENT: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{24})")


@frozen
class PageRequest:
    """Which page is wanted.

    Attributes:
        scope: A digest of the operation and its filters.
        size: How many items it may hold.
        after: The place in the order after which it begins.
    """

    scope: str
    size: int
    after: int

    def token(self, last: int) -> str:
        """The token of the page that follows the place *last*."""
        return urlsafe_b64encode(f"{last}:{_seal(self.scope, last)}".encode()).decode()


def read_page(operation: str, parameters: Mapping[str, JsonValue]) -> PageRequest | None:
    """The page that the parameters of a list ask for, or None for a token of another list."""
    filters: JsonObject = {
        name: value for name, value in parameters.items() if name not in {"MaxResults", "NextToken"}
    }
    scope = fingerprint([operation, filters])
    size = parameters.get("MaxResults")
    after = _place(scope, parameters.get("NextToken"))
    if after is None:
        return None
    return PageRequest(scope, size if isinstance(size, int) else DEFAULT_SIZE, after)


def _place(scope: str, token: JsonValue) -> int | None:
    if token is None:
        return 0
    try:
        found = _CONTENT.fullmatch(urlsafe_b64decode(str(token)).decode("ascii"))
    except ValueError:
        return None
    if found is None or found[2] != _seal(scope, int(found[1])):
        return None
    return int(found[1])


def _seal(scope: str, place: int) -> str:
    return fingerprint([scope, place])[:24]
