"""Create a hub and a lamp behind it, and send the lamp a command."""

from iotmi import (
    AuthenticationMaterialType,
    CapabilityAction,
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    Client,
    CommandCapability,
    CommandEndpoint,
    Role,
)
from iotmi.emulator import Emulator

ON_OFF = "matter.OnOff@1.4"


def set_up_home(client: Client) -> tuple[str, str]:
    """Create a hub and a lamp in one credential locker, wait for both, and return their ids."""
    locker = client.credential_lockers.create(name="Elm Street 5")
    hub = client.managed_things.create(
        role=Role.CONTROLLER,
        name="Hall hub",
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        credential_locker_id=locker.id,
    )
    lamp = client.managed_things.create(
        role=Role.DEVICE,
        name="Reading lamp",
        authentication_material="Z:24FD5B0000015C63$I:83FED3407A939738",
        authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        credential_locker_id=locker.id,
        capability_report=CapabilityReport(
            version="1.0.0",
            endpoints=[
                CapabilityReportEndpoint(
                    id="1",
                    device_types=["On/Off Light"],
                    capabilities=[
                        CapabilityReportCapability(
                            id=ON_OFF,
                            name="On/Off",
                            version="6",
                            properties=["OnOff"],
                            actions=["On", "Off", "Toggle"],
                            events=[],
                        )
                    ],
                )
            ],
        ),
    )
    for thing_id in (hub.id, lamp.id):
        client.managed_things.wait_until_activated(thing_id, timeout=600)
    return hub.id, lamp.id


def toggle(client: Client, thing_id: str) -> None:
    """Switch a thing on if it is off, and off if it is on."""
    action = CapabilityAction(name="Toggle")
    capability = CommandCapability(id=ON_OFF, name="On/Off", version="6", actions=[action])
    client.managed_things.send_command(
        thing_id, endpoints=[CommandEndpoint(endpoint_id="1", capabilities=[capability])]
    )


def is_on(client: Client, thing_id: str) -> bool:
    """Return True if the last reported state of a thing is on."""
    for endpoint in client.managed_things.get_state(thing_id).endpoints:
        for capability in endpoint.capabilities:
            match capability.properties:
                case [{"name": "OnOff", "value": {"propertyValue": bool(value)}}]:
                    return value
    return False


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        hub_id, lamp_id = set_up_home(client)
        for thing in client.managed_things.list():
            print(thing.role, thing.name, thing.provisioning_status)
        toggle(client, lamp_id)
        print("The lamp is on." if is_on(client, lamp_id) else "The lamp is off.")
        for thing_id in (lamp_id, hub_id):
            client.managed_things.delete(thing_id)
            client.managed_things.wait_until_deleted(thing_id)


if __name__ == "__main__":
    main()
