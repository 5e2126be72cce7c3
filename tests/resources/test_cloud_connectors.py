"""Cloud connectors and the events that they send."""

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    CloudConnector,
    CloudConnectorType,
    ConnectorEventOperation,
    Device,
    DiscoveryType,
    EndpointConfig,
    EndpointType,
    LambdaConfig,
    MatterCapabilityReport,
    MatterCapabilityReportAttribute,
    MatterCapabilityReportCluster,
    MatterCapabilityReportEndpoint,
    MatterCluster,
    MatterEndpoint,
    SendConnectorEvent,
)
from iotmi.emulator import Emulator
from tests.support.connectors import (
    FUNCTION,
    make_association,
    make_connector,
)

pytestmark = pytest.mark.anyio

LIGHT = MatterCapabilityReport(
    version="1.0.0",
    endpoints=[
        MatterCapabilityReportEndpoint(
            id="1",
            device_types=["On/Off Light"],
            clusters=[
                MatterCapabilityReportCluster(
                    id="0x0006",
                    revision=6,
                    public_id="matter.OnOff@1.4",
                    attributes=[
                        MatterCapabilityReportAttribute(id="0x0000", name="OnOff", value=False)
                    ],
                    commands=["0x00", "0x01"],
                )
            ],
        )
    ],
)


def test_a_connector_is_read_as_created(client: Client) -> None:
    """A new connector is unlisted and refers to its Lambda function."""
    found = client.cloud_connectors.get(make_connector(client))
    assert isinstance(found, CloudConnector)
    assert found.name == "Elm lights"
    assert found.endpoint_config == EndpointConfig(lambda_=LambdaConfig(arn=FUNCTION))
    assert found.endpoint_type is EndpointType.LAMBDA
    assert found.type is CloudConnectorType.UNLISTED


def test_name_and_description_can_be_changed(client: Client) -> None:
    """An update without a name leaves the name unchanged."""
    identifier = make_connector(client)
    client.cloud_connectors.update(identifier, description="Lamps and locks")
    found = client.cloud_connectors.get(identifier)
    assert (found.name, found.description) == ("Elm lights", "Lamps and locks")


async def test_a_listing_can_be_filtered(client: Client, async_client: AsyncClient) -> None:
    """Connectors are filtered by Lambda function and by visibility."""
    created = {make_connector(client, name) for name in ("Elm lights", "Elm locks")}
    assert {each.id for each in client.cloud_connectors.list(max_results=1)} == created
    awaited = async_client.cloud_connectors.list(lambda_arn=FUNCTION)
    assert {each.id async for each in awaited} == created
    assert client.cloud_connectors.list(type=CloudConnectorType.LISTED).first() is None


async def test_a_deleted_connector_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion a read raises the service's own error, with the resource type."""
    identifier = make_connector(client)
    await async_client.cloud_connectors.delete(identifier)
    with pytest.raises(iotmi.ResourceNotFoundError, match="Connector Resource") as caught:
        client.cloud_connectors.get(identifier)
    assert caught.value.resource_type == "CloudConnector"


def test_a_connector_reports_discovered_devices(client: Client) -> None:
    """The devices that a connector reports are the devices that the discovery lists."""
    association = make_association(client)
    (connector,) = client.cloud_connectors.list().collect()
    discovery = client.device_discoveries.start(
        discovery_type=DiscoveryType.CLOUD, account_association_id=association
    )
    sent = client.cloud_connectors.send_event(
        connector.id,
        operation=ConnectorEventOperation.DEVICE_DISCOVERY,
        operation_version="1.0",
        status_code=200,
        device_discovery_id=discovery.id,
        devices=[
            Device(
                connector_device_id="hall-lamp",
                connector_device_name="Hall lamp",
                capability_report=LIGHT,
                device_metadata={"Brand": "Elm", "Model": "L1"},
            )
        ],
    )
    assert sent.connector_id == connector.id
    client.device_discoveries.wait_until_finished(discovery.id)
    (device,) = client.device_discoveries.list_devices(discovery.id)
    assert (device.connector_device_id, device.brand, device.model) == ("hall-lamp", "Elm", "L1")


def test_a_device_event_is_sent_as_documents(client: Client, emulator: Emulator) -> None:
    """Attributes, commands and events are sent as free-form documents by id."""
    client.cloud_connectors.send_event(
        make_connector(client),
        user_id="user-1",
        operation=ConnectorEventOperation.DEVICE_EVENT,
        connector_device_id="hall-lamp",
        matter_endpoint=MatterEndpoint(
            id="1",
            clusters=[
                MatterCluster(id="0x0006", attributes={"0x0000": True}, events={"0x01": {}}),
            ],
        ),
    )
    assert emulator.calls[-1].parameters["MatterEndpoint"] == {
        "id": "1",
        "clusters": [{"id": "0x0006", "attributes": {"0x0000": True}, "events": {"0x01": {}}}],
    }


def test_an_event_is_validated(client: Client, emulator: Emulator) -> None:
    """All problems are reported at once without sensitive values, and nothing is sent."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        client.cloud_connectors.send_event(
            "connector",
            operation=ConnectorEventOperation.DEVICE_EVENT,
            status_code=99,
            message="CANARY's lamp",
        )
    assert [(problem.path, problem.rule) for problem in caught.value.problems] == [
        ("status_code", "must be from 100 to 550"),
        ("message", r"must match [\sa-zA-Z0-9_.,@-]+"),
    ]
    assert "CANARY" not in str(caught.value)
    assert emulator.calls == ()


def test_sensitive_members_of_an_event_are_redacted() -> None:
    """User, message, device and fields of commands are redacted, also inside a map."""
    request = SendConnectorEvent(
        "connector",
        user_id="CANARY1",
        operation=ConnectorEventOperation.DEVICE_COMMAND_RESPONSE,
        message="CANARY2",
        connector_device_id="CANARY3",
        matter_endpoint=MatterEndpoint(
            clusters=[
                MatterCluster(
                    attributes={"0x0000": "CANARY4"},
                    commands={"0x00": {"0x0000": "CANARY5"}},
                    events={"0x00": {"0x0000": "CANARY6"}},
                )
            ]
        ),
    )
    assert "CANARY" not in repr(request)
    assert "commands='***'" in repr(request)


def test_a_cluster_is_validated() -> None:
    """A cluster's revision is at most 10, and its id is a number."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        MatterCapabilityReportCluster(id="OnOff", revision=11)
    assert [problem.path for problem in caught.value.problems] == ["id", "revision"]
