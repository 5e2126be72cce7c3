"""Actions, reports and events of virtual devices, and their capabilities."""

import pytest

from iotmi.emulator import Capability, Emulator, VirtualDevice
from tests.emulator.support.devices import (
    LOCKED,
    UNKNOWN,
    UNLOCKED,
    create_device,
    send_command,
    state_of,
)
from tests.emulator.support.requests import Client, create_thing


@pytest.mark.parametrize(
    ("device", "cluster", "steps"),
    [
        (
            VirtualDevice.bulb(),
            "OnOff",
            [
                ("On", {}, {"OnOff": True}),
                ("Toggle", {}, {"OnOff": False}),
                (
                    "OnWithTimedOff",
                    {"OnOffControl": {}, "OnTime": 5, "OffWaitTime": 0},
                    {"OnOff": True},
                ),
                ("Off", {}, {"OnOff": False}),
            ],
        ),
        (
            VirtualDevice.bulb(),
            "LevelControl",
            [
                ("MoveToLevel", {"Level": 9, "TransitionTime": 0}, {"CurrentLevel": 9}),
                ("Stop", {}, {"CurrentLevel": 9}),
            ],
        ),
        (
            VirtualDevice.bulb(),
            "ColorControl",
            [
                (
                    "MoveToHue",
                    {"Hue": 1, "Direction": "Up", "TransitionTime": 0},
                    {"CurrentHue": 1},
                ),
                (
                    "MoveToSaturation",
                    {"Saturation": 2, "TransitionTime": 0},
                    {"CurrentHue": 1, "CurrentSaturation": 2},
                ),
                (
                    "MoveToColorTemperature",
                    {"ColorTemperatureMireds": 3, "TransitionTime": 0},
                    {"CurrentHue": 1, "CurrentSaturation": 2, "ColorTemperatureMireds": 3},
                ),
            ],
        ),
        (
            VirtualDevice.lock(),
            "DoorLock",
            [
                ("UnlockDoor", {}, UNLOCKED),
                ("LockDoor", {"PINCode": "1"}, LOCKED),
                ("UnlockWithTimeout", {"Timeout": 5}, UNLOCKED),
            ],
        ),
        (
            VirtualDevice.thermostat(),
            "Thermostat",
            [
                (
                    "SetpointRaiseLower",
                    {"Mode": "Heat", "Amount": 5},
                    {"OccupiedHeatingSetpoint": 2050},
                ),
                (
                    "SetpointRaiseLower",
                    {"Mode": 2, "Amount": -10},
                    {"OccupiedHeatingSetpoint": 1950, "OccupiedCoolingSetpoint": 2500},
                ),
                (
                    "UpdateState",
                    {"SystemMode": "Cool"},
                    {
                        "OccupiedHeatingSetpoint": 1950,
                        "OccupiedCoolingSetpoint": 2500,
                        "SystemMode": "Cool",
                    },
                ),
            ],
        ),
        (
            VirtualDevice.sensor(),
            "TemperatureMeasurement",
            [("ReadState", {"propertiesToRead": ["*"]}, {"MeasuredValue": 1900})],
        ),
    ],
    ids=["switch", "level", "color", "lock", "thermostat", "sensor"],
)
def test_a_device_executes_actions(
    emulator: Emulator,
    client: Client,
    device: VirtualDevice,
    cluster: str,
    steps: list[tuple[str, dict[str, object], dict[str, object]]],
) -> None:
    """Each action changes its properties, and the state has the reported values."""
    thing = create_device(emulator, client, device)
    assert state_of(client, thing) == {}
    for action, parameters, expected in steps:
        send_command(client, thing, cluster, action, **parameters)
        assert state_of(client, thing) == {cluster: expected}


