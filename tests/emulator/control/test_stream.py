"""The live stream: events, cursors, bounds and slow readers."""

import asyncio
import socket
import threading
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from itertools import islice

import boto3
import pytest

from iotmi.emulator import Emulator, server
from iotmi.emulator._control import stream
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api, Event, events, home_of
from tests.emulator.support.requests import Client, create_thing


def client_of(api: Api) -> Client:
    """Return a boto3 client of the server."""
    session = boto3.Session("any", "any", region_name="eu-west-1")
    client: Client = session.client("iot-managed-integrations", endpoint_url=api.address)
    return client


def test_two_readers_get_a_notification_and_a_call(api: Api) -> None:
    """Every stream has the effects of a boto3 call within a second, in their order."""
    lamp = api.device("Kitchen lamp")
    (switch,) = [each for each in lamp["capabilities"] if "OnOff" in each["id"]]
    named = {"id": switch["id"], "name": switch["name"], "version": "6"}
    client = client_of(api)
    with api.stream() as first, api.stream("?only=notifications,calls") as second:
        assert {each.kind for each in islice(first, 2)} == {"home", "faults"}
        started = time.monotonic()
        client.send_managed_thing_command(
            ManagedThingId=lamp["id"],
            Endpoints=[
                {
                    "endpointId": "1",
                    "capabilities": [{**named, "actions": [{"name": "On", "parameters": {}}]}],
                }
            ],
        )
        found: list[Event] = []
        while not found or found[-1].kind != "call":
            found.append(next(first))
        assert time.monotonic() - started < 1
        notified = [each.data["event_type"] for each in found if each.kind == "notification"]
        assert notified == ["DEVICE_STATE", "DEVICE_COMMAND"]
        assert found[-1].data["operation"] == "SendManagedThingCommand"
        assert [each.kind for each in islice(second, 3)] == ["notification", "notification", "call"]


def test_a_stream_continues_where_it_ended(api: Api) -> None:
    """`Last-Event-ID` and `after` give what followed, and `after=0` gives all that is kept."""
    lamp = api.device("Kitchen lamp")["id"]
    with api.stream("?only=notifications&after=0") as events:
        for level in (1, 2, 3):
            api.post(f"/things/{lamp}/report", name="CurrentLevel", value=level)
        found = list(islice(events, 3))
    assert [each.data["number"] for each in found] == sorted(each.data["number"] for each in found)
    middle = found[1].identifier
    with api.stream("?only=notifications", Last_Event_ID=str(middle)) as events:
        assert next(events) == found[2]
    with api.stream(f"?only=notifications&after={middle}") as events:
        assert next(events) == found[2]
    with api.stream("?only=notifications&after=0") as events:
        assert [next(events) for _ in range(3)] == found


def test_the_home_and_the_faults_are_told_by_revision(api: Api, emulator: Emulator) -> None:
    """Both come at first, and after each change."""
    with api.stream("?only=home,faults") as events:
        assert [next(events).data, next(events).data] == [
            {"revision": emulator.revision},
            {"revision": emulator.faults.revision},
        ]
        emulator.faults.throttle()
        assert next(events).kind == "faults"
        emulator.devices.add_hub()
        event = next(events)
        assert (event.kind, event.data) == ("home", {"revision": emulator.revision})


def test_many_events_are_sent_in_pages(api: Api, emulator: Emulator) -> None:
    """More events than one page has arrive whole, once, and in order."""
    client: Client = emulator.boto3_client()
    for _ in range(250):
        client.list_managed_things(MaxResults=1)
    with api.stream("?only=calls&after=0") as events:
        assert [each.data["number"] for each in islice(events, 250)] == list(range(1, 251))


@pytest.mark.parametrize(
    "query", ["?only=weather", "?only=", "?after=x", "?after=1", "?after=1-2-3", "?x=1"]
)
def test_wrong_streams_are_refused(api: Api, query: str) -> None:
    """The error is a 400 before the stream begins."""
    assert api.send("GET", f"/stream{query}").status == 400


def test_streams_are_bounded_and_need_no_thread(api: Api, emulator: Emulator) -> None:
    """Thirty-two streams wait without a thread each. One more is refused with a sentence."""
    with ExitStack() as stack:
        opened = [stack.enter_context(api.stream("?only=home")) for _ in range(stream.MAX_STREAMS)]
        for events in opened:
            next(events)
        # The loop's own thread, and those of the requests before.
        assert len([each for each in threading.enumerate() if "AnyIO" in each.name]) <= 8
        answer = api.send("GET", "/stream")
        assert (answer.status, answer.document["error"]["code"]) == (503, "too_many_streams")
        assert "32 streams" in answer.message
        emulator.devices.add_hub()
        assert {next(events).data["revision"] for events in opened} == {emulator.revision}
    for _ in range(100):
        if (
            api.send("GET", "/health").status == 200
            and not emulator._dispatcher.store.observers.count
        ):
            break
        time.sleep(0.05)
    with api.stream("?only=home") as events:
        next(events)


