"""`CommandResults` and `managed_things.run_command`, on both clients."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self

import anyio
import pytest
from moto import mock_aws

import iotmi
from iotmi import AuthenticationMaterialType, CommandTimeoutError, ConstraintError, Role, events
from iotmi.emulator import Emulator
from iotmi.events import CommandResults, DeviceCommandEvent
from tests.emulator.support import notifications as notified
from tests.fault_injection.consumer import kinesis_client
from tests.support.factories import switch_report, toggle
from tests.support.http_servers import answer, serving, with_keys

from .message import envelope

PATIENCE: Final = 30.0


def event(trace_id: str | None) -> events.Event:
    return events.parse(envelope("DEVICE_COMMAND", {"traceId": trace_id, "result": "succeeded"}))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        notified.subscribe(emulator.boto3_client(), "DEVICE_COMMAND")
        yield emulator


def make_switch(client: iotmi.Client, number: int = 0) -> str:
    identifier = client.managed_things.create(
        role=Role.DEVICE,
        authentication_material=f"Z:286D9700010F94{number:02}$I:83FED3407A939738",
        authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        capability_report=switch_report(),
    ).id
    client.managed_things.wait_until_activated(identifier)
    return identifier


class Feeder(threading.Thread):
    """A thread that feeds the emulator's notifications into the results."""

    def __init__(self, emulator: Emulator, results: CommandResults) -> None:
        super().__init__()
        self._emulator = emulator
        self._results = results
        self._stopped = threading.Event()

    def run(self) -> None:
        fed = 0
        while not self._stopped.wait(0.005):
            sent = self._emulator.notifications
            for notification in sent[fed:]:
                self._results.feed(notification.event)
            fed = len(sent)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join()


# -- CommandResults ------------------------------------------------------------------------


def test_an_early_result_is_kept() -> None:
    """A caller that waits after the result arrived receives it at once."""
    results = CommandResults()
    results.feed(event("t1"))
    assert results.expect("t1").result(0).trace_id == "t1"
    assert repr(results) == "<CommandResults: 0 kept, 0 awaited>"


def test_a_result_goes_to_every_caller_of_its_trace_id() -> None:
    """Callers of other trace ids do not receive the result."""
    results = CommandResults()
    first, second, other = (results.expect(name) for name in ("t1", "t1", "t2"))
    results.feed(event("t1"))
    assert first.result(0) == second.result(0) == event("t1")
    assert not other.done()


def test_other_events_are_ignored() -> None:
    """Results without a trace id are ignored too."""
    results = CommandResults()
    results.feed(event(None))
    results.feed(events.parse(envelope("DEVICE_OTA", {})))
    assert repr(results) == "<CommandResults: 0 kept, 0 awaited>"


def test_the_memory_is_bounded() -> None:
    """The oldest results without a caller are dropped, and waiting callers are kept."""
    results = CommandResults(capacity=2)
    awaited = [results.expect(f"awaited {number}") for number in range(5)]
    for number in range(4):
        results.feed(event(f"t{number}"))
    assert repr(results) == "<CommandResults: 2 kept, 5 awaited>"
    assert not results.expect("t1").done()
    assert results.expect("t3").done()
    results.feed(event("awaited 4"))
    assert awaited[4].done()
    with pytest.raises(ValueError, match="capacity"):
        CommandResults(capacity=0)


def test_forget_releases_the_future() -> None:
    """`forget` removes the future and its trace id."""
    results = CommandResults()
    future, other = results.expect("t1"), results.expect("t1")
    results.forget("t1", future)
    results.forget("t1", future)
    results.feed(event("t1"))
    assert not future.done()
    assert other.done()
    results.forget("t2", results.expect("t2"))
    assert repr(results) == "<CommandResults: 0 kept, 0 awaited>"


def test_many_threads_feed_and_wait() -> None:
    """Each caller receives its own result, in every order of feeding and waiting."""
    results = CommandResults()
    names = [f"t{number}" for number in range(500)]
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(results.expect, name) for name in names[:250]]
        fed = [pool.submit(results.feed, event(name)) for name in reversed(names)]
        asked += [pool.submit(results.expect, name) for name in names[250:]]
        for each in fed:
            each.result(PATIENCE)
        came = [each.result(PATIENCE).result(PATIENCE).trace_id for each in asked]
    assert came == names


# -- run_command ---------------------------------------------------------------------------


def test_run_command_returns_the_result(emulator: Emulator) -> None:
    """The event has the command's trace id, and the result is success or failure."""
    client, results = emulator.client(), CommandResults()
    switch = make_switch(client)
    with Feeder(emulator, results):
        first = client.managed_things.run_command(
            switch, endpoints=[toggle()], results=results, timeout=PATIENCE
        )
        emulator.devices.go_offline(switch)
        second = client.managed_things.run_command(
            switch, endpoints=[toggle()], results=results, timeout=PATIENCE
        )
    assert isinstance(first, DeviceCommandEvent)
    assert (first.succeeded, second.succeeded) == (True, False)
    assert first.trace_id != second.trace_id
    assert [notification.event for notification in emulator.notifications] == [first, second]