def test_a_missing_setpoint_is_not_changed(emulator: Emulator, client: Client) -> None:
    """A thermostat that only heats has no cooling setpoint to change."""
    heater = VirtualDevice(
        "Heater",
        "Thermostat",
        (Capability("matter.Thermostat@1.4", {"OccupiedHeatingSetpoint": 2000}),),
    )
    thing = create_device(emulator, client, heater)
    send_command(client, thing, "Thermostat", "SetpointRaiseLower", Mode=2, Amount=10)
    assert state_of(client, thing) == {"Thermostat": {"OccupiedHeatingSetpoint": 2100}}


def test_a_device_is_made_of_the_catalogue() -> None:
    """Capabilities must be in the schema catalogue. Devices are values."""
    assert VirtualDevice.plug() == VirtualDevice.plug() != VirtualDevice.plug("Kettle")
    assert len({VirtualDevice.plug(), VirtualDevice.plug(), VirtualDevice.bulb()}) == 2
    with Emulator() as emulator:
        for capability in (
            Capability("matter.Coffee@1.4", {}),
            Capability("matter.OnOff@1.4", {"Milk": 1, "Sugar": 2}),
        ):
            with pytest.raises(ValueError, match=r"matter\.Coffee@1\.4|property Milk, Sugar"):
                emulator.devices.appear(UNKNOWN, VirtualDevice("Machine", "Coffee", (capability,)))


def test_a_device_reports(emulator: Emulator, client: Client) -> None:
    """Reported values are the state. Unknown properties are rejected."""
    sensor = create_device(emulator, client, VirtualDevice.sensor())
    emulator.devices.report(sensor, "StateValue", value=False)
    emulator.devices.report(sensor, "MeasuredValue", 2150)
    assert state_of(client, sensor) == {
        "BooleanState": {"StateValue": False},
        "TemperatureMeasurement": {"MeasuredValue": 2150},
    }
    with pytest.raises(ValueError, match="no LockState among its properties"):
        emulator.devices.report(sensor, "LockState", "Locked")
    emulator.devices.power_off(sensor)
    with pytest.raises(ValueError, match="not connected"):
        emulator.devices.report(sensor, "MeasuredValue", 0)
    with pytest.raises(LookupError, match=UNKNOWN):
        emulator.devices.report(UNKNOWN, "MeasuredValue", 0)
    with pytest.raises(ValueError, match="ACTIVATED, not PRE_ASSOCIATED"):
        emulator.devices.report(create_thing(client), "MeasuredValue", 0)


def test_an_ambiguous_property_needs_an_endpoint(emulator: Emulator, client: Client) -> None:
    """A property of two endpoints needs the endpoint's id."""
    switch = "matter.OnOff@1.4"
    strip = VirtualDevice(
        "Strip",
        "On/Off Plug-in Unit",
        (Capability(switch, {"OnOff": False}), Capability(switch, {"OnOff": False}, "2")),
    )
    thing = create_device(emulator, client, strip)
    with pytest.raises(ValueError, match=f"{switch} at 1, {switch} at 2; give capability"):
        emulator.devices.report(thing, "OnOff", value=True)
    emulator.devices.report(thing, "OnOff", value=True, endpoint="2", capability=switch)
    (endpoint,) = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    assert endpoint["endpointId"] == "2"


def test_a_device_emits_an_event(emulator: Emulator, client: Client) -> None:
    """An event is sent to the destination of device events, and changes no state."""
    lock = create_device(emulator, client, VirtualDevice.lock())
    client.create_destination(
        DeliveryDestinationArn="arn:aws:kinesis:eu-west-1:123456789012:stream/home",
        DeliveryDestinationType="KINESIS",
        Name="home",
        RoleArn="arn:aws:iam::123456789012:role/home",
    )
    client.create_notification_configuration(DestinationName="home", EventType="DEVICE_EVENT")
    emulator.devices.emit(lock, "DoorLockAlarm", "Jammed")
    (notification,) = emulator.notifications.of("DEVICE_EVENT")
    assert "DoorLockAlarm" in str(notification.payload)
    assert "Jammed" in str(notification.payload)
    assert state_of(client, lock) == {}
    with pytest.raises(ValueError, match="no Doorbell among its events"):
        emulator.devices.emit(lock, "Doorbell")
