"""Device discoveries: by hubs, in clouds, and of hubs' capabilities."""

from typing import Any

import pytest

from tests.emulator.support.devices import (
    create_discovered,
    discovered_devices,
    send_command,
    start_cloud_discovery,
    start_discovery,
    state_of,
)
from tests.emulator.support.requests import (
    REPORT,
    Client,
    Response,
    activate,
    create_association,
    create_thing,
    destination,
    expect_error,
    register,
    status_of,
)

UNKNOWN = "0" * 32


def start(client: Client, discovery_type: str, **parameters: object) -> str:
    """Start a discovery, and return its id."""
    identifier: str = client.start_device_discovery(DiscoveryType=discovery_type, **parameters)[
        "Id"
    ]
    return identifier


def finished(client: Client, discovery_type: str, **parameters: object) -> str:
    """Start a discovery, read it until it has succeeded, and return its id."""
    identifier = start(client, discovery_type, **parameters)
    while client.get_device_discovery(Identifier=identifier)["Status"] == "RUNNING":
        pass
    return identifier


def devices_of(client: Client, discovery: str) -> list[Response]:
    items: list[Response] = client.list_discovered_devices(Identifier=discovery)["Items"]
    return items


def test_a_discovery_succeeds_after_one_read(client: Client) -> None:
    """The first read shows RUNNING, and the second one SUCCEEDED."""
    hub = create_thing(client)
    response = client.start_device_discovery(
        DiscoveryType="ZIGBEE", ControllerIdentifier=hub, Tags={"a": "b"}
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    first, second = (client.get_device_discovery(Identifier=response["Id"]) for _ in range(2))
    assert (first["Status"], second["Status"]) == ("RUNNING", "SUCCEEDED")
    assert first["Arn"].endswith(f":device-discovery/{response['Id']}")
    assert first["StartedAt"] == response["StartedAt"] < second["FinishedAt"]
    assert "FinishedAt" not in first
    assert (first["ControllerId"], first["DiscoveryType"]) == (hub, "ZIGBEE")
    assert first["Tags"] == {"a": "b"}


@pytest.mark.parametrize(
    ("discovery_type", "parameters"),
    [
        ("ZIGBEE", {}),
        ("ZWAVE", {}),
        (
            "ZWAVE",
            {
                "AuthenticationMaterial": "13333",
                "AuthenticationMaterialType": "ZWAVE_INSTALL_CODE",
            },
        ),
        ("CUSTOM", {"CustomProtocolDetail": {"Name": "Matter", "NodeId": "101"}}),
    ],
)
def test_a_hub_finds_two_devices(
    client: Client, discovery_type: str, parameters: dict[str, Any]
) -> None:
    """The list is empty at first, then has two devices, each with a fixed material."""
    hub = create_thing(client)
    discovery = start(client, discovery_type, ControllerIdentifier=hub, **parameters)
    assert devices_of(client, discovery) == []
    first, second = devices_of(client, discovery)
    assert first["AuthenticationMaterial"] != second["AuthenticationMaterial"]
    members = {"AuthenticationMaterial", "Brand", "DeviceTypes", "DiscoveredAt", "Model"}
    assert set(first) == members
    assert first["DeviceTypes"] == []
    assert devices_of(client, discovery) == [first, second]
    pages = client.get_paginator("list_discovered_devices").paginate(
        Identifier=discovery, PaginationConfig={"PageSize": 1}
    )
    assert [page["Items"] for page in pages] == [[first], [second]]


@pytest.mark.parametrize(
    ("discovery_type", "parameters", "rule"),
    [
        ("ZIGBEE", {}, "ControllerIdentifier is required by ZIGBEE"),
        ("ZWAVE", {}, "ControllerIdentifier is required by ZWAVE"),
        ("CUSTOM", {}, "CustomProtocolDetail is required by CUSTOM"),
        ("CUSTOM", {"CustomProtocolDetail": {"NodeId": "1"}}, "must have a Name"),
        ("CLOUD", {}, "AccountAssociationId is required by CLOUD"),
        ("CONTROLLER_CAPABILITY_REDISCOVERY", {}, "Protocol is required by CONTROLLER"),
        ("ZIGBEE", {"Protocol": "ZIGBEE"}, "Protocol must go with CONTROLLER"),
        ("CLOUD", {"EndDeviceIdentifier": "1"}, "EndDeviceIdentifier must go with CONTROLLER"),
        ("ZWAVE", {"AuthenticationMaterial": "13333"}, "must go together"),
    ],
)
def test_each_type_needs_its_inputs(
    client: Client, discovery_type: str, parameters: dict[str, Any], rule: str
) -> None:
    """Missing and excess inputs are reported before the discovery starts."""
    with expect_error("ValidationException", rule):
        start(client, discovery_type, **parameters)
    assert client.list_device_discoveries()["Items"] == []


def test_resources_of_a_discovery_must_exist(client: Client) -> None:
    """An unknown hub, device, association or discovery is not found."""
    hub = create_thing(client)
    rediscovery = "CONTROLLER_CAPABILITY_REDISCOVERY"
    calls = (
        lambda: start(client, "ZIGBEE", ControllerIdentifier=UNKNOWN),
        lambda: start(client, "CLOUD", AccountAssociationId=UNKNOWN),
        lambda: start(
            client,
            rediscovery,
            ControllerIdentifier=hub,
            Protocol="ZIGBEE",
            EndDeviceIdentifier=UNKNOWN,
        ),
        lambda: client.get_device_discovery(Identifier=UNKNOWN),
        lambda: client.list_discovered_devices(Identifier=UNKNOWN),
    )
    for call in calls:
        with expect_error("ResourceNotFoundException") as response:
            call()
        assert response["ResourceId"] == UNKNOWN


def test_a_cloud_discovery_needs_a_finished_login(client: Client) -> None:
    """An association in progress has no devices to discover."""
    response = client.create_account_association(ConnectorDestinationId=destination(client))
    with expect_error("ConflictException"):
        start(client, "CLOUD", AccountAssociationId=response["AccountAssociationId"])


def test_the_deprecated_name_of_an_association(client: Client) -> None:
    """The deprecated parameter is accepted, and returned under both names."""
    association = create_association(client)
    discovery = start(client, "CLOUD", ConnectorAssociationIdentifier=association)
    got = client.get_device_discovery(Identifier=discovery)
    assert got["AccountAssociationId"] == got["ConnectorAssociationId"] == association


def test_discoveries_are_listed_by_type_and_status(client: Client) -> None:
    """Each filter selects the discoveries with its value."""
    hub = create_thing(client)
    first = finished(client, "ZIGBEE", ControllerIdentifier=hub)
    second = start(client, "ZWAVE", ControllerIdentifier=hub)

    def listed(**filters: str) -> list[str]:
        return [item["Id"] for item in client.list_device_discoveries(**filters)["Items"]]

    assert listed() == [first, second]
    assert listed(TypeFilter="ZWAVE") == [second]
    assert listed(StatusFilter="SUCCEEDED") == [first]
    assert listed(TypeFilter="ZWAVE", StatusFilter="SUCCEEDED") == []


def test_a_repeated_start_is_one_discovery(client: Client) -> None:
    """A client token works here too, although botocore does not generate one."""
    hub = create_thing(client)
    first, second = (
        start(client, "ZIGBEE", ControllerIdentifier=hub, ClientToken="t") for _ in range(2)
    )
    assert first == second
    assert len(client.list_device_discoveries()["Items"]) == 1


def test_a_hub_gets_the_device_it_found(client: Client) -> None:
    """A thing created with the material belongs to the hub. A second one is a conflict."""
    hub = create_thing(client)
    discovery = finished(client, "ZIGBEE", ControllerIdentifier=hub)
    given = {
        "Role": "DEVICE",
        "AuthenticationMaterial": devices_of(client, discovery)[0]["AuthenticationMaterial"],
        "AuthenticationMaterialType": "DISCOVERED_DEVICE",
    }
    thing = create_thing(client, **given)
    activate(client, thing)
    assert client.get_managed_thing(Identifier=thing)["ParentControllerId"] == hub
    (child,) = client.list_managed_things(ParentControllerIdentifierFilter=hub)["Items"]
    assert child["Id"] == thing
    listed, other = devices_of(client, discovery)
    assert listed["ManagedThingId"] == thing
    assert "ManagedThingId" not in other
    with expect_error("ConflictException", "discovered device"):
        create_thing(client, **given)
    with expect_error("ConflictException", "controller"):
        client.delete_managed_thing(Identifier=hub)
    client.delete_managed_thing(Identifier=thing, Force=True)
    assert create_thing(client, **given) != thing


def test_rediscovery_lists_the_hubs_devices(client: Client) -> None:
    """A rediscovery finds the hub's devices, or the requested one."""
    hub = create_thing(client)
    found = devices_of(client, finished(client, "ZIGBEE", ControllerIdentifier=hub))
    things = [
        create_thing(
            client,
            Role="DEVICE",
            AuthenticationMaterial=device["AuthenticationMaterial"],
            AuthenticationMaterialType="DISCOVERED_DEVICE",
        )
        for device in found
    ]
    given = {"ControllerIdentifier": hub, "Protocol": "ZIGBEE"}
    discovery_type = "CONTROLLER_CAPABILITY_REDISCOVERY"
    everything = devices_of(client, finished(client, discovery_type, **given))
    assert [device["ManagedThingId"] for device in everything] == things
    assert {device["Modification"] for device in everything} == {"NO_CHANGE"}
    one = devices_of(
        client, finished(client, discovery_type, EndDeviceIdentifier=things[1], **given)
    )
    assert [device["ManagedThingId"] for device in one] == [things[1]]


def test_a_cloud_has_two_devices(client: Client) -> None:
    """A user's cloud has the same two devices each time, until one becomes a thing."""
    association = create_association(client)
    discovery = finished(client, "CLOUD", AccountAssociationId=association)
    lamp, lock = devices_of(client, discovery)
    assert (lamp["ConnectorDeviceName"], lamp["Brand"], lamp["Model"]) == (
        "Lamp",
        "Emulated",
        "Lamp",
    )
    assert (lamp["DeviceTypes"], lamp["Modification"]) == (["On/Off Light"], "DISCOVERED")
    assert "AuthenticationMaterial" not in lamp
    thing = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=f"CLOUD:{discovery}:{lamp['ConnectorDeviceId']}",
        AuthenticationMaterialType="DISCOVERED_DEVICE",
    )
    assert status_of(client, thing) == "UNASSOCIATED"
    register(client, thing, association)
    again = finished(client, "CLOUD", AccountAssociationId=association)
    known, other = devices_of(client, again)
    assert known["ConnectorDeviceId"] == lamp["ConnectorDeviceId"]
    assert (known["ManagedThingId"], known["Modification"]) == (thing, "NO_CHANGE")
    assert other["ConnectorDeviceId"] == lock["ConnectorDeviceId"]
    assert "ManagedThingId" not in other


