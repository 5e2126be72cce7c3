"""Device discoveries, and what makes managed things of what they find."""

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
    """A discovery around a hub that is up."""
    hub = make_hub(client).id
    client.managed_things.wait_until_activated(hub)
    return StartDeviceDiscovery(discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub)


@pytest.fixture
def in_cloud(client: Client) -> StartDeviceDiscovery:
    """A discovery in a user's cloud."""
    return StartDeviceDiscovery(
        discovery_type=DiscoveryType.CLOUD, account_association_id=make_association(client)
    )


def operations(emulator: Emulator) -> list[str | None]:
    return [call.operation for call in emulator.calls]


def test_a_discovery_succeeds_and_lists_its_devices(
    client: Client, by_hub: StartDeviceDiscovery
) -> None:
    """The waiter sees it running first; what a hub finds comes with authentication material."""
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


async def test_a_listing_can_be_narrowed(
    client: Client, async_client: AsyncClient, by_hub: StartDeviceDiscovery
) -> None:
    """By type and by status."""
    started = client.send(by_hub).value
    listed = client.device_discoveries.list(type_filter=DiscoveryType.ZIGBEE)
    assert [each.id for each in listed] == [started.id]
    awaited = async_client.device_discoveries.list(status_filter=DeviceDiscoveryStatus.FAILED)
    assert await awaited.collect() == []


def test_what_a_hub_finds_is_onboarded(
    client: Client, emulator: Emulator, by_hub: StartDeviceDiscovery
) -> None:
    """Each device becomes a managed thing, by its own material, and comes to life."""
    made = client.device_discoveries.onboard(by_hub)
    assert len(made) == 2
    for thing in made:
        found = client.managed_things.wait_until_activated(thing.id)
        assert found.role is Role.DEVICE
    created = [call for call in emulator.calls if call.operation == "CreateManagedThing"][-2:]
    kinds = [call.parameters["AuthenticationMaterialType"] for call in created]
    assert kinds == ["DISCOVERED_DEVICE"] * 2
    assert "RegisterAccountAssociation" not in operations(emulator)


async def test_what_a_cloud_has_is_onboarded(
    client: Client, async_client: AsyncClient, in_cloud: StartDeviceDiscovery
) -> None:
    """Devices of a cloud are registered with the account too, and can be commanded at once."""
    made = await async_client.device_discoveries.onboard(in_cloud)
    assert len(made) == 2
    for thing in made:
        found = client.managed_things.get(thing.id)
        assert found.provisioning_status is ProvisioningStatus.ACTIVATED
    pairs = client.account_associations.list_managed_things(
        account_association_id=in_cloud.account_association_id
    )
    assert {pair.managed_thing_id for pair in pairs} == {thing.id for thing in made}


def test_what_is_managed_already_is_passed_over(
    client: Client, in_cloud: StartDeviceDiscovery
) -> None:
    """A second onboarding finds the same devices and makes nothing."""
    first = client.device_discoveries.onboard(in_cloud)
    assert client.device_discoveries.onboard(in_cloud) == ()
    assert len(client.managed_things.list().collect()) == len(first) == 2


def test_devices_can_be_chosen_and_named(client: Client, in_cloud: StartDeviceDiscovery) -> None:
    """`choose` says which, `complete` what else is known of them."""

    def named(request: CreateManagedThing, device: DiscoveredDeviceSummary) -> CreateManagedThing:
        return CreateManagedThing(
            role=request.role,
            authentication_material=request.authentication_material,
            authentication_material_type=request.authentication_material_type,
            name=device.connector_device_name,
        )

    (made,) = client.device_discoveries.onboard(
        in_cloud, choose=lambda device: device.connector_device_name == "Lamp", complete=named
    )
    assert client.managed_things.get(made.id).name == "Lamp"


def test_what_cannot_be_asked_for_is_found_out_first(client: Client, emulator: Emulator) -> None:
    """A connector's id with a dot is no authentication material; nothing is made of any device."""
    start = StartDeviceDiscovery(
        discovery_type=DiscoveryType.CLOUD,
        account_association_id=make_association(client),
        connector_device_id_list=["lamp-1", "lamp.CANARY"],
    )
    with pytest.raises(iotmi.ConstraintError, match="authentication_material") as caught:
        client.device_discoveries.onboard(start)
    assert "CANARY" not in str(caught.value)
    assert "CreateManagedThing" not in operations(emulator)


