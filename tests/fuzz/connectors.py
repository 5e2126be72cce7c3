"""Does any invocation of a connector end in anything but a well-formed response?

    python -m tests.fuzz.connectors --inputs 20000 --seed 1

Inputs are the samples with changed values, names and octets: as objects, as JSON text, as work that
was handed on, and as messages of a queue. The functions return results, raise errors that quote the
token, or return values of the wrong type. No response, log record or line on stderr may show the
token. A failing input is printed with its seed.
"""

import argparse
import copy
import io
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any, Final

from attrs import define, field

from iotmi import connector
from iotmi.capabilities import OnOff
from iotmi.connector import Connector, ConnectorError, OAuthToken
from iotmi.emulator import Emulator
from tests.connector.support import REQUESTS, SECRETS, TOKEN, lamp
from tests.fuzz.reporting import report
from tests.support.connectors import make_connector

SEEDS: Final = [
    json.loads(each if isinstance(each, str) else json.dumps(each)) for each in REQUESTS.values()
]
VALUES: Final[list[Any]] = [
    *(None, True, False, 0, -1, 10**400, 1.5, float("nan"), "", "x", "\ud800", "9" * 5000, TOKEN),
    *("0x0006", "0xff01", "0xFFFFFFFFFFFFFFFFF", "AWS.SendCommand", "SendCommand", "[" * 5000),
    *([], {}, [None], [[]], {"a": {}}, {"0x01": None}, [{"0x00": {"0x0000": "128"}}], {1: 2}),
    *({"token": TOKEN}, [TOKEN], "OAuth2.0", "GeneralAuthorization", "GET\r\nX: y", b"\xff"),
]
NAMES: Final = sorted({name for each in SEEDS for part in each.values() for name in part})
TOKENS: Final = [b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\u0000", b"null", b"1e999", b"\xff"]


def deep(depth: int) -> Any:  # noqa: ANN401 - JSON
    """Return a deeply nested list."""
    value: Any = {}
    for _ in range(depth):
        value = [value]
    return value


def document(chance: random.Random) -> Any:  # noqa: ANN401 - any value
    """Return a sample with some of its values or names changed."""
    changed: Any = copy.deepcopy(chance.choice(SEEDS))
    # Most inputs have ids of their own, so that they are not repetitions.
    for name in ("traceId", "deviceDiscoveryId"):
        if name in changed["payload"] and chance.random() < 0.9:
            changed["payload"][name] = str(chance.randrange(10**12))
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        place = changed
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(place[key], dict | list) and chance.random() < 0.85:
                place = place[key]
                continue
            change(place, key, chance)
            break
        if not isinstance(changed, dict) or not isinstance(changed.get("payload"), dict):
            break
    return changed


def change(place: Any, key: Any, chance: random.Random) -> None:  # noqa: ANN401
    """Remove, rename or replace one member of an object or a list."""
    match chance.randrange(6):
        case 0 if isinstance(place, dict):
            del place[key]
        case 1 if isinstance(place, dict):
            place[chance.choice(NAMES)] = place.pop(key)
        case 2 if chance.random() < 0.02:
            place[key] = deep(chance.choice([500, 5_000]))
        case _:
            place[key] = copy.deepcopy(chance.choice(VALUES))


def text(chance: random.Random) -> bytes:
    """Return the JSON text of a sample with some of its octets changed."""
    data = bytearray(json.dumps(chance.choice(SEEDS)).encode())
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(3):
            case 0:
                data[place : place + 1] = chance.randbytes(1)
            case 1:
                data[place : place + chance.randrange(20)] = b""
            case _:
                data[place:place] = chance.choice(TOKENS)
    return bytes(data)


def inputs(chance: random.Random) -> Iterator[Any]:
    """Iterate over events without end."""
    while True:
        yield document(chance)
        yield document(chance)
        yield text(chance)
        match chance.randrange(5):
            case 0:
                yield text(chance).decode("utf-8", "replace")
            case 1:
                yield {"iotmi.connector": {"event": document(chance)}}
            case 2:
                body = text(chance).decode("latin-1")
                yield {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": body}]}
            case 3:
                yield chance.choice(VALUES)
            case _:
                yield {"Records": chance.choice(VALUES), **document(chance)}


@define
class Judge:
    """A connector whose functions misbehave, and everything that it shows.

    Attributes:
        logged: the log records since the last input.
        endings: the number of inputs by their response.
    """

    app: Connector
    chance: random.Random
    logged: io.StringIO = field(factory=io.StringIO)
    endings: Counter[str] = field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        app = self.app
        app.activate_user(lambda request: self._result(request, connector.UserActivated("u-1")))
        app.discover_devices(lambda request: self._result(request, [lamp()]))
        app.send_command(
            lambda request: self._result(request, connector.CommandResponse([OnOff(on_off=True)]))
        )
        app.deactivate_user(lambda request: self._result(request, None))

    def _result(self, request: connector.Request, result: Any) -> Any:  # noqa: ANN401
        repr(request)
        secret = request.auth.token if isinstance(request.auth, OAuthToken) else request.auth.arn
        match self.chance.randrange(8):
            case 0:
                raise ConnectorError(self.chance.choice([404, 500, 7, -1]), f"no {secret}")
            case 1:
                raise RuntimeError(f"token {secret!r}")
            case 2:
                raise SystemExit(secret)
            case 3:
                return secret
        return result

    def check(self, event: object) -> None:
        """Invoke the connector with one event."""
        response: Any = self.app.lambda_handler(event, None)
        if "batchItemFailures" in response:
            assert response["batchItemFailures"] in ([], [{"itemIdentifier": "1"}])
            self.endings["batch"] += 1
        else:
            check_response(response)
            self.endings[str(response["header"]["responseCode"])] += 1
        shown = json.dumps(response) + self.logged.getvalue()
        assert not [secret for secret in SECRETS if secret in shown], shown
        self.logged.seek(0)
        self.logged.truncate()


def check_response(response: Any) -> None:  # noqa: ANN401 - JSON
    """Assert that a response has the documented form."""
    assert response.keys() == {"header", "payload"}
    assert response["header"].keys() == {"responseCode"}
    code = response["header"]["responseCode"]
    assert type(code) is int
    assert code in {200, *range(400, 551)}
    payload = response["payload"]
    assert payload.keys() in ({"responseMessage"}, {"responseMessage", "userId"})
    assert isinstance(payload["responseMessage"], str)
    assert 1 <= len(payload["responseMessage"]) <= 256
    assert payload.get("userId", "u-1") == "u-1"


def run(count: int, seed: int) -> Counter[str]:
    """Check *count* inputs. Return the number of inputs by response code."""
    chance = random.Random(seed)
    root = logging.getLogger()
    stderr = io.StringIO()
    with Emulator() as emulator, redirect_stderr(stderr):
        client = emulator.client()
        identifier = make_connector(client)
        for each in SEEDS:
            each["payload"]["connectorId"] = identifier
        judge = Judge(Connector(client, budget=1.9), chance)
        handler = logging.StreamHandler(judge.logged)
        root.addHandler(handler)
        try:
            for event, _ in zip(inputs(chance), range(count), strict=False):
                try:
                    judge.check(event)
                except BaseException:
                    sys.__stderr__.write(f"seed {seed}: {event!r}\n")  # type: ignore[union-attr]
                    raise
        finally:
            root.removeHandler(handler)
    assert stderr.getvalue() == "", stderr.getvalue()
    return judge.endings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report(
        run,
        inputs=options.inputs,
        seed=options.seed,
        kept="well-formed, no token",
    )


if __name__ == "__main__":
    main()