def pre_onboarded(client: Client, device: str, association: str) -> str:
    return create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=f"CLOUD:{device}:{association}",
        AuthenticationMaterialType="PRE_ONBOARDED_CLOUD",
    )


@pytest.mark.parametrize("asked", [True, False])
def test_a_cloud_discovery_activates_pre_onboarded_things(client: Client, *, asked: bool) -> None:
    """A successful discovery that found a pre-onboarded thing registers it."""
    association = create_association(client)
    thing = pre_onboarded(client, "lamp-7", association)
    filters: dict[str, Any] = {"ConnectorDeviceIdList": ["lamp-7", "lamp-8"]} if asked else {}
    discovery = start(client, "CLOUD", AccountAssociationId=association, **filters)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    client.get_device_discovery(Identifier=discovery)
    got = client.get_managed_thing(Identifier=thing)
    assert (got["ProvisioningStatus"], got["ConnectorDeviceId"]) == ("ACTIVATED", "lamp-7")
    (pair,) = client.list_managed_thing_account_associations(ManagedThingId=thing)["Items"]
    assert pair["ManagedThingAssociationStatus"] == "ASSOCIATED"
    found = {item["ConnectorDeviceId"]: item for item in devices_of(client, discovery)}
    assert found["lamp-7"]["ManagedThingId"] == thing
    assert ("lamp-8" in found) is asked
    assert len(found) == (2 if asked else 3)


