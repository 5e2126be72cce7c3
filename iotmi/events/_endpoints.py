"""Readers of endpoints, their capabilities and properties.

Most bytes of an event are endpoints. Plain functions read them in half the time of a table. This
module does not know any message.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from iotmi._schema.containers import JsonValue
from iotmi.events._events import Capability, Endpoint, Property
from iotmi.events._reading import InvalidValueError, json_object, reject, text, time

T = TypeVar("T")


def _capabilities(read_property: Callable[[object], Property]) -> Callable[[object], Capability]:
    """Return a reader of one capability that reads properties with *read_property*."""

    def read(value: object) -> Capability:
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
            return Capability(identifier, name, version, _each(held, read_property))
        except InvalidValueError as invalid:
            invalid.prepend("properties")
            raise

    return read


def _endpoints(read_capability: Callable[[object], Capability]) -> Callable[[object], object]:
    """Return a reader of endpoints that reads capabilities with *read_capability*."""

    def read(value: object) -> Endpoint:
        source = value if type(value) is dict else json_object(value)
        identifier = source.get("endpointId")
        if type(identifier) is not str:
            identifier = _text("endpointId", identifier)
        held = source.get("capabilities")
        if held is None:
            return Endpoint(identifier)
        try:
            return Endpoint(identifier, _each(held, read_capability))
        except InvalidValueError as invalid:
            invalid.prepend("capabilities")
            raise

    return lambda value: _each(value, read)


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
    except InvalidValueError as invalid:
        invalid.prepend("value")
        raise
    raw: JsonValue = state.get("propertyValue")
    return Property(name, moment, raw)


def _time(value: object) -> datetime:
    try:
        return time(value)
    except InvalidValueError as invalid:
        invalid.prepend("lastChangedAt")
        raise


def _text(member: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        return text(value)
    except InvalidValueError as invalid:
        invalid.prepend(member)
        raise


def _each(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    if type(value) is not list:
        reject("an array", value)
    found: list[T] = []
    try:
        for item in value:
            found.append(read(item))  # noqa: PERF401 (the length is the path of a failure)
    except InvalidValueError as invalid:
        invalid.prepend(f"[{len(found)}]")
        raise
    return tuple(found)


reported: Final = _endpoints(_capabilities(_reported_property))
"""Reads endpoints with properties of the form ``{name, value}``."""
changed: Final = _endpoints(_capabilities(_changed_property))
"""Reads endpoints with properties of the form ``{name, value: {propertyValue, lastChangedAt}}``."""
