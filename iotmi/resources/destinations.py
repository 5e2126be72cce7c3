"""Destinations: where the service delivers its notifications."""

from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import (
    ClientToken,
    DeprecatedTagMap,
    DestinationName,
    MaxResults,
    NextToken,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import Text

DeliveryDestinationArn = Annotated[
    str,
    Text(
        20,
        2048,
        r"arn:aws:[0-9a-zA-Z]+:[0-9a-zA-Z-]+:[0-9]+:[0-9a-zA-Z]+/[0-9a-zA-Z._-]+",
    ),
]
DestinationDescription = Annotated[str, Text(1, 256, r"[0-9A-Za-z_\- ]+")]


class DeliveryDestinationType(OpenEnum):
    """What a destination is; so far, a Kinesis data stream."""

    KINESIS = "KINESIS"


@model
class CreatedDestination:
    """What a creation tells of the new destination: the name it goes by.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateDestination.html
    """

    name: DestinationName


@model
class CreateDestination(Request[CreatedDestination]):
    """Make a destination for notifications.

    The role must let the service put records into the stream, and the caller must be allowed to
    pass that role. Limits: a name has 1 to 128 letters and digits of any script, spaces, dots,
    hyphens and underscores; a description 1 to 256 characters. `tags` is deprecated by the service.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateDestination.html
    """

    delivery_destination_arn: DeliveryDestinationArn
    delivery_destination_type: DeliveryDestinationType
    name: DestinationName
    role_arn: str
    client_token: ClientToken | None = None
    description: DestinationDescription | None = None
    tags: DeprecatedTagMap | None = None


@model
class Destination:
    """A place that notifications are delivered to.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDestination.html
    """

    description: DestinationDescription | None = None
    delivery_destination_arn: DeliveryDestinationArn | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    name: DestinationName
    role_arn: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: DeprecatedTagMap | None = None


@model
class GetDestination(Request[Destination]):
    """One destination, by name.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDestination.html
    """

    name: DestinationName = field(kw_only=False)


@model
class DestinationSummary:
    """What a listing tells of a destination.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DestinationSummary.html
    """

    description: DestinationDescription | None = None
    delivery_destination_arn: DeliveryDestinationArn | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    name: DestinationName
    role_arn: str | None = None


@model
class ListDestinations(Listing[DestinationSummary]):
    """Destinations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDestinations.html
    """

    items_member = "DestinationList"

    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class UpdateDestination(Request[None]):
    """Change members of a destination. What is not given stays as it is.

    The name cannot be changed.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateDestination.html
    """

    name: DestinationName = field(kw_only=False)
    delivery_destination_arn: DeliveryDestinationArn | None = None
    delivery_destination_type: DeliveryDestinationType | None = None
    role_arn: str | None = None
    description: DestinationDescription | None = None


@model
class DeleteDestination(Request[None]):
    """Delete a destination. Delete the notification configurations that lead to it first.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteDestination.html
    """

    name: DestinationName = field(kw_only=False)


class Destinations(Family[M]):
    """Where the service delivers its notifications."""

    create: Final = call(CreateDestination)
    """Make a destination for notifications."""
    get: Final = call(GetDestination)
    """One destination, by name."""
    list: Final = paged(ListDestinations)
    """Destinations, page by page as they are asked for."""
    update: Final = call(UpdateDestination)
    """Change members of a destination. What is not given stays as it is."""
    delete: Final = call(DeleteDestination)
    """Delete a destination. Delete the notification configurations that lead to it first."""