def test_an_idle_stream_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment comes when nothing happens."""
    monkeypatch.setattr(stream.Streams.__init__, "__kwdefaults__", {"most": 2, "pulse": 0.05})
    with Emulator() as emulator, serving(emulator) as address:
        connection = HTTPConnection(Api(address).place, timeout=10)
        connection.request("GET", "/_emulator/stream?only=calls")
        response = connection.getresponse()
        assert [response.readline() for _ in range(4)] == [
            b"retry: 1000\n",
            b"\n",
            b": waiting\n",
            b"\n",
        ]
        connection.close()


def test_a_stream_ends_with_its_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server goes on, and the stream ends whole, not as a broken connection."""
    monkeypatch.setattr(stream.Streams.__init__, "__kwdefaults__", {"most": 2, "pulse": 0.05})
    with Emulator() as emulator, serving(emulator) as address:
        with closing(HTTPConnection(Api(address).place, timeout=10)) as connection:
            connection.request("GET", "/_emulator/stream")
            response = connection.getresponse()
            first = events(response)
            assert [next(first).kind, next(first).kind] == ["home", "faults"]
            emulator.close()
            # `http.client` raises IncompleteRead for a stream that was cut off.
            assert list(first) == []


@pytest.fixture
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's sockets hold a few kilobytes only."""
    listening = server._listening

    def small(host: str, port: int) -> socket.socket:
        listener = listening(host, port)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        return listener

    monkeypatch.setattr(server, "_listening", small)


def _report(emulator: Emulator, times: int) -> None:
    """Publish notifications of about 600 bytes each."""
    lamp = home_of(emulator)["devices"][0]["id"]
    for level in range(times):
        emulator.devices.report(str(lamp), "CurrentLevel", level % 254)


@pytest.mark.usefixtures("small_buffers")
def test_a_slow_reader_costs_no_memory_and_loses_no_notification(emulator: Emulator) -> None:
    """A stream that is not read stands still, the server serves others, and all comes later."""
    with serving(emulator) as address, _unread(address, "&only=notifications") as slow:
        assert slow.recv(12) == b"HTTP/1.1 200"
        _report(emulator, 600)
        assert Api(address).send("GET", "/health").status == 200
        received = bytearray()
        # An empty line ends each event.
        while received.count(b"}\n\n") < 600:
            part = slow.recv(65536)
            assert part
            received += part
    numbers = [bytes(each.split(b",")[0]) for each in received.split(b'data: {"number":')[1:]]
    assert len(set(numbers)) == 600


def _unread(address: str, query: str = "") -> socket.socket:
    """Return a connection with a stream that the test has not read."""
    host, _, port = Api(address).place.partition(":")
    slow = socket.create_connection((host, int(port)), timeout=20)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    request = f"GET /_emulator/stream?after=0{query} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    slow.sendall(request.encode())
    return slow


@pytest.mark.usefixtures("small_buffers")
def test_a_reader_that_takes_nothing_is_left(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some time the stream ends, so that it does not hold its place."""
    monkeypatch.setattr(stream, "_SLOWEST", 0.2)
    _report(emulator, 600)
    with serving(emulator) as address, _unread(address):
        watching = emulator._dispatcher.store.observers
        deadline = time.monotonic() + 20
        while not watching.count and time.monotonic() < deadline:
            time.sleep(0.02)
        while watching.count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert time.monotonic() < deadline


def test_a_real_clock_is_followed() -> None:
    """While somebody watches, due transitions are applied without any request."""
    with Emulator(clock="real", seed_home={"notifications": True}) as emulator:
        with serving(emulator) as address:
            api = Api(address)
            hub = emulator.devices.add_hub()
            client: Client = emulator.boto3_client()
            client.delete_managed_thing(Identifier=hub)
            with api.stream("?only=notifications&after=0") as events:
                started = time.monotonic()
                while next(events).data["envelope"]["payload"].get("status") != "DELETED":
                    pass
                assert time.monotonic() - started < 10
            create_thing(client)


def test_streams_end_with_the_server(emulator: Emulator) -> None:
    """An open stream does not delay the end."""
    with serving(emulator) as address:
        api = Api(address)
        with api.stream() as events:
            next(events)
            started = time.monotonic()
    assert time.monotonic() - started < 3


def test_an_ended_loop_is_not_woken() -> None:
    """A change after the server's end finds a closed loop, and nothing happens."""
    loop = asyncio.new_event_loop()
    loop.close()
    called: list[None] = []
    stream._soon(loop, lambda: called.append(None))
    assert called == []
