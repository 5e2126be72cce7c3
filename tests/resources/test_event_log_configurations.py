"""Event log configurations: log levels by resource."""

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    EventLogConfiguration,
    LogLevel,
)

pytestmark = pytest.mark.anyio


def make_configuration(client: Client, resource_id: str = "*") -> str:
    """Create a configuration for OTA tasks, and return its id."""
    return client.event_log_configurations.create(
        resource_type="ota-task", resource_id=resource_id, event_log_level=LogLevel.WARN
    ).id


def test_a_configuration_is_read_as_created(client: Client) -> None:
    """A read returns the type, id and level that were set."""
    found = client.event_log_configurations.get(make_configuration(client))
    assert isinstance(found, EventLogConfiguration)
    assert (found.resource_type, found.resource_id) == ("ota-task", "*")
    assert found.event_log_level is LogLevel.WARN


def test_the_level_can_be_changed(client: Client) -> None:
    """An update changes the level only."""
    identifier = make_configuration(client)
    client.event_log_configurations.update(identifier, event_log_level=LogLevel.DEBUG)
    found = client.event_log_configurations.get(identifier)
    assert found.event_log_level is LogLevel.DEBUG
    assert found.resource_type == "ota-task"


async def test_a_listing_iterates_over_all_pages(client: Client, async_client: AsyncClient) -> None:
    """Both clients list every configuration, with one item on a page."""
    created = {make_configuration(client, resource) for resource in ("task1", "task2")}
    assert {each.id for each in client.event_log_configurations.list(max_results=1)} == created
    awaited = async_client.event_log_configurations.list(max_results=1)
    assert {each.id async for each in awaited} == created


async def test_a_deleted_configuration_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion a read raises `ResourceNotFoundError`."""
    identifier = make_configuration(client)
    await async_client.event_log_configurations.delete(identifier)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.event_log_configurations.get(identifier)


@pytest.mark.parametrize("kind", ["*", "managed-thing", "account-association"])
def test_resource_types_that_are_logged(client: Client, kind: str) -> None:
    """A configuration covers all resources, or the resources of one type."""
    created = client.event_log_configurations.create(
        resource_type=kind, event_log_level=LogLevel.ERROR
    )
    assert client.event_log_configurations.get(created.id).resource_type == kind


def test_other_resource_types_are_rejected(client: Client) -> None:
    """Types without an event log are rejected."""
    for kind in ("**", "cloud-connector", ""):
        with pytest.raises(iotmi.ConstraintError, match="resource_type: must match"):
            client.event_log_configurations.create(
                resource_type=kind, event_log_level=LogLevel.ERROR
            )