def test_an_association_in_deletion_registers_nothing(client: Client) -> None:
    """A pre-associated thing stays so, and its entry is deleted with the association."""
    association = create_association(client)
    discovery = start(client, "CLOUD", AccountAssociationId=association)
    client.delete_account_association(AccountAssociationId=association)
    thing = pre_onboarded(client, "lamp-7", association)
    client.get_device_discovery(Identifier=discovery)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    client.get_account_association(AccountAssociationId=association)
    assert client.list_managed_thing_account_associations(ManagedThingId=thing)["Items"] == []


def test_a_thing_that_was_not_found_stays_pre_associated(client: Client) -> None:
    """A thing in deletion, or whose device was not requested, does not change."""
    association = create_association(client)
    thing = pre_onboarded(client, "lamp-7", association)
    leaving = pre_onboarded(client, "lamp-8", association)
    client.delete_managed_thing(Identifier=leaving)
    finished(
        client,
        "CLOUD",
        AccountAssociationId=association,
        ConnectorDeviceIdList=["lamp-8", "lamp-9"],
    )
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    assert status_of(client, leaving) == "DELETE_IN_PROGRESS"


def test_an_association_can_be_deleted_during_discovery(client: Client) -> None:
    """A discovery succeeds although its association is deleted meanwhile."""
    association = create_association(client)
    discovery = start(client, "CLOUD", AccountAssociationId=association)
    client.delete_account_association(AccountAssociationId=association)
    client.get_account_association(AccountAssociationId=association)
    client.get_device_discovery(Identifier=discovery)
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"


