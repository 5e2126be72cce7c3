"""Device discoveries, and onboarding of the devices they find."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    CreateManagedThing,
    DeviceDiscovery,
    DeviceDiscoveryStatus,
    DiscoveredDeviceSummary,
    DiscoveryAuthMaterialType,
    DiscoveryType,
    ProvisioningStatus,
    Role,
    StartDeviceDiscovery,
)
from iotmi.emulator import Emulator
from tests.support.connectors import make_association
from tests.support.factories import make_hub
from tests.support.http_servers import answer, serving, with_keys

pytestmark = pytest.mark.anyio

SEARCH = StartDeviceDiscovery(discovery_type=DiscoveryType.ZIGBEE)


@pytest.fixture
def by_hub(client: Client) -> StartDeviceDiscovery:
    """Return a discovery near an activated hub."""
    hub = make_hub(client).id
    client.managed_things.wait_until_activated(hub)
    return StartDeviceDiscovery(discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub)


@pytest.fixture
def in_cloud(client: Client) -> StartDeviceDiscovery:
    """Return a discovery in an end user's third-party cloud."""
    return StartDeviceDiscovery(
        discovery_type=DiscoveryType.CLOUD, account_association_id=make_association(client)
    )


def operations(emulator: Emulator) -> list[str | None]:
    return [call.operation for call in emulator.calls]


def test_a_discovery_succeeds_and_lists_its_devices(
    client: Client, by_hub: StartDeviceDiscovery
) -> None:
    """A running discovery succeeds, and its devices have authentication material."""
    started = client.send(by_hub).value
    assert client.device_discoveries.get(started.id).status is DeviceDiscoveryStatus.RUNNING
    found = client.device_discoveries.wait_until_finished(started.id)
    assert isinstance(found, DeviceDiscovery)
    assert found.status is DeviceDiscoveryStatus.SUCCEEDED
    assert found.controller_id == by_hub.controller_identifier
    assert found.finished_at is not None
    assert found.finished_at > found.started_at
    devices = client.device_discoveries.list_devices(found.id, max_results=1).collect()
    assert len(devices) == 2
    assert all(device.authentication_material and not device.managed_thing_id for device in devices)


async def test_a_listing_can_be_filtered(
    client: Client, async_client: AsyncClient, by_hub: StartDeviceDiscovery
) -> None:
    """Discoveries are filtered by type and by status."""
    started = client.send(by_hub).value
    listed = client.device_discoveries.list(type_filter=DiscoveryType.ZIGBEE)
    assert [each.id for each in listed] == [started.id]
    awaited = async_client.device_discoveries.list(status_filter=DeviceDiscoveryStatus.FAILED)
    assert await awaited.collect() == []


def test_devices_near_a_hub_are_onboarded(
    client: Client, emulator: Emulator, by_hub: StartDeviceDiscovery
) -> None:
    """Each device becomes a managed thing by its own material and is activated."""
    created = client.device_discoveries.onboard(by_hub)
    assert len(created) == 2
    for thing in created:
        found = client.managed_things.wait_until_activated(thing.id)
        assert found.role is Role.DEVICE
    creations = [call for call in emulator.calls if call.operation == "CreateManagedThing"][-2:]
    kinds = [call.parameters["AuthenticationMaterialType"] for call in creations]
    assert kinds == ["DISCOVERED_DEVICE"] * 2
    assert "RegisterAccountAssociation" not in operations(emulator)


async def test_devices_of_a_cloud_are_onboarded(
    client: Client, async_client: AsyncClient, in_cloud: StartDeviceDiscovery
) -> None:
    """Devices of a cloud are also registered with the account association and activated at once."""
    created = await async_client.device_discoveries.onboard(in_cloud)
    assert len(created) == 2
    for thing in created:
        found = client.managed_things.get(thing.id)
        assert found.provisioning_status is ProvisioningStatus.ACTIVATED
    pairs = client.account_associations.list_managed_things(
        account_association_id=in_cloud.account_association_id
    )
    assert {pair.managed_thing_id for pair in pairs} == {thing.id for thing in created}


def test_devices_with_a_managed_thing_are_skipped(
    client: Client, in_cloud: StartDeviceDiscovery
) -> None:
    """A second onboarding finds the same devices and creates nothing."""
    first = client.device_discoveries.onboard(in_cloud)
    assert client.device_discoveries.onboard(in_cloud) == ()
    assert len(client.managed_things.list().collect()) == len(first) == 2


def test_devices_can_be_chosen_and_named(client: Client, in_cloud: StartDeviceDiscovery) -> None:
    """`choose` selects devices, and `complete` changes their requests."""

    def named(request: CreateManagedThing, device: DiscoveredDeviceSummary) -> CreateManagedThing:
        return CreateManagedThing(
            role=request.role,
            authentication_material=request.authentication_material,
            authentication_material_type=request.authentication_material_type,
            name=device.connector_device_name,
        )

    (created,) = client.device_discoveries.onboard(
        in_cloud, choose=lambda device: device.connector_device_name == "Lamp", complete=named
    )
    assert client.managed_things.get(created.id).name == "Lamp"


def test_an_invalid_request_raises_before_any_creation(client: Client, emulator: Emulator) -> None:
    """A connector device id with a dot is rejected before any managed thing is created."""
    start = StartDeviceDiscovery(
        discovery_type=DiscoveryType.CLOUD,
        account_association_id=make_association(client),
        connector_device_id_list=["lamp-1", "lamp.CANARY"],
    )
    with pytest.raises(iotmi.ConstraintError, match="authentication_material") as caught:
        client.device_discoveries.onboard(start)
    assert "CANARY" not in str(caught.value)
    assert "CreateManagedThing" not in operations(emulator)


