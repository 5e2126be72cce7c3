"""Notification configurations: the destination of each type of event."""

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
from iotmi._models.events import EventType
from iotmi._schema.model import Listing, Request, model


@model
class CreatedNotificationConfiguration:
    """The event type of a new notification configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateNotificationConfiguration.html
    """

    event_type: EventType


@model
class CreateNotificationConfiguration(Request[CreatedNotificationConfiguration]):
    """Send notifications about one type of event to a destination, which must exist.

    Each type of event has at most one configuration.

    Args:
        event_type: type of the events.
        destination_name: name of the destination.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        tags: deprecated by the service.

    Raises:
        ConflictError: the type of event has a configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateNotificationConfiguration.html
    """

    event_type: EventType
    destination_name: Annotated[str, DESTINATION_NAME]
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None


@model
class NotificationConfiguration:
    """The destination of one type of event.

    Attributes:
        event_type: type of the events.
        destination_name: name of the destination.
        created_at: time of creation.
        updated_at: time of the last change.
        tags: deprecated by the service; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetNotificationConfiguration.html
    """

    event_type: EventType
    destination_name: Annotated[str, DESTINATION_NAME] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None


@model
class GetNotificationConfiguration(Request[NotificationConfiguration]):
    """Return the notification configuration of this type of event.

    Raises:
        ResourceNotFoundError: the type of event has no configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)


@model
class NotificationConfigurationSummary:
    """A notification configuration as listed. `NotificationConfiguration` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_NotificationConfigurationSummary.html
    """

    event_type: EventType
    destination_name: Annotated[str, DESTINATION_NAME] | None = None


@model
class ListNotificationConfigurations(Listing[NotificationConfigurationSummary]):
    """Return a pager over the notification configurations.

    Args:
        max_results: items on one page, 1 to 1000.
        next_token: token of the first page to request.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListNotificationConfigurations.html
    """

    items_member = "NotificationConfigurationList"

    max_results: Annotated[int, MAX_RESULTS] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None


@model
class UpdateNotificationConfiguration(Request[None]):
    """Send notifications about one type of event to another destination, which must exist.

    Args:
        event_type: type of the events.
        destination_name: name of the other destination.

    Raises:
        ResourceNotFoundError: the type of event has no configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)
    destination_name: Annotated[str, DESTINATION_NAME]


@model
class DeleteNotificationConfiguration(Request[None]):
    """Stop sending notifications about one type of event.

    Raises:
        ResourceNotFoundError: the type of event has no configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteNotificationConfiguration.html
    """

    event_type: EventType = field(kw_only=False)


class NotificationConfigurations(Family[M]):
    """Destinations of notifications, by type of event."""

    create: Final = call(CreateNotificationConfiguration)
    get: Final = call(GetNotificationConfiguration)
    list: Final = paged(ListNotificationConfigurations)
    update: Final = call(UpdateNotificationConfiguration)
    delete: Final = call(DeleteNotificationConfiguration)
