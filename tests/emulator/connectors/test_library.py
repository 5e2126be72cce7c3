"""A home behind `iotmi.connector`, which answers with the client that the emulator lends."""

import logging
import threading
from collections.abc import Iterator

import pytest

import iotmi
from iotmi import connector
from iotmi.capabilities import Capability, FanControl, LevelControl, OnOff, matter
from iotmi.capabilities._capability import actions_of
from iotmi.capabilities.fan_control import FanMode
from iotmi.capabilities.level_control import MoveToLevel
from iotmi.capabilities.on_off import Off, On
from iotmi.emulator import Emulator
from iotmi.emulator._clusters.table import clusters, initial_values
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator.handlers._support import matter as service_matter
from tests.emulator.support.connectors import (
    OAUTH,
    association_of,
    begin_login,
    discover,
    onboard,
    sign_in,
)
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.notifications import payloads, subscribe
from tests.emulator.support.requests import (
    FUNCTION,
    Client,
    create_connector,
    create_connector_destination,
)


class Bridge:
    """A third party's cloud as an author of a connector writes it."""

    def __init__(self) -> None:
        self.app = app = connector.Connector()
        self.broken: set[str] = set()
        self.requests: list[str] = []
        self.hold = threading.Event()
        self.hold.set()

        @app.activate_user
        def activate(_: connector.ActivateUser) -> connector.UserActivated:
            self.requests.append("ActivateUser")
            return connector.UserActivated("user-1")

        @app.discover_devices
        def devices(_: connector.DiscoverDevices) -> Iterator[connector.DiscoveredDevice]:
            self.requests.append("DiscoverDevices")
            yield connector.DiscoveredDevice("lamp", [OnOff, LevelControl], name="Lamp")
            yield connector.DiscoveredDevice("fan", [FanControl], name="Fan")
            yield connector.DiscoveredDevice("plug", [OnOff(on_off=False)], name="Plug")

        @app.send_command
        def command(request: connector.SendCommand) -> connector.CommandResponse:
            self.requests.append("SendCommand")
            assert self.hold.wait(60)
            if request.device_id in self.broken:
                raise connector.ConnectorError(503, "The device does not answer")
            return connector.CommandResponse(list(map(state_after, request.commands)))

        @app.deactivate_user
        def deactivate(_: connector.DeactivateUser) -> None:
            self.requests.append("DeactivateUser")


def state_after(command: object) -> Capability:
    """Return the state that a command leads to."""
    match command:
        case On() | Off():
            return OnOff(on_off=isinstance(command, On))
        case MoveToLevel():
            return LevelControl(current_level=command.level)
        case _:
            return FanControl(fan_mode=FanMode.HIGH)


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def emulator(bridge: Bridge) -> Iterator[Emulator]:
    with Emulator(connectors={FUNCTION: bridge.app}) as emulator:
        yield emulator


@pytest.fixture
def destination(client: Client) -> str:
    return create_connector_destination(client, create_connector(client), **OAUTH)


def test_the_whole_story(
    emulator: Emulator, bridge: Bridge, client: Client, destination: str
) -> None:
    """boto3 sees the sign-in, three devices, commands, a change, a failure and the unlinking."""
    subscribe(client, "DEVICE_COMMAND", "CONNECTOR_ERROR_REPORT")
    association = begin_login(client, destination)
    assert association_of(client, association)["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    discovery = discover(client, association)
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    items = client.list_discovered_devices(Identifier=discovery)["Items"]
    assert [each["ConnectorDeviceName"] for each in items] == ["Lamp", "Fan", "Plug"]
    lamp, fan, plug = (
        onboard(client, association, discovery, each["ConnectorDeviceId"]) for each in items
    )
    trace = send_command(client, lamp, "OnOff", "On")
    send_command(client, lamp, "LevelControl", "MoveToLevel", Level=128, TransitionTime=None)
    assert state_of(client, lamp) == {
        "OnOff": {"OnOff": True},
        "LevelControl": {"CurrentLevel": 128},
    }
    send_command(client, fan, "FanControl", "UpdateState", FanMode="High")
    assert state_of(client, fan) == {"FanControl": {"FanMode": "High"}}
    bridge.app.report("lamp", OnOff(on_off=False))
    assert state_of(client, lamp)["OnOff"] == {"OnOff": False}
    bridge.broken.add("plug")
    failed = send_command(client, plug, "OnOff", "On")
    results = {each["traceId"]: each["result"] for each in payloads(emulator, "DEVICE_COMMAND")}
    assert (results[trace], results[failed]) == ("succeeded", "failed")
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["statusCode"], report["traceId"]) == (503, failed)
    for thing in (lamp, fan, plug):
        client.deregister_account_association(
            AccountAssociationId=association, ManagedThingId=thing
        )
    client.delete_account_association(AccountAssociationId=association)
    client.get_account_association(AccountAssociationId=association)
    assert client.list_account_associations()["Items"] == []
    assert bridge.requests == [
        "ActivateUser",
        "DiscoverDevices",
        *["SendCommand"] * 4,
        "DeactivateUser",
    ]


