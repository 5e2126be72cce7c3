"""Does any input make `events.parse` or `events.records` raise something else than `EventError`?

    python -m tests.fuzz.events --inputs 1000000 --seed 1
    python -m tests.fuzz.events --inputs 1000000 --engine atheris

Inputs are random octets, documented notifications with changed octets, and notifications with
changed values, whole, compressed and aggregated. atheris, which grows its inputs by coverage, is
the extra ``fuzz``.
"""

import argparse
import copy
import gzip
import json
import random
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, get_args

from iotmi import EventError, events
from tests.events.messages import MESSAGES
from tests.events.packing import packed, with_checksum
from tests.fuzz.reporting import report

SEEDS: Final = [json.dumps(message.document).encode() for message in MESSAGES.values()]
VALUES: Final[list[Any]] = [
    *(None, True, False, 0, -1, 10**400, 1.5, "", "x", "\ud800", "9" * 5000, "1731623291671"),
    *("2024-11-14T19:55:57Z", "connected", "[" * 5000, [], {}, [None], [[]], {"a": {}}),
    *({"propertyValue": "{"}, [{"endpointId": 5}], "0001-01-01T00:00+23:59", "NaN"),
]
TOKENS: Final = [b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\u0000", b"null", b"1e999", b"\xff"]
NAMES: Final = sorted(
    {name for message in MESSAGES.values() for name in message.document}
    | {name for message in MESSAGES.values() for name in message.document["payload"]}
)


def octets(chance: random.Random) -> bytes:
    """Return random octets, or a notification with some of its octets changed."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[place : place + 1] = chance.randbytes(1)
            case 1:
                data[place : place + chance.randrange(20)] = b""
            case 2:
                data[place:place] = chance.choice(TOKENS)
            case _:
                other = chance.randrange(len(data) + 1)
                data[place:place] = data[other : other + chance.randrange(40)]
    return bytes(data)


def document(chance: random.Random) -> Any:  # noqa: ANN401
    """Return a notification with some of its values changed."""
    changed = json.loads(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 3)):
        place = changed
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(place[key], dict | list) and chance.random() < 0.8:
                place = place[key]
                continue
            place[key] = copy.deepcopy(chance.choice(VALUES))
            break
        if chance.random() < 0.2:
            changed[chance.choice(NAMES)] = copy.deepcopy(chance.choice(VALUES))
    return changed


def inputs(chance: random.Random) -> Iterator[Any]:
    """Iterate over inputs without end."""
    while True:
        yield octets(chance)
        yield document(chance)
        yield json.dumps(document(chance), allow_nan=True)
        data = octets(chance)
        match chance.randrange(5):
            case 0:
                yield with_checksum(chance.randbytes(chance.randrange(60)))
            case 1:
                aggregate = bytearray(packed([("key", None, data), ("other", "0", data)]))
                body = aggregate[4:-16]
                body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
                yield with_checksum(bytes(body))
            case 2:
                compressed = bytearray(gzip.compress(data, 1))
                compressed[chance.randrange(len(compressed))] ^= 1 << chance.randrange(8)
                yield bytes(compressed)
            case 3:
                yield zlib.compress(data, 1)[: chance.randrange(100)]
            case _:
                yield data


def check(data: Any) -> str:  # noqa: ANN401
    """Read one input and all of its event. Returns the name of what came of it."""
    ending = "EventError"
    try:
        event = events.parse(data)
    except EventError as error:
        assert error.__context__ is None  # noqa: PT017
    else:
        assert isinstance(event, get_args(events.Event))
        repr(event)
        for endpoint in getattr(event, "endpoints", None) or ():
            for capability in endpoint.capabilities or ():
                for each in capability.properties or ():
                    assert isinstance(each, events.Property)
                    each.value  # noqa: B018
        ending = type(event).__name__
    if isinstance(data, bytes):
        for record in events.records([data]):
            assert (record.event is None) != (record.error is None)
    return ending


def run(count: int, seed: int) -> Counter[str]:
    """Check *count* inputs. Returns how many ended in which way."""
    endings: Counter[str] = Counter()
    for data, _ in zip(inputs(random.Random(seed)), range(count), strict=False):
        try:
            endings[check(data)] += 1
        except BaseException:
            print(f"seed {seed}: {data!r}", file=sys.stderr)  # noqa: T201
            raise
    return endings


def run_guided(count: int, seed: int) -> None:
    """Check *count* inputs that atheris grows by coverage."""
    # An extra, with wheels for some platforms only.
    atheris: Any = import_module("atheris")

    # The package is loaded already, so that importing it under atheris comes too late.
    atheris.instrument_all()

    def one(data: bytes) -> None:
        check(data)

    with TemporaryDirectory() as corpus:
        for number, data in enumerate([*SEEDS, packed([("key", "0", data) for data in SEEDS])]):
            (Path(corpus) / str(number)).write_bytes(data)
        atheris.Setup([sys.argv[0], f"-runs={count}", f"-seed={seed}", corpus], one)
        atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["random", "atheris"], default="random")
    options = parser.parse_args()
    if options.engine == "atheris":
        run_guided(options.inputs, options.seed)
        return
    report(run, inputs=options.inputs, seed=options.seed, kept="only EventError")


if __name__ == "__main__":
    main()
