"""Provisioning profiles, and the catalogue of schema versions."""

import base64
from itertools import pairwise
from typing import Any

import pytest

from tests.emulator.support.requests import Client, expect_error

UNKNOWN = "0" * 32


def status_of(client: Client, profile: str) -> str:
    status: str = client.get_provisioning_profile(Identifier=profile)["Status"]
    return status


def test_a_profile_is_created_by_one_read(client: Client) -> None:
    """A profile is in creation for one read."""
    made = client.create_provisioning_profile(
        ProvisioningType="FLEET_PROVISIONING", Name="hubs", Tags={"a": "b"}
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["Status"] == "CREATE_IN_PROGRESS"
    assert made["Arn"].endswith(f":provisioning-profile/{made['Id']}")
    assert [status_of(client, made["Id"]) for _ in range(3)] == [
        "CREATE_IN_PROGRESS",
        "CREATED",
        "CREATED",
    ]
    got = client.get_provisioning_profile(Identifier=made["Id"])
    assert (got["Name"], got["ProvisioningType"]) == ("hubs", "FLEET_PROVISIONING")
    assert got["Tags"] == {"a": "b"}
    (item,) = client.list_provisioning_profiles()["Items"]
    assert item == {name: got[name] for name in ("Id", "Arn", "Name", "ProvisioningType", "Status")}


def test_a_private_key_is_shown_once(client: Client) -> None:
    """Key and certificate are marked PEM texts. Get returns no key."""
    made = client.create_provisioning_profile(ProvisioningType="FLEET_PROVISIONING")
    assert made["Name"] == made["Id"]
    for member, label in (
        ("ClaimCertificate", "CERTIFICATE"),
        ("ClaimCertificatePrivateKey", "RSA PRIVATE KEY"),
    ):
        first, *lines, last = made[member].splitlines()
        assert (first, last) == (f"-----BEGIN {label}-----", f"-----END {label}-----")
        said = base64.b64decode("".join(lines)).decode()
        assert said.startswith(f"This is no {label.lower()}. The iotmi emulator made it")
    got = client.get_provisioning_profile(Identifier=made["Id"])
    assert got["ClaimCertificate"] == made["ClaimCertificate"]
    assert "ClaimCertificatePrivateKey" not in got


@pytest.mark.parametrize(
    ("kind", "given"), [("JITR", {}), ("FLEET_PROVISIONING", {"ClaimCertificate": "mine"})]
)
def test_a_key_is_made_only_for_a_claim(client: Client, kind: str, given: dict[str, str]) -> None:
    """A given certificate is kept. A profile without a claim has no certificate."""
    made = client.create_provisioning_profile(ProvisioningType=kind, **given)
    assert "ClaimCertificatePrivateKey" not in made
    got = client.get_provisioning_profile(Identifier=made["Id"])
    assert (
        got.get("ClaimCertificate") == made.get("ClaimCertificate") == given.get("ClaimCertificate")
    )


def test_a_profile_has_a_unique_name(client: Client) -> None:
    """A taken name is a conflict."""
    client.create_provisioning_profile(ProvisioningType="JITR", Name="hubs")
    with expect_error("ConflictException", "Provisioning Profile resource exists already"):
        client.create_provisioning_profile(ProvisioningType="JITR", Name="hubs")


def test_one_read_shows_the_deletion_of_a_profile(client: Client) -> None:
    """A profile is in deletion for one read, and then not found."""
    profile = client.create_provisioning_profile(ProvisioningType="JITR")["Id"]
    client.delete_provisioning_profile(Identifier=profile)
    assert status_of(client, profile) == "DELETE_IN_PROGRESS"
    for operation in (client.get_provisioning_profile, client.delete_provisioning_profile):
        with expect_error("ResourceNotFoundException") as response:
            operation(Identifier=profile)
        assert response["ResourceType"] == "ProvisioningProfile"


def schema(client: Client, identifier: str, **parameters: str) -> dict[str, Any]:
    response: dict[str, Any] = client.get_schema_version(
        Type="capability", SchemaVersionedId=identifier, **parameters
    )
    return response


@pytest.mark.parametrize("version", ["1.4", "$latest"])
def test_a_schema_is_read(client: Client, version: str) -> None:
    """A schema is returned with its document, by its version or as the latest."""
    got = schema(client, f"matter.ColorControl@{version}")
    assert got["SchemaId"] == "matter.ColorControl"
    assert (got["Namespace"], got["SemanticVersion"]) == ("matter", "1.4")
    assert (got["Type"], got["Visibility"]) == ("capability", "PUBLIC")
    document = got["Schema"]
    assert document["$id"] == "/schema-versions/capability/matter.ColorControl@1.4"
    assert document["$ref"] == "/schema-versions/definition/aws.capability@1.0"
    assert (document["extrinsicId"], document["extrinsicVersion"]) == ("0x0300", "7")
    assert document["properties"]["CurrentHue"]["mutable"] is False
    move = document["actions"][0]
    assert (move["name"], move["extrinsicId"]) == ("MoveToHue", "0x00")
    assert move["request"]["parameters"]["Hue"] == {
        "extrinsicId": "0",
        "value": {"type": "integer", "minimum": 0, "maximum": 254},
    }


@pytest.mark.parametrize(("format_", "empty"), [("AWS", False), ("ZCL", True), ("CONNECTOR", True)])
def test_a_schema_is_in_one_format(client: Client, format_: str, *, empty: bool) -> None:
    """The document is empty in any format but the service's own."""
    assert (schema(client, "matter.OnOff@1.4", Format=format_)["Schema"] == {}) is empty


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("capability", "matter.OnOff@1.3"),
        ("capability", "matter.Unknown@1.4"),
        ("definition", "matter.OnOff@1.4"),
    ],
)
def test_an_unknown_schema_is_not_found(client: Client, kind: str, identifier: str) -> None:
    """Another version, name or type is not found, with the service's own text."""
    with expect_error("ResourceNotFoundException", "No schema version found") as response:
        client.get_schema_version(Type=kind, SchemaVersionedId=identifier)
    assert response["ResourceId"] == identifier


