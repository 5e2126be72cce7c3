"""The OpenAPI description of the control API, made from the table of routes.

Owns the form of the document. This module must not know any route.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from iotmi._version import __version__
from iotmi.emulator._control.responses import RESPONSES
from iotmi.emulator._control.routes import PREFIX, Route
from iotmi.emulator._control.schemas import ANY, Schema, string
from iotmi.emulator._core.json import JsonObject, JsonValue

_REFUSALS: Final[Mapping[int, str]] = {
    400: "The request is wrong. The message names the member and the rule.",
    401: "The keys are missing or wrong.",
    403: "The request comes from a foreign host or origin.",
    404: "There is no resource of the id.",
    409: "The resource has another status.",
    413: "The body is too large.",
    503: "The emulator is closed, or has too many connections or streams.",
    507: "The disk is full. Nothing was stored.",
}
_ALWAYS: Final = (400, 401, 403, 413, 503, 507)
_JSON: Final = "application/json"


def describe(routes: Sequence[Route]) -> JsonObject:
    """Return the OpenAPI 3.1 document of some routes."""
    paths: dict[str, dict[str, JsonValue]] = {}
    for route in routes:
        paths.setdefault(f"{PREFIX}{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The control API of the iotmi emulator",
            "version": __version__,
            "description": "Devices, people, faults, time, calls and notifications.",
        },
        "paths": {path: {**operations} for path, operations in paths.items()},
        "components": {
            "schemas": {**RESPONSES},
            "securitySchemes": {"keys": {"type": "http", "scheme": "basic"}},
        },
        # The empty one: a server without keys needs none.
        "security": [{"keys": []}, {}],
    }


def _operation(route: Route) -> JsonObject:
    parameters: list[JsonValue] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": string(shortest=1, longest=128),
        }
        for name in route.parameters
    ]
    parameters += [_query(name, schema) for name, schema in route.query.items()]
    responses: JsonObject = {str(route.status): _success(route)}
    for status in sorted({*_ALWAYS, *route.refusals}):
        responses[str(status)] = {
            "description": _REFUSALS[status],
            "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    operation: JsonObject = {
        "operationId": _identifier(route),
        "summary": route.summary,
        "tags": [route.group],
        "responses": responses,
    }
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": bool(route.body.get("required") or "oneOf" in route.body),
            "content": {_JSON: {"schema": route.body}},
        }
    if route.open:
        operation["security"] = []
    return operation


def _query(name: str, schema: Schema) -> JsonObject:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _success(route: Route) -> JsonObject:
    described: JsonObject = {"description": "Success."}
    if route.media != _JSON:
        described["content"] = {route.media: {"schema": {"type": "string"}}}
    elif route.response is not None:
        reference: Schema = {"$ref": f"#/components/schemas/{route.response}"}
        described["content"] = {_JSON: {"schema": reference if route.response else ANY}}
    return described


def _identifier(route: Route) -> str:
    words = [part.strip("{}") for part in route.path.split("/") if part]
    return "_".join([route.method.lower(), *words]).replace("-", "_").replace(".", "_")
