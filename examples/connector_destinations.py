"""Offer an OAuth sign-in for a cloud connector, and change the page shown after the sign-in."""

from iotmi import (
    AuthConfig,
    AuthConfigUpdate,
    AuthType,
    Client,
    EndpointConfig,
    LambdaConfig,
    OAuthConfig,
    OAuthUpdate,
    ProactiveRefreshTokenRenewal,
    SecretsManager,
    TokenEndpointAuthenticationScheme,
)
from iotmi.emulator import Emulator

# AWS Secrets Manager holds the id and secret of the OAuth client.
SECRET = SecretsManager(
    arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:lighting-cloud-AbCdEf",
    version_id="0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
)


def offer_sign_in(client: Client, connector_id: str) -> str:
    """Create a connector destination with an OAuth sign-in, and return its id."""
    return client.connector_destinations.create(
        name="Lighting Cloud",
        cloud_connector_id=connector_id,
        auth_type=AuthType.OAUTH,
        auth_config=AuthConfig(
            oauth=OAuthConfig(
                auth_url="https://login.lighting.example.com/authorize",
                token_url="https://login.lighting.example.com/token",  # noqa: S106  (an address)
                scope="lights",
                token_endpoint_authentication_scheme=TokenEndpointAuthenticationScheme.HTTP_BASIC,
                oauth_complete_redirect_url="https://home.example.com/linked",
            )
        ),
        secrets_manager=SECRET,
    ).id


def main() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.Client()` instead."""
    with Emulator() as emulator:
        client = emulator.client()
        connector = client.cloud_connectors.create(
            name="Lighting Cloud",
            endpoint_config=EndpointConfig(lambda_=LambdaConfig(arn="lighting-cloud-connector")),
        )
        destination_id = offer_sign_in(client, connector.id)
        client.connector_destinations.update(
            destination_id,
            auth_config=AuthConfigUpdate(
                oauth_update=OAuthUpdate(
                    oauth_complete_redirect_url="https://home.example.com/done",
                    proactive_refresh_token_renewal=ProactiveRefreshTokenRenewal(
                        enabled=True, days_before_renewal=30
                    ),
                )
            ),
        )
        print(client.connector_destinations.get(destination_id).oauth_complete_redirect_url)
        client.connector_destinations.delete(destination_id)
        client.cloud_connectors.delete(connector.id)


if __name__ == "__main__":
    main()
