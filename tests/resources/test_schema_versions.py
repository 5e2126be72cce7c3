"""Schema versions, as an application uses them."""

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


def test_what_is_listed_can_be_got(client: Client) -> None:
    """An item's id and version, joined by an at sign, are the id to ask by."""
    (item, *_) = client.schema_versions.list(SchemaVersionType.CAPABILITY, namespace="matter")
    versioned = f"{item.schema_id}@{item.semantic_version}"
    found = client.schema_versions.get(SchemaVersionType.CAPABILITY, versioned)
    assert (found.schema_id, found.semantic_version) == (item.schema_id, item.semantic_version)
    assert (found.type, found.namespace) == (SchemaVersionType.CAPABILITY, "matter")
    assert isinstance(found.schema, dict)
    assert found.schema["name"]


async def test_the_awaiting_client_lists_too(async_client: AsyncClient) -> None:
    """The same listing, walked with `async for`."""
    family = async_client.schema_versions
    found = [item.schema_id async for item in family.list(SchemaVersionType.CAPABILITY)]
    assert "matter.OnOff" in found
    newest = await family.get(SchemaVersionType.CAPABILITY, "matter.OnOff@$latest")
    assert newest.schema_id == "matter.OnOff"


def test_a_format_is_sent(client: Client, emulator: Emulator) -> None:
    """The language of the schema is a part of the question."""
    client.schema_versions.get(
        SchemaVersionType.CAPABILITY, "matter.OnOff@$latest", format=SchemaVersionFormat.ZCL
    )
    (call,) = emulator.calls
    assert call.parameters is not None
    assert call.parameters["Format"] == "ZCL"


def test_a_schema_that_is_none_is_not_found(client: Client) -> None:
    """The service says so by an error."""
    with pytest.raises(ResourceNotFoundError):
        client.schema_versions.get(SchemaVersionType.CAPABILITY, "matter.Nothing@1.0")


def test_a_name_and_a_namespace_exclude_each_other(client: Client) -> None:
    """It is the service that says so: no limit of its model does."""
    listing = client.schema_versions.list(
        SchemaVersionType.CAPABILITY, schema_id="matter.OnOff", namespace="matter"
    )
    with pytest.raises(ValidationError):
        listing.collect()


def test_an_id_without_a_version_is_refused(client: Client, emulator: Emulator) -> None:
    """Nothing is sent that the service would refuse."""
    with pytest.raises(ConstraintError, match="schema_versioned_id"):
        client.schema_versions.get(SchemaVersionType.CAPABILITY, "matter.OnOff")
    assert emulator.calls == ()
