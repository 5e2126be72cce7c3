"""Destinations: Kinesis data streams that the service delivers notifications to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    CLIENT_TOKEN,
    DEPRECATED_TAGS,
    DESTINATION_NAME,
    MAX_RESULTS,
    NEXT_TOKEN,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import Text

DELIVERY_DESTINATION_ARN: Final = Text(
    20,
    2048,
    r"arn:aws:[0-9a-zA-Z]+:[0-9a-zA-Z-]+:[0-9]+:[0-9a-zA-Z]+/[0-9a-zA-Z._-]+",
)
DESTINATION_DESCRIPTION: Final = Text(1, 256, r"[0-9A-Za-z_\- ]+")


class DeliveryDestinationType(OpenEnum):
    """The kind of a destination. ``KINESIS`` is a Kinesis data stream."""

    KINESIS = "KINESIS"


@model
class CreatedDestination:
    """The name of a new destination.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateDestination.html
    """

    name: Annotated[str, DESTINATION_NAME]


@model
class CreateDestination(Request[CreatedDestination]):
    """Create a destination for notifications.

    The caller needs the permission ``iam:PassRole`` for the role.

    Args:
        delivery_destination_arn: ARN of the Kinesis data stream.
        delivery_destination_type: kind of the destination.
        name: 1 to 128 letters and digits of any script, spaces, dots, hyphens and underscores.
        role_arn: ARN of an IAM role that lets the service put records into the stream.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.
        tags: deprecated by the service.

    Raises:
        ConflictError: a destination with this name exists.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateDestination.html
    """

    delivery_destination_arn: Annotated[str, DELIVERY_DESTINATION_ARN]
    delivery_destination_type: DeliveryDestinationType
    name: Annotated[str, DESTINATION_NAME]
    role_arn: str
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    description: Annotated[str, DESTINATION_DESCRIPTION] | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None


@model
class Destination:
    """A Kinesis data stream that notifications are delivered to.

    Attributes:
        description: free text, 1 to 256 characters.
        delivery_destination_arn: ARN of the stream.
        delivery_destination_type: kind of the destination.
        name: unique name, 1 to 128 characters.
        role_arn: ARN of the IAM role that the service writes with.
        created_at: time of creation.
        updated_at: time of the last change.
        tags: deprecated by the service; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDestination.html
    """

    description: Annotated[str, DESTINATION_DESCRIPTION] | None = None
    delivery_destination_arn: Annotated[str, DELIVERY_DESTINATION_ARN] | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    name: Annotated[str, DESTINATION_NAME]
    role_arn: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None


@model
class GetDestination(Request[Destination]):
    """Return the destination with this name.

    Raises:
        ResourceNotFoundError: no destination has this name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDestination.html
    """

    name: Annotated[str, DESTINATION_NAME] = field(kw_only=False)


@model
class DestinationSummary:
    """A destination as listed. `Destination` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DestinationSummary.html
    """

    description: Annotated[str, DESTINATION_DESCRIPTION] | None = None
    delivery_destination_arn: Annotated[str, DELIVERY_DESTINATION_ARN] | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    name: Annotated[str, DESTINATION_NAME]
    role_arn: str | None = None


@model
class ListDestinations(Listing[DestinationSummary]):
    """Return a pager over the destinations.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDestinations.html
    """

    items_member = "DestinationList"

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class UpdateDestination(Request[None]):
    """Update the given members of a destination. Members that are None stay unchanged.

    The name cannot be changed.

    Args:
        name: name of the destination.
        delivery_destination_arn: ARN of another stream.
        delivery_destination_type: kind of the destination.
        role_arn: ARN of an IAM role that lets the service put records into the stream.
        description: 1 to 256 letters, digits, hyphens, underscores and spaces.

    Raises:
        ResourceNotFoundError: no destination has this name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateDestination.html
    """

    name: Annotated[str, DESTINATION_NAME] = field(kw_only=False)
    delivery_destination_arn: Annotated[str, DELIVERY_DESTINATION_ARN] | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    role_arn: str | None = None
    description: Annotated[str, DESTINATION_DESCRIPTION] | None = None


@model
class DeleteDestination(Request[None]):
    """Delete a destination. Delete the notification configurations that use it first.

    Raises:
        ResourceNotFoundError: no destination has this name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteDestination.html
    """

    name: Annotated[str, DESTINATION_NAME] = field(kw_only=False)


class Destinations(Family[M]):
    """Kinesis data streams that the service delivers notifications to."""

    create: Final = call(CreateDestination)
    get: Final = call(GetDestination)
    list: Final = paged(ListDestinations)
    update: Final = call(UpdateDestination)
    delete: Final = call(DeleteDestination)
