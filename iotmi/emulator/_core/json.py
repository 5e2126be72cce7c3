"""Typed access to JSON documents, and their canonical text.

Owns the readers of members with a type. A member of another type raises TypeError, because the
dispatcher has already validated every request: such a member is a defect of the emulator. It must
not know the service.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

from iotmi._schema.containers import JsonValue

__all__ = ["JsonObject", "JsonValue"]

JsonObject: TypeAlias = dict[str, JsonValue]


def canonical(value: JsonValue) -> str:
    """Return the canonical text of *value*: sorted keys, ASCII only, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def fingerprint(value: JsonValue) -> str:
    """Return a digest that identifies *value*, so that the value need not be stored."""
    return sha256(canonical(value).encode("ascii")).hexdigest()


def text(document: Mapping[str, JsonValue], name: str) -> str:
    """Return the string at *name*."""
    value = document[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a string")
    return value


def optional_text(document: Mapping[str, JsonValue], name: str) -> str | None:
    """Return the string at *name*, or None if the member is missing."""
    return None if document.get(name) is None else text(document, name)


def number(document: Mapping[str, JsonValue], name: str) -> int:
    """Return the integer at *name*."""
    value = document[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is not an integer")
    return value


def mapping(document: Mapping[str, JsonValue], name: str) -> JsonObject:
    """Return the object at *name*, or an empty one if the member is missing."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not an object")
    return value


def objects(document: Mapping[str, JsonValue], name: str) -> list[JsonObject]:
    """Return the objects in the list at *name*, or no objects if the member is missing."""
    return [item for item in _list(document, name) if isinstance(item, dict)]


def texts(document: Mapping[str, JsonValue], name: str) -> list[str]:
    """Return the strings in the list at *name*, or no strings if the member is missing."""
    return [item for item in _list(document, name) if isinstance(item, str)]


def picked(document: Mapping[str, JsonValue], *names: str) -> JsonObject:
    """Return the named members that are present and not null."""
    return {name: document[name] for name in names if document.get(name) is not None}


def _list(document: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = document.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return value
