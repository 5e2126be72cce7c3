"""Pages of a list, and the tokens of their successors.

Owns the token. A token is bound to its operation and filters. This module must not know what is
listed.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint

DEFAULT_SIZE: Final = 100
"""The number of items without ``MaxResults``. The service does not document its own default."""

_CONTENT: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{24})")


@frozen
class PageRequest:
    """A request for one page.

    Attributes:
        scope: digest of the operation and its filters.
        size: maximum number of items.
        after: position after which the page begins.
    """

    scope: str
    size: int
    after: int

    def token(self, last: int) -> str:
        """Return the token of the page that follows position *last*."""
        return urlsafe_b64encode(f"{last}:{_seal(self.scope, last)}".encode()).decode()


def read_page(operation: str, parameters: Mapping[str, JsonValue]) -> PageRequest | None:
    """Return the requested page, or None if the token belongs to another list."""
    filters: JsonObject = {
        name: value for name, value in parameters.items() if name not in {"MaxResults", "NextToken"}
    }
    scope = fingerprint([operation, filters])
    size = parameters.get("MaxResults")
    after = _position(scope, parameters.get("NextToken"))
    if after is None:
        return None
    return PageRequest(scope, size if isinstance(size, int) else DEFAULT_SIZE, after)


def _position(scope: str, token: JsonValue) -> int | None:
    """Return the position in *token*, 0 without a token, or None if the token is not valid."""
    if token is None:
        return 0
    try:
        found = _CONTENT.fullmatch(urlsafe_b64decode(str(token)).decode("ascii"))
    except ValueError:
        return None
    if found is None or found[2] != _seal(scope, int(found[1])):
        return None
    return int(found[1])


def _seal(scope: str, position: int) -> str:
    return fingerprint([scope, position])[:24]
