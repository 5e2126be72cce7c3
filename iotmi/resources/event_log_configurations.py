"""Event log configurations: how much the service writes to the event log, and about what."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import ClientToken, LogLevel, MaxResults, NextToken
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import Text

LogConfigurationId = Annotated[str, Text(1, 200, r"[A-Za-z0-9]+")]
LoggedResourceType = Annotated[
    str,
    Text(
        pattern=r"[*]$|^(managed-thing|credential-locker|provisioning-profile|ota-task"
        r"|account-association)"
    ),
]
LoggedResourceId = Annotated[str, Text(1, 200, r"[a-zA-Z0-9+*]*")]


@model
class CreatedEventLogConfiguration:
    """What a creation tells of the new event log configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateEventLogConfiguration.html
    """

    id: LogConfigurationId


@model
class CreateEventLogConfiguration(Request[CreatedEventLogConfiguration]):
    """Set how much is written to the event log: of everything, of a kind of resource, or of one.

    `resource_type` is ``managed-thing``, ``credential-locker``, ``provisioning-profile``,
    ``ota-task``, ``account-association``, or ``*`` for all; `resource_id` is one resource's id, or
    ``*`` for all of the kind. The service may answer with `ServiceQuotaExceededError`.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateEventLogConfiguration.html
    """

    resource_type: LoggedResourceType
    resource_id: LoggedResourceId | None = None
    event_log_level: LogLevel
    client_token: ClientToken | None = None


@model
class EventLogConfiguration:
    """How much is written to the event log, and about what.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetEventLogConfiguration.html
    """

    id: LogConfigurationId
    resource_type: LoggedResourceType | None = None
    resource_id: LoggedResourceId | None = None
    event_log_level: LogLevel | None = None


@model
class GetEventLogConfiguration(Request[EventLogConfiguration]):
    """One event log configuration, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetEventLogConfiguration.html
    """

    id: LogConfigurationId = field(kw_only=False)


@model
class EventLogConfigurationSummary:
    """What a listing tells of an event log configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_EventLogConfigurationSummary.html
    """

    id: LogConfigurationId
    resource_type: LoggedResourceType | None = None
    resource_id: LoggedResourceId | None = None
    event_log_level: LogLevel | None = None


@model
class ListEventLogConfigurations(Listing[EventLogConfigurationSummary]):
    """Event log configurations, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListEventLogConfigurations.html
    """

    items_member = "EventLogConfigurationList"

    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class UpdateEventLogConfiguration(Request[None]):
    """Change how much is written. What it is about cannot be changed.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateEventLogConfiguration.html
    """

    id: LogConfigurationId = field(kw_only=False)
    event_log_level: LogLevel


@model
class DeleteEventLogConfiguration(Request[None]):
    """Delete an event log configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteEventLogConfiguration.html
    """

    id: LogConfigurationId = field(kw_only=False)


class EventLogConfigurations(Family[M]):
    """How much the service writes to the event log, and about what."""

    create: Final = call(CreateEventLogConfiguration)
    """Set how much is written to the event log: of everything, of a kind of resource, or of one."""
    get: Final = call(GetEventLogConfiguration)
    """One event log configuration, by id."""
    list: Final = paged(ListEventLogConfigurations)
    """Event log configurations, page by page as they are asked for."""
    update: Final = call(UpdateEventLogConfiguration)
    """Change how much is written. What it is about cannot be changed."""
    delete: Final = call(DeleteEventLogConfiguration)
    """Delete an event log configuration."""
