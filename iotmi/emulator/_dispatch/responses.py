"""HTTP responses from a handler's result or a fault.

Owns the wire format. Only members of the output shape are written. A moment becomes epoch seconds
with a fraction. This module must not know any operation's behaviour.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iotmi.emulator._core.errors import ServiceFault
from iotmi.emulator._core.http import HttpResponse
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._model.operations import Operation


def serialize_body(operation: Operation, document: JsonObject) -> str:
    """Return the body of a response, empty if the operation has no output."""
    if operation.output is None:
        return ""
    return json.dumps(_to_wire(operation.output, document))


def success_response(operation: Operation, body: str) -> HttpResponse:
    """Return the response of a successful operation."""
    return _response(operation.status, body, {})


def error_response(fault: ServiceFault, status: int) -> HttpResponse:
    """Return the response of a fault."""
    document: JsonObject = {"Message": fault.message}
    if fault.resource_id is not None:
        document |= {"ResourceId": fault.resource_id, "ResourceType": fault.resource_type}
    headers = {"X-Amzn-Errortype": fault.code, **fault.headers}
    return _response(status, json.dumps(document), headers)


def _response(status: int, body: str, headers: Mapping[str, str]) -> HttpResponse:
    payload = body.encode("ascii")
    default_headers = {"X-Amzn-Requestid": str(uuid4())}
    if payload:
        default_headers |= {"Content-Type": "application/json", "Content-Length": str(len(payload))}
    return HttpResponse(status, {**default_headers, **headers}, payload)


def _to_wire(shape: Shape, value: JsonValue) -> JsonValue:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        if shape.is_document_type:
            return value
        return {
            member.serialization.get("name", name): _to_wire(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_to_wire(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _to_wire(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, int):
        return value / 1000
    return value
