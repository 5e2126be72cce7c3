"""Cloud connectors, connector destinations, and the events of connectors."""

from typing import Any

import pytest

from tests.emulator.support.requests import (
    FUNCTION,
    SECRET,
    Client,
    create_association,
    create_connector,
    create_connector_destination,
    create_thing,
    expect_error,
    general,
)

UNKNOWN = "0" * 32
OAUTH: dict[str, Any] = {
    "authUrl": "https://login.example.com/authorize",
    "tokenUrl": "https://login.example.com/token",
    "scope": "lamps",
    "tokenEndpointAuthenticationScheme": "HTTP_BASIC",
    "oAuthCompleteRedirectUrl": "https://app.example.com/done",
}


def test_a_connector_is_private(client: Client) -> None:
    """Get returns the given members, with a private Lambda function."""
    made = client.create_cloud_connector(
        Name="Lamps", Description="All of them", EndpointConfig={"lambda": {"arn": FUNCTION}}
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    got = client.get_cloud_connector(Identifier=made["Id"])
    del got["ResponseMetadata"]
    assert got == {
        "Id": made["Id"],
        "Name": "Lamps",
        "Description": "All of them",
        "EndpointConfig": {"lambda": {"arn": FUNCTION}},
        "EndpointType": "LAMBDA",
        "Type": "UNLISTED",
    }


def test_a_connector_needs_a_function_and_a_unique_name(client: Client) -> None:
    """A missing function is invalid, and a taken name is a conflict."""
    with expect_error("ValidationException", "EndpointConfig.lambda"):
        client.create_cloud_connector(Name="Lamps", EndpointConfig={})
    create_connector(client)
    other = {"lambda": {"arn": f"{FUNCTION}:2"}}
    with expect_error("ConflictException", "Connector Resource already exists"):
        client.create_cloud_connector(Name="Lamps", EndpointConfig=other)


def test_an_unknown_connector_does_not_exist(client: Client) -> None:
    """The error has the service's own text, with id and type, in every operation."""
    calls = (
        lambda: client.get_cloud_connector(Identifier=UNKNOWN),
        lambda: client.update_cloud_connector(Identifier=UNKNOWN, Name="New"),
        lambda: client.delete_cloud_connector(Identifier=UNKNOWN),
        lambda: client.send_connector_event(ConnectorId=UNKNOWN, Operation="DEVICE_EVENT"),
        lambda: create_connector_destination(client, UNKNOWN),
    )
    for call in calls:
        with expect_error(
            "ResourceNotFoundException", "Connector Resource does not exists"
        ) as response:
            call()
        assert (response["ResourceId"], response["ResourceType"]) == (UNKNOWN, "CloudConnector")


def test_connectors_are_listed_by_type_and_function(client: Client) -> None:
    """Each filter selects the connectors with its value."""
    first = create_connector(client, "Lamps")
    second = create_connector(client, "Locks", EndpointConfig={"lambda": {"arn": f"{FUNCTION}:2"}})

    def listed(**filters: str) -> list[str]:
        return [item["Id"] for item in client.list_cloud_connectors(**filters)["Items"]]

    assert listed() == [first, second]
    assert listed(Type="UNLISTED", LambdaArn=FUNCTION) == [first]
    assert listed(Type="LISTED") == []


def test_a_connector_is_renamed(client: Client) -> None:
    """Update changes the given members. The name of another connector is invalid."""
    connector = create_connector(client, Description="Old")
    create_connector(client, "Locks")
    client.update_cloud_connector(Identifier=connector, Name="Bulbs")
    client.update_cloud_connector(Identifier=connector, Name="Bulbs", Description="New")
    client.update_cloud_connector(Identifier=connector)
    got = client.get_cloud_connector(Identifier=connector)
    assert (got["Name"], got["Description"]) == ("Bulbs", "New")
    with expect_error("ValidationException", "already exists"):
        client.update_cloud_connector(Identifier=connector, Name="Locks")


def test_deletion_starts_at_the_association(client: Client) -> None:
    """A destination in use is not deleted, nor a connector with a destination."""
    connector = create_connector(client)
    destination = create_connector_destination(client, connector)
    association = create_association(client, ConnectorDestinationId=destination)
    with expect_error("ValidationException", "account association"):
        client.delete_connector_destination(Identifier=destination)
    with expect_error("ValidationException", "connector destinations"):
        client.delete_cloud_connector(Identifier=connector)
    client.delete_account_association(AccountAssociationId=association)
    client.get_account_association(AccountAssociationId=association)
    client.delete_connector_destination(Identifier=destination)
    client.delete_cloud_connector(Identifier=connector)
    assert client.list_connector_destinations()["ConnectorDestinationList"] == []
    assert client.list_cloud_connectors()["Items"] == []


def test_a_destination_with_oauth(client: Client) -> None:
    """Get returns the login settings of a destination."""
    connector = create_connector(client)
    made = client.create_connector_destination(
        CloudConnectorId=connector,
        Name="Ann",
        Description="Her cloud",
        AuthConfig={"oAuth": OAUTH, "GeneralAuthorization": [general("a")]},
        SecretsManager=SECRET,
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    got = client.get_connector_destination(Identifier=made["Id"])
    del got["ResponseMetadata"]
    assert got == {
        "Id": made["Id"],
        "CloudConnectorId": connector,
        "Name": "Ann",
        "Description": "Her cloud",
        "AuthType": "OAUTH",
        "AuthConfig": {"oAuth": OAUTH, "GeneralAuthorization": [general("a")]},
        "SecretsManager": SECRET,
        "OAuthCompleteRedirectUrl": "https://app.example.com/done",
    }


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"AuthConfig": {}}, "must have oAuth or GeneralAuthorization"),
        ({"AuthConfig": {"oAuth": OAUTH}}, "SecretsManager is required"),
        ({"AuthType": "OAUTH"}, "must go with AuthConfig.oAuth"),
        ({"SecretsManager": SECRET}, "must go with AuthConfig.oAuth"),
        ({"AuthConfig": {"GeneralAuthorization": [general("a")] * 2}}, "twice"),
    ],
)
def test_authorization_members_must_match(
    client: Client, parameters: dict[str, Any], rule: str
) -> None:
    """OAuth needs a secret. General authorization allows none."""
    connector = create_connector(client)
    with expect_error("ValidationException", rule):
        create_connector_destination(client, connector, **parameters)


