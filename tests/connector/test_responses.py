"""Responses in time: errors, late results, activation, and functions of every kind."""

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread, active_count
from typing import Any

import pytest

from iotmi import connector
from iotmi.capabilities import (
    OnOff,
)
from iotmi.connector import Connector, ConnectorError
from tests.connector.support import TOKEN, Cloud, Home, code_of, sample

LIMIT = 2.0


@pytest.fixture
def released() -> Iterator[Event]:
    """Yield an event that slow functions wait for, and set it at the end."""
    event = Event()
    yield event
    event.set()


@pytest.mark.parametrize("name", ["activate_user", "discover_all", "send_command_on"])
@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ConnectorError(404, "the lamp is gone"), 404, "the lamp is gone"),
        (ConnectorError(500, f"no such token: {TOKEN}"), 500, "no such token: ***"),
        (ConnectorError(200, "fine"), 500, "fine"),
        (ConnectorError(999, "line\nbreak\0"), 500, "line break"),
        (ConnectorError(404, ""), 404, "the connector failed"),
        (KeyError(TOKEN), 500, "the connector failed: KeyError"),
        (SystemExit(TOKEN), 500, "the connector failed: SystemExit"),
    ],
    ids=str,
)
def test_an_error_is_the_response(  # noqa: PLR0917
    home: Home,
    caplog: pytest.LogCaptureFixture,
    name: str,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    """An error in time becomes the documented response. Nothing shows the token."""

    def fail(_: connector.Request) -> None:
        raise error

    home.act = fail
    response = home.app.respond(sample(name))
    assert response == {
        "header": {"responseCode": code},
        "payload": {"responseMessage": message},
    }
    assert TOKEN not in caplog.text
    assert ("SystemExit" in caplog.text) is isinstance(error, SystemExit)


def test_a_repeated_request_has_the_same_response(home: Home) -> None:
    """The response to a refused command is remembered, and the function is not called again."""

    def fail(_: connector.Request) -> None:
        raise ConnectorError(404, "the lamp is gone")

    home.act = fail
    responses = [home.app.respond(sample("send_command_on")) for _ in range(6)]
    assert [code_of(each) for each in responses] == [404] * 6
    assert len(home.requests) == 1


def test_a_slow_command_is_acknowledged_and_sent_later(
    cloud: Cloud, home: Home, released: Event
) -> None:
    """The acknowledgement comes before the function returns, and the state after it."""
    home.act = lambda _: released.wait(60)
    response = home.app.respond(cloud.sample("send_command_on"))
    assert code_of(response) == 200
    assert cloud.events == []
    released.set()
    (event,) = cloud.received(1)
    assert event["Operation"] == "DEVICE_COMMAND_RESPONSE"
    assert event["MatterEndpoint"] == {
        "id": "1",
        "clusters": [{"id": "0x0006", "attributes": {"0x0000": True}, "commands": {"0x01": {}}}],
    }


@pytest.mark.parametrize("name", ["activate_user", "discover_all", "send_command_on"])
def test_a_response_comes_within_two_seconds(home: Home, released: Event, name: str) -> None:
    """The function does not return. A busy machine may be late with some of six attempts."""
    identifier = {"discover_all": "deviceDiscoveryId", "send_command_on": "traceId"}.get(name)
    home.act = lambda _: released.wait(60)
    for attempt in range(6):
        request = sample(name, **{identifier: str(attempt)} if identifier else {})
        began = time.monotonic()
        home.app.respond(request)
        if time.monotonic() - began < LIMIT:
            return
    pytest.fail(f"no response came within {LIMIT} s")


@pytest.mark.parametrize("name", ["discover_all", "send_command_on"])
def test_a_late_error_is_an_event(cloud: Cloud, home: Home, released: Event, name: str) -> None:
    """An error after the acknowledgement is sent, with the characters that the service accepts."""

    def fail(_: connector.Request) -> None:
        released.wait(30)
        raise ConnectorError(503, f"can't réach: {TOKEN}!")

    home.act = fail
    members = {"deviceDiscoveryId": cloud.discovery_id()} if name == "discover_all" else {}
    response = home.app.respond(cloud.sample(name, **members))
    assert code_of(response) == 200
    released.set()
    (event,) = cloud.received(1)
    assert (event["StatusCode"], event["Message"]) == (503, "can t reach")


def test_a_slow_activation_is_continued_by_a_repeated_request(home: Home, released: Event) -> None:
    """The first response says that it is too early, and the repeated request gets the user."""
    home.act = lambda _: released.wait(60)
    early = home.app.respond(sample("activate_user"))
    assert code_of(early) == 504
    released.set()
    response = home.app.respond(sample("activate_user"))
    assert response["payload"].get("userId") == "123456"
    assert len(home.requests) == 1
    home.app.respond(sample("activate_user"))
    assert len(home.requests) == 2


@pytest.mark.parametrize("name", ["activate_user", "deactivate_user"])
def test_an_operation_without_a_function_is_not_supported(name: str) -> None:
    """The response names the operation, and `check` lists it."""
    app = Connector()
    response = app.respond(sample(name))
    assert code_of(response) == 501
    assert "is not supported" in response["payload"]["responseMessage"]
    assert len(app.check()) == 4
    assert app.check()[0].startswith("AWS.ActivateUser has no function")
    assert repr(app) == "<Connector of 0 functions>"


def test_a_complete_connector_lacks_nothing(home: Home) -> None:
    """`check` returns nothing, and a second function for one operation is refused."""
    assert home.app.check() == ()
    with pytest.raises(ValueError, match=r"AWS\.DeactivateUser already"):
        home.app.deactivate_user(lambda _: None)
    home.app.identify_user(lambda _: None)
    with pytest.raises(ValueError, match="identify_user already"):
        home.app.identify_user(lambda _: None)


def test_in_lambda_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In Lambda, threads and memory do not outlive the response."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "lamps")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with pytest.warns(RuntimeWarning) as warned:
        app = Connector()
    assert len(warned) == 2
    assert warned[0].filename == __file__
    assert [str(each.message) for each in warned] == list(app.check()[4:])
    Connector(later=connector.InvokeAgain(), seen=connector.SQLiteLeases(tmp_path / "leases"))


@pytest.mark.parametrize("options", [{"budget": 0.0}, {"budget": 2.0}, {"page_size": 0}], ids=str)
def test_options_have_ranges(options: dict[str, Any]) -> None:
    """A budget of two seconds would be too late."""
    with pytest.raises(ValueError, match="must be"):
        Connector(**options)


def test_functions_may_be_async(cloud: Cloud) -> None:
    """Coroutines are run to completion."""
    app = Connector(client=cloud.client)

    @app.activate_user
    async def activate(_: connector.ActivateUser) -> connector.UserActivated:
        await asyncio.sleep(0)
        return connector.UserActivated("u-1")

    @app.send_command
    async def command(_: connector.SendCommand) -> None:
        await asyncio.sleep(0)

    @app.identify_user
    async def identify(_: object) -> str:
        await asyncio.sleep(0)
        return "u-1"

    response = app.respond(sample("activate_user"))
    assert response["payload"].get("userId") == "u-1"
    assert code_of(app.respond(cloud.sample("send_command_on"))) == 200
    (event,) = cloud.events
    assert event["UserId"] == "u-1"
    assert event["MatterEndpoint"]["clusters"] == [{"id": "0x0006", "commands": {"0x01": {}}}]


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("activate_user", "123456"),
        ("discover_all", None),
        ("discover_all", "dev_1"),
        ("discover_all", {"dev_1": OnOff}),
        ("discover_all", ["dev_1"]),
        ("send_command_on", True),
    ],
)
def test_a_wrong_result_is_a_failure(
    caplog: pytest.LogCaptureFixture, cloud: Cloud, name: str, result: object
) -> None:
    """The log says what the function must return."""
    app = Connector(client=cloud.client)
    functions: dict[str, Any] = {
        "activate_user": app.activate_user,
        "discover_all": app.discover_devices,
        "send_command_on": app.send_command,
    }
    functions[name](lambda _: result)
    assert code_of(app.respond(cloud.sample(name))) == 500
    assert "the function must return" in caplog.text
    assert cloud.events == []


