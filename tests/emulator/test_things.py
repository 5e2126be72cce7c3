"""Managed things: lifecycle, materials, lists, and the rules between things."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.emulator.support.requests import (
    REPORT,
    Client,
    activate,
    create_association,
    create_cloud_thing,
    create_thing,
    destination,
    expect_error,
    material,
    register,
    status_of,
)

ZIGBEE = "Z:24FD5B0000015C63$I:83FED3407A939738"
ZWAVE = "900132782003515253545541424344453132333435212223242500100435301537022065520001000000300578"
UNKNOWN = "0" * 32


def test_create_returns_id_arn_and_time(client: Client) -> None:
    """Create returns 201 with a hexadecimal id, its ARN and the present time."""
    response = client.create_managed_thing(
        Role="CONTROLLER",
        AuthenticationMaterial=material(),
        AuthenticationMaterialType="WIFI_SETUP_QR_BAR_CODE",
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert len(response["Id"]) == 32
    assert int(response["Id"], 16) >= 0
    assert response["Arn"] == (
        f"arn:aws:iotmanagedintegrations:eu-west-1:123456789012:managed-thing/{response['Id']}"
    )
    assert datetime.now(UTC) - response["CreatedAt"] < timedelta(minutes=1)


def test_get_returns_the_given_members(client: Client) -> None:
    """Get returns the given members, except the material itself."""
    locker = client.create_credential_locker()["Id"]
    given: dict[str, Any] = {
        "Role": "DEVICE",
        "Owner": "ann@example.com",
        "CredentialLockerId": locker,
        "Brand": "Acme",
        "Model": "One",
        "Name": "Küche. 1",
        "Classification": "Light",
        "Tags": {"room": "kitchen", "empty": ""},
        "MetaData": {"floor": "1"},
        "WiFiSimpleSetupConfiguration": {"EnableAsProvisionee": True, "TimeoutInMinutes": 5},
    }
    identifier = create_thing(
        client, AuthenticationMaterial="SN:123456789524;UPC:829576019524", **given
    )
    got = client.get_managed_thing(Identifier=identifier)
    assert {name: got[name] for name in given} == given
    assert got["SerialNumber"] == "123456789524"
    assert got["UniversalProductCode"] == "829576019524"
    assert "829576019524;" not in str(got)
    assert "ActivatedAt" not in got
    assert got["UpdatedAt"] == got["CreatedAt"]


def test_no_tags_are_an_empty_map(client: Client) -> None:
    """Get returns empty Tags for a thing without tags."""
    got = client.get_managed_thing(Identifier=create_thing(client))
    assert got["Tags"] == {}
    assert "MetaData" not in got


def test_a_hub_is_activated_in_three_reads(client: Client) -> None:
    """A read shows the present status, and applies the next transition."""
    identifier = create_thing(client)
    reads = [client.get_managed_thing(Identifier=identifier) for _ in range(4)]
    assert [read["ProvisioningStatus"] for read in reads] == [
        "PRE_ASSOCIATED",
        "DISCOVERED",
        "ACTIVATED",
        "ACTIVATED",
    ]
    assert ["ActivatedAt" in read for read in reads] == [False, False, True, True]
    assert reads[2] | {"ResponseMetadata": None} == reads[3] | {"ResponseMetadata": None}
    moments = [read["UpdatedAt"] for read in reads[:3]]
    assert moments == sorted(set(moments))


@pytest.mark.parametrize(
    ("material_type", "sent"),
    [
        ("ZIGBEE_QR_BAR_CODE", ZIGBEE),
        ("ZWAVE_QR_BAR_CODE", ZWAVE),
        ("CUSTOM_PROTOCOL_QR_BAR_CODE", '{"Name":"Matter"}'),
        ("WIFI_SETUP_QR_BAR_CODE", "SN:ABCDEF123456;EAN:4006381333931;"),
    ],
)
def test_each_bar_code_has_the_same_flow(client: Client, material_type: str, sent: str) -> None:
    """A thing with any type of bar code is discovered before it is activated."""
    identifier = create_thing(
        client, Role="DEVICE", AuthenticationMaterial=sent, AuthenticationMaterialType=material_type
    )
    assert [status_of(client, identifier) for _ in range(3)] == [
        "PRE_ASSOCIATED",
        "DISCOVERED",
        "ACTIVATED",
    ]


def test_an_article_number_is_shown(client: Client) -> None:
    """An EAN in the material is returned as InternationalArticleNumber."""
    identifier = create_thing(client, AuthenticationMaterial="SN:ABCDEF123456;EAN:4006381333931")
    got = client.get_managed_thing(Identifier=identifier)
    assert got["InternationalArticleNumber"] == "4006381333931"
    assert "UniversalProductCode" not in got


def test_a_discovered_device_is_activated_in_two_reads(client: Client) -> None:
    """A device of a hub's discovery skips the status DISCOVERED."""
    identifier = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial="opaque",
        AuthenticationMaterialType="DISCOVERED_DEVICE",
    )
    assert [status_of(client, identifier) for _ in range(2)] == ["PRE_ASSOCIATED", "ACTIVATED"]


