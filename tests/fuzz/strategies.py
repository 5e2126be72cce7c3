"""Hypothesis strategies of responses: as the service's model has them, corrupted, and of any form.

This module knows the service's model and JSON, and not the code that decodes a response.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from tests.conformance import service
from tests.conformance.generate import Json
from tests.conformance.ledger import promised
from tests.fuzz.answers_reading import Case

THEIRS: Final = service.installed()

NUMBERS: Final = (
    st.integers()
    | st.floats()
    | st.sampled_from((10**400, -(2**63), 253_402_300_800, -62_135_596_801))
)
TEXTS: Final = st.text(st.characters(codec=None), max_size=8)
JSON: Final[st.SearchStrategy[Json]] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)

# JSON, and nearly JSON, that `json.dumps` does not write.
TOKENS: Final = (
    b"[" * 60 + b"]" * 60,
    b'{"a":' * 60 + b"1" + b"}" * 60,
    b"[" * 400 + b"]" * 400,
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"9" * 5000,
    b'"' + b"x" * 5000 + b'"',
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"-0.0",
    b"NaN",
    b"-Infinity",
    b"01",
    b"0x1",
    b"tru",
    b"'a'",
    b"",
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\\u0000"',
    b'"\xff\xfe"',
    b'"\xed\xa0\x80"',
    b'"\t"',
    b'{"a":1,"a":2}',
)
_TOKEN: Final = re.compile(rb'"<token (\d+)>"')
_MARKERS: Final = st.sampled_from([f"<token {number}>" for number in range(len(TOKENS))])

_SUCCESSES: Final = (200, 200, 200, 201, 204, 299, 100, 199)
_ERRORS: Final = (300, 301, 302, 304, 400, 402, 403, 404, 409, 410, 413, 429, 499, 500, 503, 600)
ERROR_STATUSES: Final = st.sampled_from(_ERRORS) | st.integers(300, 999)

# Pauses that a service may ask for, and that it may not.
RETRY_AFTER: Final = (
    "0",
    "1",
    "-1",
    "1.5",
    "nan",
    "inf",
    "1e300",
    "9" * 30,
    "٣",
    "",
    "soon",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2300",
    "Mon, 01 Jan 0001 00:00:00 -0000",
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2000 99999999999999999:00:00 GMT",
    "Mon, 01 Jan 2000 00:00:00 +999999999999999999999",
)

_CODES: Final = st.sampled_from([each.name for each in THEIRS.errors])
_HEADER_TEXTS: Final = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
HEADERS: Final[st.SearchStrategy[Mapping[str, str]]] = st.fixed_dictionaries(
    {},
    optional={
        "x-amzn-errortype": _CODES | st.sampled_from(("", "#", ":", "a:b#c")) | _HEADER_TEXTS,
        "x-amzn-query-error": st.sampled_from((";", "a;b;c", "Throttling;Sender")) | _HEADER_TEXTS,
        "x-amzn-requestid": _HEADER_TEXTS | st.just("x" * 300),
        "retry-after": st.sampled_from(RETRY_AFTER) | _HEADER_TEXTS,
        "x-amz-retry-after": st.sampled_from(RETRY_AFTER) | _HEADER_TEXTS,
        "content-type": st.sampled_from(("text/html", "", "application/cbor")),
    },
)
ERROR_BODIES: Final = st.binary(max_size=40) | st.one_of(
    JSON,
    st.dictionaries(
        st.sampled_from(("Message", "message", "__type", "code", "Code")), _CODES | JSON
    ),
    st.dictionaries(st.sampled_from(("Message", "ResourceId", "ResourceType", "Error")), JSON),
).map(lambda document: json.dumps(document).encode())


@cache
def responses(shape: service.Shape) -> st.SearchStrategy[Json]:
    """Return responses of *shape* without its limits, which do not apply to responses."""
    match shape.kind:
        case "structure":
            known = promised(THEIRS).get(shape.name, frozenset())
            needed = {p.name for p in shape.properties if p.required or p.name in known}
            members = {p.name: responses(p.shape) for p in shape.properties}
            return st.fixed_dictionaries(
                {name: members[name] for name in needed},
                optional={name: each for name, each in members.items() if name not in needed},
            )
        case "list":
            return st.lists(responses(shape.item), max_size=2)
        case "map":
            return st.dictionaries(TEXTS, responses(shape.value), max_size=2)
        case "enum":
            return st.sampled_from(shape.enum) | TEXTS
        case kind:
            return {
                "string": TEXTS,
                "integer": st.integers(),
                "double": NUMBERS,
                "boolean": st.booleans(),
                "timestamp": st.floats(0, 4e9) | st.integers(0, 2**32),
                "document": JSON,
            }[kind]


@st.composite
def corrupted(draw: st.DrawFn, documents: st.SearchStrategy[Json]) -> Json:
    """Return a document with up to two changes."""
    root = [draw(documents)]
    for _ in range(draw(st.integers(0, 2))):
        holder: Any = root
        key: Any = 0
        while isinstance(held := holder[key], dict | list) and held and draw(st.booleans()):
            holder = held
            key = draw(
                st.sampled_from(sorted(held) if isinstance(held, dict) else range(len(held)))
            )
        held = holder[key]
        change = draw(st.sampled_from(("replace", "replace", "drop", "wrap", "add", "nulls")))
        if change == "drop" and isinstance(holder, dict):
            del holder[key]
        elif change == "wrap":
            holder[key] = draw(st.sampled_from(([held], {"a": held})))
        elif change == "add" and isinstance(held, dict):
            held[draw(TEXTS)] = draw(JSON)
        elif change == "add" and isinstance(held, list):
            held.append(draw(JSON))
        elif change == "nulls":
            holder[key] = _nulls(held)
        else:
            holder[key] = draw(JSON | _MARKERS)
    return root[0]


def _nulls(value: Json) -> Json:
    """Return the same containers with null everywhere in them."""
    if isinstance(value, dict):
        return {key: _nulls(item) for key, item in value.items()}
    return [_nulls(item) for item in value] if isinstance(value, list) else None


@st.composite
def damaged(draw: st.DrawFn, bodies: st.SearchStrategy[bytes]) -> bytes:
    """Return a body in which some bytes are lost, repeated or replaced."""
    body = draw(bodies)
    start = draw(st.integers(0, len(body)))
    end = min(len(body), start + draw(st.sampled_from((0, 1, 2, 8, 30))))
    part = draw(st.just(b"") | st.just(body[start:end] * 2) | st.sampled_from(TOKENS) | st.binary())
    return body[:start] + part + body[end:]


@cache
def bodies(operation: str) -> st.SearchStrategy[bytes]:
    """Return bodies of a response to *operation*, mostly corrupted."""
    shape = THEIRS.operations[operation].answered
    documents = JSON if shape is None else responses(shape)
    encoded = documents.map(lambda document: json.dumps(document).encode())
    wrong = corrupted(documents).map(
        lambda document: _TOKEN.sub(
            lambda found: TOKENS[int(found[1])], json.dumps(document).encode()
        )
    )
    other = encoded | damaged(encoded) | st.sampled_from(TOKENS) | st.binary(max_size=40)
    return st.one_of(wrong, wrong, other)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a case. A few have a status and go through botocore's parser, which is slow."""
    operation = draw(st.sampled_from(sorted(THEIRS.operations)))
    if draw(st.integers(0, 31)) != 1:
        return Case(operation, draw(bodies(operation)))
    status = draw(st.sampled_from(_SUCCESSES) | ERROR_STATUSES)
    body = draw(ERROR_BODIES if status >= 300 else bodies(operation))
    return Case(operation, body, status, tuple(draw(HEADERS).items()))
