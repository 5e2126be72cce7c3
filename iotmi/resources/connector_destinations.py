"""Connector destinations: sign-in settings of this AWS account for a cloud connector."""

from collections.abc import Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    AUTH_MATERIAL_NAME,
    CLIENT_TOKEN,
    CLOUD_CONNECTOR_ID,
    CONNECTOR_DESTINATION_ID,
    MAX_RESULTS,
    NEXT_TOKEN,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import Number, Size, Text, WireName

CONNECTOR_DESTINATION_NAME: Final = Text(1, 128, r"[A-Za-z0-9-_ ]+")
CONNECTOR_DESTINATION_DESCRIPTION: Final = Text(1, 256, r"[0-9A-Za-z_\- ]+")


class AuthType(OpenEnum):
    """The way end users sign in."""

    OAUTH = "OAUTH"


class TokenEndpointAuthenticationScheme(OpenEnum):
    """The way the service authenticates at the third party's token endpoint."""

    HTTP_BASIC = "HTTP_BASIC"
    REQUEST_BODY_CREDENTIALS = "REQUEST_BODY_CREDENTIALS"


OAUTH_ENDPOINT_URL: Final = Text(
    1,
    1024,
    r"https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}"
    r"([-a-zA-Z0-9()@:%_\+.~#?&\/=]*)",
)


@model
class ProactiveRefreshTokenRenewal:
    """The renewal of refresh tokens before they expire.

    Attributes:
        enabled: True to renew tokens before they expire.
        days_before_renewal: days between issue and renewal of a token, at least 30.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ProactiveRefreshTokenRenewal.html
    """

    enabled: Annotated[bool, WireName("enabled")] | None = None
    days_before_renewal: Annotated[int, Number(30, None)] | None = None


# Responses hold an http or https address. Requests accept any string, such as "about:blank".
OAUTH_COMPLETE_REDIRECT_URL: Final = (
    Text(1, 1024, r"(http|https)://.*"),
    WireName("OAuthCompleteRedirectUrl"),
)


@camel_model
class OAuthConfig:
    """The OAuth settings of a third party, for the authorization code grant.

    Attributes:
        auth_url: address of the authorization endpoint, 1 to 1024 characters.
        token_url: address of the token endpoint, 1 to 1024 characters.
        scope: OAuth scopes to request.
        token_endpoint_authentication_scheme: way to authenticate at the token endpoint.
        oauth_complete_redirect_url: address that the end user's browser opens after the sign-in.
        proactive_refresh_token_renewal: renewal of refresh tokens.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OAuthConfig.html
    """

    auth_url: Annotated[str, OAUTH_ENDPOINT_URL]
    token_url: Annotated[str, OAUTH_ENDPOINT_URL]
    scope: str | None = None
    token_endpoint_authentication_scheme: TokenEndpointAuthenticationScheme
    oauth_complete_redirect_url: Annotated[str, WireName("oAuthCompleteRedirectUrl")] | None = None
    proactive_refresh_token_renewal: ProactiveRefreshTokenRenewal | None = None


SECRETS_MANAGER_ARN: Final = Text(
    20,
    2048,
    r"arn:aws:secretsmanager:[0-9a-zA-Z-]{1,32}:\d{12}:secret:[A-Za-z0-9/_+=.@-]{8,520}",
)
SECRETS_MANAGER_VERSION_ID: Final = Text(32, 64, r"[a-zA-Z0-9-_]+")


@camel_model
class SecretsManager:
    """One version of a secret in AWS Secrets Manager, encrypted with a customer managed key.

    Attributes:
        arn: ARN of the secret.
        version_id: id of the version, 32 to 64 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SecretsManager.html
    """

    arn: Annotated[str, SECRETS_MANAGER_ARN]
    version_id: Annotated[str, SECRETS_MANAGER_VERSION_ID]


@model
class AuthMaterial:
    """A named secret that authorizes account associations without a sign-in.

    Attributes:
        secrets_manager: stored secret.
        auth_material_name: name, 1 to 100 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthMaterial.html
    """

    secrets_manager: SecretsManager
    auth_material_name: Annotated[str, AUTH_MATERIAL_NAME]


@model
class AuthConfig:
    """The ways for end users to sign in: OAuth, named secrets, or both.

    Attributes:
        oauth: OAuth settings.
        general_authorization: named secrets, at most 3.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthConfig.html
    """

    oauth: Annotated[OAuthConfig, WireName("oAuth")] | None = None
    general_authorization: Annotated[Sequence[AuthMaterial], Size(0, 3)] | None = None


@model
class CreatedConnectorDestination:
    """The id of a new connector destination.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateConnectorDestination.html
    """

    id: Annotated[str, CONNECTOR_DESTINATION_ID]


@model
class CreateConnectorDestination(Request[CreatedConnectorDestination]):
    """Create a connector destination: a cloud connector with a way for end users to sign in.

    OAuth requires `auth_type` and `secrets_manager`. Named secrets alone require neither.

    Args:
        name: 1 to 128 letters, digits, hyphens, underscores and spaces.
        description: 1 to 256 of the same characters.
        cloud_connector_id: id of the connector.
        auth_type: way end users sign in.
        auth_config: settings of the sign-in.
        secrets_manager: stored client id and client secret of the OAuth client.
        client_token: idempotency token, 1 to 64 characters; generated if None.

    Raises:
        ResourceNotFoundError: no cloud connector has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateConnectorDestination.html
    """

    name: Annotated[str, CONNECTOR_DESTINATION_NAME] | None = None
    description: Annotated[str, CONNECTOR_DESTINATION_DESCRIPTION] | None = None
    cloud_connector_id: Annotated[str, CLOUD_CONNECTOR_ID]
    auth_type: AuthType | None = None
    auth_config: AuthConfig
    secrets_manager: SecretsManager | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None


