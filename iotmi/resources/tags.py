"""Tags: key-value pairs on the five types of resource that support them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call
from iotmi._models.common import TAG_KEY, TAGS
from iotmi._schema.model import Request, camel_model, model
from iotmi._schema.traits import Size, Text

TAGGABLE_ARN: Final = Text(
    1,
    200,
    "arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:(managed-thing|provisioning-profile"
    "|ota-task|credential-locker|account-association)/[0-9a-zA-Z]+",
)


@camel_model
class ResourceTags:
    """The tags of one resource; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListTagsForResource.html
    """

    tags: Annotated[Mapping[str, str], TAGS] | None = None


@model
class TagResource(Request[None]):
    """Add tags to a resource. A tag with an existing key replaces the value.

    A resource has at most 50 tags. Tags are redacted in reprs, errors and logs.

    Args:
        resource_arn: ARN of a managed thing, provisioning profile, OTA task, credential locker or
            account association.
        tags: keys of 1 to 128 characters and values of at most 256. Keys must not begin with
            ``aws:``.

    Raises:
        ResourceNotFoundError: no resource has this ARN.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_TagResource.html
    """

    resource_arn: Annotated[str, TAGGABLE_ARN] = field(kw_only=False)
    tags: Annotated[Mapping[str, str], TAGS]


@model
class UntagResource(Request[None]):
    """Remove tags from a resource, by key. Keys that the resource lacks are ignored.

    Args:
        resource_arn: ARN of the resource.
        tag_keys: keys of the tags, at most 200.

    Raises:
        ResourceNotFoundError: no resource has this ARN.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UntagResource.html
    """

    resource_arn: Annotated[str, TAGGABLE_ARN] = field(kw_only=False)
    tag_keys: Annotated[Sequence[Annotated[str, TAG_KEY]], Size(0, 200)]


@model
class ListTagsForResource(Request[ResourceTags]):
    """Return the tags of a resource.

    Args:
        resource_arn: ARN of the resource.

    Raises:
        ResourceNotFoundError: no resource has this ARN.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListTagsForResource.html
    """

    resource_arn: Annotated[str, TAGGABLE_ARN] = field(kw_only=False)


class Tags(Family[M]):
    """Key-value pairs on the five types of resource that support them."""

    tag: Final = call(TagResource)
    untag: Final = call(UntagResource)
    list: Final = call(ListTagsForResource)
