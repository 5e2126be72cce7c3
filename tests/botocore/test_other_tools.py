"""Tools that replace or wrap parts of botocore, `http.client` and `socket`.

vcrpy replaces the classes of `http.client`, AWS X-Ray and OpenTelemetry wrap botocore's calls, and
pytest-socket guards `socket.socket`. `docs/design/wire.md` lists the outcome for each tool.
"""

import functools
import http.client
import socket
import threading
import traceback
from collections.abc import Callable
from typing import Any

import anyio
import botocore.handlers
import pytest
from botocore.client import BaseClient
from botocore.handlers import BUILTIN_HANDLERS

import iotmi
from iotmi import AsyncClient, Client, GetManagedThing
from iotmi._botocore.messages import RawResponse
from iotmi.emulator import Emulator
from tests.botocore.ways import OWN, Way, name
from tests.support.bad_servers import Script, listening, raw
from tests.support.direct_client import ONCE, direct, idle
from tests.support.factories import make_hub

GET = GetManagedThing("x")
THING = raw("200 OK", b'{"Id": "x"}', "X-Amzn-Requestid: r-1")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("kind", ["HTTPConnection", "HTTPSConnection"])
def test_botocore_sends_while_http_client_is_replaced(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W17: this holds for older and for new clients. Afterwards they send directly again."""
    script = Script(THING)
    with listening(script) as url, Client(endpoint_url=url, retry=ONCE) as client:
        client.send(GET)
        assert (idle(client), script.connections) == (1, 1)
        with monkeypatch.context() as cassette:
            replaced = type(kind, (http.client.HTTPConnection,), {})
            cassette.setattr(http.client, kind, replaced)
            client.send(GET)
            assert script.connections == 2
            fresh = Client(endpoint_url=url, retry=ONCE)
            fresh.send(GET)
            assert idle(fresh) == 0
        for each in (client, fresh):
            each.send(GET)
            assert idle(each) == 1
        fresh.close()


def wrap_calls(monkeypatch: pytest.MonkeyPatch, seen: list[Any]) -> None:
    """Wrap the undocumented method of botocore that X-Ray and OpenTelemetry wrap."""
    plain: Callable[..., Any] = vars(BaseClient)["_make_api_call"]

    @functools.wraps(plain)
    def wrapped(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401
        response = plain(client, operation, parameters)
        seen.append((threading.get_ident(), response["ResponseMetadata"]["RequestId"]))
        return response

    monkeypatch.setattr(BaseClient, "_make_api_call", wrapped)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("way", OWN, ids=name)
def test_tools_that_wrap_botocores_calls_see_responses(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W15: sync calls stay in the caller's thread, also with a deadline."""
    seen: list[Any] = []
    wrap_calls(monkeypatch, seen)
    script = Script(THING)
    with listening(script) as url:
        thing, again = way.run(url, GET, GET, timeout=20.0)
    assert (thing.id, again.id) == ("x", "x")
    assert [request_id for _, request_id in seen] == ["r-1", "r-1"]
    here = threading.get_ident()
    assert {thread == here for thread, _ in seen} == {not way.is_async}
    # This library's connection carries both calls.
    assert script.connections == 1


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("way", OWN, ids=name)
def test_tools_that_wrap_botocores_calls_do_not_change_errors(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors and deadlines are the same with and without a wrapper."""
    wrap_calls(monkeypatch, [])
    conflict = raw("409 No", b"{}", "X-Amzn-Errortype: ConflictException")
    with listening(Script(conflict)) as url:
        (error,) = way.run(url, GET)
    assert isinstance(error, iotmi.ConflictError)
    with listening(Script(b"")) as url:
        (error,) = way.run(url, GET, timeout=0.3)
    assert isinstance(error, iotmi.DeadlineExceededError)
    assert error.may_have_acted


HANDED_IN = [Way("handed-in"), Way("handed-in", is_async=True)]


def with_handler(
    event: str, monkeypatch: pytest.MonkeyPatch, handler: Callable[..., object]
) -> None:
    """Register *handler* on every client of botocore, as moto registers its own."""
    service = "iot-managed-integrations"
    added = (f"{event}.{service}", handler)
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [*BUILTIN_HANDLERS, added])


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("way", HANDED_IN, ids=name)
@pytest.mark.parametrize("error", [RuntimeError("mine"), TimeoutError("mine")], ids=repr)
def test_an_error_of_an_applications_handler_is_raised(
    way: Way, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is not taken for a missing thread or a deadline, although the call has one."""

    def fail(**_: object) -> None:
        raise error

    script = Script(THING)
    with listening(script) as url:
        with_handler("before-call", monkeypatch, fail)
        with pytest.raises(type(error)) as caught:
            way.run(url, GET, timeout=20.0)
    assert caught.value is error
    assert script.requests == []


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("way", HANDED_IN, ids=name)
def test_an_error_while_botocore_sends_may_have_acted(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of the request may have been sent. The error hides the text, which may quote it."""

    def fail(**_: object) -> None:
        raise ValueError("CANARY")

    with_handler("before-send", monkeypatch, fail)
    (error,) = way.run("http://127.0.0.1:9", GET)
    assert isinstance(error, iotmi.NoResponseError)
    assert error.may_have_acted
    assert "botocore failed with ValueError" in str(error)
    assert "CANARY" not in "".join(traceback.format_exception(error))


@pytest.mark.usefixtures("keys")
def test_a_response_of_another_handler_is_not_taken_for_the_services() -> None:
    """A client that sends directly has no signed request then, and says so."""
    with direct("http://127.0.0.1:9") as client:
        # botocore's type stubs do not allow a handler that returns a response.
        stub: Any = lambda **_: (RawResponse(200, {}, b""), {})  # noqa: E731
        client._context.transport._client.meta.events.register("before-call.*", stub)
        with pytest.raises(iotmi.NotSentError, match="botocore did not sign the request"):
            client.send(GET)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("method", ["connect", "send"])
def test_a_guarded_socket_is_obeyed(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-socket's error reaches the caller unchanged."""

    class BlockedError(RuntimeError):
        """A stand-in for pytest-socket's error."""

    def guard(*_: object) -> None:
        raise BlockedError

    script = Script(THING)
    with listening(script) as url:
        monkeypatch.setattr(socket.socket, method, guard, raising=False)
        with pytest.raises(BlockedError):
            OWN[0].run(url, GET)
    assert script.requests == []


def test_clients_of_the_emulator_need_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync and async calls with deadlines and delays start no thread, so they run in Pyodide."""

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    with Emulator() as emulator:
        client = emulator.client(timeout=10.0)
        hub = make_hub(client, 1)
        emulator.faults.delay(0.01)
        assert client.managed_things.get(hub.id).id == hub.id
        hurried = client.with_options(timeout=0.05)
        emulator.faults.delay(3.0)
        with pytest.raises(iotmi.DeadlineExceededError):
            hurried.managed_things.get(hub.id)
        emulator.faults.clear()

        async def main() -> None:
            patient: AsyncClient = emulator.async_client(timeout=10.0)
            assert (await patient.managed_things.get(hub.id)).id == hub.id
            emulator.faults.delay(3.0)
            with pytest.raises(iotmi.DeadlineExceededError):
                await patient.with_options(timeout=0.05).managed_things.get(hub.id)
            with anyio.move_on_after(0.05) as scope:
                await patient.managed_things.get(hub.id)
            assert scope.cancelled_caught

        anyio.run(main)
