"""The delivery of requests: the limit of time, repetitions, faults, clocks and restarts."""

import threading
import time
from pathlib import Path
from typing import Literal

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator._connectors import deliveries
from iotmi.emulator._connectors.functions import ConnectorFault
from tests.emulator.support.connectors import (
    OAUTH,
    Cloud,
    Event,
    answer,
    association_of,
    begin_login,
    discover,
    expect_report,
    open_home,
    open_lamp,
)
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.notifications import payloads, subscribe
from tests.emulator.support.requests import (
    FUNCTION,
    Client,
    create_connector,
    create_connector_destination,
)
from tests.support.threads import comes_true

REPORTED = ("CONNECTOR_ERROR_REPORT", "DEVICE_COMMAND")


def outcomes(emulator: Emulator) -> list[str]:
    """Return the outcomes of all commands."""
    made = emulator.connectors[FUNCTION].invocations
    return [each.outcome for each in made if each.operation == "AWS.SendCommand"]


def traces(cloud: Cloud) -> list[str]:
    """Return the trace ids that the function got, in order."""
    return [event["payload"]["traceId"] for event in cloud.events if "traceId" in event["payload"]]


@pytest.mark.parametrize(
    ("kind", "outcome", "message"),
    [
        ("slow", "timed out", "No response within 2 seconds"),
        ("raise", "raised", "The function raised an exception"),
        ("malformed", "malformed", "The response is not in the documented form"),
    ],
)
def test_six_failures_are_reported(
    *,
    emulator: Emulator,
    cloud: Cloud,
    client: Client,
    kind: ConnectorFault,
    outcome: str,
    message: str,
) -> None:
    """Without a usable answer, a command is delivered six times, fails and is reported."""
    association, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)
    cloud.before = lambda _: answer()
    emulator.connectors[FUNCTION].fail(kind, "AWS.SendCommand", times=6)
    trace = send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator) == [outcome] * 6
    assert traces(cloud) == ([] if kind == "raise" else [trace] * 6)
    (command,) = payloads(emulator, "DEVICE_COMMAND")
    assert (command["traceId"], command["result"]) == (trace, "failed")
    found = client.get_account_association(AccountAssociationId=association)
    expect_report(
        emulator,
        "AWS.SendCommand",
        message,
        traceId=trace,
        managedThingId=lamp,
        connectorDeviceId="lamp",
        operationVersion="1.0",
        resourceType="account-association",
        resourceId=[association],
        associationArn=[found["Arn"]],
        connectorDestinationId=found["ConnectorDestinationId"],
        logLevel="ERROR",
    )
    assert emulator.connectors[FUNCTION].faults == ()


@pytest.mark.parametrize("kind", ["slow", "raise", "malformed"])
def test_the_sixth_delivery_may_succeed(
    emulator: Emulator, cloud: Cloud, client: Client, kind: ConnectorFault
) -> None:
    """After five failures, the sixth delivery of the same request is answered."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)
    emulator.connectors[FUNCTION].fail(kind, times=5)
    trace = send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator)[5:] == ["responded"]
    assert set(traces(cloud)) == {trace}
    assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}
    assert payloads(emulator, "CONNECTOR_ERROR_REPORT") == []
    deliveries = [each.delivery for each in emulator.connectors[FUNCTION].invocations]
    assert deliveries[-6:] == [1, 2, 3, 4, 5, 6]


def test_an_answer_twice(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """An answered request is delivered again, and a plain handler answers it again."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)
    emulator.connectors[FUNCTION].fail("twice", "AWS.SendCommand")
    trace = send_command(client, lamp, "OnOff", "On")
    assert traces(cloud) == [trace, trace]
    assert [each["traceId"] for each in payloads(emulator, "DEVICE_COMMAND")] == [trace, trace]


