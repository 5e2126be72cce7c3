"""Onboard the devices near a hub, and the lights of an end user in a third party's cloud."""

from iotmi import (
    AuthConfig,
    AuthenticationMaterialType,
    AuthMaterial,
    Client,
    CreateAccountAssociation,
    DiscoveredDeviceSummary,
    DiscoveryType,
    EndpointConfig,
    GeneralAuthorizationName,
    LambdaConfig,
    Role,
    SecretsManager,
    StartDeviceDiscovery,
)
from iotmi.emulator import Emulator


def add_what_a_hub_finds(client: Client, hub_id: str) -> int:
    """Create managed things for the Zigbee devices in pairing mode, and return how many."""
    search = StartDeviceDiscovery(discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub_id)
    things = client.device_discoveries.onboard(search, timeout=900)
    for thing in things:
        client.managed_things.wait_until_activated(thing.id)
    return len(things)


def is_light(device: DiscoveredDeviceSummary) -> bool:
    """Return True if a device is a light and has no managed thing yet."""
    new = device.managed_thing_id is None
    return new and any("Light" in kind for kind in device.device_types or ())


def add_lights_of_a_cloud(client: Client, association_id: str) -> int:
    """Create managed things for the new lights of a linked account, and return how many."""
    search = StartDeviceDiscovery(
        discovery_type=DiscoveryType.CLOUD, account_association_id=association_id
    )
    return len(client.device_discoveries.onboard(search, choose=is_light))


def link_household(client: Client) -> str:
    """Link an account by a stored secret, and return the association's id."""
    connector = client.cloud_connectors.create(
        name="Lighting Cloud",
        endpoint_config=EndpointConfig(lambda_=LambdaConfig(arn="lighting-cloud-connector")),
    )
    secret = SecretsManager(
        arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:household-AbCdEf",
        version_id="0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
    )
    material = AuthMaterial(auth_material_name="household", secrets_manager=secret)
    destination = client.connector_destinations.create(
        cloud_connector_id=connector.id, auth_config=AuthConfig(general_authorization=[material])
    )
    link = client.account_associations.link(
        CreateAccountAssociation(
            connector_destination_id=destination.id,
            general_authorization=GeneralAuthorizationName(auth_material_name="household"),
        ),
        sign_in=print,
    )
    return link.account_association_id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        hub = client.managed_things.create(
            role=Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        client.managed_things.wait_until_activated(hub.id)
        print("Devices near the hub:", add_what_a_hub_finds(client, hub.id))
        association_id = link_household(client)
        print("Lights of the cloud:", add_lights_of_a_cloud(client, association_id))
        print("New lights at the second discovery:", add_lights_of_a_cloud(client, association_id))


if __name__ == "__main__":
    main()
