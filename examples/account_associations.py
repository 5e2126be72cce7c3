"""Link an end user's third-party account, and register a device of that third party's cloud."""

from iotmi import (
    AuthConfig,
    AuthenticationMaterialType,
    AuthType,
    Client,
    EndpointConfig,
    LambdaConfig,
    OAuthConfig,
    Role,
    SecretsManager,
    TokenEndpointAuthenticationScheme,
)
from iotmi.emulator import Emulator

DISCOVERY_ID = "0123456789abcdef0123456789abcdef"


def connect_cloud(client: Client) -> str:
    """Create a cloud connector and a connector destination, and return the destination's id."""
    connector = client.cloud_connectors.create(
        name="Lighting Cloud",
        endpoint_config=EndpointConfig(lambda_=LambdaConfig(arn="lighting-cloud-connector")),
    )
    return client.connector_destinations.create(
        cloud_connector_id=connector.id,
        auth_type=AuthType.OAUTH,
        auth_config=AuthConfig(
            oauth=OAuthConfig(
                auth_url="https://login.example.com/authorize",
                token_url="https://login.example.com/token",  # noqa: S106  (an address)
                token_endpoint_authentication_scheme=TokenEndpointAuthenticationScheme.HTTP_BASIC,
            )
        ),
        secrets_manager=SecretsManager(
            arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:lighting-cloud-AbCdEf",
            version_id="0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
        ),
    ).id


def link_account(client: Client, destination_id: str, name: str) -> str:
    """Link an account, wait for its user to sign in, and return the association's id."""
    link = client.account_associations.create(connector_destination_id=destination_id, name=name)
    # The address is sensitive: an application opens it in the user's browser.
    print("Sign in at", link.oauth_authorization_url.partition("?")[0])
    client.account_associations.wait_until_settled(link.account_association_id, timeout=600)
    return link.account_association_id


def add_bulb(client: Client, association_id: str) -> str:
    """Create a managed thing for a bulb that a cloud discovery found, and return its id."""
    bulb = client.managed_things.create(
        role=Role.DEVICE,
        name="Bulb",
        authentication_material=f"CLOUD:{DISCOVERY_ID}:bulb-1",
        authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
    )
    client.account_associations.register(
        managed_thing_id=bulb.id,
        account_association_id=association_id,
        device_discovery_id=DISCOVERY_ID,
    )
    return bulb.id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        # The waiters of this client do not sleep between polls.
        client = emulator.client()
        association_id = link_account(client, connect_cloud(client), "Anna at Lighting Cloud")
        bulb_id = add_bulb(client, association_id)
        print("The bulb is", client.managed_things.get(bulb_id).provisioning_status)
        client.account_associations.deregister(
            managed_thing_id=bulb_id, account_association_id=association_id
        )
        print("The bulb is", client.managed_things.get(bulb_id).provisioning_status)
        client.account_associations.delete(association_id)


if __name__ == "__main__":
    main()