def listed(client: Client, kind: str, **filters: str) -> list[str]:
    response = client.list_schema_versions(Type=kind, **filters)
    return [item["SchemaId"] for item in response["Items"]]


def test_schemas_are_listed_by_filters(client: Client) -> None:
    """Each filter selects the schemas with its value. SchemaId excludes Namespace."""
    everything = listed(client, "capability")
    assert {"matter.OnOff", "matter.LevelControl", "matter.DoorLock"} <= set(everything)
    assert listed(client, "capability", SchemaId="matter.OnOff") == ["matter.OnOff"]
    assert listed(client, "capability", Namespace="matter") == everything
    assert listed(client, "capability", Namespace="aws") == []
    assert "aws.integer" in listed(client, "definition", Namespace="aws")
    assert listed(client, "capability", SemanticVersion="1.4") == everything
    assert listed(client, "capability", SemanticVersion="$latest") == everything
    assert listed(client, "capability", SemanticVersion="1.0") == []
    assert listed(client, "capability", Visibility="PRIVATE") == []
    with expect_error("ValidationException", "must not go together"):
        listed(client, "capability", SchemaId="matter.OnOff", Namespace="matter")


def test_schemas_are_listed_page_by_page(client: Client) -> None:
    """Pages hold all summaries in order, without documents."""
    paginator = client.get_paginator("list_schema_versions")
    pages = paginator.paginate(Type="capability", PaginationConfig={"PageSize": 2})
    items = [item for page in pages for item in page["Items"]]
    assert [item["SchemaId"] for item in items] == listed(client, "capability")
    assert all("Schema" not in item for item in items)


@pytest.mark.parametrize("kind", ["capability", "definition"])
def test_the_catalogue_is_consistent(client: Client, kind: str) -> None:
    """Every document has its own address, and refers only to existing documents."""
    references: set[str] = set()
    for item in client.list_schema_versions(Type=kind)["Items"]:
        identifier = f"{item['SchemaId']}@{item['SemanticVersion']}"
        got = client.get_schema_version(Type=kind, SchemaVersionedId=identifier)
        assert got["Schema"]["$id"] == f"/schema-versions/{kind}/{identifier}"
        words = str(got["Schema"]).replace("'", " ").split()
        references |= {
            word
            for key, word in pairwise(words)
            if word.startswith("/schema-versions/") and key == ":"
        }
    for reference in references:
        _, _, other, identifier = reference.split("/")
        assert client.get_schema_version(Type=other, SchemaVersionedId=identifier)
