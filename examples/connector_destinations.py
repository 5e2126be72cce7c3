"""A cloud connector gets a way for end users to sign in, which is then moved to another page."""

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

# The client's id and secret at the third party lie in AWS Secrets Manager, and are not seen here.
SECRET = SecretsManager(
    arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:lighting-cloud-AbCdEf",
    version_id="0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
)


def offer_sign_in(client: Client, connector_id: str) -> str:
    """Let end users sign in at a connector's cloud by OAuth; the connector destination's id."""
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
    """Run on the emulator; with an AWS account, `iotmi.Client()` takes its client's place."""
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
