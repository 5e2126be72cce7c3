"""Destinations of notifications."""

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    CreateDestination,
    DeliveryDestinationType,
    Destination,
)

pytestmark = pytest.mark.anyio

STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/home"
ROLE = "arn:aws:iam::123456789012:role/deliver"


def destination_request(name: str = "Notices") -> CreateDestination:
    return CreateDestination(
        delivery_destination_arn=STREAM,
        delivery_destination_type=DeliveryDestinationType.KINESIS,
        name=name,
        role_arn=ROLE,
        description="All events",
    )


def test_a_destination_is_read_by_name(client: Client) -> None:
    """A creation returns the name, and the name reads the destination back."""
    created = client.send(destination_request("Größe 1")).value
    assert created.name == "Größe 1"
    found = client.destinations.get(created.name)
    assert isinstance(found, Destination)
    assert (found.name, found.role_arn, found.description) == (created.name, ROLE, "All events")
    assert found.delivery_destination_arn == STREAM
    assert found.delivery_destination_type is DeliveryDestinationType.KINESIS
    assert found.created_at is not None


def test_an_update_leaves_other_members_unchanged(client: Client) -> None:
    """An update of the stream leaves the description unchanged."""
    name = client.send(destination_request()).value.name
    client.destinations.update(name, delivery_destination_arn=f"{STREAM}-2")
    found = client.destinations.get(name)
    assert found.delivery_destination_arn == f"{STREAM}-2"
    assert found.description == "All events"


async def test_a_listing_iterates_over_all_pages(client: Client, async_client: AsyncClient) -> None:
    """Both clients list every destination, with one item on a page."""
    names = {client.send(destination_request(f"Notices {number}")).value.name for number in (1, 2)}
    assert {each.name for each in client.destinations.list(max_results=1)} == names
    assert {each.name async for each in async_client.destinations.list(max_results=1)} == names


async def test_a_deleted_destination_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion a read raises `ResourceNotFoundError`."""
    name = client.send(destination_request()).value.name
    await async_client.destinations.delete(name)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.destinations.get(name)


def test_a_stream_needs_an_arn(client: Client) -> None:
    """Every problem is reported at once with its path."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        client.destinations.create(
            delivery_destination_arn="home",
            delivery_destination_type=DeliveryDestinationType.KINESIS,
            name="Notices/1",
            role_arn=ROLE,
        )
    assert [problem.path for problem in caught.value.problems] == [
        "delivery_destination_arn",
        "name",
    ]


def test_tags_are_deprecated_and_redacted() -> None:
    """Tags raise a deprecation warning, and their values are redacted."""
    with pytest.warns(DeprecationWarning, match="CreateDestination.tags is deprecated"):
        request = CreateDestination(
            delivery_destination_arn=STREAM,
            delivery_destination_type=DeliveryDestinationType.KINESIS,
            name="Notices",
            role_arn=ROLE,
            tags={"street": "CANARY"},
        )
    assert "tags='***'" in repr(request)
    assert "CANARY" not in repr(request)
