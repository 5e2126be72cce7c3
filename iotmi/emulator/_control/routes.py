"""Routes of the control API: their declaration, the match of a request, and its validation.

Owns the errors and the reading of path, query and body. This module must not know what a route
does, nor any web server.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen

from iotmi.emulator._control.schemas import Schema, problems
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._emulator import Emulator

PREFIX: Final = "/_emulator"
MAX_BODY: Final = 1024 * 1024
_MAX_DEPTH: Final = 64


@frozen
class ControlError(Exception):
    """An error response of the control API.

    Attributes:
        status: HTTP status.
        code: name of the error, for programs.
        message: sentence for a person. It has no value that may be a secret.
        headers: extra response headers.
    """

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(factory=dict[str, str])

    def document(self) -> JsonObject:
        """Return the body of the response."""
        return {"error": {"code": self.code, "message": self.message}}


@frozen
class Sent:
    """A validated request.

    Attributes:
        path: values of the path's parameters, by name.
        query: values of the query's parameters that were sent, by name.
        body: body, empty for a route without one.
    """

    path: Mapping[str, str] = field(factory=dict[str, str])
    query: Mapping[str, JsonValue] = field(factory=dict[str, JsonValue])
    body: JsonObject = field(factory=dict, repr=False)

    def number(self, name: str, default: int) -> int:
        """Return a whole number of the query."""
        value = self.query.get(name)
        return value if isinstance(value, int) else default

    def text(self, name: str) -> str | None:
        """Return a text of the query or the body, or None if it was not sent."""
        value = self.query.get(name, self.body.get(name))
        return value if isinstance(value, str) else None


Handler = Callable[[Emulator, Sent], JsonValue]


@frozen
class Route:
    """One route.

    Attributes:
        method: HTTP method.
        path: path below the prefix, with parameters in braces.
        handler: function that carries the request out, and returns the body of the response. None
            for a stream.
        summary: one line for the documentation.
        response: name of the response's schema in the document, or None for no body.
        status: HTTP status of a success.
        query: schemas of the query's parameters.
        body: schema of the body, or None if the request has none.
        refusals: statuses of the errors that the route may return, besides 400 and 403.
        max_body: largest body in bytes.
        open: true if the route needs no keys.
        group: heading in the documentation.
        media: media type of the response.
        slow: true if an injected delay may block the request.
    """

    method: str
    path: str
    handler: Handler | None
    summary: str
    response: str | None = None
    status: int = 200
    query: Mapping[str, Schema] = field(factory=dict[str, Schema])
    body: Schema | None = None
    refusals: Sequence[int] = ()
    max_body: int = MAX_BODY
    open: bool = False
    group: str = "home"
    media: str = "application/json"
    slow: bool = False

    @property
    def parameters(self) -> list[str]:
        """The names of the path's parameters."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the values of the path's parameters, or None if the path differs.

        Args:
            path: encoded path below the prefix.
        """
        wanted, given = self.path.split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        found: dict[str, str] = {}
        for part, value in zip(wanted, given, strict=True):
            if part.startswith("{") and value:
                found[part.strip("{}")] = _decoded(value)
            elif part != value:
                return None
        return found


def find_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request, and the values of its path's parameters.

    Raises:
        ControlError: no route has this path, or none has this method.
    """
    allowed: list[str] = []
    for route in routes:
        values = route.match(path)
        if values is not None:
            if route.method == method:
                return route, values
            allowed.append(route.method)
    if allowed:
        methods = ", ".join(sorted(set(allowed)))
        raise ControlError(
            405, "method_not_allowed", f"This path takes {methods} only.", {"Allow": methods}
        )
    raise ControlError(404, "no_such_path", "The control API has no such path.")


def read_request(route: Route, path: Mapping[str, str], query: str, body: bytes) -> Sent:
    """Return the validated request.

    Raises:
        ControlError: a parameter or the body is wrong. The message lists all problems.
    """
    found: list[str] = []
    values = _read_query(route, query, found)
    document: JsonObject = {}
    if route.body is not None:
        document = _read_body(body)
        found += problems(route.body, document, "body")
    elif body.strip():
        found.append("the request must have no body")
    if found:
        # Sent by a caller that makes up many members, the list could be long.
        shown = [each.removeprefix("body.") for each in found[:10]]
        raise invalid("; ".join(shown))
    return Sent(path, values, document)


def invalid(message: str) -> ControlError:
    """Return the error for bad input."""
    return ControlError(400, "invalid", f"{message}.")


def _read_query(route: Route, query: str, found: list[str]) -> dict[str, JsonValue]:
    values: dict[str, JsonValue] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise invalid("the query must be UTF-8 with at most 20 parameters") from None
    for name, value in pairs:
        schema = route.query.get(name)
        if schema is None:
            known = ", ".join(route.query) or "none"
            found.append(f"{name[:40]!a} is unknown; the parameters are: {known}")
        elif name in values:
            found.append(f"{name} must be sent once")
        else:
            values[name] = _converted(schema, value)
            found += problems(schema, values[name], name)
    return values


def _converted(schema: Schema, value: str) -> JsonValue:
    """Return a text of a query in the type of its schema, or the text if it does not fit."""
    if schema.get("type") == "integer" and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _read_body(body: bytes) -> JsonObject:
    if not body.strip():
        return {}
    try:
        document = json.loads(body, parse_constant=_reject_constant)
        # Lone surrogates can neither be stored nor sent as UTF-8.
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise invalid("the body must be JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise invalid("the body must be a JSON object")
    if _depth(document) > _MAX_DEPTH:
        raise invalid(f"the body must not be nested more than {_MAX_DEPTH} deep")
    return document


def _reject_constant(_name: str) -> NoReturn:
    raise ValueError("JSON has no such number")


def _depth(value: JsonValue) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


def _decoded(value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise ControlError(404, "no_such_path", "The path must be UTF-8.") from None