@pytest.mark.parametrize(
    ("material_type", "sent"),
    [
        ("WIFI_SETUP_QR_BAR_CODE", "SN:123;UPC:829576019524"),
        ("WIFI_SETUP_QR_BAR_CODE", "SN:123456789524;UPC:82957601952"),
        ("WIFI_SETUP_QR_BAR_CODE", "SN:123456789524"),
        ("WIFI_SETUP_QR_BAR_CODE", "SN:123456789524;UPC:829576019524;EAN:4006381333931"),
        ("ZIGBEE_QR_BAR_CODE", "24FD5B0000015C63"),
        ("ZWAVE_QR_BAR_CODE", "900137"),
        ("DISCOVERED_DEVICE", "CLOUD:discovery1"),
        ("DISCOVERED_DEVICE", "CLOUD:discovery1:device:more"),
        ("PRE_ONBOARDED_CLOUD", "CLOUD:device1"),
        ("PRE_ONBOARDED_CLOUD", "device1:association1"),
    ],
)
def test_malformed_material_is_not_quoted(client: Client, material_type: str, sent: str) -> None:
    """Malformed material is invalid, and the message does not contain it."""
    with expect_error("ValidationException", "AuthenticationMaterial must be") as response:
        create_thing(client, AuthenticationMaterial=sent, AuthenticationMaterialType=material_type)
    assert sent not in response["Error"]["Message"]


def test_a_device_is_only_one_thing(client: Client) -> None:
    """The same serial number and product code cannot create a second thing."""
    sent = material()
    create_thing(client, AuthenticationMaterial=sent)
    with expect_error("ConflictException"):
        create_thing(client, AuthenticationMaterial=f"{sent};")
    create_thing(
        client, AuthenticationMaterial=sent.replace("UPC:829576019524", "UPC:1" + "0" * 11)
    )


def test_a_material_is_free_after_deletion(client: Client) -> None:
    """The material of a deleted thing can be used again."""
    sent = material()
    client.delete_managed_thing(
        Identifier=create_thing(client, AuthenticationMaterial=sent), Force=True
    )
    assert create_thing(client, AuthenticationMaterial=sent)


def test_an_unknown_locker_is_not_found(client: Client) -> None:
    """A thing with an unknown locker is not created."""
    with expect_error("ResourceNotFoundException") as response:
        create_thing(client, CredentialLockerId=UNKNOWN)
    assert response["ResourceType"] == "CredentialLocker"
    assert response["ResourceId"] == UNKNOWN
    assert client.list_managed_things()["Items"] == []
    thing = create_thing(client)
    with expect_error("ResourceNotFoundException"):
        client.update_managed_thing(Identifier=thing, CredentialLockerId=UNKNOWN)