def test_faults_of_one_operation(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A fault waits for its operation, and clear removes it."""
    function = emulator.connectors[FUNCTION]
    function.fail("raise", "AWS.SendCommand", times=9)
    _, lamp = open_lamp(emulator, cloud, client)
    assert {each.operation for each in function.faults} == {"AWS.SendCommand"}
    assert len(function.faults) == 9
    function.clear()
    send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator) == ["responded"]


def test_wrong_faults_are_refused(emulator: Emulator) -> None:
    """An unknown kind, operation or function, and no times, are refused with the known ones."""
    function = emulator.connectors[FUNCTION]
    with pytest.raises(ValueError, match="slow, raise, malformed, twice"):
        function.fail("late")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"AWS\.ActivateUser"):
        function.fail("slow", "SendCommand")
    with pytest.raises(ValueError, match="at least 1"):
        function.fail("slow", times=0)
    with pytest.raises(KeyError, match="there are arn:aws:lambda"):
        emulator.connectors["arn:other"]
    assert function.faults == ()


def test_a_raising_function(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """An exception of the function is kept for the test, and not told to the service's users."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)

    def refuse(_: Event) -> object:
        raise LookupError("no such lamp")

    cloud.before = refuse
    send_command(client, lamp, "OnOff", "On")
    assert emulator.connectors[FUNCTION].invocations[-1].error == "LookupError: no such lamp"
    expect_report(emulator, "AWS.SendCommand", "The function raised an exception")


@pytest.mark.parametrize(
    "returned",
    [
        None,
        "200",
        {},
        {"header": {}},
        {"header": {"responseCode": "200"}},
        {"header": {"responseCode": True}},
        {"header": {"responseCode": 200}, "payload": []},
        {"header": {"responseCode": 200}, "payload": {"responseMessage": 1}},
        {"header": {"responseCode": 200}, "payload": {"when": object()}},
    ],
)
def test_unusable_answers(
    emulator: Emulator, cloud: Cloud, client: Client, returned: object
) -> None:
    """An answer in another form than the documented one is repeated, then reported."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)
    cloud.before = lambda _: returned or [None]
    send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator) == ["malformed"] * 6
    expect_report(emulator, "AWS.SendCommand", "The response is not in the documented form")


def test_a_refusal_is_final(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """An error code is an answer: it is reported with its message, and not repeated."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, *REPORTED)
    cloud.before = lambda _: answer(404, responseMessage="No such lamp")
    trace = send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator) == ["refused"]
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["statusCode"], report["traceId"]) == (404, trace)
    assert report["message"].endswith("responseCode=404, responseMessage=No such lamp")
    assert [each["result"] for each in payloads(emulator, "DEVICE_COMMAND")] == ["failed"]