def test_destinations_are_listed_by_connector(client: Client) -> None:
    """The list has summaries, and can be filtered by connector."""
    first, second = create_connector(client, "One"), create_connector(client, "Two")
    create_connector_destination(client, first)
    destination = create_connector_destination(client, second, Name="Ann")
    assert len(client.list_connector_destinations()["ConnectorDestinationList"]) == 2
    response = client.list_connector_destinations(CloudConnectorId=second)
    assert response["ConnectorDestinationList"] == [
        {"Id": destination, "CloudConnectorId": second, "Name": "Ann"}
    ]


def test_a_destination_is_updated(client: Client) -> None:
    """Name, secret, redirect and materials change. The login stays."""
    destination = create_connector_destination(
        client,
        create_connector(client),
        AuthConfig={"oAuth": OAUTH, "GeneralAuthorization": [general("a")]},
        SecretsManager=SECRET,
    )
    new = {**SECRET, "versionId": "9" * 32}
    response = client.update_connector_destination(
        Identifier=destination,
        Name="New",
        SecretsManager=new,
        AuthConfig={
            "oAuthUpdate": {
                "oAuthCompleteRedirectUrl": "https://app.example.com/new",
                "proactiveRefreshTokenRenewal": {"enabled": True, "DaysBeforeRenewal": 30},
            },
            "GeneralAuthorizationUpdate": {
                "AuthMaterialsToAdd": [general("b")],
                "AuthMaterialsToUpdate": [general("a", "5" * 32)],
            },
        },
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    got = client.get_connector_destination(Identifier=destination)
    assert (got["Name"], got["SecretsManager"]) == ("New", new)
    assert got["OAuthCompleteRedirectUrl"] == "https://app.example.com/new"
    assert got["AuthConfig"]["oAuth"]["authUrl"] == OAUTH["authUrl"]
    assert got["AuthConfig"]["oAuth"]["proactiveRefreshTokenRenewal"]["DaysBeforeRenewal"] == 30
    assert got["AuthConfig"]["GeneralAuthorization"] == [general("a", "5" * 32), general("b")]
    client.update_connector_destination(Identifier=destination, Description="Newer")
    after = client.get_connector_destination(Identifier=destination)
    assert (after["Description"], after["AuthConfig"]) == ("Newer", got["AuthConfig"])


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"SecretsManager": SECRET}, "must go with AuthConfig.oAuth"),
        ({"AuthConfig": {"oAuthUpdate": {}}}, "requires a destination with oAuth"),
        (
            {"AuthConfig": {"GeneralAuthorizationUpdate": {"AuthMaterialsToAdd": [general("a")]}}},
            "must name only new materials",
        ),
        (
            {
                "AuthConfig": {
                    "GeneralAuthorizationUpdate": {"AuthMaterialsToUpdate": [general("x")]}
                }
            },
            "must name existing materials",
        ),
        (
            {
                "AuthConfig": {
                    "GeneralAuthorizationUpdate": {
                        "AuthMaterialsToAdd": [general(name) for name in "bcd"]
                    }
                }
            },
            "at most 3",
        ),
    ],
)
def test_an_update_must_fit_the_destination(
    client: Client, parameters: dict[str, Any], rule: str
) -> None:
    """An update of missing parts is invalid, and changes nothing."""
    destination = create_connector_destination(
        client,
        create_connector(client),
        AuthConfig={"GeneralAuthorization": [general("a")]},
    )
    with expect_error("ValidationException", rule):
        client.update_connector_destination(Identifier=destination, Name="New", **parameters)
    got = client.get_connector_destination(Identifier=destination)
    assert got["AuthConfig"] == {"GeneralAuthorization": [general("a")]}
    assert "Name" not in got


