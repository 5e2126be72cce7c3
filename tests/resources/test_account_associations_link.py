"""Linking an end user's account: several requests and a sign-in."""

import pytest

import iotmi
from iotmi import (
    AccountAssociation,
    AssociationState,
    AsyncClient,
    Client,
    CreateAccountAssociation,
    GeneralAuthorizationName,
)
from iotmi.emulator import Emulator
from tests.support.connectors import make_connector_destination

pytestmark = pytest.mark.anyio


def test_a_link_succeeds_after_the_sign_in(client: Client, pauses: list[float]) -> None:
    """`sign_in` is called once, before the first pause, and the linked association is returned."""
    creation = CreateAccountAssociation(
        connector_destination_id=make_connector_destination(client), name="Ann"
    )
    shown: list[tuple[str, int]] = []
    link = client.account_associations.link(
        creation, sign_in=lambda url: shown.append((url, len(pauses)))
    )
    assert isinstance(link, AccountAssociation)
    assert link.association_state is AssociationState.ASSOCIATION_SUCCEEDED
    assert link.name == "Ann"
    assert shown == [(link.oauth_authorization_url, 0)]
    assert link.oauth_authorization_url.startswith("https://")
    assert link.oauth_authorization_url not in repr(link)
    assert len(pauses) == 1


async def test_a_stored_secret_requires_no_sign_in(
    client: Client, async_client: AsyncClient
) -> None:
    """With a stored secret there is no address, and `sign_in` is not called."""
    creation = CreateAccountAssociation(
        connector_destination_id=make_connector_destination(client),
        general_authorization=GeneralAuthorizationName(auth_material_name="household"),
    )
    shown: list[str] = []
    link = await async_client.account_associations.link(creation, sign_in=shown.append)
    assert link.association_state is AssociationState.ASSOCIATION_SUCCEEDED
    assert shown == []


async def test_the_async_client_links(client: Client, async_client: AsyncClient) -> None:
    """The async client runs the same flow."""
    creation = CreateAccountAssociation(connector_destination_id=make_connector_destination(client))
    shown: list[str] = []
    link = await async_client.account_associations.link(creation, sign_in=shown.append)
    assert link.association_state is AssociationState.ASSOCIATION_SUCCEEDED
    assert shown == [link.oauth_authorization_url]


def test_a_deleted_association_ends_the_wait(client: Client, emulator: Emulator) -> None:
    """Deleting the association during the sign-in ends the wait with an error."""

    def change_mind(url: str) -> None:
        assert url
        (begun,) = client.account_associations.list()
        client.account_associations.delete(begun.account_association_id)

    creation = CreateAccountAssociation(connector_destination_id=make_connector_destination(client))
    with pytest.raises(iotmi.WaitFailedError) as caught:
        client.account_associations.link(creation, sign_in=change_mind)
    assert isinstance(caught.value.last_value, AccountAssociation)
    assert caught.value.last_value.association_state is AssociationState.ASSOCIATION_DELETING
    assert caught.value.last_value.oauth_authorization_url not in str(caught.value)
    assert emulator.calls[-1].operation == "GetAccountAssociation"
