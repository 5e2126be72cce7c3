"""Readers of endpoints, their capabilities and properties.

Most bytes of an event are endpoints. They are read without a table, in half the time. This module
knows no message.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from iotmi._values import JsonValue
from iotmi.events._events import Capability, Endpoint, Property
from iotmi.events._reading import RefusedError, json_object, refuse, text, time

T = TypeVar("T")


def reported(value: object) -> tuple[Endpoint, ...]:
    """Read endpoints whose properties have their values beside their names."""
    return _each(value, lambda item: _endpoint(item, _reported_property))


def changed(value: object) -> tuple[Endpoint, ...]:
    """Read endpoints whose properties have objects of a value and a time beside their names."""
    return _each(value, lambda item: _endpoint(item, _changed_property))


def _endpoint(value: object, read_property: Callable[[object], Property]) -> Endpoint:
    source = value if type(value) is dict else json_object(value)
    identifier = source.get("endpointId")
    if type(identifier) is not str:
        identifier = _text("endpointId", identifier)
    held = source.get("capabilities")
    if held is None:
        return Endpoint(identifier)
    try:
        capabilities = _each(held, lambda item: _capability(item, read_property))
    except RefusedError as refused:
        refused.inside("capabilities")
        raise
    return Endpoint(identifier, capabilities)


def _capability(value: object, read_property: Callable[[object], Property]) -> Capability:
    source = value if type(value) is dict else json_object(value)
    identifier, name, version = source.get("id"), source.get("name"), source.get("version")
    if type(identifier) is not str:
        identifier = _text("id", identifier)
    if type(name) is not str:
        name = _text("name", name)
    if type(version) is not str:
        version = _text("version", version)
    held = source.get("properties")
    if held is None:
        return Capability(identifier, name, version)
    try:
        properties = _each(held, read_property)
    except RefusedError as refused:
        refused.inside("properties")
        raise
    return Capability(identifier, name, version, properties)


def _reported_property(value: object) -> Property:
    source = value if type(value) is dict else json_object(value)
    name = source.get("name")
    if type(name) is not str:
        name = _text("name", name)
    return Property(name, None, source.get("value"))


def _changed_property(value: object) -> Property:
    source = value if type(value) is dict else json_object(value)
    name = source.get("name")
    if type(name) is not str:
        name = _text("name", name)
    held = source.get("value")
    if held is None:
        return Property(name)
    moment: datetime | None = None
    try:
        state = held if type(held) is dict else json_object(held)
        written = state.get("lastChangedAt")
        if written is not None:
            moment = _time(written)
    except RefusedError as refused:
        refused.inside("value")
        raise
    raw: JsonValue = state.get("propertyValue")
    return Property(name, moment, raw)


def _time(value: object) -> datetime:
    try:
        return time(value)
    except RefusedError as refused:
        refused.inside("lastChangedAt")
        raise


def _text(member: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        return text(value)
    except RefusedError as refused:
        refused.inside(member)
        raise


def _each(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    if type(value) is not list:
        refuse("an array", value)
    found: list[T] = []
    try:
        for item in value:
            found.append(read(item))  # noqa: PERF401 (a failure's path is the length)
    except RefusedError as refused:
        refused.inside(f"[{len(found)}]")
        raise
    return tuple(found)
