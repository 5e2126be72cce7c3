"""Account associations, and the managed things registered with them."""

from tests.emulator.support.requests import (
    Client,
    create_association,
    create_cloud_thing,
    create_thing,
    destination,
    expect_error,
    register,
    status_of,
)

UNKNOWN = "0" * 32


def create_login(client: Client, **parameters: object) -> str:
    """Create an account association whose user has not logged in, and return its id."""
    given = {"ConnectorDestinationId": destination(client), **parameters}
    identifier: str = client.create_account_association(**given)["AccountAssociationId"]
    return identifier


def state_of(client: Client, identifier: str) -> str:
    response = client.get_account_association(AccountAssociationId=identifier)
    state: str = response["AssociationState"]
    return state


def pairs(client: Client, **filters: str) -> list[tuple[str, str, str]]:
    response = client.list_managed_thing_account_associations(**filters)
    return [
        (
            item["ManagedThingId"],
            item["AccountAssociationId"],
            item["ManagedThingAssociationStatus"],
        )
        for item in response["Items"]
    ]


def pre_onboarded(client: Client, *associations: str) -> str:
    return create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=":".join(("CLOUD", "device-2", *associations)),
        AuthenticationMaterialType="PRE_ONBOARDED_CLOUD",
    )


def test_a_login_succeeds_after_one_read(client: Client) -> None:
    """OAuth starts in progress with a login address, and succeeds after one read."""
    through = destination(client)
    response = client.create_account_association(
        ConnectorDestinationId=through, Name="Ann", Description="Her lamps"
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert response["AssociationState"] == "ASSOCIATION_IN_PROGRESS"
    assert response["OAuthAuthorizationUrl"].startswith("https://")
    identifier = response["AccountAssociationId"]
    assert response["Arn"].endswith(f":123456789012:account-association/{identifier}")
    got = client.get_account_association(AccountAssociationId=identifier)
    assert got["AssociationState"] == "ASSOCIATION_IN_PROGRESS"
    assert (got["Name"], got["Description"]) == ("Ann", "Her lamps")
    assert got["ConnectorDestinationId"] == through
    assert got["OAuthAuthorizationUrl"] == response["OAuthAuthorizationUrl"]
    assert got["Tags"] == {}
    assert [state_of(client, identifier) for _ in range(2)] == ["ASSOCIATION_SUCCEEDED"] * 2


def test_general_authorization_succeeds_at_once(client: Client) -> None:
    """Without OAuth the association has no address and succeeds at once."""
    response = client.create_account_association(
        ConnectorDestinationId=destination(client),
        GeneralAuthorization={"AuthMaterialName": "material"},
        Tags={"a": "b"},
    )
    assert response["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    assert response["OAuthAuthorizationUrl"] == ""
    got = client.get_account_association(AccountAssociationId=response["AccountAssociationId"])
    assert got["GeneralAuthorization"] == {"AuthMaterialName": "material"}
    assert got["Tags"] == {"a": "b"}
    with expect_error("ValidationException"):
        client.start_account_association_refresh(
            AccountAssociationId=response["AccountAssociationId"]
        )


def test_a_refresh_is_another_login(client: Client) -> None:
    """A refresh gives a new address and passes through the states again."""
    identifier = create_login(client)
    before = client.get_account_association(AccountAssociationId=identifier)
    response = client.start_account_association_refresh(AccountAssociationId=identifier)
    assert response["OAuthAuthorizationUrl"] != before["OAuthAuthorizationUrl"]
    after = client.get_account_association(AccountAssociationId=identifier)
    assert after["OAuthAuthorizationUrl"] == response["OAuthAuthorizationUrl"]
    assert after["AssociationState"] == "ASSOCIATION_IN_PROGRESS"
    assert state_of(client, identifier) == "ASSOCIATION_SUCCEEDED"


def test_update_changes_name_and_description(client: Client) -> None:
    """Update changes the given members. Without members it does nothing."""
    identifier = create_association(client, Name="Old", Description="Old")
    for changes in ({"Name": "New"}, {}):
        response = client.update_account_association(AccountAssociationId=identifier, **changes)
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    got = client.get_account_association(AccountAssociationId=identifier)
    assert (got["Name"], got["Description"]) == ("New", "Old")


def test_one_read_shows_the_deletion(client: Client) -> None:
    """A deleted association is in deletion for one read, and cannot be changed meanwhile."""
    identifier = create_login(client)
    client.delete_account_association(AccountAssociationId=identifier)
    with expect_error("ConflictException"):
        client.update_account_association(AccountAssociationId=identifier, Name="Late")
    with expect_error("ConflictException"):
        client.start_account_association_refresh(AccountAssociationId=identifier)
    client.delete_account_association(AccountAssociationId=identifier)
    assert state_of(client, identifier) == "ASSOCIATION_DELETING"
    with expect_error("ResourceNotFoundException", "Account Association resource not found."):
        client.get_account_association(AccountAssociationId=identifier)


def test_an_unknown_association_is_not_found(client: Client) -> None:
    """Every operation on an unknown association is not found."""
    thing = create_cloud_thing(client)
    for operation in (
        client.get_account_association,
        client.update_account_association,
        client.delete_account_association,
        client.start_account_association_refresh,
    ):
        with expect_error("ResourceNotFoundException") as response:
            operation(AccountAssociationId=UNKNOWN)
        assert response["ResourceType"] == "AccountAssociation"
    with expect_error("ResourceNotFoundException"):
        register(client, thing, UNKNOWN)
    with expect_error("ResourceNotFoundException"):
        client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=UNKNOWN)
    with expect_error("ResourceNotFoundException"):
        pre_onboarded(client, UNKNOWN)


def test_an_association_needs_an_existing_destination(client: Client) -> None:
    """An unknown connector destination is not found, and no association is created."""
    with expect_error("ResourceNotFoundException") as response:
        create_login(client, ConnectorDestinationId=UNKNOWN)
    assert response["ResourceType"] == "ConnectorDestination"
    assert client.list_account_associations()["Items"] == []


def test_associations_are_listed_by_destination(client: Client) -> None:
    """The list has summaries, and can be filtered by destination."""
    other = destination(client)
    first = create_association(client)
    second = create_association(client, ConnectorDestinationId=other)
    everything = client.list_account_associations()["Items"]
    assert [item["AccountAssociationId"] for item in everything] == [first, second]
    assert "OAuthAuthorizationUrl" not in everything[0]
    (item,) = client.list_account_associations(ConnectorDestinationId=other)["Items"]
    assert item["AccountAssociationId"] == second
    assert item["AssociationState"] == "ASSOCIATION_SUCCEEDED"


def test_registration_activates_a_cloud_device(client: Client) -> None:
    """A cloud device stays unassociated through any number of reads, until registered."""
    thing = create_cloud_thing(client)
    through = destination(client)
    association = create_association(client, ConnectorDestinationId=through)
    assert [status_of(client, thing) for _ in range(3)] == ["UNASSOCIATED"] * 3
    response = register(client, thing, association)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert response["ManagedThingId"] == thing
    assert response["AccountAssociationId"] == association
    assert response["DeviceDiscoveryId"] == "discovery1"
    got = client.get_managed_thing(Identifier=thing)
    assert got["ProvisioningStatus"] == "ACTIVATED"
    assert got["ConnectorDeviceId"] == "device-1"
    assert got["ConnectorDestinationId"] == through
    assert "ActivatedAt" in got
    assert pairs(client) == [(thing, association, "ASSOCIATED")]


def test_registration_needs_a_finished_login(client: Client) -> None:
    """An association in progress accepts no thing."""
    thing = create_cloud_thing(client)
    association = create_login(client)
    with expect_error("ConflictException"):
        register(client, thing, association)
    state_of(client, association)
    assert register(client, thing, association)


def test_a_pair_is_registered_once(client: Client) -> None:
    """The same pair cannot be registered twice."""
    thing, association = create_cloud_thing(client), create_association(client)
    register(client, thing, association)
    with expect_error("ConflictException"):
        register(client, thing, association)


def test_registration_needs_an_existing_cloud_device(client: Client) -> None:
    """A hub, a thing in deletion and an unknown thing cannot be registered."""
    association = create_association(client)
    with expect_error("ValidationException"):
        register(client, create_thing(client), association)
    thing = create_cloud_thing(client)
    client.delete_managed_thing(Identifier=thing)
    with expect_error("ConflictException"):
        register(client, thing, association)
    with expect_error("ResourceNotFoundException"):
        register(client, UNKNOWN, association)


def test_a_pre_onboarded_device_is_pre_associated(client: Client) -> None:
    """Associations in the material are listed, and registration completes them."""
    first, second = create_association(client), create_association(client)
    thing = pre_onboarded(client, first, second, first)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    assert pairs(client, ManagedThingId=thing) == [
        (thing, first, "PRE_ASSOCIATED"),
        (thing, second, "PRE_ASSOCIATED"),
    ]
    register(client, thing, first)
    assert client.get_managed_thing(Identifier=thing)["ConnectorDeviceId"] == "device-2"
    assert status_of(client, thing) == "ACTIVATED"
    assert pairs(client, AccountAssociationId=first) == [(thing, first, "ASSOCIATED")]
    assert pairs(client, ManagedThingId=thing, AccountAssociationId=second) == [
        (thing, second, "PRE_ASSOCIATED")
    ]
    with expect_error("ResourceNotFoundException"):
        client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=second)


