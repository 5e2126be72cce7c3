"""Redaction: sensitive values replaced in texts that this library did not write.

Our own texts never hold one, because reprs and problems redact them. But the service may quote a
value in its message, and botocore quotes the URL with its query in exceptions. This module does not
know where such a text came from.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from iotmi._schema.schema import is_model, schema_of
from iotmi._schema.shapes import SensitiveShape
from iotmi.errors import REDACTED

Redact: TypeAlias = Callable[[str], str]


def redactor(value: object) -> Redact:
    """Return a function that replaces every sensitive string of *value* in a text."""
    return redactor_of(_sensitive_strings(value))


def redactor_of(secrets: Iterable[str]) -> Redact:
    """Return a function that replaces *secrets* in a text, in each of their spellings."""
    spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
    if not spellings:
        return str
    # Longest first, or the rest of a longer secret would remain. A short secret is replaced only as
    # a whole word, or every occurrence of one letter would go.
    alternatives = (
        re.escape(text) if len(text) > 3 else rf"(?<!\w){re.escape(text)}(?!\w)"
        for text in sorted(spellings, key=len, reverse=True)
    )
    # Services and proxies also change the case, of a MAC address for example.
    pattern = re.compile("|".join(alternatives), re.IGNORECASE)
    return lambda text: pattern.sub(REDACTED, text)


def _spellings(secret: str) -> Iterator[str]:
    """Yield *secret* as it is, and as URLs, JSON, Python and HTML write it, also in one another."""
    # JSON may hold a lone surrogate, which UTF-8 has no octets for.
    for plus, safe in ((False, "/"), (False, "-._~"), (True, "")):
        yield (quote_plus if plus else quote)(secret, safe=safe, errors="surrogatepass")
    for text in _escaped(secret):
        for page in (text, html.escape(text, quote=False), *_html_quoted(text)):
            yield page
            yield from _escaped(page)


def _escaped(text: str) -> Iterator[str]:
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    # repr() chooses its quotes by those in the text.
    yield repr(text)[1:-1]
    yield ascii(text)[1:-1]
    yield repr(text + "'\"")[1:-4]


def _html_quoted(text: str) -> Iterator[str]:
    escaped = html.escape(text)
    for apostrophe in ("&#x27;", "&#39;", "&apos;"):
        yield escaped.replace("&#x27;", apostrophe)
        yield escaped.replace("&#x27;", apostrophe).replace("&quot;", "&#34;")


def _sensitive_strings(value: object) -> Iterator[str]:
    if is_model(type(value)):
        for member in schema_of(type(value)).members:
            held = getattr(value, member.name)
            sensitive = isinstance(member.shape, SensitiveShape)
            yield from _all_strings(held) if sensitive else _sensitive_strings(held)
    elif isinstance(value, Mapping):
        yield from _flat_map(_sensitive_strings, value.values())
    elif isinstance(value, tuple):
        yield from _flat_map(_sensitive_strings, value)


def _all_strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _flat_map(_all_strings, value.keys())
        yield from _flat_map(_all_strings, value.values())
    elif isinstance(value, list | tuple):
        yield from _flat_map(_all_strings, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value)


def _flat_map(walk: Callable[[object], Iterator[str]], values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield from walk(value)
