"""Connector destinations: sign-in settings for a cloud connector."""

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


def test_both_ways_to_sign_in_are_read_as_created(client: Client, emulator: Emulator) -> None:
    """OAuth settings and named secrets are read back as sent, despite the mixed casing."""
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
    """An update replaces the redirect and adds a secret; the endpoints stay unchanged."""
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


async def test_a_listing_can_be_filtered(client: Client, async_client: AsyncClient) -> None:
    """Connector destinations are filtered by connector."""
    created = make_connector_destination(client)
    client.send(destination_request(make_connector(client, "Other")))
    connector = client.connector_destinations.get(created).cloud_connector_id
    assert len(client.connector_destinations.list(max_results=1).collect()) == 2
    listed = await async_client.connector_destinations.list(cloud_connector_id=connector).collect()
    assert [each.id for each in listed] == [created]


async def test_a_deleted_destination_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion a read raises `ResourceNotFoundError`."""
    identifier = make_connector_destination(client)
    await async_client.connector_destinations.delete(identifier)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.connector_destinations.get(identifier)


def test_values_are_validated_when_built() -> None:
    """Values out of range are rejected when the value is built."""
    with pytest.raises(iotmi.ConstraintError, match="days_before_renewal: must be at least 30"):
        ProactiveRefreshTokenRenewal(enabled=True, days_before_renewal=29)
    with pytest.raises(iotmi.ConstraintError, match="version_id: must have from 32 to 64"):
        SecretsManager(arn=SECRET.arn, version_id="1")
