"""Notification configurations: the destination of each type of event."""

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
    """Return the name of a destination."""
    return client.send(destination_request()).value.name


def test_a_configuration_is_read_by_event_type(client: Client, destination: str) -> None:
    """An event type built from a string equals the enum's member."""
    created = client.notification_configurations.create(
        event_type=EventType.DEVICE_STATE, destination_name=destination
    )
    assert created.event_type is EventType.DEVICE_STATE
    found = client.notification_configurations.get(EventType("DEVICE_STATE"))
    assert isinstance(found, NotificationConfiguration)
    assert (found.event_type, found.destination_name) == (EventType.DEVICE_STATE, destination)
    assert found.created_at is not None


def test_each_event_type_has_one_configuration(client: Client, destination: str) -> None:
    """A second configuration for one type raises, and an update changes the destination."""
    kind = EventType.DEVICE_EVENT
    client.notification_configurations.create(event_type=kind, destination_name=destination)
    other = client.send(destination_request("Other")).value.name
    with pytest.raises(iotmi.ConflictError):
        client.notification_configurations.create(event_type=kind, destination_name=other)
    client.notification_configurations.update(kind, destination_name=other)
    assert client.notification_configurations.get(kind).destination_name == other


async def test_a_listing_iterates_over_all_pages(
    client: Client, async_client: AsyncClient, destination: str
) -> None:
    """Both clients list every configuration, with one item on a page."""
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
    """After the deletion a read raises `ResourceNotFoundError`."""
    kind = EventType.ACCOUNT_ASSOCIATION
    client.notification_configurations.create(event_type=kind, destination_name=destination)
    await async_client.notification_configurations.delete(kind)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.notification_configurations.get(kind)


def test_an_unknown_event_type_is_rejected(client: Client) -> None:
    """An unknown type is rejected before anything is sent, and the error names the known types."""
    with pytest.raises(iotmi.ConstraintError, match=r"event_type: must be one of DEVICE_COMMAND, "):
        client.notification_configurations.get(EventType("DEVICE_SNEEZE"))


def test_tags_are_deprecated_and_redacted() -> None:
    """Tags raise a deprecation warning, and their values are redacted."""
    with pytest.warns(DeprecationWarning, match="nothing replaces it"):
        request = CreateNotificationConfiguration(
            event_type=EventType.DEVICE_STATE, destination_name="Notices", tags={"who": "CANARY"}
        )
    assert "tags='***'" in repr(request)
    assert "CANARY" not in repr(request)
