"""Schema versions: immutable definitions of capabilities and of the types they use."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.capabilities import SchemaVersionFormat
from iotmi._models.common import MAX_RESULTS, NEXT_TOKEN, SCHEMA_VERSIONED_ID
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import DOCUMENT, Text

SCHEMA_ID: Final = Text(3, 128, r"[a-zA-Z0-9.]+")
SCHEMA_VERSION_DESCRIPTION: Final = Text(10, 2048, r"[a-zA-Z0-9.,/ -]+")
SCHEMA_VERSION_NAMESPACE_NAME: Final = Text(3, 12, r"[a-z0-9]+")
SCHEMA_VERSION_VERSION: Final = Text(3, 12, r"(\d+\.\d+(\.\d+)?|\$latest)")


class SchemaVersionType(OpenEnum):
    """The subject of a schema: a capability, or a type that capabilities use."""

    CAPABILITY = "capability"
    DEFINITION = "definition"


class SchemaVersionVisibility(OpenEnum):
    """The visibility of a schema: all accounts, or its owner."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@model
class SchemaVersion:
    """One version of a schema, with the JSON document.

    ``f"{schema_id}@{semantic_version}"`` is the versioned id.

    Attributes:
        schema_id: id of the schema, such as ``matter.OnOff``, 3 to 128 characters.
        type: subject of the schema.
        description: free text, 10 to 2048 characters.
        namespace: first part of the id, such as ``matter``, 3 to 12 characters.
        semantic_version: version, such as ``1.4``.
        visibility: visibility of the schema.
        schema: JSON document.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetSchemaVersion.html
    """

    schema_id: Annotated[str, SCHEMA_ID]
    type: SchemaVersionType | None = None
    description: Annotated[str, SCHEMA_VERSION_DESCRIPTION] | None = None
    namespace: Annotated[str, SCHEMA_VERSION_NAMESPACE_NAME] | None = None
    semantic_version: Annotated[str, SCHEMA_VERSION_VERSION]
    visibility: SchemaVersionVisibility | None = None
    schema: Annotated[JsonValue, DOCUMENT] | None = None


@model
class SchemaVersionListItem:
    """A schema version as listed. `SchemaVersion` describes the members.

    ``f"{schema_id}@{semantic_version}"`` is the versioned id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SchemaVersionListItem.html
    """

    schema_id: Annotated[str, SCHEMA_ID]
    type: SchemaVersionType | None = None
    description: Annotated[str, SCHEMA_VERSION_DESCRIPTION] | None = None
    namespace: Annotated[str, SCHEMA_VERSION_NAMESPACE_NAME] | None = None
    semantic_version: Annotated[str, SCHEMA_VERSION_VERSION]
    visibility: SchemaVersionVisibility | None = None


@model
class GetSchemaVersion(Request[SchemaVersion]):
    """Return one version of a schema, by type and versioned id.

    Args:
        type: subject of the schema.
        schema_versioned_id: versioned id, such as ``matter.OnOff@1.4``, or ``matter.OnOff@$latest``
            for the newest version.
        format: language of the document. A document in ``ZCL`` can be empty.

    Raises:
        ResourceNotFoundError: no schema version has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetSchemaVersion.html
    """

    type: SchemaVersionType = field(kw_only=False)
    schema_versioned_id: Annotated[str, SCHEMA_VERSIONED_ID] = field(kw_only=False)
    format: SchemaVersionFormat | None = None


@model
class ListSchemaVersions(Listing[SchemaVersionListItem]):
    """Return a pager over the schema versions of one type.

    Args:
        type: subject of the schemas.
        max_results: items on one page, 1 to 1000.
        next_token: token of the first page to request.
        schema_id: id of one schema; cannot be combined with `namespace`.
        namespace: first part of the ids; cannot be combined with `schema_id`.
        visibility: visibility of the schemas.
        semantic_version: version, such as ``1.4``.

    Raises:
        ValidationError: `schema_id` and `namespace` are both given.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListSchemaVersions.html
    """

    type: SchemaVersionType = field(kw_only=False)
    max_results: Annotated[int, MAX_RESULTS] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None
    schema_id: Annotated[str, SCHEMA_ID] | None = None
    namespace: Annotated[str, SCHEMA_VERSION_NAMESPACE_NAME] | None = None
    visibility: SchemaVersionVisibility | None = None
    semantic_version: Annotated[str, SCHEMA_VERSION_VERSION] | None = None


class SchemaVersions(Family[M]):
    """Immutable definitions of capabilities and of the types they use."""

    get: Final = call(GetSchemaVersion)
    list: Final = paged(ListSchemaVersions)
