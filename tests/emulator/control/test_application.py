"""The steps of a request to the server: its log, disconnects, defects and the console's paths."""

import logging
from typing import Any

import anyio
import pytest
from starlette.types import Message

from iotmi.emulator import Emulator
from iotmi.emulator.server import create_app
from tests.emulator.control.api import Api


def request(
    emulator: Emulator,
    target: str,
    *messages: Message,
    host: bytes = b"localhost",
    method: str = "POST",
) -> tuple[list[int], list[str]]:
    """Send a request in process. Return the statuses of responses, and the lines of the log."""
    lines: list[str] = []
    sent: list[Message] = []
    received = iter(messages)

    async def receive() -> Message:
        return next(received)

    async def keep(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": target,
        "raw_path": target.encode(),
        "query_string": b"",
        "headers": [(b"host", host)],
    }

    async def ask() -> None:
        await create_app(emulator, log=lines.append)(scope, receive, keep)

    anyio.run(ask)
    statuses = [message["status"] for message in sent if "status" in message]
    # The duration differs each time.
    return statuses, [line.rpartition(" ")[0].rpartition(" ")[0] for line in lines]


WHOLE: Message = {"type": "http.request", "body": b"{}"}
PART: Message = {"type": "http.request", "body": b"{", "more_body": True}
GONE: Message = {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("target", "status", "line"),
    [
        ("/credential-lockers", 201, "POST /credential-lockers CreateCredentialLocker 201"),
        ("/nothing", 404, "POST /nothing - 404"),
        ("/_emulator/reset", 200, "POST /_emulator/reset control 200"),
        ("/_emulator/nothing", 404, "POST /_emulator/nothing control 404"),
    ],
)
def test_each_request_is_a_line_of_the_log(
    emulator: Emulator, target: str, status: int, line: str
) -> None:
    """The line has the method, the path, the operation and the status."""
    assert request(emulator, target, WHOLE) == ([status], [line])


@pytest.mark.parametrize("target", ["/credential-lockers", "/_emulator/reset"])
def test_a_client_that_leaves_gets_no_response(emulator: Emulator, target: str) -> None:
    """Half a body is no request: nothing changes, on any path."""
    before = emulator.revision
    statuses, (line,) = request(emulator, target, PART, GONE)
    assert statuses == []
    assert line.endswith(" no response")
    assert emulator.revision == before


def test_a_refused_client_may_leave_too(emulator: Emulator) -> None:
    """The refusal does not wait for the rest of a body that never comes."""
    statuses, lines = request(emulator, "/managed-things", PART, GONE, host=b"evil.example")
    assert (statuses, lines) == ([403], ["POST /managed-things - 403"])


def test_a_defect_of_the_control_api_is_logged_and_not_returned(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect is a 500 of its own. The log has its place, and no part of the request."""
    secret = "canary".upper()

    def broken(_: Emulator) -> None:
        raise KeyError(secret)

    monkeypatch.setattr(Emulator, "snapshot", broken)
    with caplog.at_level(logging.ERROR, "iotmi.emulator"):
        answer = api.send("GET", "/snapshot")
    assert (answer.status, answer.document["error"]["code"]) == (500, "defect")
    assert answer.message == "The emulator has a defect. See its log."
    (record,) = caplog.records
    assert "KeyError" in record.getMessage()
    assert "in broken" in record.getMessage()
    assert secret not in caplog.text
    assert api.send("GET", "/home").status == 200


def test_the_console_has_one_address(api: Api) -> None:
    """Its address without a slash leads there. It takes GET only, and knows its own files only."""
    page = api.send("GET", "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    moved = api.send("GET", "")
    assert (moved.status, moved.headers["location"]) == (307, "/_emulator/")
    wrong = api.send("POST", "/", {})
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET")
    assert wrong.document["error"]["code"] == "method_not_allowed"
    for name in ("nothing.js", "../_asgi.py", "..%2F_asgi.py", ""):
        missing = api.send("GET", f"/console/{name}")
        assert (missing.status, missing.document["error"]["code"]) == (404, "no_such_file")


def test_a_closed_emulator_is_unavailable(api: Api, emulator: Emulator) -> None:
    """A request for its home is refused by 503, and its health is still told."""
    emulator.close()
    answer = api.send("GET", "/home")
    assert (answer.status, answer.document["error"]["code"]) == (503, "closed")
    assert api.get("/health")["status"] == "up"