def test_an_error_names_what_was_made_before(
    client: Client, emulator: Emulator, in_cloud: StartDeviceDiscovery
) -> None:
    """The first thing was made when its registration failed: the error's note says which."""
    emulator.faults.fail("RegisterAccountAssociation", "ConflictException")
    with pytest.raises(iotmi.ConflictError) as caught:
        client.device_discoveries.onboard(in_cloud)
    (thing,) = client.managed_things.list()
    assert caught.value.__notes__ == [f"managed things made before: {thing.id}"]


def test_an_error_at_the_first_thing_has_no_note(
    client: Client, emulator: Emulator, in_cloud: StartDeviceDiscovery
) -> None:
    """Nothing was made, so nothing is to be told."""
    emulator.faults.fail("CreateManagedThing", "ConflictException")
    with pytest.raises(iotmi.ConflictError) as caught:
        client.device_discoveries.onboard(in_cloud)
    assert not hasattr(caught.value, "__notes__")


ARN = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:"
STARTED = {"Id": "d1"}


def ended(status: str) -> dict[str, object]:
    """The answer of a discovery that has ended."""
    arn = f"{ARN}device-discovery/d1"
    return {"Id": "d1", "Arn": arn, "DiscoveryType": "ZIGBEE", "Status": status, "StartedAt": 1.5}


def thing(identifier: str) -> dict[str, object]:
    """The answer of a creation."""
    return {"Id": identifier, "Arn": f"{ARN}managed-thing/{identifier}", "CreatedAt": 2.5}


@contextmanager
def scripted(*bodies: object) -> Iterator[Client]:
    """A client that is answered with *bodies*, one after the other."""
    acts = [answer("200 OK", json.dumps(body).encode()) for body in bodies]
    with serving(acts) as url, with_keys(Client, endpoint_url=url) as client:
        yield client


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT"])
def test_a_discovery_that_fails_ends_the_wait(status: str) -> None:
    """Neither end leads to success; the error holds the discovery."""
    with (
        scripted(ended(status)) as client,
        pytest.raises(iotmi.WaitFailedError, match="d1 SUCCEEDED cannot come") as caught,
    ):
        client.device_discoveries.wait_until_finished("d1")
    assert isinstance(caught.value.last_value, DeviceDiscovery)
    assert caught.value.last_value.status == status


def test_every_page_of_devices_is_seen() -> None:
    """A device on the second page is onboarded like one on the first."""
    first = {"Items": [{"AuthenticationMaterial": "one"}], "NextToken": "more"}
    second = {"Items": [{"AuthenticationMaterial": "two"}]}
    with scripted(STARTED, ended("SUCCEEDED"), first, second, thing("t1"), thing("t2")) as client:
        made = client.device_discoveries.onboard(SEARCH)
    assert [each.id for each in made] == ["t1", "t2"]


def test_a_device_without_material_is_told() -> None:
    """The service found something, and did not say by what."""
    with (
        scripted(
            STARTED, ended("SUCCEEDED"), {"Items": [{"Modification": "DISCOVERED"}]}
        ) as client,
        pytest.raises(iotmi.ResponseError, match="nothing to make a managed thing from"),
    ):
        client.device_discoveries.onboard(SEARCH)


def test_limits_of_a_start() -> None:
    """Up to 100 devices of a cloud can be asked for; their ids are not shown in the refusal."""
    with pytest.raises(iotmi.ConstraintError, match="must hold from 0 to 100 items") as caught:
        StartDeviceDiscovery(
            discovery_type=DiscoveryType.CLOUD, connector_device_id_list=["CANARY"] * 101
        )
    assert "CANARY" not in str(caught.value)


def test_codes_and_ids_are_not_shown(client: Client, in_cloud: StartDeviceDiscovery) -> None:
    """Neither in a request, in a list or alone, nor in what was found."""
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
    """The warning names what to use in its stead."""
    with pytest.warns(DeprecationWarning, match="use account_association_id"):
        StartDeviceDiscovery(
            discovery_type=DiscoveryType.CLOUD, connector_association_identifier="a1"
        )


def test_a_repeated_start_is_one_discovery(
    client: Client, emulator: Emulator, by_hub: StartDeviceDiscovery
) -> None:
    """Both attempts carry one token, which the service's model does not ask for."""
    emulator.faults.fail("StartDeviceDiscovery", "InternalServerException", before_effect=False)
    client.send(by_hub)
    assert len(client.device_discoveries.list().collect()) == 1
    tokens = {
        call.parameters["ClientToken"]
        for call in emulator.calls
        if call.operation == "StartDeviceDiscovery"
    }
    assert len(tokens) == 1
