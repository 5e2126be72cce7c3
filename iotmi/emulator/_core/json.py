"""JSON as Python values: its types, its one canonical text, and reading a member with its type.

Owns nothing but that. It does not know the service, and a member that is not of the type
asked for is a mistake of ours: what a client sent has been checked before it comes here.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

from iotmi._schema.containers import JsonValue

__all__ = ["JsonObject", "JsonValue"]

JsonObject: TypeAlias = dict[str, JsonValue]


def canonical(value: JsonValue) -> str:
    """The one text of a value: sorted keys, ASCII only, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def fingerprint(value: JsonValue) -> str:
    """A digest by which two values are told apart without keeping either."""
    return sha256(canonical(value).encode("ascii")).hexdigest()


def text(document: Mapping[str, JsonValue], name: str) -> str:
    """The string at *name*."""
    value = document[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a string")
    return value


def optional_text(document: Mapping[str, JsonValue], name: str) -> str | None:
    """The string at *name*, or None where there is none."""
    return None if document.get(name) is None else text(document, name)


def number(document: Mapping[str, JsonValue], name: str) -> int:
    """The whole number at *name*."""
    value = document[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is not a whole number")
    return value


def mapping(document: Mapping[str, JsonValue], name: str) -> JsonObject:
    """The object at *name*, empty where there is none."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not an object")
    return value


def objects(document: Mapping[str, JsonValue], name: str) -> list[JsonObject]:
    """The objects in the list at *name*, none where there is no list."""
    return [item for item in _list(document, name) if isinstance(item, dict)]


def texts(document: Mapping[str, JsonValue], name: str) -> list[str]:
    """The strings in the list at *name*, none where there is no list."""
    return [item for item in _list(document, name) if isinstance(item, str)]


def picked(document: Mapping[str, JsonValue], *names: str) -> JsonObject:
    """Those of the named members that are present."""
    return {name: document[name] for name in names if document.get(name) is not None}


def _list(document: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = document.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return value
