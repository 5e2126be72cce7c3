"""Connector destinations: how end users sign in at a cloud connector."""

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    AuthConfigUpdate,
    AuthMaterial,
    AuthType,
    Client,
    ConnectorDestination,
    GeneralAuthorizationUpdate,
    OAuthUpdate,
    ProactiveRefreshTokenRenewal,
    SecretsManager,
)
from iotmi.emulator import Emulator
from tests.support.connectors import (
    SECRET,
    destination_request,
    make_connector,
    make_connector_destination,
)

pytestmark = pytest.mark.anyio


def test_both_ways_to_sign_in_are_kept(client: Client, emulator: Emulator) -> None:
    """OAuth and named secrets travel in the service's own mixture of cases and come back whole."""
    request = destination_request(make_connector(client))
    found = client.connector_destinations.get(client.send(request).value.id)
    assert isinstance(found, ConnectorDestination)
    assert found.cloud_connector_id == request.cloud_connector_id
    assert found.auth_type is AuthType.OAUTH
    assert found.auth_config == request.auth_config
    assert found.secrets_manager == SECRET
    (sent,) = (call for call in emulator.calls if call.operation == "CreateConnectorDestination")
    assert isinstance(sent.parameters["AuthConfig"], dict)
    assert set(sent.parameters["AuthConfig"]) == {"oAuth", "GeneralAuthorization"}
    oauth = sent.parameters["AuthConfig"]["oAuth"]
    assert isinstance(oauth, dict)
    assert oauth["proactiveRefreshTokenRenewal"] == {"enabled": True, "DaysBeforeRenewal": 30}


def test_a_sign_in_can_be_changed_in_part(client: Client) -> None:
    """The redirect is replaced and a secret added; the addresses stay."""
    identifier = make_connector_destination(client)
    before = client.connector_destinations.get(identifier).auth_config
    client.connector_destinations.update(
        identifier,
        name="Elm lamps",
        auth_config=AuthConfigUpdate(
            oauth_update=OAuthUpdate(oauth_complete_redirect_url="https://app.example.com/done"),
            general_authorization_update=GeneralAuthorizationUpdate(
                auth_materials_to_add=[
                    AuthMaterial(secrets_manager=SECRET, auth_material_name="garage")
                ]
            ),
        ),
    )
    found = client.connector_destinations.get(identifier)
    after = found.auth_config
    assert found.name == "Elm lamps"
    assert before is not None
    assert before.oauth is not None
    assert after is not None
    assert after.oauth is not None
    assert after.oauth.auth_url == before.oauth.auth_url
    assert after.oauth.oauth_complete_redirect_url == "https://app.example.com/done"
    assert after.general_authorization is not None
    names = [material.auth_material_name for material in after.general_authorization]
    assert names == ["household", "garage"]


async def test_a_listing_can_be_narrowed(client: Client, async_client: AsyncClient) -> None:
    """To the destinations of one connector."""
    made = make_connector_destination(client)
    client.send(destination_request(make_connector(client, "Other")))
    connector = client.connector_destinations.get(made).cloud_connector_id
    assert len(client.connector_destinations.list(max_results=1).collect()) == 2
    listed = await async_client.connector_destinations.list(cloud_connector_id=connector).collect()
    assert [each.id for each in listed] == [made]


async def test_a_deleted_destination_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion there is no such connector destination."""
    identifier = make_connector_destination(client)
    await async_client.connector_destinations.delete(identifier)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.connector_destinations.get(identifier)


def test_limits_hold_where_a_value_is_built() -> None:
    """Tokens are renewed 30 days before they expire at the latest; a version id is long."""
    with pytest.raises(iotmi.ConstraintError, match="days_before_renewal: must be at least 30"):
        ProactiveRefreshTokenRenewal(enabled=True, days_before_renewal=29)
    with pytest.raises(iotmi.ConstraintError, match="version_id: must have from 32 to 64"):
        SecretsManager(arn=SECRET.arn, version_id="1")
