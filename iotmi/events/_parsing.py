"""`parse`: from the JSON of a notification to an event.

Each kind of message has a table of its members here: the name in the event, the name on the wire,
and the function that reads the value. Does not know where notifications come from.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/managedintegrations-notifications.html
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from iotmi._models.common import LogLevel
from iotmi._models.events import (
    AssociationState,
    DeviceDiscoveryStatus,
    EventType,
    OtaStatus,
    OtaType,
)
from iotmi._models.managed_things import DisconnectReasonValue, ProvisioningStatus
from iotmi._schema.containers import JsonValue, copy_json
from iotmi.errors import EventError
from iotmi.events._endpoints import changed, reported
from iotmi.events._events import (
    JSON,
    AccountAssociationEvent,
    ConnectorErrorReportEvent,
    DeviceCommandEvent,
    DeviceCommandRequestEvent,
    DeviceConnectionEvent,
    DeviceDiscoveryFailure,
    DeviceDiscoveryStatusEvent,
    DeviceLifecycleEvent,
    DeviceOtaEvent,
    DeviceReportEvent,
    DeviceStateEvent,
    Event,
    UnknownEvent,
)
from iotmi.events._reading import (
    SPREAD,
    RefusedError,
    Table,
    array_of_texts,
    built,
    flag,
    inner,
    integer,
    members,
    one_of,
    refuse,
    text,
    texts,
    time,
)


def _connected(value: object) -> bool | None:
    return {"connected": True, "disconnected": False}.get(text(value))


# -- the messages --------------------------------------------------------------------------


_ENVELOPE: Final[Table] = (
    ("type", "messageType", one_of(EventType)),
    ("id", "messageId", text),
    ("timestamp", "timestamp", time),
    ("account_id", "customerAccountId", text),
    ("region_name", "region", text),
    ("resources", "resources", array_of_texts),
    ("version", "version", text),
)

# The class, and the table of its payload; None where the payload has no known members.
Form: TypeAlias = tuple[Callable[..., Event], Table | None]


_ONBOARDING: Final[Form] = (
    DeviceLifecycleEvent,
    (
        (
            SPREAD,
            "deviceDetails",
            inner(
                (
                    ("managed_thing_id", "id", text),
                    ("arn", "arn", text),
                    ("created_at", "createdAt", time),
                    ("updated_at", "updatedAt", time),
                )
            ),
        ),
        ("status", "status", one_of(ProvisioningStatus)),
    ),
)
_CONNECTION: Final[Table] = (
    ("managed_thing_id", "managedThingId", text),
    ("arn", "managedThingArn", text),
    ("client_id", "clientId", text),
    ("connected", "eventType", _connected),
    ("occurred_at", "timestamp", time),
    ("session_id", "sessionIdentifier", text),
    ("principal_id", "principalIdentifier", text),
    ("ip_address", "ipAddress", text),
    ("disconnect_reason", "disconnectReason", one_of(DisconnectReasonValue)),
    ("version_number", "versionNumber", text),
)
_CONNECTIVITY: Final[Form] = (DeviceConnectionEvent, _CONNECTION)
# A connectivity payload lacks "deviceDetails" and has at least one of these.
_MEMBERS_OF_CONNECTIVITY: Final = frozenset(wire for _, wire, _ in _CONNECTION)

_UNKNOWN: Final[Form] = (UnknownEvent, None)
_FORMS: Final[Mapping[str, Form]] = {
    "DEVICE_COMMAND": (
        DeviceCommandEvent,
        (
            ("trace_id", "traceId", text),
            ("received_at", "receivedAt", time),
            ("executed_at", "executedAt", time),
            ("result", "result", text),
        ),
    ),
    "DEVICE_COMMAND_REQUEST": (
        DeviceCommandRequestEvent,
        (("endpoints", "endpoints", reported),),
    ),
    "DEVICE_DISCOVERY_STATUS": (
        DeviceDiscoveryStatusEvent,
        (
            ("device_discovery_id", "deviceDiscoveryId", text),
            ("device_count", "deviceCount", integer),
            ("status", "status", one_of(DeviceDiscoveryStatus)),
            (
                "error",
                "error",
                built(
                    DeviceDiscoveryFailure,
                    (
                        ("code", "code", text),
                        ("message", "message", text),
                        ("managed_thing_id", "managedThingId", text),
                    ),
                ),
            ),
        ),
    ),
    "DEVICE_EVENT": (
        DeviceReportEvent,
        (
            ("arrived_at", "iotMiArrivalTimestamp", time),
            ("endpoints", "endpoints", reported),
        ),
    ),
    "DEVICE_STATE": (
        DeviceStateEvent,
        ((SPREAD, "addedStates", inner((("endpoints", "endpoints", changed),))),),
    ),
    "DEVICE_OTA": (
        DeviceOtaEvent,
        (
            ("ota_task_id", "otaTaskId", text),
            ("operation", "operation", text),
            ("status", "status", one_of(OtaStatus)),
            ("ota_type", "otaType", one_of(OtaType)),
        ),
    ),
    "ACCOUNT_ASSOCIATION": (
        AccountAssociationEvent,
        (
            ("trace_id", "traceId", text),
            ("account_association_id", "resourceId", text),
            ("connector_destination_id", "connectorDestinationId", text),
            ("arn", "associationArn", text),
            ("state", "state", one_of(AssociationState)),
            ("service_error", "isServiceError", flag),
            ("customer_error", "isCustomerError", flag),
            ("details", "details", text),
            ("log_level", "logLevel", one_of(LogLevel)),
        ),
    ),
    "CONNECTOR_ERROR_REPORT": (
        ConnectorErrorReportEvent,
        (
            ("status_code", "statusCode", integer),
            ("resource_type", "resourceType", text),
            ("resource_ids", "resourceId", texts),
            ("association_arns", "associationArn", texts),
            ("connector_destination_id", "connectorDestinationId", text),
            ("connector_device_id", "connectorDeviceId", text),
            ("operation", "operation", text),
            ("operation_version", "operationVersion", text),
            ("trace_id", "traceId", text),
            ("message", "message", text),
            ("managed_thing_id", "managedThingId", text),
            ("log_level", "logLevel", one_of(LogLevel)),
        ),
    ),
}


def _form(kind: str, payload: object) -> Form:
    if kind != "DEVICE_LIFE_CYCLE":
        return _FORMS.get(kind, _UNKNOWN)
    # Two kinds of payload share this type. Any member of either may be missing.
    if (
        isinstance(payload, dict)
        and "deviceDetails" not in payload
        and not _MEMBERS_OF_CONNECTIVITY.isdisjoint(payload)
    ):
        return _CONNECTIVITY
    return _ONBOARDING


def parse(data: bytes | bytearray | memoryview | str | Mapping[str, object]) -> Event:
    """Return the event that a notification of the service holds.

    A member that is missing or null is None, a type that is not known gives an `UnknownEvent`, and
    `raw` has every member. `parse` needs no client and no network.

    Args:
        data: the notification as JSON in UTF-8, as a text, or as the object that JSON gave.

    Raises:
        EventError: *data* is not a JSON object, has no ``messageType``, or has a member of the
            wrong kind. The error's ``path`` names the member. Nothing else is raised.
    """
    try:
        return _event(_document(data))
    except RefusedError as refused:
        # Raised outside this block: the traceback of `refused` reaches values of the notification.
        error = EventError(refused.path, refused.reason)
    raise error


_BYTE_ORDER_MARK: Final = "\ufeff"


def _document(data: object) -> dict[str, JsonValue]:
    read: object = None
    problem = ""
    try:
        if isinstance(data, bytes | bytearray | memoryview):
            read = JSON.decode(str(data, "utf-8").removeprefix(_BYTE_ORDER_MARK))
        elif isinstance(data, str):
            read = JSON.decode(data.removeprefix(_BYTE_ORDER_MARK))
        elif isinstance(data, Mapping):
            read = copy_json(data)
        else:
            problem = f"must be bytes, a string or a mapping, got {type(data).__name__}"
    except UnicodeDecodeError:
        problem = "must be UTF-8"
    # A mapping may be of any class, and raise anything when it is read.
    except Exception as error:  # noqa: BLE001
        problem = f"must be a JSON object that can be read ({type(error).__name__})"
    if problem:
        raise RefusedError(f"the notification {problem}")
    if not isinstance(read, dict):
        refuse("a JSON object", read)
    return read


def _event(document: dict[str, JsonValue]) -> Event:
    found = members(_ENVELOPE, document)
    kind = found.get("type")
    if kind is None:
        raise EventError("messageType", "must be present: it names the type of the event")
    payload = document.get("payload")
    make, table = _form(str(kind), payload)
    if table is None:
        found["payload"] = payload
    elif payload is not None:
        found |= _payload(table, payload)
    return make(**found, raw=document)


def _payload(table: Table, payload: object) -> dict[str, object]:
    try:
        return members(table, payload)
    except RefusedError as refused:
        refused.inside("payload")
        raise