def test_an_unknown_destination_is_not_found(client: Client) -> None:
    """Get, update and delete of an unknown destination are not found."""
    for operation in (
        client.get_connector_destination,
        client.update_connector_destination,
        client.delete_connector_destination,
    ):
        with expect_error("ResourceNotFoundException") as response:
            operation(Identifier=UNKNOWN)
        assert response["ResourceType"] == "ConnectorDestination"


MATTER: dict[str, Any] = {
    "id": "1",
    "clusters": [{"id": "0x0202", "attributes": {"0x0000": [3]}, "commands": {"0x03": {}}}],
}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DEVICE_EVENT", {"ConnectorDeviceId": "lamp", "MatterEndpoint": MATTER}),
        ("DEVICE_COMMAND_REQUEST", {"ConnectorDeviceId": "lamp", "MatterEndpoint": MATTER}),
        ("DEVICE_COMMAND_RESPONSE", {"ConnectorDeviceId": "lamp", "TraceId": "1=_1"}),
    ],
)
def test_events_are_validated(client: Client, operation: str, parameters: dict[str, Any]) -> None:
    """An event with all required members is accepted, and one without is invalid."""
    connector = create_connector(client)
    response = client.send_connector_event(
        ConnectorId=connector, Operation=operation, OperationVersion="1.0", **parameters
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert response["ConnectorId"] == connector
    with expect_error("ValidationException") as error:
        client.send_connector_event(ConnectorId=connector, Operation=operation)
    for name in parameters:
        assert f"{name} is required by {operation}" in error["Error"]["Message"]


def reported(identifier: str, **parameters: object) -> dict[str, Any]:
    return {
        "ConnectorDeviceId": identifier,
        "CapabilityReport": {
            "version": "1.0.0",
            "endpoints": [{"id": "1", "deviceTypes": ["Fan"], "clusters": []}],
        },
        **parameters,
    }


def report(client: Client, discovery: str, status: int, *devices: dict[str, Any]) -> None:
    """Send a connector's report about a discovery."""
    listed = client.list_cloud_connectors()["Items"]
    client.send_connector_event(
        ConnectorId=listed[0]["Id"] if listed else create_connector(client),
        Operation="DEVICE_DISCOVERY",
        StatusCode=status,
        DeviceDiscoveryId=discovery,
        Devices=list(devices),
    )


def start_cloud(client: Client) -> str:
    identifier: str = client.start_device_discovery(
        DiscoveryType="CLOUD", AccountAssociationId=create_association(client)
    )["Id"]
    return identifier


def test_a_connector_reports_devices(client: Client) -> None:
    """The discovery has the devices of all reports. 200 ends it."""
    discovery = start_cloud(client)
    fan = reported(
        "fan", ConnectorDeviceName="Fan", DeviceMetadata={"Brand": "Ann", "Model": 7, "X": 1}
    )
    report(client, discovery, 300, fan)
    report(client, discovery, 200, fan, reported("hood", DeviceMetadata="text"))
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    first, second = client.list_discovered_devices(Identifier=discovery)["Items"]
    del first["DiscoveredAt"], second["DiscoveredAt"]
    assert first == {
        "ConnectorDeviceId": "fan",
        "ConnectorDeviceName": "Fan",
        "DeviceTypes": ["Fan"],
        "Brand": "Ann",
        "Modification": "DISCOVERED",
    }
    assert second["ConnectorDeviceId"] == "hood"
    report(client, discovery, 200, reported("late"))
    assert len(client.list_discovered_devices(Identifier=discovery)["Items"]) == 2


@pytest.mark.parametrize("status", [404, 500])
def test_a_connector_reports_a_failure(client: Client, status: int) -> None:
    """A failure status fails the discovery, and a read does not change that."""
    discovery = start_cloud(client)
    report(client, discovery, status)
    for _ in range(2):
        got = client.get_device_discovery(Identifier=discovery)
        assert got["Status"] == "FAILED"
        assert "FinishedAt" in got


def test_a_report_needs_a_cloud_discovery(client: Client) -> None:
    """A report about a hub's discovery is invalid. An unknown discovery is not found."""
    hub = create_thing(client)
    local = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)["Id"]
    with expect_error("ValidationException", "CLOUD"):
        report(client, local, 200)
    with expect_error("ResourceNotFoundException"):
        report(client, UNKNOWN, 200)
