"""Notification configurations: which kind of event goes to which destination."""

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    CreateNotificationConfiguration,
    EventType,
    NotificationConfiguration,
)
from tests.resources.test_destinations import destination_request

pytestmark = pytest.mark.anyio


@pytest.fixture
def destination(client: Client) -> str:
    """The name of a destination."""
    return client.send(destination_request()).value.name


def test_a_configuration_is_known_by_its_kind_of_event(client: Client, destination: str) -> None:
    """A plain string of a known kind is as good as the enum's member."""
    made = client.notification_configurations.create(
        event_type=EventType.DEVICE_STATE, destination_name=destination
    )
    assert made.event_type is EventType.DEVICE_STATE
    found = client.notification_configurations.get(EventType("DEVICE_STATE"))
    assert isinstance(found, NotificationConfiguration)
    assert (found.event_type, found.destination_name) == (EventType.DEVICE_STATE, destination)
    assert found.created_at is not None


def test_one_configuration_for_each_kind_of_event(client: Client, destination: str) -> None:
    """A second one is refused; an update leads the first elsewhere."""
    kind = EventType.DEVICE_EVENT
    client.notification_configurations.create(event_type=kind, destination_name=destination)
    other = client.send(destination_request("Other")).value.name
    with pytest.raises(iotmi.ConflictError):
        client.notification_configurations.create(event_type=kind, destination_name=other)
    client.notification_configurations.update(kind, destination_name=other)
    assert client.notification_configurations.get(kind).destination_name == other


async def test_a_listing_walks_all_pages(
    client: Client, async_client: AsyncClient, destination: str
) -> None:
    """Both clients see every configuration, one a page."""
    kinds = {EventType.DEVICE_OTA, EventType.DEVICE_WSS}
    for kind in kinds:
        client.notification_configurations.create(event_type=kind, destination_name=destination)
    listed = client.notification_configurations.list(max_results=1)
    assert {each.event_type for each in listed} == kinds
    awaited = async_client.notification_configurations.list(max_results=1)
    assert {each.event_type async for each in awaited} == kinds


async def test_a_deleted_configuration_is_gone(
    client: Client, async_client: AsyncClient, destination: str
) -> None:
    """After the deletion that kind of event goes nowhere."""
    kind = EventType.ACCOUNT_ASSOCIATION
    client.notification_configurations.create(event_type=kind, destination_name=destination)
    await async_client.notification_configurations.delete(kind)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.notification_configurations.get(kind)


def test_a_kind_of_event_must_be_known(client: Client) -> None:
    """An unknown kind is refused with the known ones named, before anything is sent."""
    with pytest.raises(iotmi.ConstraintError, match=r"event_type: must be one of DEVICE_COMMAND, "):
        client.notification_configurations.get(EventType("DEVICE_SNEEZE"))


def test_tags_are_deprecated_and_hidden() -> None:
    """The service has given up tags here; their values are not shown all the same."""
    with pytest.warns(DeprecationWarning, match="nothing replaces it"):
        request = CreateNotificationConfiguration(
            event_type=EventType.DEVICE_STATE, destination_name="Notices", tags={"who": "CANARY"}
        )
    assert "tags='***'" in repr(request)
    assert "CANARY" not in repr(request)