def test_a_late_answer_is_not_waited_for(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A function that hangs is asked again after two seconds. Its later effects are delivered."""
    association, lamp = open_lamp(emulator, cloud, client)
    may_end = threading.Event()

    def hang_once(event: Event) -> object:
        if traces(cloud) == [event["payload"].get("traceId")]:
            may_end.wait(60)
            discover(cloud.client, association)
        return None

    cloud.before = hang_once
    send_command(client, lamp, "OnOff", "On")
    assert outcomes(emulator) == ["timed out", "responded"]
    assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}
    assert cloud.operations().count("DiscoverDevices") == 1
    may_end.set()
    assert comes_true(lambda: cloud.operations().count("DiscoverDevices") == 2)


# -- clocks -------------------------------------------------------------------------------------


def test_repetitions_on_the_emulated_clock(cloud: Cloud) -> None:
    """Without an answer, the next delivery is due two emulated seconds later."""
    with Emulator(clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        _, lamp = open_lamp(emulator, cloud, client)
        subscribe(client, *REPORTED)
        cloud.before = lambda _: answer()
        emulator.connectors[FUNCTION].fail("slow", times=6)
        send_command(client, lamp, "OnOff", "On")
        assert len(traces(cloud)) == 1
        emulator.advance(seconds=2.1)
        assert len(traces(cloud)) == 2
        emulator.advance(seconds=8)
        assert len(traces(cloud)) == 6
        expect_report(emulator, "AWS.SendCommand", "No response within 2 seconds")


def test_the_limit_is_emulated_too(cloud: Cloud) -> None:
    """A function that takes three emulated seconds is late, and its next delivery is due."""
    with Emulator(clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        _, lamp = open_lamp(emulator, cloud, client)

        def take_three_seconds(_: Event) -> None:
            if len(traces(cloud)) == 1:
                emulator.advance(seconds=3)

        cloud.before = take_three_seconds
        send_command(client, lamp, "OnOff", "On")
        assert outcomes(emulator) == ["timed out", "responded"]


def test_a_sign_in_at_its_own_moment(cloud: Cloud) -> None:
    """However far the clock is moved, the function is asked when the sign-in ends."""
    with Emulator(clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        moments = []
        cloud.before = lambda _: moments.append(emulator.now())
        began = emulator.now()
        association = begin_login(client, open_home(emulator, cloud, client))
        emulator.advance(hours=1)
        (asked,) = moments
        assert 10 <= (asked - began).total_seconds() < 11
        found = client.get_account_association(AccountAssociationId=association)
        assert found["AssociationState"] == "ASSOCIATION_SUCCEEDED"


def test_the_real_clock_delivers_in_the_background(cloud: Cloud) -> None:
    """On the real clock, the call returns before the function has answered."""
    with Emulator(clock="real", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        association = begin_login(client, open_home(emulator, cloud, client))
        asked, may_answer = threading.Event(), threading.Event()

        def wait(_: Event) -> None:
            asked.set()
            assert may_answer.wait(60)

        cloud.before = wait
        emulator.devices.sign_in(association)
        assert asked.wait(60)
        found = client.get_account_association(AccountAssociationId=association)
        assert found["AssociationState"] == "ASSOCIATION_IN_PROGRESS"
        may_answer.set()
        while found["AssociationState"] == "ASSOCIATION_IN_PROGRESS":
            found = client.get_account_association(AccountAssociationId=association)
        assert found["AssociationState"] == "ASSOCIATION_SUCCEEDED"


@pytest.mark.parametrize("clock", ["emulated", "real"])
@pytest.mark.parametrize("end", ["respond", "raise", "slow"])
def test_a_reset_during_a_delivery(
    cloud: Cloud, end: str, clock: Literal["emulated", "real"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is gone with its home, whatever the function's end is, and is not repeated."""
    monkeypatch.setattr(deliveries, "LIMIT_SECONDS", 0.05)
    with Emulator(clock=clock, connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        association = begin_login(client, open_home(emulator, cloud, client))

        def reset(_: Event) -> None:
            emulator.reset()
            if end == "raise":
                raise LookupError

        cloud.before = reset
        if end == "slow":
            emulator.connectors[FUNCTION].fail("slow")
        emulator.devices.sign_in(association)
        function = emulator.connectors[FUNCTION]
        assert comes_true(lambda: len(function.invocations) == 1)
        if clock == "emulated":
            emulator.advance(minutes=1)
        assert client.list_account_associations()["Items"] == []
        assert len(function.invocations) == 1


def test_the_real_clock_waits_for_the_limit(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that does not come is awaited until the limit, and then the request repeated."""
    monkeypatch.setattr(deliveries, "LIMIT_SECONDS", 0.2)
    with Emulator(clock="real", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        association = begin_login(client, open_home(emulator, cloud, client))
        moments: list[float] = []
        cloud.before = lambda _: moments.append(time.monotonic())
        emulator.connectors[FUNCTION].fail("slow")
        began = time.monotonic()
        emulator.devices.sign_in(association)
        assert comes_true(lambda: len(moments) == 2)
        assert moments[1] - began >= 0.2


def test_a_real_home_without_threads(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can start, the real clock's deliveries end before the call does."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Emulator(clock="real", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        association = begin_login(client, open_home(emulator, cloud, client))
        monkeypatch.setattr(threading.Thread, "start", refuse)
        emulator.devices.sign_in(association)
        found = client.get_account_association(AccountAssociationId=association)
        assert found["AssociationState"] == "ASSOCIATION_SUCCEEDED"


def test_a_home_without_threads(
    emulator: Emulator, cloud: Cloud, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no thread can start, the function runs in the calling thread."""
    _, lamp = open_lamp(emulator, cloud, client)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    send_command(client, lamp, "OnOff", "On")
    assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}


# -- restarts -----------------------------------------------------------------------------------


def test_a_restart_between_a_request_and_its_delivery(tmp_path: Path, cloud: Cloud) -> None:
    """A request of a process that died is delivered before the first call to the next one."""
    path = tmp_path / "home.db"
    with Emulator(path, connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        _, lamp = open_lamp(emulator, cloud, client)

        def die(_: Event) -> None:
            emulator.close()

        cloud.before = die
        with pytest.raises(Exception, match="closed"):
            state_of(client, lamp if send_command(client, lamp, "OnOff", "On") else "")
    assert len(traces(cloud)) == 1
    cloud.before = None
    with Emulator(path, connectors={FUNCTION: cloud.handle}) as emulator:
        cloud.client = client = emulator.boto3_client()
        assert len(traces(cloud)) == 1
        assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}
        assert len(set(traces(cloud))) == 1
        assert [each.delivery for each in emulator.connectors[FUNCTION].invocations] == [2]


def test_a_restart_without_the_function(tmp_path: Path, cloud: Cloud) -> None:
    """Requests wait in the file for a process that has the function."""
    path = tmp_path / "home.db"
    with Emulator(path, clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        _, lamp = open_lamp(emulator, cloud, client)
        emulator.connectors[FUNCTION].fail("raise")
        emulator.connectors[FUNCTION].fail("slow")
        cloud.before = lambda _: answer()
        send_command(client, lamp, "OnOff", "On")
    with Emulator(path, clock="emulated") as emulator:
        emulator.advance(hours=1)
        assert state_of(emulator.boto3_client(), lamp) == {}
    cloud.before = None
    with Emulator(path, clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        cloud.client = client = emulator.boto3_client()
        assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}


def test_a_connector_without_a_function(emulator: Emulator, client: Client) -> None:
    """For the connector of another function, the emulated home acts as before."""
    other = {"lambda": {"arn": f"{FUNCTION}-2"}}
    destination = create_connector_destination(
        client, create_connector(client, EndpointConfig=other), **OAUTH
    )
    association = begin_login(client, destination)
    assert association_of(client, association)["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    discovery = discover(client, association)
    client.get_device_discovery(Identifier=discovery)
    assert len(client.list_discovered_devices(Identifier=discovery)["Items"]) == 2
    assert emulator.connectors[FUNCTION].invocations == ()
