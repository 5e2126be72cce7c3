"""Schema versions, through both clients."""

import pytest

from iotmi import (
    AsyncClient,
    Client,
    ConstraintError,
    ResourceNotFoundError,
    SchemaVersionFormat,
    SchemaVersionType,
    ValidationError,
)
from iotmi.emulator import Emulator

pytestmark = pytest.mark.anyio


def test_listed_versions_can_be_read(client: Client) -> None:
    """An item's id and version, joined by an at sign, form the versioned id."""
    (item, *_) = client.schema_versions.list(SchemaVersionType.CAPABILITY, namespace="matter")
    versioned = f"{item.schema_id}@{item.semantic_version}"
    found = client.schema_versions.get(SchemaVersionType.CAPABILITY, versioned)
    assert (found.schema_id, found.semantic_version) == (item.schema_id, item.semantic_version)
    assert (found.type, found.namespace) == (SchemaVersionType.CAPABILITY, "matter")
    assert isinstance(found.schema, dict)
    assert found.schema["name"]


async def test_the_async_client_lists(async_client: AsyncClient) -> None:
    """The async client iterates over the same listing with `async for`."""
    family = async_client.schema_versions
    found = [item.schema_id async for item in family.list(SchemaVersionType.CAPABILITY)]
    assert "matter.OnOff" in found
    newest = await family.get(SchemaVersionType.CAPABILITY, "matter.OnOff@$latest")
    assert newest.schema_id == "matter.OnOff"


def test_a_format_is_sent(client: Client, emulator: Emulator) -> None:
    """The requested format is sent to the service."""
    client.schema_versions.get(
        SchemaVersionType.CAPABILITY, "matter.OnOff@$latest", format=SchemaVersionFormat.ZCL
    )
    (call,) = emulator.calls
    assert call.parameters is not None
    assert call.parameters["Format"] == "ZCL"


def test_an_unknown_schema_raises(client: Client) -> None:
    """An unknown id raises `ResourceNotFoundError`."""
    with pytest.raises(ResourceNotFoundError):
        client.schema_versions.get(SchemaVersionType.CAPABILITY, "matter.Nothing@1.0")


def test_an_id_and_a_namespace_cannot_be_combined(client: Client) -> None:
    """The service rejects an id with a namespace; its model declares no such constraint."""
    listing = client.schema_versions.list(
        SchemaVersionType.CAPABILITY, schema_id="matter.OnOff", namespace="matter"
    )
    with pytest.raises(ValidationError):
        listing.collect()


def test_an_id_without_a_version_is_rejected(client: Client, emulator: Emulator) -> None:
    """An id without a version is rejected before anything is sent."""
    with pytest.raises(ConstraintError, match="schema_versioned_id"):
        client.schema_versions.get(SchemaVersionType.CAPABILITY, "matter.OnOff")
    assert emulator.calls == ()
