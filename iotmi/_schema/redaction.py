"""How sensitive values are kept out of texts that this library does not write.

Our own texts never hold one: reprs and problems hide them. But the service may quote a value in its
message, botocore quotes the address with its query in an exception, and both botocore and urllib3
log whole requests at DEBUG. This module knows the remedies, not the transport they serve.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from iotmi._schema.schema import is_model, members_of
from iotmi._schema.shapes import REDACTED, SensitiveShape

Redact: TypeAlias = Callable[[str], str]


def redactor(value: object) -> Redact:
    """A function that blots out of a text all that is sensitive in *value*."""
    spellings = {
        spelling
        for secret in _sensitive_strings(value)
        if secret
        for spelling in (
            secret,
            quote(secret),
            quote(secret, safe="-._~"),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
        )
    }
    if not spellings:
        return str
    # Longest first, so that no secret is left half-hidden; a short one only where it stands alone,
    # or every letter of the text would go.
    alternatives = (
        re.escape(text) if len(text) > 3 else rf"(?<!\w){re.escape(text)}(?!\w)"
        for text in sorted(spellings, key=len, reverse=True)
    )
    pattern = re.compile("|".join(alternatives))
    return lambda text: pattern.sub(REDACTED, text)


def _sensitive_strings(value: object) -> Iterator[str]:
    if is_model(type(value)):
        for member in members_of(type(value)):
            held = getattr(value, member.name)
            yield from (
                _all_strings(held)
                if isinstance(member.shape, SensitiveShape)
                else _sensitive_strings(held)
            )
    elif isinstance(value, Mapping):
        yield from _flat_map(value.values(), _sensitive_strings)
    elif isinstance(value, tuple):
        yield from _flat_map(value, _sensitive_strings)


def _all_strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _flat_map(value.keys(), _all_strings)
        yield from _flat_map(value.values(), _all_strings)
    elif isinstance(value, list | tuple):
        yield from _flat_map(value, _all_strings)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value)


def _flat_map(values: Iterable[object], walk: Callable[[object], Iterator[str]]) -> Iterator[str]:
    for value in values:
        yield from walk(value)