def test_a_result_may_arrive_before_the_send_has_returned() -> None:
    """The stream can be faster than the response."""
    results = CommandResults()
    with mock_aws():
        kinesis = kinesis_client()
        kinesis.create_stream(StreamName="home", ShardCount=1)

        def feed(params: dict[str, Any], **_: object) -> None:
            results.feed(events.parse(params["Data"]))

        kinesis.meta.events.register("provide-client-params.kinesis.PutRecord", feed)
        with Emulator(kinesis=kinesis) as emulator:
            notified.subscribe(emulator.boto3_client(), "DEVICE_COMMAND")
            client = emulator.client()
            result = client.managed_things.run_command(
                make_switch(client), endpoints=[toggle()], results=results, timeout=0.0
            )
    assert result.succeeded


def test_a_missing_result_is_a_timeout(emulator: Emulator) -> None:
    """The error has the trace id for a later search, and no future is left waiting."""
    client, results = emulator.client(), CommandResults()
    with pytest.raises(CommandTimeoutError) as caught:
        client.managed_things.run_command(
            make_switch(client), endpoints=[toggle()], results=results, timeout=0.05
        )
    (notification,) = emulator.notifications
    assert caught.value.trace_id == notification.payload["traceId"]
    assert str(caught.value.trace_id) in str(caught.value)
    assert isinstance(caught.value, iotmi.WaitTimeoutError)
    assert repr(results) == "<CommandResults: 0 kept, 0 awaited>"


def test_a_response_without_a_trace_id_is_an_error() -> None:
    """No event could be recognised as the result, so the call does not wait for one."""
    with (
        serving([answer("202 Accepted", b"{}")]) as url,
        with_keys(iotmi.Client, endpoint_url=url) as client,
    ):
        with pytest.raises(iotmi.ResponseError, match="no trace id") as caught:
            client.managed_things.run_command(
                "t", endpoints=[toggle()], results=CommandResults(), timeout=PATIENCE
            )
    assert caught.value.path == "trace_id"


def test_a_command_has_exactly_one_form(emulator: Emulator) -> None:
    """An ambiguous or empty command raises an error, and nothing is sent."""
    client = emulator.client()
    with pytest.raises(ConstraintError, match="endpoints"):
        client.managed_things.run_command("t", results=CommandResults())
    assert "SendManagedThingCommand" not in [call.operation for call in emulator.calls]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("place", ["thread", "loop"])
def test_many_commands_wait_without_blocking_the_loop(
    emulator: Emulator, backend: str, place: str
) -> None:
    """More commands wait than the client has connections, fed from a thread or the loop."""
    results = CommandResults()
    switches = [make_switch(emulator.client(), number) for number in range(3)]
    came: list[bool | None] = []

    async def run() -> None:
        client = emulator.async_client()
        waiting = 40

        async def one(switch: str) -> None:
            result = await client.managed_things.run_command(
                switch, endpoints=[toggle()], results=results, timeout=PATIENCE
            )
            came.append(result.succeeded)

        async with anyio.create_task_group() as tasks:
            for number in range(waiting):
                tasks.start_soon(one, switches[number % 3])
            # Feed only after all commands wait, which proves that the event loop runs meanwhile.
            while len(results._waiting) < waiting:
                await anyio.sleep(0.001)
            if place == "loop":
                for notification in emulator.notifications:
                    results.feed(notification.event)
            else:
                with Feeder(emulator, results):
                    while len(came) < waiting:
                        await anyio.sleep(0.001)

    anyio.run(run, backend=backend)
    assert came == [True] * 40


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_missing_result_is_a_timeout_on_the_async_client(
    emulator: Emulator, backend: str
) -> None:
    """A timeout and a cancellation leave no future waiting, and a late result is harmless."""
    results = CommandResults()
    switch = make_switch(emulator.client())

    async def run() -> None:
        client = emulator.async_client()
        with pytest.raises(CommandTimeoutError):
            await client.managed_things.run_command(
                switch, endpoints=[toggle()], results=results, timeout=0.05
            )
        with anyio.move_on_after(0.3) as scope:
            await client.managed_things.run_command(
                switch, endpoints=[toggle()], results=results, timeout=PATIENCE
            )
        assert scope.cancelled_caught

    anyio.run(run, backend=backend)
    assert repr(results) == "<CommandResults: 0 kept, 0 awaited>"
    for notification in emulator.notifications:
        results.feed(notification.event)
    assert repr(results) == "<CommandResults: 2 kept, 0 awaited>"
