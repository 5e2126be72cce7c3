"""Test an application against the emulator, and assert on the emulator's state. Needs pytest."""

import pytest

from iotmi import (
    AuthenticationMaterialType,
    Client,
    InternalServerError,
    Role,
)
from iotmi.emulator import Emulator


def close_household(client: Client, locker_id: str) -> int:
    """Delete a locker and all things in it, and return the number of things."""
    inside = client.managed_things.list(credential_locker_filter=locker_id).collect()
    for thing in inside:
        if thing.role == Role.CONTROLLER:
            client.managed_things.retire(thing.id)
    client.credential_lockers.delete(locker_id)
    return len(inside)


def make_client(emulator: Emulator) -> Client:
    """Return a client whose waiters and retries do not sleep. In pytest, use a fixture."""
    return emulator.client()


def make_household(client: Client) -> str:
    """Create a locker with a hub and a lamp, and return the locker's id."""
    locker = client.credential_lockers.create()
    client.managed_things.create(
        role=Role.CONTROLLER,
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        credential_locker_id=locker.id,
    )
    lamp = client.managed_things.create(
        role=Role.DEVICE,
        authentication_material="Z:24FD5B0000015C63$I:83FED3407A939738",
        authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        credential_locker_id=locker.id,
    )
    client.managed_things.wait_until_activated(lamp.id)
    return locker.id


def test_a_closed_household_leaves_nothing() -> None:
    """Both things are deleted, and then the locker."""
    with Emulator() as emulator:
        client = make_client(emulator)
        assert close_household(client, make_household(client)) == 2
        assert client.managed_things.list().first() is None
        assert emulator.calls[-2].operation == "DeleteCredentialLocker"


def test_a_locker_stays_if_a_thing_cannot_be_deleted() -> None:
    """The error is raised after all attempts of the retry policy, and the locker still exists."""
    with Emulator() as emulator:
        client = make_client(emulator)
        locker_id = make_household(client)
        emulator.faults.fail("DeleteManagedThing", "InternalServerException", times=5)
        with pytest.raises(InternalServerError) as caught:
            close_household(client, locker_id)
        assert caught.value.attempts == 5
        assert client.credential_lockers.get(locker_id).id == locker_id


def main() -> None:
    """Run both tests without pytest."""
    for test in (
        test_a_closed_household_leaves_nothing,
        test_a_locker_stays_if_a_thing_cannot_be_deleted,
    ):
        test()
        print(test.__name__, "passed")


if __name__ == "__main__":
    main()
