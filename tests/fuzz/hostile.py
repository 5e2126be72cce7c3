"""Hostile requests: random bytes, wrong JSON, wrong types, odd paths, SQL in every string.

This module knows the service's model, and neither the server nor its responses. A seed fixes the
requests.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from random import Random
from typing import Final, TypeAlias
from urllib.parse import quote

from attrs import evolve, frozen

from tests.conformance.generate import Fill, Maker
from tests.conformance.service import Operation, Service, Shape
from tests.parity.steps import Json

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands in parameters: names, and indices of lists."""

_DEEPEST: Final = 12
"""Deeper than any structure of the model that does not hold itself."""

SQL: Final = (
    "'; DROP TABLE resource; --",
    "' OR '1'='1",
    "x'); DELETE FROM answered; --",
    '" UNION SELECT document FROM resource --',
    "1; UPDATE resource SET document = '{}'",
    "json_extract(document, '$.Id')",
    "%' ESCAPE '\\",
    "\x00'; VACUUM; --",
)

_PATHS: Final = (
    "/",
    "//",
    "/../../etc/passwd",
    "/managed-things/../credential-lockers",
    "/managed-things/%2e%2e%2fetc%2fpasswd",
    "/managed-things/%00",
    "/managed-things/%0A%0D",
    "/managed-things/%",
    "/managed-things/%zz",
    "/managed-things/%ff%fe",
    "/managed-things//",
    "/managed-things?MaxResults=1&MaxResults=x&%00=%00",
    "/managed-things?NextToken=" + "A" * 5000,
    "/managed-things/" + "a" * 30_000,
    "/tags/" + quote("arn:aws:iotmanagedintegrations:eu-west-1:1:managed-thing/' OR 1=1", safe=""),
    "/_emulator/../managed-things",
    "/_emulator/nothing",
    "/{Identifier}",
    "*",
)
_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "DROP")
_BODIES: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"0",
    b'"text"',
    b"{}{}",
    b"NaN",
    b'{"Name": NaN}',
    b'{"Name": 1e999}',
    b'{"Name": ' + b"9" * 5000 + b"}",
    b'{"Name": "\\ud800"}',
    b'{"\\ud800": 1, "ClientToken": "\\udfff"}',
    b'{"Name": "a", "Name": "b", "Tags": {"": ""}}',
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"\xff\xfe\x00{",
    b"\xef\xbb\xbf{}",
    b"a=b&c=d",
    b"<xml/>",
)
_WRONG: Final[tuple[Json, ...]] = (
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "\ud800",
    "ü\x00",
    [],
    [[]],
    {},
    {"a": {}},
)


@frozen
class Hostile:
    """One request.

    Attributes:
        kind: its defect.
        method: the HTTP method.
        target: path and query, encoded.
        body: the bytes.
    """

    kind: str
    method: str
    target: str
    body: bytes = b""


@frozen
class Forger:
    """An endless source of hostile requests.

    Attributes:
        theirs: the service to imitate.
        chance: the source of choices.
        known: parameters that name existing resources.
    """

    theirs: Service
    chance: Random
    known: Mapping[str, str]

    def requests(self) -> Iterator[Hostile]:
        """Yield requests of every kind."""
        operations = list(self.theirs.operations.values())
        injections = self._injections()
        while True:
            operation = self.chance.choice(operations)
            match self.chance.randrange(8):
                case 0:
                    octets = self.chance.randbytes(self.chance.randrange(200))
                    yield self._with_body("bytes", operation, octets)
                case 1:
                    yield self._with_body("JSON", operation, self.chance.choice(_BODIES))
                case 2 | 3:
                    yield self._rendered("types", operation, self._spoilt(operation))
                case 4:
                    method, target = self.chance.choice(_METHODS), self.chance.choice(_PATHS)
                    yield Hostile("path", method, target, self.chance.choice((b"", b"{}")))
                case _:
                    yield next(injections)

    def _injections(self) -> Iterator[Hostile]:
        """Yield valid requests with SQL in one string after the other, endlessly."""
        while True:
            for operation in self.theirs.operations.values():
                for path in strings_of(operation.input):
                    parameters = self._plain(operation, Fill.LOW)
                    _put(parameters, path, self.chance.choice(SQL))
                    yield self._rendered("SQL", operation, parameters)

    def _plain(self, operation: Operation, fill: Fill = Fill.ANY) -> dict[str, Json]:
        """Return valid parameters, often of an existing resource."""
        parameters = Maker(fill, self.chance).structure(operation.input)
        for name, value in self.known.items():
            if name in parameters and self.chance.random() < 0.7:
                parameters[name] = value
        return parameters

    def _spoilt(self, operation: Operation) -> dict[str, Json]:
        """Return parameters, some of them of a wrong type."""
        parameters = self._plain(operation)
        for name in parameters:
            if self.chance.random() < 0.5:
                parameters[name] = self.chance.choice(_WRONG)
        return parameters

    def _with_body(self, kind: str, operation: Operation, body: bytes) -> Hostile:
        return evolve(self._rendered(kind, operation, self._plain(operation)), body=body)

    def _rendered(self, kind: str, operation: Operation, parameters: Mapping[str, Json]) -> Hostile:
        """Return the request as an SDK would encode it, whatever the values."""
        modelled = self.theirs.document["shapes"][operation.input.name]["members"]
        target, query, body = operation.address, [], {}
        for each in operation.input.properties:
            if each.name not in parameters:
                continue
            value = parameters[each.name]
            name = modelled[each.name].get("locationName", each.name)
            if each.location == "uri":
                target = target.replace(f"{{{name}}}", _quoted(value))
            elif each.location == "querystring":
                items = value if isinstance(value, list) else [value]
                query += [f"{name}={_quoted(item)}" for item in items]
            else:
                body[name] = value
        target += "?" + "&".join(query) if query else ""
        octets = json.dumps(body).encode() if body else b""
        method = self.theirs.document["operations"][operation.name]["http"]["method"]
        return Hostile(kind, method, target, octets)


def strings_of(shape: Shape, path: Place = ()) -> Iterator[Place]:
    """Yield the place of each string and each document in a structure."""
    if len(path) > _DEEPEST:
        return
    match shape.kind:
        case "string" | "enum" | "document":
            yield path
        case "structure":
            for each in shape.properties:
                yield from strings_of(each.shape, (*path, each.name))
        case "list":
            yield from strings_of(shape.item, (*path, 0))
        case "map":
            yield from ((*path, key) for key in ("key", SQL[0]))


def _put(value: Json, path: Place, text: str) -> None:
    """Set the member at *path*, and create missing containers."""
    for step, following in pairwise(path):
        empty: Json = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not value:
                value.append(empty)
            value = value[step]
        else:
            value = value.setdefault(step, empty)
    if isinstance(path[-1], int) and not value:
        value.append(text)
    else:
        value[path[-1]] = text


def _quoted(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
