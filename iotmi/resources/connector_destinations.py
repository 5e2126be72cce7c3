"""Connector destinations: how end users of this AWS account sign in at a cloud connector."""

from collections.abc import Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    AuthMaterialName,
    ClientToken,
    CloudConnectorId,
    ConnectorDestinationId,
    MaxResults,
    NextToken,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import Number, Size, Text, WireName

ConnectorDestinationName = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+")]
ConnectorDestinationDescription = Annotated[str, Text(1, 256, r"[0-9A-Za-z_\- ]+")]


class AuthType(OpenEnum):
    """How end users sign in."""

    OAUTH = "OAUTH"


class TokenEndpointAuthenticationScheme(OpenEnum):
    """How the service proves itself at the third party's token endpoint."""

    HTTP_BASIC = "HTTP_BASIC"
    REQUEST_BODY_CREDENTIALS = "REQUEST_BODY_CREDENTIALS"


OAuthEndpointUrl = Annotated[
    str,
    Text(
        1,
        1024,
        r"https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}"
        r"([-a-zA-Z0-9()@:%_\+.~#?&\/=]*)",
    ),
]
DaysBeforeRenewal = Annotated[int, Number(30, None)]


@model
class ProactiveRefreshTokenRenewal:
    """Whether refresh tokens are renewed before they expire.

    Limits: `days_before_renewal` is at least 30.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ProactiveRefreshTokenRenewal.html
    """

    enabled: Annotated[bool, WireName("enabled")] | None = None
    days_before_renewal: DaysBeforeRenewal | None = None


# What is asked for may be any string; what is answered is an http or https address.
AskedRedirectUrl = Annotated[str, WireName("oAuthCompleteRedirectUrl")]
OAuthCompleteRedirectUrl = Annotated[
    str, Text(1, 1024, r"(http|https)://.*"), WireName("OAuthCompleteRedirectUrl")
]


@camel_model
class OAuthConfig:
    """How the service gets tokens of the third party, by OAuth's authorization code grant.

    `oauth_complete_redirect_url` is where the end user's browser is sent at the end. Limits: 1 to
    1024 characters for `auth_url` and `token_url`.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OAuthConfig.html
    """

    auth_url: OAuthEndpointUrl
    token_url: OAuthEndpointUrl
    scope: str | None = None
    token_endpoint_authentication_scheme: TokenEndpointAuthenticationScheme
    oauth_complete_redirect_url: AskedRedirectUrl | None = None
    proactive_refresh_token_renewal: ProactiveRefreshTokenRenewal | None = None


SecretsManagerArn = Annotated[
    str,
    Text(
        20,
        2048,
        r"arn:aws:secretsmanager:[0-9a-zA-Z-]{1,32}:\d{12}:secret:[A-Za-z0-9/_+=.@-]{8,520}",
    ),
]
SecretsManagerVersionId = Annotated[str, Text(32, 64, r"[a-zA-Z0-9-_]+")]


@camel_model
class SecretsManager:
    """One version of a secret in AWS Secrets Manager, encrypted with a key of the customer's.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SecretsManager.html
    """

    arn: SecretsManagerArn
    version_id: SecretsManagerVersionId


@model
class AuthMaterial:
    """A named secret that stands in for a sign-in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthMaterial.html
    """

    secrets_manager: SecretsManager
    auth_material_name: AuthMaterialName


AuthMaterials = Annotated[Sequence[AuthMaterial], Size(0, 3)]


@model
class AuthConfig:
    """How end users sign in: by OAuth, by named secrets, or by either.

    Limits: up to 3 named secrets.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthConfig.html
    """

    oauth: Annotated[OAuthConfig, WireName("oAuth")] | None = None
    general_authorization: AuthMaterials | None = None


@model
class CreatedConnectorDestination:
    """What a creation tells of the new connector destination.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateConnectorDestination.html
    """

    id: ConnectorDestinationId


