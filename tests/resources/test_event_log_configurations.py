"""Event log configurations: how much is written to the event log, and about what."""

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
    """The id of a configuration for OTA tasks."""
    return client.event_log_configurations.create(
        resource_type="ota-task", resource_id=resource_id, event_log_level=LogLevel.WARN
    ).id


def test_a_configuration_is_kept_as_it_was_made(client: Client) -> None:
    """Kind, id and level come back."""
    found = client.event_log_configurations.get(make_configuration(client))
    assert isinstance(found, EventLogConfiguration)
    assert (found.resource_type, found.resource_id) == ("ota-task", "*")
    assert found.event_log_level is LogLevel.WARN


def test_the_level_can_be_changed(client: Client) -> None:
    """An update changes how much is written, and nothing else."""
    identifier = make_configuration(client)
    client.event_log_configurations.update(identifier, event_log_level=LogLevel.DEBUG)
    found = client.event_log_configurations.get(identifier)
    assert found.event_log_level is LogLevel.DEBUG
    assert found.resource_type == "ota-task"


async def test_a_listing_walks_all_pages(client: Client, async_client: AsyncClient) -> None:
    """Both clients see every configuration, one a page."""
    made = {make_configuration(client, resource) for resource in ("task1", "task2")}
    assert {each.id for each in client.event_log_configurations.list(max_results=1)} == made
    awaited = async_client.event_log_configurations.list(max_results=1)
    assert {each.id async for each in awaited} == made


async def test_a_deleted_configuration_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion there is no such configuration."""
    identifier = make_configuration(client)
    await async_client.event_log_configurations.delete(identifier)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.event_log_configurations.get(identifier)


@pytest.mark.parametrize("kind", ["*", "managed-thing", "account-association"])
def test_kinds_of_resource_that_are_logged(client: Client, kind: str) -> None:
    """All resources, or those of one kind."""
    made = client.event_log_configurations.create(
        resource_type=kind, event_log_level=LogLevel.ERROR
    )
    assert client.event_log_configurations.get(made.id).resource_type == kind


def test_other_kinds_are_refused(client: Client) -> None:
    """A star stands alone; a cloud connector has no event log."""
    for kind in ("**", "cloud-connector", ""):
        with pytest.raises(iotmi.ConstraintError, match="resource_type: must match"):
            client.event_log_configurations.create(
                resource_type=kind, event_log_level=LogLevel.ERROR
            )
