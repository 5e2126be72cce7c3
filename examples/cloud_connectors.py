"""Act as a cloud connector: report the result of a discovery, and a change at a device."""

from iotmi import (
    AuthConfig,
    AuthMaterial,
    Client,
    ConnectorEventOperation,
    Device,
    DiscoveryType,
    EndpointConfig,
    GeneralAuthorizationName,
    LambdaConfig,
    MatterCapabilityReport,
    MatterCapabilityReportCluster,
    MatterCapabilityReportEndpoint,
    MatterCluster,
    MatterEndpoint,
    SecretsManager,
)
from iotmi.emulator import Emulator

ON_OFF = "0x0006"
BULB = Device(
    connector_device_id="bulb-1",
    connector_device_name="Bulb",
    device_metadata={"Brand": "Lighting Cloud", "Model": "B1"},
    capability_report=MatterCapabilityReport(
        version="1.0.0",
        endpoints=[
            MatterCapabilityReportEndpoint(
                id="1",
                device_types=["On/Off Light"],
                clusters=[
                    MatterCapabilityReportCluster(
                        id=ON_OFF, revision=6, public_id="matter.OnOff@1.4", name="On/Off"
                    )
                ],
            )
        ],
    ),
)


def report_devices(client: Client, connector_id: str, discovery_id: str) -> None:
    """Report all discovered devices. The status 200 ends the discovery."""
    client.cloud_connectors.send_event(
        connector_id,
        operation=ConnectorEventOperation.DEVICE_DISCOVERY,
        status_code=200,
        device_discovery_id=discovery_id,
        devices=[BULB],
    )


def report_switched(client: Client, connector_id: str, *, on: bool) -> None:
    """Report that the bulb was switched on or off."""
    cluster = MatterCluster(id=ON_OFF, attributes={"0x0000": on})
    client.cloud_connectors.send_event(
        connector_id,
        operation=ConnectorEventOperation.DEVICE_EVENT,
        connector_device_id=BULB.connector_device_id,
        matter_endpoint=MatterEndpoint(id="1", clusters=[cluster]),
    )


def link_household(client: Client, connector_id: str) -> str:
    """Create an account association that is authorized by a stored secret, and return its id."""
    secret = SecretsManager(
        arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:household-AbCdEf",
        version_id="0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
    )
    material = AuthMaterial(auth_material_name="household", secrets_manager=secret)
    destination = client.connector_destinations.create(
        cloud_connector_id=connector_id, auth_config=AuthConfig(general_authorization=[material])
    )
    return client.account_associations.create(
        connector_destination_id=destination.id,
        general_authorization=GeneralAuthorizationName(auth_material_name="household"),
    ).account_association_id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        connector = client.cloud_connectors.create(
            name="Lighting Cloud",
            endpoint_config=EndpointConfig(lambda_=LambdaConfig(arn="lighting-cloud-connector")),
        )
        discovery = client.device_discoveries.start(
            discovery_type=DiscoveryType.CLOUD,
            account_association_id=link_household(client, connector.id),
        )
        report_devices(client, connector.id, discovery.id)
        client.device_discoveries.wait_until_finished(discovery.id)
        for device in client.device_discoveries.list_devices(discovery.id):
            print("Found:", device.connector_device_name, device.modification)
        report_switched(client, connector.id, on=True)


if __name__ == "__main__":
    main()
