"""Waiters with both clients."""

import pytest

import iotmi
from iotmi import AsyncClient, Client, PollInterval, ProvisioningStatus, RetryPolicy
from iotmi.emulator import Emulator
from tests.support.connectors import make_connector_destination
from tests.support.factories import make_hub
from tests.support.http_servers import answer, serving, with_keys

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def looks(emulator: Emulator) -> int:
    """Return the number of polls."""
    return sum(call.operation == "GetManagedThing" for call in emulator.calls)


def test_a_waiter_polls_after_growing_intervals(
    client: Client, emulator: Emulator, pauses: list[float]
) -> None:
    """A waiter polls at once, then after growing intervals."""
    hub = make_hub(client)
    thing = client.managed_things.wait_until_activated(hub.id)
    assert thing.provisioning_status is ProvisioningStatus.ACTIVATED
    assert looks(emulator) == 3
    first, second = pauses
    assert 0.25 <= first <= 0.5 <= second <= 1.0
    client.managed_things.wait_until_activated(hub.id)
    assert len(pauses) == 2


async def test_the_async_waiter_is_the_same(
    async_client: AsyncClient, client: Client, pauses: list[float]
) -> None:
    """The async waiter gives the same result."""
    hub = make_hub(client)
    thing = await async_client.managed_things.wait_until_activated(hub.id)
    assert thing.provisioning_status is ProvisioningStatus.ACTIVATED
    assert len(pauses) == 2


def test_a_waiter_ends_when_the_state_is_impossible(client: Client) -> None:
    """A thing under deletion raises an error with the thing."""
    hub = make_hub(client)
    client.managed_things.delete(hub.id)
    with pytest.raises(iotmi.WaitFailedError, match="ACTIVATED: can no longer") as caught:
        client.managed_things.wait_until_activated(hub.id)
    assert isinstance(caught.value.last_value, iotmi.ManagedThing)
    assert caught.value.last_value.provisioning_status is ProvisioningStatus.DELETE_IN_PROGRESS


def test_a_waiter_ends_in_time(pauses: list[float]) -> None:
    """A waiter stops before an interval that ends past its timeout, with the last value."""
    body = b'{"Id": "x", "ProvisioningStatus": "DISCOVERED"}'
    policy = RetryPolicy(sleep=pauses.append)
    with (
        serving([answer("200 OK", body)] * 9) as url,
        with_keys(Client, endpoint_url=url, retry=policy) as client,
    ):
        with pytest.raises(iotmi.WaitTimeoutError, match="within 3 s") as caught:
            client.managed_things.wait_until_activated(
                "x", timeout=3, pauses=PollInterval(initial=0.5, maximum=1.0)
            )
    assert isinstance(caught.value.last_value, iotmi.ManagedThing)
    assert caught.value.last_value.id == "x"
    assert 1.5 < sum(pauses) <= 3.0
    assert max(pauses) <= 1.0


def test_waiting_for_a_deletion(client: Client, emulator: Emulator) -> None:
    """The waiter polls while the deletion is in progress, until the thing is gone."""
    hub = make_hub(client)
    client.managed_things.delete(hub.id)
    client.managed_things.wait_until_deleted(hub.id)
    assert looks(emulator) == 2
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.get(hub.id)


@pytest.mark.parametrize("status", ["DELETED", "DELETION_FAILED"])
def test_the_ends_of_a_deletion(status: str) -> None:
    """DELETED ends the wait, and DELETION_FAILED raises."""
    body = f'{{"Id": "x", "ProvisioningStatus": "{status}"}}'.encode()
    with (
        serving([answer("200 OK", body)]) as url,
        with_keys(Client, endpoint_url=url) as client,
    ):
        if status == "DELETED":
            client.managed_things.wait_until_deleted("x")
        else:
            with pytest.raises(iotmi.WaitFailedError):
                client.managed_things.wait_until_deleted("x")


def test_waiting_for_an_end_user(client: Client) -> None:
    """An association is in progress and then associated."""
    made = client.account_associations.create(
        connector_destination_id=make_connector_destination(client),
        general_authorization=None,
    )
    assert made.association_state is iotmi.AssociationState.ASSOCIATION_IN_PROGRESS
    link = client.account_associations.wait_until_settled(made.account_association_id)
    assert link.association_state is iotmi.AssociationState.ASSOCIATION_SUCCEEDED


def test_waiting_for_an_association_under_deletion(client: Client) -> None:
    """An association under deletion raises."""
    made = client.account_associations.create(
        connector_destination_id=make_connector_destination(client)
    )
    client.account_associations.delete(made.account_association_id)
    with pytest.raises(iotmi.WaitFailedError):
        client.account_associations.wait_until_settled(made.account_association_id)


def test_an_interval_of_zero_is_refused() -> None:
    """An interval of zero is refused."""
    with pytest.raises(ValueError, match="initial"):
        PollInterval(initial=0)