@model
class ConnectorDestination:
    """A cloud connector with a way for end users to sign in.

    Attributes:
        name: name, 1 to 128 characters.
        description: free text, 1 to 256 characters.
        cloud_connector_id: id of the connector.
        id: id of the destination, 1 to 64 characters.
        auth_type: way end users sign in.
        auth_config: settings of the sign-in.
        secrets_manager: stored client id and client secret of the OAuth client.
        oauth_complete_redirect_url: address that the end user's browser opens after the sign-in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetConnectorDestination.html
    """

    name: Annotated[str, CONNECTOR_DESTINATION_NAME] | None = None
    description: Annotated[str, CONNECTOR_DESTINATION_DESCRIPTION] | None = None
    cloud_connector_id: Annotated[str, CLOUD_CONNECTOR_ID] | None = None
    id: Annotated[str, CONNECTOR_DESTINATION_ID]
    auth_type: AuthType | None = None
    auth_config: AuthConfig | None = None
    secrets_manager: SecretsManager | None = None
    oauth_complete_redirect_url: Annotated[str, OAUTH_COMPLETE_REDIRECT_URL] | None = None


@model
class GetConnectorDestination(Request[ConnectorDestination]):
    """Return the connector destination with this id.

    Raises:
        ResourceNotFoundError: no connector destination has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetConnectorDestination.html
    """

    identifier: Annotated[str, CONNECTOR_DESTINATION_ID] = field(kw_only=False)


@model
class ConnectorDestinationSummary:
    """A connector destination as listed. `ConnectorDestination` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConnectorDestinationSummary.html
    """

    name: Annotated[str, CONNECTOR_DESTINATION_NAME] | None = None
    description: Annotated[str, CONNECTOR_DESTINATION_DESCRIPTION] | None = None
    cloud_connector_id: Annotated[str, CLOUD_CONNECTOR_ID] | None = None
    id: Annotated[str, CONNECTOR_DESTINATION_ID]


@model
class ListConnectorDestinations(Listing[ConnectorDestinationSummary]):
    """Return a pager over the connector destinations.

    Args:
        cloud_connector_id: id of one connector.
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListConnectorDestinations.html
    """

    items_member = "ConnectorDestinationList"

    cloud_connector_id: Annotated[str, CLOUD_CONNECTOR_ID] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@camel_model
class OAuthUpdate:
    """The OAuth settings that can be changed. Endpoints and scopes cannot.

    Attributes:
        oauth_complete_redirect_url: address that the end user's browser opens after the sign-in.
        proactive_refresh_token_renewal: renewal of refresh tokens.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OAuthUpdate.html
    """

    oauth_complete_redirect_url: Annotated[str, WireName("oAuthCompleteRedirectUrl")] | None = None
    proactive_refresh_token_renewal: ProactiveRefreshTokenRenewal | None = None


@model
class GeneralAuthorizationUpdate:
    """The named secrets to add or replace. Secrets cannot be removed.

    Attributes:
        auth_materials_to_add: new secrets, at most 3.
        auth_materials_to_update: replaced secrets, at most 3.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GeneralAuthorizationUpdate.html
    """

    auth_materials_to_add: Annotated[Sequence[AuthMaterial], Size(0, 3)] | None = None
    auth_materials_to_update: Annotated[Sequence[AuthMaterial], Size(0, 3)] | None = None


@model
class AuthConfigUpdate:
    """The changes to the sign-in settings.

    Attributes:
        oauth_update: changes to the OAuth settings.
        general_authorization_update: changes to the named secrets.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthConfigUpdate.html
    """

    oauth_update: Annotated[OAuthUpdate, WireName("oAuthUpdate")] | None = None
    general_authorization_update: GeneralAuthorizationUpdate | None = None


@model
class UpdateConnectorDestination(Request[None]):
    """Update the given members of a connector destination. Members that are None stay unchanged.

    Args:
        identifier: id of the destination.
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.
        name: 1 to 128 of the same characters.
        auth_type: way end users sign in.
        auth_config: changes to the sign-in settings.
        secrets_manager: stored client id and client secret of the OAuth client.

    Raises:
        ResourceNotFoundError: no connector destination has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateConnectorDestination.html
    """

    identifier: Annotated[str, CONNECTOR_DESTINATION_ID] = field(kw_only=False)
    description: Annotated[str, CONNECTOR_DESTINATION_DESCRIPTION] | None = None
    name: Annotated[str, CONNECTOR_DESTINATION_NAME] | None = None
    auth_type: AuthType | None = None
    auth_config: AuthConfigUpdate | None = None
    secrets_manager: SecretsManager | None = None


@model
class DeleteConnectorDestination(Request[None]):
    """Delete a connector destination. The service refuses if an account association used it.

    Raises:
        ResourceNotFoundError: no connector destination has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteConnectorDestination.html
    """

    identifier: Annotated[str, CONNECTOR_DESTINATION_ID] = field(kw_only=False)


class ConnectorDestinations(Family[M]):
    """Sign-in settings of this AWS account for cloud connectors."""

    create: Final = call(CreateConnectorDestination)
    get: Final = call(GetConnectorDestination)
    list: Final = paged(ListConnectorDestinations)
    update: Final = call(UpdateConnectorDestination)
    delete: Final = call(DeleteConnectorDestination)
