"""Parsing of an invocation into a request.

Owns the documented forms of the four operations. Raises `ConnectorError` with status 400 or 501 and
nothing else. Messages name members and rules, and hold no value of the invocation.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/connector-operations-overview.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from iotmi._models.common import (
    CLOUD_CONNECTOR_ID,
    CONNECTOR_DEVICE_ID,
    DEVICE_DISCOVERY_ID,
    ENDPOINT_ID,
    TRACE_ID,
)
from iotmi._schema.containers import JsonValue
from iotmi._schema.traits import Text
from iotmi.capabilities import Capability
from iotmi.capabilities.matter import MatterCommand, decode_command
from iotmi.connector._errors import ConnectorError
from iotmi.connector._requests import (
    OPERATIONS,
    ActivateUser,
    Auth,
    DeactivateUser,
    DiscoverDevices,
    OAuthToken,
    Request,
    SecretReference,
    SendCommand,
)

BAD_REQUEST: Final = 400
NOT_SUPPORTED: Final = 501

MAX_DEPTH: Final = 50
"""The most levels of objects and lists in an event. The service's own requests have about ten."""

_DEVICE_ID: Final = CONNECTOR_DEVICE_ID[0]


def parse(event: object, own: Sequence[type[Capability]] = ()) -> Request:
    """Parse the event of a Lambda invocation, which is a mapping or JSON text.

    Args:
        event: the event.
        own: classes of capabilities of the application.

    Raises:
        ConnectorError: the event is not a request, with status 400, or the operation is unknown,
            with status 501.
    """
    document = _mapping(_decoded(event), "the event")
    _require_depth(document)
    payload = _mapping(document.get("payload"), "payload")
    operation = _text(payload, "payload", "operationName")
    kinds = {kind.operation: kind for kind in OPERATIONS}
    # The Java sample of the developer guide dispatches on names without the prefix.
    kind = kinds.get(operation) or kinds.get(f"AWS.{operation}")
    if kind is None:
        raise ConnectorError(NOT_SUPPORTED, "the operation is not supported")
    auth = _auth(_mapping(document.get("header"), "header"))
    connector = _text(payload, "payload", "connectorId", CLOUD_CONNECTOR_ID)
    version = payload.get("operationVersion")
    if version is not None and not isinstance(version, str):
        raise _bad("payload.operationVersion must be a string")
    if kind is DiscoverDevices:
        return DiscoverDevices(
            auth=auth,
            connector_id=connector,
            operation_version=version,
            device_discovery_id=_text(payload, "payload", "deviceDiscoveryId", DEVICE_DISCOVERY_ID),
            device_ids=tuple(_device_ids(payload)),
        )
    if kind is SendCommand:
        return SendCommand(
            auth=auth,
            connector_id=connector,
            operation_version=version,
            device_id=_text(payload, "payload", "connectorDeviceId", _DEVICE_ID),
            trace_id=_text(payload, "payload", "traceId", TRACE_ID),
            commands=tuple(decode_command(each, own) for each in _commands(payload)),
        )
    plain = ActivateUser if kind is ActivateUser else DeactivateUser
    return plain(auth=auth, connector_id=connector, operation_version=version)


def _decoded(event: object) -> object:
    if not isinstance(event, str | bytes | bytearray):
        return event
    try:
        decoded: object = json.loads(event, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _bad("the event must be JSON") from None
    return decoded


def _require_depth(document: object) -> None:
    """Refuse deep nesting, which the functions that encode a response follow by recursion."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list | tuple)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
        if not level:
            return
    raise _bad(f"the event must be nested in at most {MAX_DEPTH} levels")


def _refuse_constant(name: str) -> None:
    # NaN and Infinity are no JSON, and a response that repeats them could not be sent.
    raise ValueError(name)


def _auth(header: Mapping[str, JsonValue]) -> Auth:
    auth = _mapping(header.get("auth"), "header.auth")
    kind = auth.get("type")
    if kind == SecretReference.type or (kind is None and "secretsManager" in auth):
        secret = _mapping(auth.get("secretsManager"), "header.auth.secretsManager")
        version = secret.get("versionId")
        if version is not None and not isinstance(version, str):
            raise _bad("header.auth.secretsManager.versionId must be a string")
        return SecretReference(_text(secret, "header.auth.secretsManager", "arn"), version)
    if kind == OAuthToken.type or (kind is None and "token" in auth):
        return OAuthToken(_text(auth, "header.auth", "token"))
    raise _bad("header.auth.type must be OAuth2.0 or GeneralAuthorization")


def _device_ids(payload: Mapping[str, JsonValue]) -> Iterator[str]:
    path = "payload.connectorDeviceIdList"
    for each in _sequence(payload.get("connectorDeviceIdList"), path):
        if not isinstance(each, str) or _DEVICE_ID.violation(each):
            raise _bad(f"{path} must hold ids of devices")
        yield each


def _commands(payload: Mapping[str, JsonValue]) -> Iterator[MatterCommand]:
    path = "payload.endpoints"
    for place, endpoint in enumerate(_sequence(payload.get("endpoints"), path)):
        at = f"{path}[{place}]"
        members = _mapping(endpoint, at)
        identifier = _text(members, at, "id", ENDPOINT_ID)
        for number, cluster in enumerate(_sequence(members.get("clusters"), f"{at}.clusters")):
            within = f"{at}.clusters[{number}]"
            parts = _mapping(cluster, within)
            name = _text(parts, within, "id")
            for command, fields in _pairs(parts.get("commands"), f"{within}.commands"):
                yield MatterCommand(
                    cluster=name, command=command, fields=fields, endpoint=identifier
                )


def _pairs(commands: JsonValue, path: str) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    """Yield commands with their fields. The guide has a list of objects, the model one object."""
    parts = [commands] if isinstance(commands, Mapping) else _sequence(commands, path)
    for part in parts:
        for command, fields in _mapping(part, path).items():
            yield command, {} if fields is None else _mapping(fields, f"{path} of a command")


def _mapping(value: object, path: str) -> Mapping[str, JsonValue]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _bad(f"{path} must be an object")
    return value


def _sequence(value: JsonValue, path: str) -> Sequence[JsonValue]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _bad(f"{path} must be a list")
    return value


def _text(members: Mapping[str, JsonValue], path: str, name: str, limit: Text | None = None) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(f"{path}.{name} must be a string and not empty")
    if limit is not None and limit.violation(value):
        raise _bad(f"{path}.{name} is not within the limits of the service")
    return value


def _bad(reason: str) -> ConnectorError:
    return ConnectorError(BAD_REQUEST, reason)
