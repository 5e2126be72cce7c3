"""Retiring a hub: what takes several requests, and an order."""

import pytest

import iotmi
from iotmi import AsyncClient, AuthenticationMaterialType, Client, Role
from iotmi.emulator import Emulator
from tests.support.factories import make_hub

pytestmark = pytest.mark.anyio


def make_home(client: Client, *, devices: int = 2) -> tuple[str, list[str]]:
    """The ids of a hub and of the activated devices behind it."""
    locker = client.credential_lockers.create()
    hub = make_hub(client)
    client.managed_things.update(hub.id, credential_locker_id=locker.id)
    found = []
    for number in range(devices):
        made = client.managed_things.create(
            role=Role.DEVICE,
            authentication_material=f"Z:24FD5B000001{number:04}$I:83FED3407A939738",
            authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
            credential_locker_id=locker.id,
        )
        client.managed_things.wait_until_activated(made.id)
        found.append(made.id)
    return hub.id, found


def deleted(emulator: Emulator) -> list[object]:
    """What was asked to be deleted, in order."""
    return [
        call.parameters["Identifier"]
        for call in emulator.calls
        if call.operation == "DeleteManagedThing" and call.parameters
    ]


def test_devices_go_before_their_hub(client: Client, emulator: Emulator) -> None:
    """All of them are asked to go, the hub last of all, and none is left."""
    hub, devices = make_home(client)
    with pytest.raises(iotmi.ConflictError):
        client.managed_things.delete(hub)
    client.managed_things.retire(hub)
    assert sorted(map(str, deleted(emulator)[1:-1])) == sorted(devices)
    assert deleted(emulator)[-1] == hub
    assert client.managed_things.list().collect() == []


async def test_the_awaiting_client_retires_too(
    client: Client, async_client: AsyncClient, emulator: Emulator
) -> None:
    """The same flow, awaited."""
    hub, devices = make_home(client, devices=1)
    await async_client.managed_things.retire(hub, force=True)
    assert deleted(emulator) == [*devices, hub]
    assert await async_client.managed_things.list().collect() == []


def test_every_page_of_devices_is_seen(client: Client, emulator: Emulator) -> None:
    """More devices than a page holds are found by its token."""
    hub, devices = make_home(client, devices=101)
    client.managed_things.retire(hub, force=True)
    assert len(deleted(emulator)) == len(devices) + 1
    assert client.managed_things.list().collect() == []


def test_what_is_on_its_way_out_is_waited_for(client: Client, emulator: Emulator) -> None:
    """A second retirement after a broken one does not ask a device to go twice."""
    hub, (device,) = make_home(client, devices=1)
    client.managed_things.delete(device)
    client.managed_things.retire(hub)
    assert deleted(emulator) == [device, hub]


def test_force_asks_again(client: Client, emulator: Emulator) -> None:
    """A device stuck in its deletion is removed in the cloud."""
    hub, (device,) = make_home(client, devices=1)
    client.managed_things.delete(device)
    client.managed_things.retire(hub, force=True)
    assert deleted(emulator) == [device, device, hub]


def test_a_hub_that_is_none_ends_before_any_deletion(client: Client, emulator: Emulator) -> None:
    """A mistyped id deletes nothing."""
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.retire("0" * 32)
    assert deleted(emulator) == []


def test_a_device_that_goes_by_itself_is_no_error(client: Client, emulator: Emulator) -> None:
    """Gone between the listing and its deletion: that was wanted."""
    hub, _ = make_home(client, devices=1)
    emulator.faults.fail("DeleteManagedThing", "ResourceNotFoundException", before_effect=False)
    client.managed_things.retire(hub, force=True)
    assert client.managed_things.list().collect() == []


def test_a_hub_with_nothing_behind_it_just_goes(client: Client, emulator: Emulator) -> None:
    """One deletion is asked for."""
    hub = make_hub(client)
    client.managed_things.retire(hub.id)
    assert deleted(emulator) == [hub.id]
    assert client.managed_things.list().collect() == []
