"""Destinations, notification and log configurations, and resources of which there is one."""

from typing import Any

import pytest

from tests.emulator.support.requests import Client, create_thing, expect_error

UNKNOWN = "0" * 32
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"
ROLE = "arn:aws:iam::123456789012:role/events"


def create_destination(client: Client, name: str = "Events é.1", **parameters: object) -> None:
    given = {
        "DeliveryDestinationArn": STREAM,
        "DeliveryDestinationType": "KINESIS",
        "RoleArn": ROLE,
        **parameters,
    }
    response = client.create_destination(Name=name, **given)
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Name"]) == (201, name)


def configure(client: Client, event_type: str, destination: str) -> None:
    client.create_notification_configuration(EventType=event_type, DestinationName=destination)


def test_a_destination_is_identified_by_its_name(client: Client) -> None:
    """Get returns the given members. A taken name is a conflict."""
    create_destination(client, Description="All", Tags={"a": "b"})
    got = client.get_destination(Name="Events é.1")
    assert got["CreatedAt"] == got["UpdatedAt"]
    assert (got["Name"], got["Description"], got["Tags"]) == ("Events é.1", "All", {"a": "b"})
    assert (got["DeliveryDestinationArn"], got["RoleArn"]) == (STREAM, ROLE)
    assert got["DeliveryDestinationType"] == "KINESIS"
    with expect_error("ConflictException", "Destination resource exists already"):
        create_destination(client)


def test_a_destination_is_updated_and_listed(client: Client) -> None:
    """Update changes the given members. Without members it does nothing."""
    create_destination(client, "One")
    create_destination(client, "Two")
    response = client.update_destination(Name="One", RoleArn="another")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    got = client.get_destination(Name="One")
    assert (got["RoleArn"], got["DeliveryDestinationArn"]) == ("another", STREAM)
    assert got["UpdatedAt"] > got["CreatedAt"]
    client.update_destination(Name="One")
    assert client.get_destination(Name="One")["UpdatedAt"] == got["UpdatedAt"]
    listed = client.list_destinations()["DestinationList"]
    assert [item["Name"] for item in listed] == ["One", "Two"]
    assert set(listed[0]) == {
        "Name",
        "DeliveryDestinationArn",
        "DeliveryDestinationType",
        "RoleArn",
    }


def test_a_destination_in_use_is_not_deleted(client: Client) -> None:
    """A destination is deleted only if no configuration names it."""
    create_destination(client, "Events")
    configure(client, "DEVICE_STATE", "Events")
    with expect_error("ValidationException", "notification configuration"):
        client.delete_destination(Name="Events")
    client.delete_notification_configuration(EventType="DEVICE_STATE")
    client.delete_destination(Name="Events")
    for operation in (
        client.get_destination,
        client.update_destination,
        client.delete_destination,
    ):
        with expect_error("ResourceNotFoundException") as response:
            operation(Name="Events")
        assert (response["ResourceId"], response["ResourceType"]) == ("Events", "Destination")


