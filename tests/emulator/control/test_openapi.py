"""The OpenAPI description: valid, complete, and true of a real server."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api, home_of

EXAMPLES = int(os.environ.get("IOTMI_OPENAPI_EXAMPLES", "8"))
"""Requests of each operation. The seed is fixed."""


@pytest.fixture(scope="module")
def home() -> Iterator[Emulator]:
    with Emulator(seed_home="demo") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def server(home: Emulator) -> Iterator[Api]:
    with serving(home) as address:
        yield Api(address)


def test_the_description_is_valid(server: Api) -> None:
    """openapi-spec-validator finds no error, and each operation has a name and a group."""
    document = server.get("/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) > 40
    assert all(each["summary"] and each["tags"] for each in operations)


def test_every_described_path_is_served(server: Api) -> None:
    """A described operation never finds no path or method, and an undescribed one does."""
    document = server.get("/openapi.json")
    for path, operations in document["paths"].items():
        for method in ("get", "post", "put", "delete", "patch"):
            if path.endswith("/stream") and method == "get":
                continue
            answer = server.send(
                method.upper(), path.replace("{", "").replace("}", ""), at="", body={"no": 1}
            )
            assert (answer.status == 405) is (method not in operations), (method, path)
            if answer.status == 405:
                allowed = answer.headers["allow"].lower().split(", ")
                assert allowed == sorted(operations)
    assert server.send("GET", "/nothing").status == 404


def test_requests_without_meaning_are_refused(server: Api) -> None:
    """Bodies that are not JSON, too deep or too large have errors of their own."""
    for body in (b"{", b"\xff", b"[1]", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}'):
        answer = server.send("POST", "/things", body)
        assert (answer.status, answer.document["error"]["code"]) == (400, "invalid"), body
    deep = b'{"name": "x", "value": ' + b"[" * 500 + b"]" * 500 + b"}"
    lamp = server.device("Kitchen lamp")["id"]
    assert "nested" in server.send("POST", f"/things/{lamp}/report", deep).message
    assert server.send("POST", "/things", b"[" * 200_000).status == 400
    assert server.send("GET", "/home", b"{}").status == 400
    answer = server.send("POST", "/things", b" " * (1024 * 1024 + 1))
    assert (answer.status, answer.document["error"]["code"]) == (413, "too_large")
    assert server.send("GET", "/things/%ff").status == 404
    assert server.send("GET", "/home?" + "limit=1&" * 30).status == 400


def _schema(server: Api) -> Any:  # noqa: ANN401 - schemathesis has no types
    """Return the description as the server gives it, without the endless stream.

    Ids of the demo stand beside any text, so that requests reach more than a 404.
    """
    document = server.get("/openapi.json")
    del document["paths"]["/_emulator/stream"]
    shown = server.get("/home")
    ids = {
        "thing_id": [each["id"] for each in (*shown["hubs"][:1], *shown["devices"][:3])],
        "association_id": [each["id"] for each in shown["associations"]],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in ids:
                    parameter["schema"] = {
                        "anyOf": [{"enum": ids[parameter["name"]]}, parameter["schema"]]
                    }
    return schemathesis.openapi.from_dict(document)


def _send_all(
    server: Api,
    home: Emulator,
    mode: schemathesis.GenerationMode,
    check: Callable[[schemathesis.Case[Any], Callable[[], schemathesis.Response]], None],
) -> int:
    """Send made-up requests to each operation, check each response, and return their number."""
    sent = 0
    for found in _schema(server).get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.data_too_large,
                HealthCheck.large_base_example,
            ],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case[Any]) -> None:
            nonlocal sent
            sent += 1
            # A delay or a lost response of an earlier request would take a long time.
            home.faults.clear()
            check(case, lambda: case.call(base_url=server.address, timeout=30))

        # An operation without any parameter has no wrong request.
        with suppress(Unsatisfiable):
            send()
        if len(home_of(home)["devices"]) < 8:
            home.reset("demo")
    return sent


def _check(case: schemathesis.Case[Any], response: schemathesis.Response) -> None:
    """Check a response: no 5xx, and status, content type and body are as described."""
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


@pytest.mark.long
def test_responses_are_as_described(server: Api, home: Emulator) -> None:
    """Of many valid requests none gets a 5xx, and each response matches the description."""
    home.reset("demo")
    succeeded: Counter[bool] = Counter()

    def check(case: schemathesis.Case[Any], send: Callable[[], schemathesis.Response]) -> None:
        response = send()
        _check(case, response)
        succeeded[response.status_code < 400] += 1

    assert _send_all(server, home, schemathesis.GenerationMode.POSITIVE, check) > 150
    assert succeeded[True] > 30


@pytest.mark.long
def test_refused_requests_change_nothing(server: Api, home: Emulator) -> None:
    """Of many wrong requests none gets a 5xx, and none that is refused changes anything."""
    home.reset("demo")
    refused = 0

    def state() -> object:
        return home.snapshot()["resources"], home.faults.active, home.clock

    def check(case: schemathesis.Case[Any], send: Callable[[], schemathesis.Response]) -> None:
        nonlocal refused
        before = state()
        response = send()
        _check(case, response)
        if response.status_code >= 400:
            refused += 1
            assert state() == before

    _send_all(server, home, schemathesis.GenerationMode.NEGATIVE, check)
    assert refused > 100
