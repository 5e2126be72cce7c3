"""Tags on the five kinds of resource that can bear them."""

from collections.abc import Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call
from iotmi._models.common import TagKey, TagMap
from iotmi._schema.model import Request, camel_model, model
from iotmi._schema.traits import Size, Text

TaggableArn = Annotated[
    str,
    Text(
        1,
        200,
        "arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:(managed-thing|provisioning-profile"
        "|ota-task|credential-locker|account-association)/[0-9a-zA-Z]+",
    ),
]


@camel_model
class ResourceTags:
    """The tags of one resource.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListTagsForResource.html
    """

    tags: TagMap | None = None


@model
class TagResource(Request[None]):
    """Put tags on a resource; a key that it bears already gets the new value.

    Limits: 50 tags a resource. Keys have 1 to 128 characters, values up to 256; keys that begin
    with ``aws:`` are AWS's own. Tags are never shown in reprs, errors or logs.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_TagResource.html
    """

    resource_arn: TaggableArn = field(kw_only=False)
    tags: TagMap


@model
class UntagResource(Request[None]):
    """Take tags off a resource, by their keys. A key that it does not bear is no error.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UntagResource.html
    """

    resource_arn: TaggableArn = field(kw_only=False)
    tag_keys: Annotated[Sequence[TagKey], Size(0, 200)]


@model
class ListTagsForResource(Request[ResourceTags]):
    """The tags of a resource.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListTagsForResource.html
    """

    resource_arn: TaggableArn = field(kw_only=False)


class Tags(Family[M]):
    """Tags on the five kinds of resource that can bear them."""

    tag: Final = call(TagResource)
    """Put tags on a resource; a key that it bears already gets the new value."""
    untag: Final = call(UntagResource)
    """Take tags off a resource, by their keys. A key that it does not bear is no error."""
    list: Final = call(ListTagsForResource)
    """The tags of a resource."""