def test_an_error_names_the_things_created_before(
    client: Client, emulator: Emulator, in_cloud: StartDeviceDiscovery
) -> None:
    """After a failed registration, the error's note names the thing that was created before."""
    emulator.faults.fail("RegisterAccountAssociation", "ConflictException")
    with pytest.raises(iotmi.ConflictError) as caught:
        client.device_discoveries.onboard(in_cloud)
    (thing,) = client.managed_things.list()
    assert caught.value.__notes__ == [f"managed things created before: {thing.id}"]


def test_an_error_at_the_first_thing_has_no_note(
    client: Client, emulator: Emulator, in_cloud: StartDeviceDiscovery
) -> None:
    """Without a created thing the error has no note."""
    emulator.faults.fail("CreateManagedThing", "ConflictException")
    with pytest.raises(iotmi.ConflictError) as caught:
        client.device_discoveries.onboard(in_cloud)
    assert not hasattr(caught.value, "__notes__")


ARN = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:"
STARTED = {"Id": "d1"}


def ended(status: str) -> dict[str, object]:
    """Return the response for a discovery that has ended."""
    arn = f"{ARN}device-discovery/d1"
    return {"Id": "d1", "Arn": arn, "DiscoveryType": "ZIGBEE", "Status": status, "StartedAt": 1.5}


def thing(identifier: str) -> dict[str, object]:
    """Return the response for a created managed thing."""
    return {"Id": identifier, "Arn": f"{ARN}managed-thing/{identifier}", "CreatedAt": 2.5}


@contextmanager
def scripted(*bodies: object) -> Iterator[Client]:
    """Return a client whose requests receive *bodies* as responses, in order."""
    acts = [answer("200 OK", json.dumps(body).encode()) for body in bodies]
    with serving(acts) as url, with_keys(Client, endpoint_url=url) as client:
        yield client


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT"])
def test_a_discovery_that_fails_ends_the_wait(status: str) -> None:
    """A failed or timed-out discovery raises, and the error holds the discovery."""
    with (
        scripted(ended(status)) as client,
        pytest.raises(iotmi.WaitFailedError, match="d1 SUCCEEDED: can no longer") as caught,
    ):
        client.device_discoveries.wait_until_finished("d1")
    assert isinstance(caught.value.last_value, DeviceDiscovery)
    assert caught.value.last_value.status == status


def test_devices_on_every_page_are_included() -> None:
    """A device on the second page is onboarded like a device on the first."""
    first = {"Items": [{"AuthenticationMaterial": "one"}], "NextToken": "more"}
    second = {"Items": [{"AuthenticationMaterial": "two"}]}
    with scripted(STARTED, ended("SUCCEEDED"), first, second, thing("t1"), thing("t2")) as client:
        created = client.device_discoveries.onboard(SEARCH)
    assert [each.id for each in created] == ["t1", "t2"]


def test_a_device_without_material_raises() -> None:
    """A device with neither material nor id raises `ResponseError`."""
    with (
        scripted(
            STARTED, ended("SUCCEEDED"), {"Items": [{"Modification": "DISCOVERED"}]}
        ) as client,
        pytest.raises(
            iotmi.ResponseError, match="no authentication material and no connector device id"
        ),
    ):
        client.device_discoveries.onboard(SEARCH)


def test_a_start_is_validated() -> None:
    """At most 100 device ids are accepted, and the error redacts them."""
    with pytest.raises(iotmi.ConstraintError, match="must hold from 0 to 100 items") as caught:
        StartDeviceDiscovery(
            discovery_type=DiscoveryType.CLOUD, connector_device_id_list=["CANARY"] * 101
        )
    assert "CANARY" not in str(caught.value)


def test_codes_and_ids_are_redacted(client: Client, in_cloud: StartDeviceDiscovery) -> None:
    """Install codes and device ids are redacted in requests and results."""
    request = StartDeviceDiscovery(
        discovery_type=DiscoveryType.ZWAVE,
        authentication_material="CANARY1",
        authentication_material_type=DiscoveryAuthMaterialType.ZWAVE_INSTALL_CODE,
        connector_device_id_list=["CANARY2"],
    )
    assert "CANARY" not in repr(request)
    started = client.send(in_cloud).value
    client.device_discoveries.wait_until_finished(started.id)
    device = client.device_discoveries.list_devices(started.id).first()
    assert device is not None
    assert device.connector_device_id is not None
    assert device.connector_device_id not in repr(device)


def test_the_association_of_the_preview_is_deprecated() -> None:
    """The deprecation warning names the replacement."""
    with pytest.warns(DeprecationWarning, match="use account_association_id"):
        StartDeviceDiscovery(
            discovery_type=DiscoveryType.CLOUD, connector_association_identifier="a1"
        )


def test_a_retried_start_is_one_discovery(
    client: Client, emulator: Emulator, by_hub: StartDeviceDiscovery
) -> None:
    """A retried start carries the same token, so the service starts one discovery."""
    emulator.faults.fail("StartDeviceDiscovery", "InternalServerException", before_effect=False)
    client.send(by_hub)
    assert len(client.device_discoveries.list().collect()) == 1
    tokens = {
        call.parameters["ClientToken"]
        for call in emulator.calls
        if call.operation == "StartDeviceDiscovery"
    }
    assert len(tokens) == 1
