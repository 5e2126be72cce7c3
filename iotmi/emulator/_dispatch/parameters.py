"""The parameters of a request, read and validated by the service model.

Owns the reading of path, query and body, and the checks against the model's constraints. A problem
names the member and the rule, and never the value, which may be a secret. This module must not know
the meaning of a parameter.

A timestamp becomes a moment. Unknown members are ignored, and a null member counts as missing.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn
from urllib.parse import parse_qs

from attrs import frozen
from botocore.model import ListShape, MapShape, Shape, StructureShape

from iotmi._schema.traits import Number, Size, Text
from iotmi.emulator._core.clock import parse_iso
from iotmi.emulator._core.errors import NOT_SERIALIZABLE, ServiceFault
from iotmi.emulator._core.http import HttpRequest
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._model.operations import Operation

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


@frozen
class Parameters:
    """The parameters of a request.

    Attributes:
        values: values by their names in the model.
        service_fault: fault to return if the parameters are invalid, or None.
    """

    values: JsonObject
    service_fault: ServiceFault | None = None


def read_parameters(
    operation: Operation, labels: Mapping[str, str], request: HttpRequest
) -> Parameters:
    """Read and validate the parameters of a request. The fault lists all problems."""
    shape = operation.input
    sent: JsonObject = {}
    try:
        sent |= _read_body(shape, request.body)
    except ValueError as error:
        return Parameters({}, ServiceFault(NOT_SERIALIZABLE, str(error)))
    sent |= _read_query(shape, request.query)
    sent |= {
        name: labels[_wire_name(name, member)]
        for name, member in shape.members.items()
        if member.serialization.get("location") == "uri"
    }
    problems: list[str] = []
    values = _read_members(shape, sent, "", problems)
    if not problems:
        return Parameters(values)
    return Parameters(values, ServiceFault(operation.invalid, "; ".join(problems)))


def _read_body(shape: StructureShape, body: bytes) -> JsonObject:
    """Return the members in the body by their names in the model.

    Raises:
        ValueError: the body is not a JSON object.
    """
    members = {
        _wire_name(name, member): name
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }
    if not members or not body:
        return {}
    try:
        document = json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        # The message of JSONDecodeError quotes the body, which may hold secrets.
        raise ValueError("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise ValueError("The body is not a JSON object.")  # noqa: TRY004 - read_parameters catches ValueError
    return {members[name]: value for name, value in document.items() if name in members}


def _reject_constant(_name: str) -> NoReturn:
    raise ValueError("JSON has no such number")


def _read_query(shape: StructureShape, query: str) -> JsonObject:
    given = parse_qs(query, keep_blank_values=True)
    read: JsonObject = {}
    for name, member in shape.members.items():
        if member.serialization.get("location") != "querystring":
            continue
        values = given.get(_wire_name(name, member), [])
        if isinstance(member, ListShape):
            # A query cannot tell an empty list from a missing one.
            read[name] = [_read_text(member.member, value) for value in values]
        elif values:
            read[name] = _read_text(member, values[-1])
    return read


def _read_text(shape: Shape, value: str) -> JsonValue:
    """Convert a text in a query to the JSON type of its shape.

    A text that cannot be converted stays a text, and fails the validation later.
    """
    if shape.type_name in {"integer", "long"} and _INTEGER.fullmatch(value):
        return int(value)
    if shape.type_name == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _read_value(shape: Shape, value: JsonValue, path: str, problems: list[str]) -> JsonValue:
    if isinstance(shape, StructureShape):
        if shape.is_document_type:
            return value
        if isinstance(value, dict):
            return _read_members(shape, value, f"{path}.", problems)
    elif isinstance(shape, ListShape):
        if isinstance(value, list):
            _check(Size(*_bounds(shape)).violation(value), path, problems)
            return [
                _read_value(shape.member, item, f"{path}[{index}]", problems)
                for index, item in enumerate(value)
            ]
    elif isinstance(shape, MapShape):
        if isinstance(value, dict):
            _check(Size(*_bounds(shape)).violation(value), path, problems)
            return {
                str(_read_value(shape.key, key, f"{path} key {place}", problems)): _read_value(
                    shape.value, item, f"{path} value {place}", problems
                )
                for place, (key, item) in enumerate(value.items(), start=1)
            }
    else:
        return _read_scalar(shape, value, path, problems)
    problems.append(f"{path} must be {_NOUNS[shape.type_name]}")
    return None


def _read_members(
    shape: StructureShape, value: JsonObject, prefix: str, problems: list[str]
) -> JsonObject:
    """Read the members of a structure.

    At the top level, with an empty prefix, members already have their names in the model.
    """
    read: JsonObject = {}
    required = shape.metadata.get("required", ())
    for name, member in shape.members.items():
        key = _wire_name(name, member) if prefix else name
        item = value.get(key)
        if item is not None:
            read[name] = _read_value(member, item, prefix + key, problems)
        elif name in required:
            problems.append(f"{prefix}{key} is required")
    return read


def _read_scalar(shape: Shape, value: JsonValue, path: str, problems: list[str]) -> JsonValue:
    kind = shape.type_name
    if kind == "timestamp":
        moment = _milliseconds(value)
        if moment is not None:
            return moment
    elif kind == "string" and isinstance(value, str):
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            problems.append(f"{path} must be one of {', '.join(allowed)}")
        rule = Text(*_bounds(shape), shape.metadata.get("pattern")).violation(value)
        _check(rule, path, problems)
        return value
    elif kind == "boolean" and isinstance(value, bool):
        return value
    elif isinstance(value, int | float) and type(value) in _NUMBERS.get(kind, ()):
        _check(Number(*_bounds(shape)).violation(value), path, problems)
        return value
    problems.append(f"{path} must be {_NOUNS[kind]}")
    return None


_NUMBERS: Final[Mapping[str, tuple[type, ...]]] = {
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
}
_NOUNS: Final[Mapping[str, str]] = {
    "structure": "an object",
    "map": "an object",
    "list": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
    "long": "an integer",
    "double": "a number",
    "float": "a number",
    "timestamp": "a time",
}


def _milliseconds(value: JsonValue) -> int | None:
    """Convert epoch seconds in a body, or ISO 8601 in a query, to a moment."""
    if isinstance(value, str):
        return parse_iso(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(value * 1000)
    return None


def _check(rule: str | None, path: str, problems: list[str]) -> None:
    if rule is not None:
        problems.append(f"{path} {rule}")


def _bounds(shape: Shape) -> tuple[int | None, int | None]:
    return shape.metadata.get("min"), shape.metadata.get("max")


def _wire_name(name: str, member: Shape) -> str:
    wire: str = member.serialization.get("name", name)
    return wire
