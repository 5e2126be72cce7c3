"""Control of devices, hubs and people by a test, on a clock that does not run."""

import pytest

from iotmi.emulator import Emulator, VirtualDevice
from tests.emulator.support.devices import (
    LOCKED,
    UNKNOWN,
    UNLOCKED,
    connection_of,
    create_device,
    create_discovered,
    discovered_devices,
    send_command,
    start_cloud_discovery,
    start_discovery,
    state_of,
)
from tests.emulator.support.requests import (
    Client,
    activate,
    create_association,
    create_thing,
    destination,
    expect_error,
    status_of,
)


@pytest.fixture
def hub(client: Client) -> str:
    """Create an activated hub, and return its id."""
    identifier = create_thing(client)
    activate(client, identifier)
    return identifier


def test_a_device_that_is_off_is_not_set_up(emulator: Emulator, client: Client) -> None:
    """Reads do not advance a device until it is switched on."""
    thing = create_thing(client)
    emulator.devices.power_off(thing)
    assert {status_of(client, thing) for _ in range(3)} == {"PRE_ASSOCIATED"}
    emulator.devices.power_on(thing)
    assert [status_of(client, thing) for _ in range(3)][1:] == ["DISCOVERED", "ACTIVATED"]


def test_connectivity_data_follows_the_connection(
    emulator: Emulator, client: Client, hub: str
) -> None:
    """The connectivity data has the connection, its time and the reason of its loss."""
    assert connection_of(client, hub) == (True, None)
    before = client.get_managed_thing_connectivity_data(Identifier=hub)["Timestamp"]
    emulator.devices.go_offline(hub, reason="CLIENT_INITIATED_DISCONNECT")
    assert connection_of(client, hub) == (False, "CLIENT_INITIATED_DISCONNECT")
    assert client.get_managed_thing_connectivity_data(Identifier=hub)["Timestamp"] > before
    emulator.devices.come_online(hub)
    assert connection_of(client, hub) == (True, None)
    emulator.devices.power_off(hub)
    assert connection_of(client, hub) == (False, "MQTT_KEEP_ALIVE_TIMEOUT")
    with pytest.raises(ValueError, match=r"one of .*CONNECTION_LOST"):
        emulator.devices.go_offline(hub, reason="Because")


def test_a_command_to_an_offline_device_fails(emulator: Emulator, client: Client) -> None:
    """The command is accepted and changes nothing. An invalid command is still rejected."""
    lock = create_device(emulator, client, VirtualDevice.lock())
    emulator.devices.go_offline(lock)
    assert send_command(client, lock, "DoorLock", "UnlockDoor")
    assert state_of(client, lock) == {}
    with expect_error("ValidationException"):
        send_command(client, lock, "DoorLock", "Open")
    emulator.devices.come_online(lock)
    send_command(client, lock, "DoorLock", "ReadState", propertiesToRead=["LockState"])
    assert state_of(client, lock) == {"DoorLock": LOCKED}


def test_devices_are_offline_with_their_hub(emulator: Emulator, client: Client, hub: str) -> None:
    """Devices behind an offline hub are unreachable, and their deletion waits for it."""
    emulator.devices.appear(hub, VirtualDevice.plug())
    (plug,) = discovered_devices(client, start_discovery(client, hub))
    thing = create_discovered(client, plug["AuthenticationMaterial"])
    activate(client, thing)
    emulator.devices.power_off(hub)
    assert connection_of(client, thing) == (False, "MQTT_KEEP_ALIVE_TIMEOUT")
    client.delete_managed_thing(Identifier=thing)
    assert {status_of(client, thing) for _ in range(3)} == {"DELETE_IN_PROGRESS"}
    emulator.devices.power_on(hub)
    status_of(client, thing)
    with expect_error("ResourceNotFoundException"):
        status_of(client, thing)


def test_a_hub_that_is_offline_stays_in_deletion(
    emulator: Emulator, client: Client, hub: str
) -> None:
    """An offline hub is deleted by confirmation, by coming online, or by force."""
    emulator.devices.go_offline(hub)
    client.delete_managed_thing(Identifier=hub)
    assert {status_of(client, hub) for _ in range(3)} == {"DELETE_IN_PROGRESS"}
    emulator.devices.confirm_deletion(hub)
    with expect_error("ResourceNotFoundException"):
        status_of(client, hub)
    with pytest.raises(LookupError, match=hub):
        emulator.devices.confirm_deletion(hub)