def test_an_unknown_thing_is_not_found(client: Client) -> None:
    """The error has the service's own text, id and type."""
    with expect_error("ResourceNotFoundException") as response:
        client.get_managed_thing(Identifier=UNKNOWN)
    assert response["Error"]["Message"] == "Managed Thing resource not found."
    assert response["ResourceId"] == UNKNOWN
    assert response["ResourceType"] == "ManagedThing"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_update_changes_the_given_members(client: Client) -> None:
    """Update replaces the given members and no others."""
    identifier = create_thing(client, Name="Old", Brand="Acme")
    response = client.update_managed_thing(
        Identifier=identifier, Name="New", HubNetworkMode="STANDARD", CapabilityReport=REPORT
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    got = client.get_managed_thing(Identifier=identifier)
    assert (got["Name"], got["Brand"], got["HubNetworkMode"]) == ("New", "Acme", "STANDARD")
    assert got["UpdatedAt"] > got["CreatedAt"]
    assert (
        client.get_managed_thing_capabilities(Identifier=identifier)["CapabilityReport"] == REPORT
    )


def test_update_of_details_alone_is_a_change(client: Client) -> None:
    """A new capability report keeps older details, and changes UpdatedAt."""
    identifier = create_thing(client, Capabilities="[]")
    client.update_managed_thing(Identifier=identifier, CapabilityReport=REPORT)
    got = client.get_managed_thing_capabilities(Identifier=identifier)
    assert (got["Capabilities"], got["CapabilityReport"]) == ("[]", REPORT)
    thing = client.get_managed_thing(Identifier=identifier)
    assert thing["UpdatedAt"] > thing["CreatedAt"]


def test_update_without_members_does_nothing(client: Client) -> None:
    """An update without members returns 204 and keeps UpdatedAt."""
    identifier = create_thing(client)
    response = client.update_managed_thing(Identifier=identifier)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    got = client.get_managed_thing(Identifier=identifier)
    assert got["UpdatedAt"] == got["CreatedAt"]


def test_one_read_shows_the_deletion(client: Client) -> None:
    """A deleted thing is in deletion for one read, and then not found."""
    identifier = create_thing(client)
    response = client.delete_managed_thing(Identifier=identifier)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    with expect_error("ConflictException"):
        client.update_managed_thing(Identifier=identifier, Name="Late")
    client.delete_managed_thing(Identifier=identifier)
    assert status_of(client, identifier) == "DELETE_IN_PROGRESS"
    with expect_error("ResourceNotFoundException"):
        client.get_managed_thing(Identifier=identifier)
    with expect_error("ResourceNotFoundException"):
        client.delete_managed_thing(Identifier=identifier)


def test_forced_deletion_is_at_once(client: Client) -> None:
    """With Force=True a thing is deleted at once, also during a deletion."""
    identifier = create_thing(client, CapabilityReport=REPORT)
    client.delete_managed_thing(Identifier=identifier)
    client.delete_managed_thing(Identifier=identifier, Force=True)
    with expect_error("ResourceNotFoundException"):
        client.get_managed_thing(Identifier=identifier)


def test_a_hub_with_children_is_not_deleted(client: Client) -> None:
    """A discovered device in a hub's locker becomes its child, and blocks its deletion."""
    locker = client.create_credential_locker()["Id"]
    hub = create_thing(client, CredentialLockerId=locker)
    device = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=ZIGBEE,
        AuthenticationMaterialType="ZIGBEE_QR_BAR_CODE",
        CredentialLockerId=locker,
    )
    assert "ParentControllerId" not in client.get_managed_thing(Identifier=device)
    assert client.get_managed_thing(Identifier=device)["ParentControllerId"] == hub
    children = client.list_managed_things(ParentControllerIdentifierFilter=hub)["Items"]
    assert [child["Id"] for child in children] == [device]
    with expect_error("ConflictException"):
        client.delete_managed_thing(Identifier=hub, Force=True)
    client.delete_managed_thing(Identifier=device, Force=True)
    client.delete_managed_thing(Identifier=hub)


def test_a_locker_without_a_hub_gives_no_parent(client: Client) -> None:
    """A hub has no parent, nor has a device in a locker without a hub."""
    locker = client.create_credential_locker()["Id"]
    device = create_thing(client, Role="DEVICE", CredentialLockerId=locker)
    activate(client, device)
    assert "ParentControllerId" not in client.get_managed_thing(Identifier=device)
    hub = create_thing(client, CredentialLockerId=locker)
    activate(client, hub)
    assert "ParentControllerId" not in client.get_managed_thing(Identifier=hub)


def test_a_list_triggers_no_transition(client: Client) -> None:
    """Lists show the present status any number of times."""
    identifier = create_thing(client, Name="Hub")
    for _ in range(2):
        client.list_managed_things()
    (item,) = client.list_managed_things()["Items"]
    assert item["ProvisioningStatus"] == "PRE_ASSOCIATED"
    assert item["Id"] == identifier
    assert item["Name"] == "Hub"
    assert "Tags" not in item
    assert status_of(client, identifier) == "PRE_ASSOCIATED"


def test_each_filter_selects(client: Client) -> None:
    """Each filter of the list selects the things with its value."""
    locker = client.create_credential_locker()["Id"]
    hub = create_thing(client, Owner="ann", SerialNumber="S-1", CredentialLockerId=locker)
    cloud = create_cloud_thing(client, Owner="bob")
    through = destination(client)
    register(client, cloud, create_association(client, ConnectorDestinationId=through))

    def found(**filters: str) -> list[str]:
        return [item["Id"] for item in client.list_managed_things(**filters)["Items"]]

    assert found() == [hub, cloud]
    assert found(OwnerFilter="ann") == [hub]
    assert found(OwnerFilter="eve") == []
    assert found(CredentialLockerFilter=locker) == [hub]
    assert found(RoleFilter="DEVICE") == [cloud]
    assert found(SerialNumberFilter="S-1") == [hub]
    assert found(ProvisioningStatusFilter="ACTIVATED") == [cloud]
    assert found(ConnectorDeviceIdFilter="device-1") == [cloud]
    assert found(ConnectorDestinationIdFilter=through) == [cloud]
    assert found(ConnectorPolicyIdFilter="p") == []
    assert found(ParentControllerIdentifierFilter=hub) == []
    assert found(OwnerFilter="ann", RoleFilter="DEVICE") == []
