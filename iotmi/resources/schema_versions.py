"""Schema versions: what the capabilities of things mean, each version unchangeable."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.capabilities import SchemaVersionFormat
from iotmi._models.common import MaxResults, NextToken, SchemaVersionedId
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import DOCUMENT, Text

SchemaId = Annotated[str, Text(3, 128, r"[a-zA-Z0-9.]+")]
SchemaVersionDescription = Annotated[str, Text(10, 2048, r"[a-zA-Z0-9.,/ -]+")]
SchemaVersionNamespaceName = Annotated[str, Text(3, 12, r"[a-z0-9]+")]
SchemaVersionVersion = Annotated[str, Text(3, 12, r"(\d+\.\d+(\.\d+)?|\$latest)")]
SchemaVersionSchema = Annotated[JsonValue, DOCUMENT]


class SchemaVersionType(OpenEnum):
    """What a schema describes: a capability, or a type that capabilities are made of."""

    CAPABILITY = "capability"
    DEFINITION = "definition"


class SchemaVersionVisibility(OpenEnum):
    """Who can see a schema: everybody, or its owner."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@model
class SchemaVersion:
    """One version of a schema, with the schema as a JSON document.

    ``f"{schema_id}@{semantic_version}"`` is the id to ask for it by.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetSchemaVersion.html
    """

    schema_id: SchemaId
    type: SchemaVersionType | None = None
    description: SchemaVersionDescription | None = None
    namespace: SchemaVersionNamespaceName | None = None
    semantic_version: SchemaVersionVersion
    visibility: SchemaVersionVisibility | None = None
    schema: SchemaVersionSchema | None = None


@model
class SchemaVersionListItem:
    """What a listing tells of one version of a schema.

    ``f"{schema_id}@{semantic_version}"`` is the id to ask for it by.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SchemaVersionListItem.html
    """

    schema_id: SchemaId
    type: SchemaVersionType | None = None
    description: SchemaVersionDescription | None = None
    namespace: SchemaVersionNamespaceName | None = None
    semantic_version: SchemaVersionVersion
    visibility: SchemaVersionVisibility | None = None


@model
class GetSchemaVersion(Request[SchemaVersion]):
    """One version of a schema, by type and versioned id.

    An id is such as ``matter.OnOff@1.4``; ``matter.OnOff@$latest`` is the newest. `format` is the
    language that the schema is told in; in ``ZCL`` the document may be empty.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetSchemaVersion.html
    """

    type: SchemaVersionType = field(kw_only=False)
    schema_versioned_id: SchemaVersionedId = field(kw_only=False)
    format: SchemaVersionFormat | None = None


@model
class ListSchemaVersions(Listing[SchemaVersionListItem]):
    """The versions of schemas of a type, page by page as they are asked for.

    `schema_id` and `namespace` exclude each other: the service answers both with `ValidationError`.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListSchemaVersions.html
    """

    type: SchemaVersionType = field(kw_only=False)
    max_results: MaxResults | None = None
    next_token: NextToken | None = None
    schema_id: SchemaId | None = None
    namespace: SchemaVersionNamespaceName | None = None
    visibility: SchemaVersionVisibility | None = None
    semantic_version: SchemaVersionVersion | None = None


class SchemaVersions(Family[M]):
    """What the capabilities of things mean."""

    get: Final = call(GetSchemaVersion)
    """One version of a schema, by type and versioned id."""
    list: Final = paged(ListSchemaVersions)
    """The versions of schemas of a type, page by page as they are asked for."""