def test_an_event_type_has_one_configuration(client: Client) -> None:
    """A configuration is identified by its event type. A second one is a conflict."""
    create_destination(client, "Events")
    response = client.create_notification_configuration(
        EventType="DEVICE_STATE", DestinationName="Events", Tags={"a": "b"}
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert response["EventType"] == "DEVICE_STATE"
    got = client.get_notification_configuration(EventType="DEVICE_STATE")
    assert (got["DestinationName"], got["Tags"]) == ("Events", {"a": "b"})
    with expect_error("ConflictException"):
        configure(client, "DEVICE_STATE", "Events")
    configure(client, "DEVICE_OTA", "Events")
    assert client.list_notification_configurations()["NotificationConfigurationList"] == [
        {"EventType": "DEVICE_STATE", "DestinationName": "Events"},
        {"EventType": "DEVICE_OTA", "DestinationName": "Events"},
    ]


def test_a_configuration_needs_an_existing_destination(client: Client) -> None:
    """Create and update reject a missing destination. Update changes the destination."""
    create_destination(client, "One")
    create_destination(client, "Two")
    with expect_error("ValidationException", "DestinationName"):
        configure(client, "DEVICE_STATE", "None")
    configure(client, "DEVICE_STATE", "One")
    with expect_error("ValidationException", "DestinationName"):
        client.update_notification_configuration(EventType="DEVICE_STATE", DestinationName="None")
    response = client.update_notification_configuration(
        EventType="DEVICE_STATE", DestinationName="Two"
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    got = client.get_notification_configuration(EventType="DEVICE_STATE")
    assert got["DestinationName"] == "Two"


def test_an_event_type_without_configuration_is_not_found(client: Client) -> None:
    """Get, update and delete are not found without a configuration."""
    create_destination(client, "Events")
    for operation, more in (
        (client.get_notification_configuration, {}),
        (client.update_notification_configuration, {"DestinationName": "Events"}),
        (client.delete_notification_configuration, {}),
    ):
        with expect_error("ResourceNotFoundException") as response:
            operation(EventType="DEVICE_WSS", **more)
        assert response["ResourceId"] == "DEVICE_WSS"


def test_an_event_log_configuration_changes_its_level(client: Client) -> None:
    """Get returns the given members. Update changes only the level."""
    made = client.create_event_log_configuration(
        ResourceType="managed-thing", ResourceId="abc", EventLogLevel="INFO"
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    client.update_event_log_configuration(Id=made["Id"], EventLogLevel="DEBUG")
    got = client.get_event_log_configuration(Id=made["Id"])
    del got["ResponseMetadata"]
    assert got == {
        "Id": made["Id"],
        "ResourceType": "managed-thing",
        "ResourceId": "abc",
        "EventLogLevel": "DEBUG",
    }
    assert client.list_event_log_configurations()["EventLogConfigurationList"] == [got]


def test_a_resource_has_one_event_log_configuration(client: Client) -> None:
    """A missing id means all resources of the type. A second configuration is a conflict."""
    first = client.create_event_log_configuration(ResourceType="ota-task", EventLogLevel="INFO")
    assert client.get_event_log_configuration(Id=first["Id"])["ResourceId"] == "*"
    for same in ({}, {"ResourceId": "*"}):
        with expect_error("ConflictException"):
            client.create_event_log_configuration(
                ResourceType="ota-task", EventLogLevel="WARN", **same
            )
    for other in ({"ResourceType": "*"}, {"ResourceType": "ota-task", "ResourceId": "1"}):
        client.create_event_log_configuration(EventLogLevel="WARN", **other)
    client.delete_event_log_configuration(Id=first["Id"])
    assert len(client.list_event_log_configurations()["EventLogConfigurationList"]) == 2
    for operation, more in (
        (client.get_event_log_configuration, {}),
        (client.update_event_log_configuration, {"EventLogLevel": "WARN"}),
        (client.delete_event_log_configuration, {}),
    ):
        with expect_error("ResourceNotFoundException"):
            operation(Id=first["Id"], **more)


DEFAULTS: dict[str, Any] = {
    "LogLevel": "WARN",
    "LogFlushLevel": "DISABLED",
    "LocalStoreLocation": "/var/log/awsiotmi",
    "LocalStoreFileRotationMaxBytes": 128_000,
    "UploadLog": False,
    "UploadPeriodMinutes": 5,
    "DeleteLocalStoreAfterUpload": True,
}


def test_a_runtime_log_configuration_is_put_and_reset(client: Client) -> None:
    """Defaults apply before a put, to missing members, and after a reset."""
    thing = create_thing(client)

    def got() -> dict[str, Any]:
        response = client.get_runtime_log_configuration(ManagedThingId=thing)
        assert response["ManagedThingId"] == thing
        configuration: dict[str, Any] = response["RuntimeLogConfigurations"]
        return configuration

    assert got() == DEFAULTS
    for changes in ({"LogLevel": "DEBUG", "UploadLog": True}, {"UploadPeriodMinutes": 9}):
        client.put_runtime_log_configuration(ManagedThingId=thing, RuntimeLogConfigurations=changes)
        assert got() == {**DEFAULTS, **changes}
    client.reset_runtime_log_configuration(ManagedThingId=thing)
    assert got() == DEFAULTS


def test_a_runtime_log_configuration_is_deleted_with_its_thing(client: Client) -> None:
    """A missing thing has no configuration."""
    thing = create_thing(client)
    changes = {"RuntimeLogConfigurations": {"LogLevel": "DEBUG"}}
    client.put_runtime_log_configuration(ManagedThingId=thing, **changes)
    client.delete_managed_thing(Identifier=thing, Force=True)
    for operation, more in (
        (client.get_runtime_log_configuration, {}),
        (client.put_runtime_log_configuration, changes),
        (client.reset_runtime_log_configuration, {}),
    ):
        with expect_error("ResourceNotFoundException", "Managed Thing resource not found."):
            operation(ManagedThingId=thing, **more)


def test_the_endpoint_is_registered_once(client: Client) -> None:
    """The endpoint is missing at first. Each registration returns the same address."""
    with expect_error("ResourceNotFoundException") as response:
        client.get_custom_endpoint()
    assert response["ResourceType"] == "CustomEndpoint"
    first, second = (client.register_custom_endpoint() for _ in range(2))
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert first["EndpointAddress"] == second["EndpointAddress"]
    assert first["EndpointAddress"].endswith("-ats.iot.eu-west-1.amazonaws.com")
    assert client.get_custom_endpoint()["EndpointAddress"] == first["EndpointAddress"]


def test_the_hub_configuration_is_put(client: Client) -> None:
    """The configuration is missing at first. The last put replaces it."""
    with expect_error("ResourceNotFoundException"):
        client.get_hub_configuration()
    for seconds in (60, 90):
        response = client.put_hub_configuration(HubTokenTimerExpirySettingInSeconds=seconds)
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
        assert response["HubTokenTimerExpirySettingInSeconds"] == seconds
        got = client.get_hub_configuration()
        assert got["HubTokenTimerExpirySettingInSeconds"] == seconds
        assert "UpdatedAt" in got


KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
OWN, CUSTOMERS = "MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION", "CUSTOMER_KEY_ENCRYPTION"


def test_encryption_changes_by_reads(client: Client) -> None:
    """The service's key is the default. Another key is enabled after one read."""

    def got() -> tuple[str, str | None, str]:
        response = client.get_default_encryption_configuration()
        return (
            response["encryptionType"],
            response.get("kmsKeyArn"),
            response["configurationStatus"]["state"],
        )

    assert got() == (OWN, None, "ENABLED")
    response = client.put_default_encryption_configuration(encryptionType=CUSTOMERS, kmsKeyArn=KEY)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert response["configurationStatus"] == {"state": "UPDATE_IN_PROGRESS"}
    assert [got() for _ in range(3)] == [
        (CUSTOMERS, KEY, "UPDATE_IN_PROGRESS"),
        (CUSTOMERS, KEY, "ENABLED"),
        (CUSTOMERS, KEY, "ENABLED"),
    ]
    client.put_default_encryption_configuration(encryptionType=OWN)
    assert got() == (OWN, None, "UPDATE_IN_PROGRESS")


@pytest.mark.parametrize(
    "parameters", [{"encryptionType": CUSTOMERS}, {"encryptionType": OWN, "kmsKeyArn": KEY}]
)
def test_a_key_requires_customer_key_encryption(client: Client, parameters: dict[str, str]) -> None:
    """A key is required for the customer's encryption, and invalid otherwise."""
    with expect_error("ValidationException", "kmsKeyArn"):
        client.put_default_encryption_configuration(**parameters)
    assert client.get_default_encryption_configuration()["encryptionType"] == OWN
