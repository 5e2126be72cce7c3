"""The life of a home behind a connector: from the sign-in to the end of the association."""

from iotmi.emulator import Emulator
from tests.emulator.support.connectors import (
    FAN,
    SWITCH,
    Cloud,
    association_of,
    begin_login,
    discover,
    onboard,
    open_home,
)
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.notifications import payloads, subscribe
from tests.emulator.support.requests import FUNCTION, Client


def test_the_whole_story() -> None:
    """boto3 sees the sign-in, three devices, a command, a change, a failure and the unlinking."""
    cloud = Cloud()
    with Emulator(connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        subscribe(
            client, "DEVICE_COMMAND", "DEVICE_STATE", "DEVICE_EVENT", "CONNECTOR_ERROR_REPORT"
        )
        destination = open_home(emulator, cloud, client)

        association = begin_login(client, destination)
        assert cloud.operations() == []
        assert association_of(client, association)["AssociationState"] == "ASSOCIATION_SUCCEEDED"
        assert cloud.operations() == ["ActivateUser"]

        discovery = discover(client, association)
        found = client.get_device_discovery(Identifier=discovery)
        assert found["Status"] == "SUCCEEDED"
        devices = client.list_discovered_devices(Identifier=discovery)["Items"]
        assert [each["ConnectorDeviceId"] for each in devices] == ["lamp", "fan", "plug"]
        lamp, fan, plug = (
            onboard(client, association, discovery, each["ConnectorDeviceId"]) for each in devices
        )
        report = client.get_managed_thing_capabilities(Identifier=lamp)["CapabilityReport"]
        assert [each["id"] for each in report["endpoints"][0]["capabilities"]] == [
            "matter.OnOff@1.4",
            "matter.LevelControl@1.4",
        ]
        assert client.get_managed_thing_state(ManagedThingId=lamp)["Endpoints"] == []

        trace = send_command(client, lamp, "OnOff", "On")
        assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}
        (done,) = payloads(emulator, "DEVICE_COMMAND")
        assert (done["traceId"], done["result"]) == (trace, "succeeded")

        send_command(client, fan, "FanControl", "UpdateState", FanMode="High", PercentSetting=80)
        sent = cloud.events[-1]["payload"]["endpoints"]
        command = {"0xff01": {"0x0000": "3", "0x0002": 80}}
        assert sent == [{"id": "1", "clusters": [{"id": FAN, "commands": [command]}]}]
        assert state_of(client, fan) == {"FanControl": {"FanMode": "High", "PercentSetting": 80}}

        connector = client.list_cloud_connectors()["Items"][0]["Id"]
        client.send_connector_event(
            ConnectorId=connector,
            UserId="user-1",
            Operation="DEVICE_EVENT",
            ConnectorDeviceId="plug",
            MatterEndpoint={
                "id": "1",
                "clusters": [{"id": SWITCH, "attributes": {"0x0000": True}}],
            },
        )
        assert state_of(client, plug) == {"OnOff": {"OnOff": True}}
        assert len(payloads(emulator, "DEVICE_EVENT")) == 1

        cloud.broken.add("plug")
        failed = send_command(client, plug, "OnOff", "Off")
        assert state_of(client, plug) == {"OnOff": {"OnOff": True}}
        last = payloads(emulator, "DEVICE_COMMAND")[-1]
        assert (last["traceId"], last["result"]) == (failed, "failed")
        (error,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
        assert (error["statusCode"], error["traceId"]) == (500, failed)

        for thing in (lamp, fan, plug):
            client.deregister_account_association(
                AccountAssociationId=association, ManagedThingId=thing
            )
        client.delete_account_association(AccountAssociationId=association)
        assert cloud.operations()[-1] == "DeactivateUser"
        client.get_account_association(AccountAssociationId=association)
        assert client.list_account_associations()["Items"] == []
        outcomes = {each.outcome for each in emulator.connectors[FUNCTION].invocations}
        assert outcomes == {"responded"}