def test_devices_found_by_default_are_real(client: Client) -> None:
    """A default device near a hub or in a cloud has capabilities, and carries out commands."""
    hub = create_thing(client)
    activate(client, hub)
    (bulb, _) = discovered_devices(client, start_discovery(client, hub))
    association = create_association(client)
    discovery = start_cloud_discovery(client, association)
    (lamp, lock) = discovered_devices(client, discovery)
    assert (lamp["DeviceTypes"], lock["DeviceTypes"]) == (["On/Off Light"], ["Door Lock"])
    near = create_discovered(client, bulb["AuthenticationMaterial"])
    activate(client, near)
    far = create_discovered(client, f"CLOUD:{discovery}:{lamp['ConnectorDeviceId']}")
    register(client, far, association)
    for thing in (near, far):
        send_command(client, thing, "OnOff", "Toggle")
        assert state_of(client, thing)["OnOff"] == {"OnOff": True}


def test_a_given_report_replaces_that_of_a_default_device(client: Client) -> None:
    """A thing created with a capability report keeps it."""
    hub = create_thing(client)
    (first, _) = discovered_devices(client, start_discovery(client, hub))
    thing = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=first["AuthenticationMaterial"],
        AuthenticationMaterialType="DISCOVERED_DEVICE",
        CapabilityReport=REPORT,
    )
    got = client.get_managed_thing_capabilities(Identifier=thing)
    assert got["CapabilityReport"] == REPORT
