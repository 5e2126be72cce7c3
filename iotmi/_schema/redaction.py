"""How sensitive values are kept out of texts that this library does not write.

Our own texts never hold one: reprs and problems hide them. But the service may quote a value in its
message, botocore quotes the address with its query in an exception, and both botocore and urllib3
log whole requests at DEBUG. This module knows the remedies, not the transport they serve.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar, Token
from typing import Final, TypeAlias
from urllib.parse import quote, quote_plus

from iotmi._schema.schema import is_model, members_of
from iotmi._schema.shapes import HIDDEN, Hidden

Conceal: TypeAlias = Callable[[str], str]


def concealer(value: object) -> Conceal:
    """A function that blots out of a text all that is sensitive in *value*."""
    spellings = {
        spelling
        for secret in _secrets_in(value)
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
    return lambda text: pattern.sub(HIDDEN, text)


def _secrets_in(value: object) -> Iterator[str]:
    if is_model(type(value)):
        for member in members_of(type(value)):
            held = getattr(value, member.name)
            yield from _texts_in(held) if isinstance(member.shape, Hidden) else _secrets_in(held)
    elif isinstance(value, Mapping):
        yield from _from_all(value.values(), _secrets_in)
    elif isinstance(value, tuple):
        yield from _from_all(value, _secrets_in)


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _from_all(value.keys(), _texts_in)
        yield from _from_all(value.values(), _texts_in)
    elif isinstance(value, list | tuple):
        yield from _from_all(value, _texts_in)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value)


def _from_all(values: Iterable[object], walk: Callable[[object], Iterator[str]]) -> Iterator[str]:
    for value in values:
        yield from walk(value)


_silent: Final = ContextVar("iotmi_silent", default=False)


class silence:  # noqa: N801
    """While it lasts, in this thread or task, botocore and urllib3 log nothing below INFO."""

    __slots__ = ("_token",)

    _token: "Token[bool]"

    def __enter__(self) -> None:
        self._token = _silent.set(True)

    def __exit__(self, *_: object) -> None:
        _silent.reset(self._token)


def _passes(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.INFO or not _silent.get()


def guard_logs() -> None:
    """Make `silence` hold for each logger that botocore and urllib3 have by now.

    A logger's filters do not bind its children, so each gets the filter. Other clients of botocore
    in the process log as before, for the filter looks at whose call it is.
    """
    for name in tuple(logging.root.manager.loggerDict):
        if name.split(".")[0] in _LOUD:
            logging.getLogger(name).addFilter(_passes)


_LOUD: Final = frozenset({"boto3", "botocore", "urllib3"})
