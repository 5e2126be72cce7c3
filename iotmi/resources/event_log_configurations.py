"""Event log configurations: the log level of the service's event log, by resource."""

from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.common import CLIENT_TOKEN, MAX_RESULTS, NEXT_TOKEN, LogLevel
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import Text

LOG_CONFIGURATION_ID: Final = Text(1, 200, r"[A-Za-z0-9]+")
LOGGED_RESOURCE_TYPE: Final = Text(
    pattern=r"[*]$|^(managed-thing|credential-locker|provisioning-profile|ota-task"
    r"|account-association)"
)
LOGGED_RESOURCE_ID: Final = Text(1, 200, r"[a-zA-Z0-9+*]*")


@model
class CreatedEventLogConfiguration:
    """The id of a new event log configuration.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateEventLogConfiguration.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID]


@model
class CreateEventLogConfiguration(Request[CreatedEventLogConfiguration]):
    """Set the event log level of all resources, of one type of resource, or of one resource.

    Args:
        resource_type: ``managed-thing``, ``credential-locker``, ``provisioning-profile``,
            ``ota-task``, ``account-association``, or ``*`` for all types.
        resource_id: id of one resource, or ``*`` for all of the type.
        event_log_level: least severe level to log.
        client_token: idempotency token, 1 to 64 characters; generated if None.

    Raises:
        ServiceQuotaExceededError: the account has too many event log configurations.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateEventLogConfiguration.html
    """

    resource_type: Annotated[str, LOGGED_RESOURCE_TYPE]
    resource_id: Annotated[str, LOGGED_RESOURCE_ID] | None = None
    event_log_level: LogLevel
    client_token: Annotated[str, CLIENT_TOKEN] | None = None


@model
class EventLogConfiguration:
    """The event log level of one resource, of one type of resource, or of all resources.

    Attributes:
        id: id of the configuration, 1 to 200 letters and digits.
        resource_type: type of resource, or ``*`` for all types.
        resource_id: id of one resource, or ``*`` for all of the type.
        event_log_level: least severe level that is logged.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetEventLogConfiguration.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID]
    resource_type: Annotated[str, LOGGED_RESOURCE_TYPE] | None = None
    resource_id: Annotated[str, LOGGED_RESOURCE_ID] | None = None
    event_log_level: LogLevel | None = None


@model
class GetEventLogConfiguration(Request[EventLogConfiguration]):
    """Return the event log configuration with this id.

    Raises:
        ResourceNotFoundError: no event log configuration has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetEventLogConfiguration.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID] = field(kw_only=False)


@model
class EventLogConfigurationSummary:
    """An event log configuration as listed. `EventLogConfiguration` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_EventLogConfigurationSummary.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID]
    resource_type: Annotated[str, LOGGED_RESOURCE_TYPE] | None = None
    resource_id: Annotated[str, LOGGED_RESOURCE_ID] | None = None
    event_log_level: LogLevel | None = None


@model
class ListEventLogConfigurations(Listing[EventLogConfigurationSummary]):
    """Return a pager over the event log configurations.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListEventLogConfigurations.html
    """

    items_member = "EventLogConfigurationList"

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class UpdateEventLogConfiguration(Request[None]):
    """Update the level of an event log configuration. Its resources cannot be changed.

    Args:
        id: id of the configuration.
        event_log_level: least severe level to log.

    Raises:
        ResourceNotFoundError: no event log configuration has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateEventLogConfiguration.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID] = field(kw_only=False)
    event_log_level: LogLevel


@model
class DeleteEventLogConfiguration(Request[None]):
    """Delete an event log configuration.

    Raises:
        ResourceNotFoundError: no event log configuration has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteEventLogConfiguration.html
    """

    id: Annotated[str, LOG_CONFIGURATION_ID] = field(kw_only=False)


class EventLogConfigurations(Family[M]):
    """Log levels of the service's event log, by resource."""

    create: Final = call(CreateEventLogConfiguration)
    get: Final = call(GetEventLogConfiguration)
    list: Final = paged(ListEventLogConfigurations)
    update: Final = call(UpdateEventLogConfiguration)
    delete: Final = call(DeleteEventLogConfiguration)
