"""Answers near the model: right ones by its letter, then spoilt at one place or a few.

Knows the service's model and JSON, and nothing of what reads them. The same seed and number make
the same case, whatever came before it.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Final

from attrs import define

from tests.conformance import service
from tests.conformance.generate import Fill, Json, Maker, chance
from tests.conformance.ledger import promised
from tests.fuzz.answers_reading import Case

TOKENS: Final = (
    b"[" * 60 + b"]" * 60,
    b'{"a":' * 60 + b"1" + b"}" * 60,
    b"[" * 400 + b"]" * 400,
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"9" * 5000,
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
"""JSON, and nearly JSON, that `json.dumps` would not write."""

_TOKEN: Final = re.compile(rb'"<token (\d+)>"')

ODD: Final[tuple[Json, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    -(2**63) - 1,
    10**300,
    0.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    253_402_300_800,
    -62_135_596_801,
    "",
    " ",
    "a",
    "\x00",
    "\ud800",
    "é😀",
    "NEVER_HEARD_OF",
    "None",
    "x" * 5000,
    [],
    [None],
    [[]],
    ["a", "a"],
    {},
    {"": None},
    {"a": {}},
    {"Id": 1},
    *(f"<token {number}>" for number in range(len(TOKENS))),
)
"""What no member expects, or not there."""

STATUSES: Final = (200, 200, 201, 204, 299, 300, 301, 302, 304, 400, 400, 402, 403, 404, 409, 410)
_STATUSES: Final = (*STATUSES, 413, 429, 429, 499, 500, 500, 502, 503, 504, 599, 600, 999, 100, 199)

WAITS: Final = (
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
"""What a service may ask the caller to wait, and may not."""

Holder = dict[str, Json] | list[Json]


@define
class Mutator:
    """Makes cases.

    Attributes:
        seed: with a number, all that decides on a case.
        whole: the share of cases that go the whole way, which is slow.
    """

    seed: int
    whole: float
    _texts: Mapping[str, tuple[str, ...]]
    _codes: tuple[str, ...]

    @classmethod
    def of(cls, seed: int, *, whole: float = 0.03) -> "Mutator":
        """A mutator of the answers of the installed model."""
        return cls(seed, whole, *_installed())

    def case(self, number: int) -> Case:
        """The case of that number."""
        pick = Random(self.seed << 40 | number)
        operation = pick.choice(tuple(self._texts))
        body = self._body(pick, operation)
        if pick.random() >= self.whole:
            return Case(operation, body)
        status = pick.choice(_STATUSES)
        if status >= 300 and pick.random() < 0.8:
            body = spoilt(pick, json.dumps(self._error(pick)))
        return Case(operation, body, status, self._headers(pick))

    def _body(self, pick: Random, operation: str) -> bytes:
        text = pick.choice(self._texts[operation])
        match pick.randrange(16):
            case 0:
                return text.encode()
            case 1:
                return pick.choice((*TOKENS, pick.randbytes(pick.randrange(40))))
            case 2 | 3:
                return scratched(pick, text.encode())
            case _:
                return spoilt(pick, text)

    def _error(self, pick: Random) -> dict[str, Json]:
        names = ("Message", "message", "__type", "code", "Code", "ResourceId", "ResourceType")
        chosen = pick.sample((*names, "Error", "ResponseMetadata"), pick.randrange(5))
        return {name: pick.choice((*self._codes, "a:b#c", "<html>")) for name in chosen}

    def _headers(self, pick: Random) -> tuple[tuple[str, str], ...]:
        made: dict[str, Callable[[], str]] = {
            "x-amzn-errortype": lambda: pick.choice((*self._codes, "", "#", ":", "a:b#c", "\xff")),
            "x-amzn-query-error": lambda: pick.choice(
                ("", ";", "a;b", "a;b;c", "Throttling;Sender")
            ),
            "x-amzn-requestid": lambda: pick.choice(("", "é", "x" * 300)),
            "retry-after": lambda: pick.choice(WAITS),
            "x-amz-retry-after": lambda: pick.choice(WAITS),
            "content-type": lambda: pick.choice(("text/html", "", "application/cbor")),
        }
        return tuple((name, value()) for name, value in made.items() if pick.random() < 0.3)


@cache
def _installed() -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    """Right answers of each operation, and the codes of the errors. They take a while to make."""
    theirs = service.installed()
    answers = {name: tuple(_right(theirs, each)) for name, each in theirs.operations.items()}
    return answers, tuple(error.name for error in theirs.errors)


def _right(theirs: service.Service, operation: service.Operation) -> list[str]:
    """Answers as they should be, from the fewest members to the most."""
    if operation.answered is None:
        return ["{}", ""]
    fills = (Fill.REQUIRED, Fill.LOW, Fill.ANY, Fill.ANY, Fill.ANY, Fill.ANY)
    known = promised(theirs)
    made = [
        json.dumps(
            Maker(fill, chance(operation.name, n), known=known).structure(operation.answered)
        )
        for n, fill in enumerate(fills)
    ]
    full = json.dumps(Maker(Fill.HIGH, chance(operation.name)).structure(operation.answered))
    # Mutating a megabyte again and again would leave no time for anything else.
    return [*made, full] if len(full) < 20_000 else made


def spoilt(pick: Random, text: str) -> bytes:
    """The JSON *text* with one place wrong, or a few."""
    root: list[Json] = [json.loads(text) if text else {}]
    for _ in range(pick.choice((1, 1, 1, 2, 3))):
        holder, key = _place(pick, root)
        pick.choice(_CHANGES)(pick, holder, key)
    # Whatever was done to the root, one document stays of it.
    octets = json.dumps(root[0] if root else None).encode()
    return _TOKEN.sub(lambda found: TOKENS[int(found[1])], octets)


def scratched(pick: Random, octets: bytes) -> bytes:
    """*octets* with some of them lost, doubled, changed or put in."""
    made = bytearray(octets)
    for _ in range(pick.choice((1, 1, 2, 4))):
        start = pick.randrange(len(made) + 1)
        end = min(len(made), start + pick.choice((0, 1, 1, 2, 8, 30)))
        match pick.randrange(5):
            case 0:
                del made[start:end]
            case 1:
                made[start:start] = made[start:end]
            case 2:
                made[start:end] = pick.choice(TOKENS)
            case 3:
                made[start:end] = pick.randbytes(end - start)
            case _:
                # A member twice: the last one counts.
                made = bytearray(made.replace(b"{", b'{"Id": 1, "Items": 2, ', 1))
    return bytes(made)


def _place(pick: Random, root: list[Json]) -> tuple[Holder, str | int]:
    """Somewhere in the document: what holds it, and under which key or index."""
    holder: Holder = root
    key: str | int = 0
    while True:
        inner = holder[key]  # type: ignore[index]  # the two belong together
        if not isinstance(inner, dict | list) or not inner or pick.random() < 0.25:
            return holder, key
        holder = inner
        key = pick.choice(tuple(inner)) if isinstance(inner, dict) else pick.randrange(len(inner))


def _odd(pick: Random) -> Json:
    """One of `ODD`, and none that a later change would change for all."""
    return copy.deepcopy(pick.choice(ODD))


def _replace(pick: Random, holder: Json, key: Json) -> None:
    holder[key] = _odd(pick)


def _drop(_: Random, holder: Json, key: Json) -> None:
    if len(holder) > 1 or isinstance(holder, dict):
        del holder[key]


def _wrap(pick: Random, holder: Json, key: Json) -> None:
    holder[key] = pick.choice(([holder[key]], {"a": holder[key]}))


def _unwrap(pick: Random, holder: Json, key: Json) -> None:
    inner = holder[key]
    if isinstance(inner, dict) and inner:
        holder[key] = pick.choice(tuple(inner.values()))
    elif isinstance(inner, list) and inner:
        holder[key] = inner[0]


def _repeat(pick: Random, holder: Json, key: Json) -> None:
    times = pick.choice((2, 3, 100))
    if isinstance(holder[key], list):
        holder[key] = (holder[key] * times)[:300]
    elif isinstance(holder, dict):
        holder[key.swapcase()] = holder[key]


def _enlarge(pick: Random, holder: Json, key: Json) -> None:
    held = holder[key]
    if isinstance(held, dict):
        held[pick.choice(("NeverHeardOf", "", "Id", "\ud800", "next_token"))] = _odd(pick)
    elif isinstance(held, list):
        held.insert(pick.randrange(len(held) + 1), _odd(pick))
    elif isinstance(held, str):
        place = pick.randrange(len(held) + 1)
        holder[key] = held[:place] + pick.choice(("\x00", "\ud800", "é", '"', "x" * 300)) + held
    elif isinstance(held, int | float):
        holder[key] = pick.choice((-held, held * 1e6, held + 0.5, str(held)))


def _empty(_: Random, holder: Json, key: Json) -> None:
    holder[key] = _nothing_in(holder[key])


def _nothing_in(value: Json) -> Json:
    """The same containers, and null everywhere in them."""
    if isinstance(value, dict):
        return {key: _nothing_in(item) for key, item in value.items()}
    return [_nothing_in(item) for item in value] if isinstance(value, list) else None


def _swap(pick: Random, holder: Json, key: Json) -> None:
    other = pick.choice(tuple(holder)) if isinstance(holder, dict) else pick.randrange(len(holder))
    holder[key], holder[other] = holder[other], holder[key]


_CHANGES: Final = (_replace, _replace, _drop, _wrap, _unwrap, _repeat, _enlarge, _empty, _swap)