def test_a_deletion_can_fail(emulator: Emulator, client: Client, hub: str) -> None:
    """A failed deletion can be requested again. Only a deletion in progress can fail."""
    with pytest.raises(ValueError, match="DELETE_IN_PROGRESS, not ACTIVATED"):
        emulator.devices.fail_deletion(hub)
    client.delete_managed_thing(Identifier=hub)
    emulator.devices.fail_deletion(hub)
    assert {status_of(client, hub) for _ in range(2)} == {"DELETION_FAILED"}
    client.delete_managed_thing(Identifier=hub)
    status_of(client, hub)
    with expect_error("ResourceNotFoundException"):
        status_of(client, hub)


def test_a_device_appears_near_its_hub(emulator: Emulator, client: Client, hub: str) -> None:
    """A discovery finds the device. Its thing has its report and is not found again."""
    emulator.devices.appear(hub, VirtualDevice.bulb())
    emulator.devices.appear(hub, VirtualDevice.lock())
    bulb, lock = discovered_devices(client, start_discovery(client, hub))
    assert (bulb["Brand"], bulb["Model"], bulb["DeviceTypes"]) == ("Emulated", "E1", [])
    thing = create_discovered(client, lock["AuthenticationMaterial"])
    activate(client, thing)
    assert client.get_managed_thing(Identifier=thing)["ParentControllerId"] == hub
    report = client.get_managed_thing_capabilities(Identifier=thing)["CapabilityReport"]
    assert report["endpoints"][0]["deviceTypes"] == ["Door Lock"]
    (left,) = discovered_devices(client, start_discovery(client, hub))
    assert left["AuthenticationMaterial"] != bulb["AuthenticationMaterial"]
    client.delete_managed_thing(Identifier=thing, Force=True)
    assert len(discovered_devices(client, start_discovery(client, hub))) == 2


def test_a_device_appears_in_a_cloud(emulator: Emulator, client: Client) -> None:
    """A cloud discovery finds the device by its own id, with or without a list of ids."""
    association = create_association(client)
    emulator.devices.appear(association, VirtualDevice.plug("Kettle"), identifier="kettle-1")
    other = emulator.devices.appear(association, VirtualDevice.sensor())
    kettle, sensor = discovered_devices(client, start_cloud_discovery(client, association))
    assert (kettle["ConnectorDeviceId"], kettle["ConnectorDeviceName"]) == ("kettle-1", "Kettle")
    assert kettle["DeviceTypes"] == ["On/Off Plug-in Unit"]
    assert sensor["ConnectorDeviceId"] == other
    discovery = start_cloud_discovery(client, association, ConnectorDeviceIdList=["kettle-1"])
    assert [each["ConnectorDeviceId"] for each in discovered_devices(client, discovery)] == [
        "kettle-1"
    ]
    thing = create_discovered(client, f"CLOUD:{discovery}:kettle-1")
    client.register_account_association(
        ManagedThingId=thing, AccountAssociationId=association, DeviceDiscoveryId=discovery
    )
    send_command(client, thing, "OnOff", "On")
    assert state_of(client, thing) == {"OnOff": {"OnOff": True}}


def test_a_pre_onboarded_device_gets_its_capabilities(emulator: Emulator, client: Client) -> None:
    """A thing created before its device was found has that device's capabilities afterwards."""
    association = create_association(client)
    thing = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=f"CLOUD:lock-1:{association}",
        AuthenticationMaterialType="PRE_ONBOARDED_CLOUD",
    )
    emulator.devices.appear(association, VirtualDevice.lock(), identifier="lock-1")
    discovered_devices(client, start_cloud_discovery(client, association))
    assert status_of(client, thing) == "ACTIVATED"
    send_command(client, thing, "DoorLock", "UnlockDoor")
    assert state_of(client, thing) == {"DoorLock": UNLOCKED}


def test_a_device_needs_a_place(emulator: Emulator) -> None:
    """The hub or the account association must exist."""
    with pytest.raises(LookupError, match=UNKNOWN):
        emulator.devices.appear(UNKNOWN, VirtualDevice.bulb())


