"""Credential lockers, and tags of all taggable resources."""

from datetime import datetime
from typing import Any

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.requests import Client, create_association, create_thing, expect_error

UNKNOWN = "0" * 32


def test_a_locker_is_created_and_read(client: Client) -> None:
    """Get returns what create returned, with name and tags."""
    made = client.create_credential_locker(Name="Ann 1", Tags={"a": "1"})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    got = client.get_credential_locker(Identifier=made["Id"])
    assert {name: got[name] for name in ("Id", "Arn", "CreatedAt")} == {
        name: made[name] for name in ("Id", "Arn", "CreatedAt")
    }
    assert made["Arn"].endswith(f":credential-locker/{made['Id']}")
    assert isinstance(got["CreatedAt"], datetime)
    assert (got["Name"], got["Tags"]) == ("Ann 1", {"a": "1"})


def test_two_lockers_may_have_one_name(client: Client) -> None:
    """Names are neither unique nor required."""
    names = [{"Name": "Ann"}, {"Name": "Ann"}, {}]
    made = [client.create_credential_locker(**name)["Id"] for name in names]
    items = client.list_credential_lockers()["Items"]
    assert [item["Id"] for item in items] == made
    assert [item.get("Name") for item in items] == ["Ann", "Ann", None]


def test_a_locker_in_use_is_not_deleted(client: Client) -> None:
    """A locker is deleted at once, unless a thing is in it."""
    locker = client.create_credential_locker()["Id"]
    thing = create_thing(client, CredentialLockerId=locker)
    with expect_error("ValidationException"):
        client.delete_credential_locker(Identifier=locker)
    client.delete_managed_thing(Identifier=thing, Force=True)
    client.delete_credential_locker(Identifier=locker)
    for operation in (client.get_credential_locker, client.delete_credential_locker):
        with expect_error("ResourceNotFoundException", "Credential Locker resource not found."):
            operation(Identifier=locker)


def tags_of(client: Client, arn: str) -> dict[str, str]:
    tags: dict[str, str] = client.list_tags_for_resource(ResourceArn=arn)["tags"]
    return tags


@pytest.fixture(
    params=[
        "managed-thing",
        "account-association",
        "credential-locker",
        "provisioning-profile",
        "ota-task",
    ]
)
def arn(client: Client, request: pytest.FixtureRequest) -> str:
    """Create a resource of each type in turn, and return its ARN."""
    match request.param:
        case "managed-thing":
            got = client.get_managed_thing(Identifier=create_thing(client))
        case "account-association":
            identifier = create_association(client)
            got = client.get_account_association(AccountAssociationId=identifier)
        case "provisioning-profile":
            got = client.create_provisioning_profile(ProvisioningType="JITR")
        case "ota-task":
            target = client.get_managed_thing(Identifier=create_thing(client))["Arn"]
            task = client.create_ota_task(OtaType="ONE_TIME", S3Url="s3://a/b", Target=[target])
            got = {"Arn": task["TaskArn"]}
        case _:
            got = client.create_credential_locker()
    found: str = got["Arn"]
    assert f":{request.param}/" in found
    return found


def test_tags_are_added_overwritten_and_removed(client: Client, arn: str) -> None:
    """Keys are case-sensitive, an existing key is overwritten, and removal is by key."""
    assert tags_of(client, arn) == {}
    client.tag_resource(ResourceArn=arn, Tags={"a": "1", "A": "", "b c/=+é": "2"})
    client.tag_resource(ResourceArn=arn, Tags={"a": "3"})
    assert tags_of(client, arn) == {"a": "3", "A": "", "b c/=+é": "2"}
    client.untag_resource(ResourceArn=arn, TagKeys=["A", "b c/=+é", "unknown"])
    assert tags_of(client, arn) == {"a": "3"}
    client.untag_resource(ResourceArn=arn, TagKeys=[])
    assert tags_of(client, arn) == {"a": "3"}


def test_reserved_keys_are_invalid(client: Client, arn: str) -> None:
    """Keys with the prefix aws: are invalid, with the error of each operation."""
    with expect_error("InvalidRequestException", "aws:"):
        client.tag_resource(ResourceArn=arn, Tags={"aws:x": "1"})
    with expect_error("ValidationException", "aws:"):
        client.create_credential_locker(Tags={"AWS:x": "1"})


def test_a_resource_has_at_most_fifty_tags(client: Client, arn: str) -> None:
    """The limit is for all tags of a resource. Overwriting a tag adds none."""
    client.tag_resource(ResourceArn=arn, Tags={f"k{number}": "" for number in range(50)})
    client.tag_resource(ResourceArn=arn, Tags={"k1": "again"})
    with expect_error("InvalidRequestException", "50"):
        client.tag_resource(ResourceArn=arn, Tags={"one more": ""})
    assert len(tags_of(client, arn)) == 50


@pytest.mark.parametrize(
    "changed",
    [
        ("eu-west-1", "ca-central-1"),
        ("123456789012", "210987654321"),
        ("credential-locker/", "credential-locker/0"),
        ("credential-locker/", "ota-task/"),
        ("credential-locker/", "provisioning-profile/"),
    ],
)
def test_an_arn_of_nothing_is_not_found(client: Client, changed: tuple[str, str]) -> None:
    """An ARN of another account, or of a missing resource, is not found."""
    arn = client.create_credential_locker()["Arn"].replace(*changed)
    for operation, more in (
        (client.list_tags_for_resource, {}),
        (client.tag_resource, {"Tags": {"a": "b"}}),
        (client.untag_resource, {"TagKeys": ["a"]}),
    ):
        with expect_error("ResourceNotFoundException") as response:
            operation(ResourceArn=arn, **more)
        assert response["ResourceId"] == arn.rpartition("/")[2]


@pytest.mark.parametrize("arn", ["nonsense", "arn:aws:iotmanagedintegrations:e:1:destination/a"])
def test_an_untaggable_arn_is_invalid(client: Client, arn: str) -> None:
    """The tagging operations return InvalidRequestException."""
    with expect_error("InvalidRequestException", "ResourceArn must match") as response:
        client.list_tags_for_resource(ResourceArn=arn)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_tags_are_deleted_with_their_resource(client: Client) -> None:
    """The tags of a deleted resource are not found."""
    locker = client.create_credential_locker(Tags={"a": "b"})
    client.delete_credential_locker(Identifier=locker["Id"])
    with expect_error("ResourceNotFoundException"):
        tags_of(client, locker["Arn"])


def test_region_and_account_are_the_emulators() -> None:
    """ARNs have the emulator's Region and account."""
    with Emulator(region_name="ca-central-1", account_id="000000000001") as emulator:
        client: Any = emulator.boto3_client()
        arn = client.create_credential_locker()["Arn"]
        assert arn.startswith("arn:aws:iotmanagedintegrations:ca-central-1:000000000001:")
        assert tags_of(client, arn) == {}