@pytest.mark.parametrize("kind", ["slow", "malformed", "twice"])
def test_a_repeated_request_is_carried_out_once(
    emulator: Emulator, bridge: Bridge, client: Client, destination: str, kind: str
) -> None:
    """The connector recognizes the repetition, and one event answers the command."""
    association = sign_in(emulator, client, destination)
    lamp = onboard(client, association, discover(client, association), "lamp")
    subscribe(client, "DEVICE_COMMAND")
    emulator.connectors[FUNCTION].fail(kind, "AWS.SendCommand")  # type: ignore[arg-type]
    send_command(client, lamp, "OnOff", "On")
    assert bridge.requests.count("SendCommand") == 1
    assert len(payloads(emulator, "DEVICE_COMMAND")) == 1
    commands = [
        each
        for each in emulator.connectors[FUNCTION].invocations
        if each.operation == "AWS.SendCommand"
    ]
    assert len(commands) == 2


def test_a_slow_function_is_answered_for(
    emulator: Emulator, bridge: Bridge, client: Client, destination: str
) -> None:
    """A connector answers in time for a function that does not, and sends the result later."""
    association = sign_in(emulator, client, destination)
    lamp = onboard(client, association, discover(client, association), "lamp")
    bridge.hold.clear()
    send_command(client, lamp, "OnOff", "On")
    assert [each.outcome for each in emulator.connectors[FUNCTION].invocations][-1] == "responded"
    assert state_of(client, lamp) == {}
    bridge.hold.set()
    while not state_of(client, lamp):
        pass
    assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}


def test_what_a_connector_lacks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """At its start, the emulator logs the sentences of the connector's own check."""
    app = connector.Connector()
    with caplog.at_level(logging.WARNING, "iotmi.emulator"):
        with Emulator(connectors={FUNCTION: app}) as emulator:
            problems = emulator.connectors[FUNCTION].problems
    assert problems == app.check()
    assert len(problems) == 4
    assert [record.getMessage() for record in caplog.records] == [
        f"{FUNCTION}: {problem}" for problem in problems
    ]


def test_the_handler_of_a_connector(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    """A bound lambda_handler is the connector too: it is checked, and gets a client."""
    assert bridge.app.check() == ()
    with Emulator(connectors={FUNCTION: bridge.app.lambda_handler}) as emulator:
        client: Client = emulator.boto3_client()
        destination = create_connector_destination(client, create_connector(client), **OAUTH)
        association = sign_in(emulator, client, destination)
        discovery = discover(client, association)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    assert caplog.records == []


# -- one mapping to numbers, written twice ------------------------------------------------------


@pytest.mark.parametrize("capability", clusters(), ids=lambda each: each.__name__)
def test_the_service_and_the_library_agree(capability: type[Capability]) -> None:
    """The emulator's commands read as typed commands, and its states read as the library's."""
    values = {
        name: value for name, value in initial_values(capability).items() if value is not None
    }
    made = service_matter.command(capability.id, "UpdateState", values, {})
    assert made is not None
    cluster, sent = made
    ((number, fields),) = sent.items()
    assert isinstance(fields, dict)
    command = matter.decode_command(
        matter.MatterCommand(cluster=cluster, command=number, fields=fields)
    )
    assert not isinstance(command, matter.MatterCommand), (cluster, sent)
    encoded = matter.encode_command(command)
    assert (encoded.cluster, encoded.command, dict(encoded.fields)) == (cluster, number, fields)
    endpoint: JsonObject = {"id": "1", "clusters": [{"id": cluster, "attributes": fields}]}
    if fields:
        (reported,) = service_matter.read(endpoint, {})
        assert reported.values == values


@pytest.mark.parametrize("capability", clusters(), ids=lambda each: each.__name__)
def test_each_command_has_the_same_number(capability: type[Capability]) -> None:
    """The numbers of commands and clusters are those of the library."""
    for name, action in actions_of(capability).items():
        made = service_matter.command(capability.id, name, {}, {})
        assert made is not None
        cluster, sent = made
        assert cluster == matter.attribute_id(capability.number)
        assert list(sent) == [matter.command_id(action.number)]
    read = service_matter.command(capability.id, "ReadState", {"propertiesToRead": ["*"]}, {})
    assert read is not None
    assert read[1].keys() == {matter.command_id(0xFF02)}


def test_a_connectors_report_is_read(emulator: Emulator, client: Client, destination: str) -> None:
    """A thing of a discovered device has the capabilities that the connector reported."""
    association = sign_in(emulator, client, destination)
    lamp = onboard(client, association, discover(client, association), "lamp")
    with emulator.client() as typed:
        report = typed.managed_things.get_capabilities(lamp).capability_report
        assert report is not None
        expected = iotmi.capabilities.report({"1": [OnOff, LevelControl]}).endpoints[0]
        (endpoint,) = report.endpoints
        assert [each.id for each in endpoint.capabilities] == [OnOff.id, LevelControl.id]
        for found, declared in zip(endpoint.capabilities, expected.capabilities, strict=True):
            assert set(found.properties) == set(declared.properties)
            assert set(found.actions) == set(declared.actions)
