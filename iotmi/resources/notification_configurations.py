"""Notification configurations: which kind of event goes to which destination."""

from datetime import datetime
from typing import Final

from attrs import field

from iotmi._bind import Family, M, call, paged
from iotmi._model import Listing, Request, model
from iotmi.resources._event_values import EventType
from iotmi.resources._shared import (
    ClientToken,
    DeprecatedTagMap,
    DestinationName,
    MaxResults,
    NextToken,
)


@model
class CreatedNotificationConfiguration:
    """What a creation tells of the new notification configuration: the kind of event it is for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateNotificationConfiguration.html
    """

    event_type: EventType


@model
class CreateNotificationConfiguration(Request[CreatedNotificationConfiguration]):
    """Send one kind of event to a destination, which must exist already.

    There is at most one configuration for each kind of event. `tags` is deprecated by the service.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateNotificationConfiguration.html
    """

    event_type: EventType
    destination_name: DestinationName
    client_token: ClientToken | None = None
    tags: DeprecatedTagMap | None = None


@model
class NotificationConfiguration:
    """Which destination one kind of event goes to.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetNotificationConfiguration.html
    """

    event_type: EventType
    destination_name: DestinationName | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: DeprecatedTagMap | None = None


@model
class GetNotificationConfiguration(Request[NotificationConfiguration]):
    """One notification configuration, by its kind of event.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)


@model
class NotificationConfigurationSummary:
    """What a listing tells of a notification configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_NotificationConfigurationSummary.html
    """

    event_type: EventType
    destination_name: DestinationName | None = None


@model
class ListNotificationConfigurations(Listing[NotificationConfigurationSummary]):
    """Notification configurations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListNotificationConfigurations.html
    """

    items_member = "NotificationConfigurationList"

    max_results: MaxResults | None = None
    next_token: NextToken | None = None


@model
class UpdateNotificationConfiguration(Request[None]):
    """Send one kind of event to another destination, which must exist already.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)
    destination_name: DestinationName


@model
class DeleteNotificationConfiguration(Request[None]):
    """Send one kind of event nowhere any more.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)


class NotificationConfigurations(Family[M]):
    """Which kind of event goes to which destination."""

    create: Final = call(CreateNotificationConfiguration)
    """Send one kind of event to a destination, which must exist already."""
    get: Final = call(GetNotificationConfiguration)
    """One notification configuration, by its kind of event."""
    list: Final = paged(ListNotificationConfigurations)
    """Notification configurations, page by page as they are asked for."""
    update: Final = call(UpdateNotificationConfiguration)
    """Send one kind of event to another destination, which must exist already."""
    delete: Final = call(DeleteNotificationConfiguration)
    """Send one kind of event nowhere any more."""