@pytest.mark.parametrize("end", ["FAILED", "TIMED_OUT", "SUCCEEDED"])
def test_a_held_discovery_ends_by_the_test(
    emulator: Emulator, client: Client, hub: str, end: str
) -> None:
    """A held discovery runs until the test ends it. Only a success finds devices."""
    discovery = start_discovery(client, hub)
    emulator.devices.hold(discovery)
    states = {client.get_device_discovery(Identifier=discovery)["Status"] for _ in range(3)}
    assert states == {"RUNNING"}
    ends = {
        "FAILED": emulator.devices.fail_discovery,
        "TIMED_OUT": emulator.devices.time_out_discovery,
        "SUCCEEDED": emulator.devices.finish_discovery,
    }
    ends[end](discovery)
    response = client.get_device_discovery(Identifier=discovery)
    assert response["Status"] == end
    assert response["FinishedAt"] >= response["StartedAt"]
    devices = client.list_discovered_devices(Identifier=discovery)["Items"]
    assert len(devices) == (2 if end == "SUCCEEDED" else 0)
    with pytest.raises(ValueError, match=f"RUNNING, not {end}"):
        ends[end](discovery)


def test_a_released_resource_continues(emulator: Emulator, client: Client, hub: str) -> None:
    """A held resource takes no transition. A held hub holds its discoveries."""
    discovery = start_discovery(client, hub)
    emulator.devices.hold(hub)
    for _ in range(3):
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "RUNNING"
    emulator.devices.release(hub)
    assert len(discovered_devices(client, discovery)) == 2
    with pytest.raises(LookupError, match=UNKNOWN):
        emulator.devices.hold(UNKNOWN)


def test_a_held_discovery_does_not_time_out() -> None:
    """A held discovery does not time out. A released one takes its usual time."""
    with Emulator(clock="emulated") as emulator:
        client: Client = emulator.boto3_client()
        hub = create_thing(client)
        emulator.advance(minutes=1)
        discovery = start_discovery(client, hub)
        emulator.devices.hold(discovery)
        emulator.advance(days=1)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "RUNNING"
        emulator.devices.release(discovery)
        emulator.advance(seconds=24)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "RUNNING"
        emulator.advance(seconds=1)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"


def create_login(client: Client) -> str:
    identifier: str = client.create_account_association(ConnectorDestinationId=destination(client))[
        "AccountAssociationId"
    ]
    return identifier


def test_a_held_login_waits_for_its_user(emulator: Emulator, client: Client) -> None:
    """A user can abort the login, sign in later, and have the tokens expire."""
    association = create_login(client)
    devices = emulator.devices

    def state() -> tuple[str, str | None]:
        response = client.get_account_association(AccountAssociationId=association)
        return response["AssociationState"], response.get("ErrorMessage")

    devices.hold(association)
    assert {state() for _ in range(3)} == {("ASSOCIATION_IN_PROGRESS", None)}
    with pytest.raises(ValueError, match="must be ASSOCIATION_SUCCEEDED"):
        devices.expire_tokens(association)
    devices.refuse_sign_in(association)
    assert state() == ("ASSOCIATION_FAILED", "The user did not sign in")
    client.start_account_association_refresh(AccountAssociationId=association)
    assert {state() for _ in range(3)} == {("ASSOCIATION_IN_PROGRESS", None)}
    devices.sign_in(association)
    assert state() == ("ASSOCIATION_SUCCEEDED", None)
    devices.expire_tokens(association)
    assert {state() for _ in range(3)} == {("REFRESH_TOKEN_EXPIRED", None)}
    with pytest.raises(ValueError, match="not REFRESH_TOKEN_EXPIRED"):
        devices.sign_in(association)


def test_a_wrong_value_is_not_reported(emulator: Emulator, client: Client) -> None:
    """A value that does not fit its property's schema is refused, and changes nothing."""
    bulb = create_device(emulator, client, VirtualDevice.bulb())
    for name, value, rule in (
        ("OnOff", "yes", "matter.OnOff@1.4: OnOff must be a boolean"),
        ("CurrentLevel", 256, "must be from 0 to 255|must be at most 255"),
        ("CurrentLevel", "bright", "must be an integer"),
    ):
        with pytest.raises(ValueError, match=rule):
            emulator.devices.report(bulb, name, value)
    lock = create_device(emulator, client, VirtualDevice.lock())
    with pytest.raises(ValueError, match="LockState must be one of NotFullyLocked, Locked"):
        emulator.devices.report(lock, "LockState", "Open")
    assert state_of(client, bulb) == state_of(client, lock) == {}


def test_nowhere_to_appear(emulator: Emulator) -> None:
    """The error names what the place of a device may be."""
    with pytest.raises(LookupError, match="no hub and no account association has the id nobody"):
        emulator.devices.appear("nobody", VirtualDevice.bulb())
