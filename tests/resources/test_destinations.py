"""Destinations: where the service delivers its notifications."""

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
        description="All that happens",
    )


def test_a_destination_is_known_by_its_name(client: Client) -> None:
    """The name that it was made with is what gets it, and what a creation answers."""
    made = client.send(destination_request("Größe 1")).value
    assert made.name == "Größe 1"
    found = client.destinations.get(made.name)
    assert isinstance(found, Destination)
    assert (found.name, found.role_arn, found.description) == (made.name, ROLE, "All that happens")
    assert found.delivery_destination_arn == STREAM
    assert found.delivery_destination_type is DeliveryDestinationType.KINESIS
    assert found.created_at is not None


def test_what_is_not_given_stays(client: Client) -> None:
    """An update changes the stream and leaves the description."""
    name = client.send(destination_request()).value.name
    client.destinations.update(name, delivery_destination_arn=f"{STREAM}-2")
    found = client.destinations.get(name)
    assert found.delivery_destination_arn == f"{STREAM}-2"
    assert found.description == "All that happens"


async def test_a_listing_walks_all_pages(client: Client, async_client: AsyncClient) -> None:
    """Both clients see every destination, one a page."""
    names = {client.send(destination_request(f"Notices {number}")).value.name for number in (1, 2)}
    assert {each.name for each in client.destinations.list(max_results=1)} == names
    assert {each.name async for each in async_client.destinations.list(max_results=1)} == names


async def test_a_deleted_destination_is_gone(client: Client, async_client: AsyncClient) -> None:
    """After the deletion there is no destination of that name."""
    name = client.send(destination_request()).value.name
    await async_client.destinations.delete(name)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.destinations.get(name)


def test_a_stream_needs_an_arn(client: Client) -> None:
    """Limits are told together, with their paths, and nothing is sent."""
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


def test_tags_are_deprecated_and_hidden() -> None:
    """The service has given up tags here; their values are not shown all the same."""
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
