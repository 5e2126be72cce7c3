"""The FastAPI program of the documentation, over a real server."""

import json
import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from openapi_spec_validator import validate

import iotmi
from tests.support.factories import switch_report

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


@pytest.fixture
def app(client: iotmi.Client) -> FastAPI:
    """Return the application, as the page has it."""
    (program,) = [
        block
        for block in re.findall(
            r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE
        )
        if "FastAPI()" in block
    ]
    module: dict[str, Any] = {"client": client, "__name__": "documented"}
    exec(program, module)  # noqa: S102 - our own page
    made: FastAPI = module["app"]
    return made


class Connection:
    """A client that speaks HTTP and JSON to the application."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send one request and return the status and the document."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()


@pytest.fixture
def served(app: FastAPI) -> Iterator[Connection]:
    """Return the application behind uvicorn."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    started = threading.Event()
    startup = server.startup

    async def start(sockets: Any = None) -> None:  # noqa: ANN401 - uvicorn's
        await startup(sockets=sockets)
        started.set()

    server.startup = start  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    assert started.wait(30)
    yield Connection(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(30)


HUB = {
    "role": "CONTROLLER",
    "name": "Hall hub",
    "authentication_material": "SN:900000000001;UPC:829576019524",
    "authentication_material_type": "WIFI_SETUP_QR_BAR_CODE",
    "tags": {"street": "Elm"},
}


def test_routes_take_and_return_values(served: Connection, client: iotmi.Client) -> None:
    """A request is a body, a value is a response, an enum is a parameter of the query."""
    status, created = served.send("POST", "/things", HUB)
    assert (status, set(created)) == (201, {"id", "arn", "created_at"})
    status, thing = served.send("GET", f"/things/{created['id']}")
    assert (status, thing["name"], thing["role"]) == (200, "Hall hub", "CONTROLLER")
    assert (thing["serial_number"], thing["tags"]) == ("***", "***")
    client.managed_things.wait_until_activated(created["id"])
    report = iotmi.to_plain(switch_report(), secrets="show")
    assert served.send("PUT", f"/things/{created['id']}/report", report) == (204, None)
    _, things = served.send("GET", "/things?role=CONTROLLER")
    assert [each["id"] for each in things] == [created["id"]]
    assert served.send("GET", "/things?role=DEVICE") == (200, [])


def test_a_wrong_body_is_answered_with_its_paths(served: Connection) -> None:
    """A response 422 has each path, and asterisks for what is sensitive."""
    wrong = {**HUB, "name": "x" * 200, "tags": {"S3CRET": 5}, "serial_number": "S3CRET\x00"}
    status, document = served.send("POST", "/things", wrong)
    assert status == 422
    assert {tuple(each["loc"]) for each in document["detail"]} == {
        ("body", "name"),
        ("body", "tags", "***"),
        ("body", "serial_number"),
    }
    assert "S3CRET" not in json.dumps(document)


def test_an_error_of_ours_is_a_status(served: Connection) -> None:
    """The page's handler turns a missing thing into a response 404."""
    status, document = served.send("GET", "/things/missing")
    assert status == 404
    assert "Managed Thing resource not found" in document["detail"]


def test_the_openapi_document_is_valid(served: Connection) -> None:
    """A validator of OpenAPI accepts it, and it has our classes."""
    _, document = served.send("GET", "/openapi.json")
    validate(document)
    schemas = document["components"]["schemas"]
    assert {"ManagedThing", "CreateManagedThing", "CapabilityReport"} <= set(schemas)
    assert schemas["ManagedThing"]["properties"]["serial_number"]["anyOf"][0]["examples"] == ["***"]
    limits = schemas["CreateManagedThing"]["properties"]["authentication_material"]
    assert limits["maxLength"] == 512
