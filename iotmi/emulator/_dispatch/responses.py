"""From a handler's answer, or a refusal, to the HTTP reply.

Owns the wire form of answers: only members of the output shape are written, and a
timestamp, whole milliseconds inside, is written as epoch seconds with a fraction. It does
not know what an operation does.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iotmi.emulator._core.errors import Refusal
from iotmi.emulator._core.http import HttpReply
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._model.operations import Operation


def body_of(operation: Operation, document: JsonObject) -> str:
    """The text of an answer, empty where the operation's answer has no body."""
    if operation.output is None:
        return ""
    return json.dumps(_written(operation.output, document))


def success(operation: Operation, body: str) -> HttpReply:
    """The reply of an operation that was carried out."""
    return _reply(operation.status, body, {})


def refused(refusal: Refusal, status: int) -> HttpReply:
    """The reply to a request that was not."""
    document: JsonObject = {"Message": refusal.message}
    if refusal.resource_id is not None:
        document |= {"ResourceId": refusal.resource_id, "ResourceType": refusal.resource_type}
    headers = {"X-Amzn-Errortype": refusal.code, **refusal.headers}
    return _reply(status, json.dumps(document), headers)


def _reply(status: int, body: str, headers: Mapping[str, str]) -> HttpReply:
    octets = body.encode("ascii")
    usual = {"X-Amzn-Requestid": str(uuid4())}
    if octets:
        usual |= {"Content-Type": "application/json", "Content-Length": str(len(octets))}
    return HttpReply(status, {**usual, **headers}, octets)


def _written(shape: Shape, value: JsonValue) -> JsonValue:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        if shape.is_document_type:
            return value
        return {
            member.serialization.get("name", name): _written(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_written(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _written(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, int):
        return value / 1000
    return value