@model
class CreateConnectorDestination(Request[CreatedConnectorDestination]):
    """Make a connector destination: a cloud connector, with a way for end users to sign in.

    With OAuth give `auth_type` and `secrets_manager`, which holds the client's id and secret at the
    third party; named secrets alone need neither. Limits: a name has 1 to 128 letters, digits,
    hyphens, underscores and spaces, a description 1 to 256.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateConnectorDestination.html
    """

    name: ConnectorDestinationName | None = None
    description: ConnectorDestinationDescription | None = None
    cloud_connector_id: CloudConnectorId
    auth_type: AuthType | None = None
    auth_config: AuthConfig
    secrets_manager: SecretsManager | None = None
    client_token: ClientToken | None = None


@model
class ConnectorDestination:
    """A cloud connector, with a way for end users to sign in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetConnectorDestination.html
    """

    name: ConnectorDestinationName | None = None
    description: ConnectorDestinationDescription | None = None
    cloud_connector_id: CloudConnectorId | None = None
    id: ConnectorDestinationId
    auth_type: AuthType | None = None
    auth_config: AuthConfig | None = None
    secrets_manager: SecretsManager | None = None
    oauth_complete_redirect_url: OAuthCompleteRedirectUrl | None = None


@model
class GetConnectorDestination(Request[ConnectorDestination]):
    """One connector destination, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetConnectorDestination.html
    """

    identifier: ConnectorDestinationId = field(kw_only=False)


@model
class ConnectorDestinationSummary:
    """What a listing tells of a connector destination.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConnectorDestinationSummary.html
    """

    name: ConnectorDestinationName | None = None
    description: ConnectorDestinationDescription | None = None
    cloud_connector_id: CloudConnectorId | None = None
    id: ConnectorDestinationId


@model
class ListConnectorDestinations(Listing[ConnectorDestinationSummary]):
    """Connector destinations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListConnectorDestinations.html
    """

    items_member = "ConnectorDestinationList"

    cloud_connector_id: CloudConnectorId | None = None
    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@camel_model
class OAuthUpdate:
    """What can be changed of an OAuth sign-in. Addresses and scope cannot.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_OAuthUpdate.html
    """

    oauth_complete_redirect_url: AskedRedirectUrl | None = None
    proactive_refresh_token_renewal: ProactiveRefreshTokenRenewal | None = None


@model
class GeneralAuthorizationUpdate:
    """Named secrets to add and to replace, up to 3 each. None can be taken away.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GeneralAuthorizationUpdate.html
    """

    auth_materials_to_add: AuthMaterials | None = None
    auth_materials_to_update: AuthMaterials | None = None


@model
class AuthConfigUpdate:
    """What to change in the way end users sign in.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_AuthConfigUpdate.html
    """

    oauth_update: Annotated[OAuthUpdate, WireName("oAuthUpdate")] | None = None
    general_authorization_update: GeneralAuthorizationUpdate | None = None


@model
class UpdateConnectorDestination(Request[None]):
    """Change members of a connector destination. What is not given stays as it is.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateConnectorDestination.html
    """

    identifier: ConnectorDestinationId = field(kw_only=False)
    description: ConnectorDestinationDescription | None = None
    name: ConnectorDestinationName | None = None
    auth_type: AuthType | None = None
    auth_config: AuthConfigUpdate | None = None
    secrets_manager: SecretsManager | None = None


@model
class DeleteConnectorDestination(Request[None]):
    """Delete a connector destination. The service refuses where an account association uses it.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteConnectorDestination.html
    """

    identifier: ConnectorDestinationId = field(kw_only=False)


class ConnectorDestinations(Family[M]):
    """How end users of this AWS account sign in at a cloud connector."""

    create: Final = call(CreateConnectorDestination)
    """Make a connector destination: a cloud connector, with a way for end users to sign in."""
    get: Final = call(GetConnectorDestination)
    """One connector destination, by id."""
    list: Final = paged(ListConnectorDestinations)
    """Connector destinations, page by page as they are asked for."""
    update: Final = call(UpdateConnectorDestination)
    """Change members of a connector destination. What is not given stays as it is."""
    delete: Final = call(DeleteConnectorDestination)
    """Delete a connector destination. The service refuses where an account association uses it."""
