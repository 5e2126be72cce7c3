"""Retiring a hub: several requests in a fixed order."""

import pytest

import iotmi
from iotmi import AsyncClient, AuthenticationMaterialType, Client, Role
from iotmi.emulator import Emulator
from tests.support.factories import make_hub

pytestmark = pytest.mark.anyio


def make_home(client: Client, *, devices: int = 2) -> tuple[str, list[str]]:
    """Create a hub with activated devices behind it, and return the ids."""
    locker = client.credential_lockers.create()
    hub = make_hub(client)
    client.managed_things.update(hub.id, credential_locker_id=locker.id)
    found = []
    for number in range(devices):
        created = client.managed_things.create(
            role=Role.DEVICE,
            authentication_material=f"Z:24FD5B000001{number:04}$I:83FED3407A939738",
            authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
            credential_locker_id=locker.id,
        )
        client.managed_things.wait_until_activated(created.id)
        found.append(created.id)
    return hub.id, found


def deleted(emulator: Emulator) -> list[object]:
    """Return the ids of all deletions that were requested, in order."""
    return [
        call.parameters["Identifier"]
        for call in emulator.calls
        if call.operation == "DeleteManagedThing" and call.parameters
    ]


def test_devices_are_deleted_before_their_hub(client: Client, emulator: Emulator) -> None:
    """The devices are deleted first and the hub last, and nothing is left."""
    hub, devices = make_home(client)
    with pytest.raises(iotmi.ConflictError):
        client.managed_things.delete(hub)
    client.managed_things.retire(hub)
    assert sorted(map(str, deleted(emulator)[1:-1])) == sorted(devices)
    assert deleted(emulator)[-1] == hub
    assert client.managed_things.list().collect() == []


async def test_the_async_client_retires_a_hub(
    client: Client, async_client: AsyncClient, emulator: Emulator
) -> None:
    """The async client runs the same flow."""
    hub, devices = make_home(client, devices=1)
    await async_client.managed_things.retire(hub, force=True)
    assert deleted(emulator) == [*devices, hub]
    assert await async_client.managed_things.list().collect() == []


def test_devices_on_every_page_are_included(client: Client, emulator: Emulator) -> None:
    """Devices on the second page of the listing are deleted too."""
    hub, devices = make_home(client, devices=101)
    client.managed_things.retire(hub, force=True)
    assert len(deleted(emulator)) == len(devices) + 1
    assert client.managed_things.list().collect() == []


def test_deletions_in_progress_are_waited_for(client: Client, emulator: Emulator) -> None:
    """A device that is already being deleted is not deleted a second time."""
    hub, (device,) = make_home(client, devices=1)
    client.managed_things.delete(device)
    client.managed_things.retire(hub)
    assert deleted(emulator) == [device, hub]


def test_force_deletes_again(client: Client, emulator: Emulator) -> None:
    """With `force`, a device that is already being deleted is deleted again."""
    hub, (device,) = make_home(client, devices=1)
    client.managed_things.delete(device)
    client.managed_things.retire(hub, force=True)
    assert deleted(emulator) == [device, device, hub]


def test_an_unknown_hub_raises_before_any_deletion(client: Client, emulator: Emulator) -> None:
    """An unknown id raises before anything is deleted."""
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.retire("0" * 32)
    assert deleted(emulator) == []


def test_a_device_that_disappears_is_no_error(client: Client, emulator: Emulator) -> None:
    """A device that disappears between the listing and its deletion is not an error."""
    hub, _ = make_home(client, devices=1)
    emulator.faults.fail("DeleteManagedThing", "ResourceNotFoundException", before_effect=False)
    client.managed_things.retire(hub, force=True)
    assert client.managed_things.list().collect() == []


def test_a_hub_without_devices_is_deleted(client: Client, emulator: Emulator) -> None:
    """A hub without devices takes one deletion."""
    hub = make_hub(client)
    client.managed_things.retire(hub.id)
    assert deleted(emulator) == [hub.id]
    assert client.managed_things.list().collect() == []
