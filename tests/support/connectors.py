"""Cloud connectors, connector destinations and associations for tests."""

from iotmi import (
    AuthConfig,
    AuthMaterial,
    AuthType,
    Client,
    CreateConnectorDestination,
    EndpointConfig,
    EndpointType,
    GeneralAuthorizationName,
    LambdaConfig,
    OAuthConfig,
    ProactiveRefreshTokenRenewal,
    SecretsManager,
    TokenEndpointAuthenticationScheme,
)

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:connector"
SECRET = SecretsManager(
    arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:third-party-AbCdEf",
    version_id="0123456789abcdef0123456789abcdef",
)


def make_connector(client: Client, name: str = "Elm lights") -> str:
    """Create a cloud connector and return its id."""
    return client.cloud_connectors.create(
        name=name,
        endpoint_config=EndpointConfig(lambda_=LambdaConfig(arn=FUNCTION)),
        endpoint_type=EndpointType.LAMBDA,
    ).id


def destination_request(connector: str) -> CreateConnectorDestination:
    """Return a create request of a connector destination with both ways to sign in."""
    return CreateConnectorDestination(
        name="Elm lights",
        cloud_connector_id=connector,
        auth_type=AuthType.OAUTH,
        auth_config=AuthConfig(
            oauth=OAuthConfig(
                auth_url="https://login.example.com/authorize",
                token_url="https://login.example.com/token",
                scope="lights",
                token_endpoint_authentication_scheme=TokenEndpointAuthenticationScheme.HTTP_BASIC,
                oauth_complete_redirect_url="https://app.example.com/linked",
                proactive_refresh_token_renewal=ProactiveRefreshTokenRenewal(
                    enabled=True, days_before_renewal=30
                ),
            ),
            general_authorization=[
                AuthMaterial(secrets_manager=SECRET, auth_material_name="household")
            ],
        ),
        secrets_manager=SECRET,
    )


def make_connector_destination(client: Client) -> str:
    """Create a connector destination with its own connector, and return its id."""
    return client.send(destination_request(make_connector(client))).value.id


def make_association(client: Client) -> str:
    """Create an associated account association, and return its id."""
    return client.account_associations.create(
        connector_destination_id=make_connector_destination(client),
        general_authorization=GeneralAuthorizationName(auth_material_name="household"),
    ).account_association_id