def test_a_result_that_the_service_refuses_is_logged(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """The command was carried out, so the response is an acknowledgement."""
    assert code_of(home.app.respond(sample("send_command_on"))) == 200
    assert "AWS.SendCommand was carried out, and its result was not sent" in caplog.text
    assert TOKEN not in caplog.text


def test_a_failure_that_the_service_refuses_is_logged(
    home: Home, released: Event, caplog: pytest.LogCaptureFixture
) -> None:
    """A late failure that cannot be sent leaves a line in the log."""
    app = Connector(client=home.app._execution.client, budget=0.05)
    logged = Event()

    class Logged(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "its failure was not sent" in record.getMessage():
                logged.set()

    handler = Logged()
    logging.getLogger("iotmi.connector").addHandler(handler)

    @app.send_command
    def command(_: connector.SendCommand) -> None:
        released.wait(30)
        raise ConnectorError(503, "gone")

    try:
        assert code_of(app.respond(sample("send_command_on"))) == 200
        released.set()
        assert logged.wait(30)
    finally:
        logging.getLogger("iotmi.connector").removeHandler(handler)
    assert TOKEN not in caplog.text


def test_threads_end(home: Home) -> None:
    """No thread is left after the work is finished."""
    before = active_count()
    for trace in range(20):
        home.app.respond(sample("send_command_on", traceId=str(trace)))
    deadline = time.monotonic() + 30
    while active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert active_count() <= before


def test_a_response_is_due_although_no_thread_starts(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exhausted machine refuses threads, and the response says that the connector failed."""

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(Thread, "start", refuse)
        for name in ("send_command_on", "activate_user"):
            assert code_of(home.app.respond(sample(name))) == 500
    assert "RuntimeError" in caplog.text
    assert code_of(home.app.respond(sample("activate_user"))) == 200


def test_a_late_activation_is_kept_for_a_time(
    home: Home, released: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user who signs in much later is activated anew, whatever the earlier result was."""
    home.act = lambda _: released.wait(30)
    assert code_of(home.app.respond(sample("activate_user"))) == 504
    released.set()
    later = time.monotonic() + 100
    monkeypatch.setattr("iotmi.connector._connector.time.monotonic", lambda: later)
    assert code_of(home.app.respond(sample("activate_user"))) in {200, 504}
    assert len(home.requests) == 2