def test_the_last_deregistration_isolates(client: Client) -> None:
    """A thing stays active while an association is left, and can return from isolation."""
    thing = create_cloud_thing(client)
    first, second = create_association(client), create_association(client)
    register(client, thing, first)
    register(client, thing, second)
    response = client.deregister_account_association(
        ManagedThingId=thing, AccountAssociationId=first
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert status_of(client, thing) == "ACTIVATED"
    client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=second)
    assert [status_of(client, thing) for _ in range(2)] == ["ISOLATED"] * 2
    with expect_error("ResourceNotFoundException"):
        client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=second)
    register(client, thing, second)
    assert status_of(client, thing) == "ACTIVATED"


def test_an_association_with_things_is_not_deleted(client: Client) -> None:
    """An association is deleted only if no thing is registered with it."""
    thing, association = create_cloud_thing(client), create_association(client)
    register(client, thing, association)
    with expect_error("ValidationException"):
        client.delete_account_association(AccountAssociationId=association)
    client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=association)
    client.delete_account_association(AccountAssociationId=association)


def test_a_pre_associated_thing_does_not_block_deletion(client: Client) -> None:
    """An association that is only named in a material can be deleted."""
    association = create_association(client)
    pre_onboarded(client, association)
    client.delete_account_association(AccountAssociationId=association)
    assert pairs(client) == []


def test_registrations_are_deleted_with_the_thing(client: Client) -> None:
    """A deleted thing has no registrations."""
    thing, association = create_cloud_thing(client), create_association(client)
    register(client, thing, association)
    client.delete_managed_thing(Identifier=thing)
    client.deregister_account_association(ManagedThingId=thing, AccountAssociationId=association)
    assert status_of(client, thing) == "DELETE_IN_PROGRESS"
    other = create_cloud_thing(client)
    register(client, other, association)
    client.delete_managed_thing(Identifier=other, Force=True)
    assert pairs(client) == []
    client.delete_account_association(AccountAssociationId=association)
