"""`parse`: decoding a notification into an event.

A table for each message type lists its members: the name in the event, the wire name, and the
reader of the value. This module does not know where notifications come from.

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
    InvalidValueError,
    Table,
    array_of_texts,
    boolean,
    enum_of,
    integer,
    members,
    object_of,
    reject,
    spread_object,
    text,
    texts,
    time,
)


def _connected(value: object) -> bool | None:
    return {"connected": True, "disconnected": False}.get(text(value))


# -- the messages --------------------------------------------------------------------------


_ENVELOPE: Final[Table] = (
    ("type", "messageType", enum_of(EventType)),
    ("id", "messageId", text),
    ("timestamp", "timestamp", time),
    ("account_id", "customerAccountId", text),
    ("region_name", "region", text),
    ("resources", "resources", array_of_texts),
    ("version", "version", text),
)

# The class, and the table of its payload. None if the payload has no known members.
Form: TypeAlias = tuple[Callable[..., Event], Table | None]


_ONBOARDING: Final[Form] = (
    DeviceLifecycleEvent,
    (
        (
            SPREAD,
            "deviceDetails",
            spread_object(
                (
                    ("managed_thing_id", "id", text),
                    ("arn", "arn", text),
                    ("created_at", "createdAt", time),
                    ("updated_at", "updatedAt", time),
                )
            ),
        ),
        ("status", "status", enum_of(ProvisioningStatus)),
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
    ("disconnect_reason", "disconnectReason", enum_of(DisconnectReasonValue)),
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
            ("status", "status", enum_of(DeviceDiscoveryStatus)),
            (
                "error",
                "error",
                object_of(
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
        ((SPREAD, "addedStates", spread_object((("endpoints", "endpoints", changed),))),),
    ),
    "DEVICE_OTA": (
        DeviceOtaEvent,
        (
            ("ota_task_id", "otaTaskId", text),
            ("operation", "operation", text),
            ("status", "status", enum_of(OtaStatus)),
            ("ota_type", "otaType", enum_of(OtaType)),
        ),
    ),
    "ACCOUNT_ASSOCIATION": (
        AccountAssociationEvent,
        (
            ("trace_id", "traceId", text),
            ("account_association_id", "resourceId", text),
            ("connector_destination_id", "connectorDestinationId", text),
            ("arn", "associationArn", text),
            ("state", "state", enum_of(AssociationState)),
            ("service_error", "isServiceError", boolean),
            ("customer_error", "isCustomerError", boolean),
            ("details", "details", text),
            ("log_level", "logLevel", enum_of(LogLevel)),
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
            ("log_level", "logLevel", enum_of(LogLevel)),
        ),
    ),
}


def _form(kind: str, payload: object) -> Form:
    if kind != "DEVICE_LIFE_CYCLE":
        return _FORMS.get(kind, _UNKNOWN)
    # Two payloads share this type, and any member of both may be missing.
    if (
        isinstance(payload, dict)
        and "deviceDetails" not in payload
        and not _MEMBERS_OF_CONNECTIVITY.isdisjoint(payload)
    ):
        return _CONNECTIVITY
    return _ONBOARDING


def parse(data: bytes | bytearray | memoryview | str | Mapping[str, object]) -> Event:
    """Decode a notification of the service into an event.

    A missing or null member is None. An unknown type becomes an `UnknownEvent`. `raw` has every
    member. `parse` needs no client and no network.

    Args:
        data: the notification as JSON in UTF-8, as a string, or as a decoded JSON object.

    Raises:
        EventError: *data* is not a JSON object, has no ``messageType``, or has a member of the
            wrong type. The error's ``path`` names the member. `parse` raises no other exception.
    """
    try:
        return _event(_document(data))
    except InvalidValueError as invalid:
        # Raised outside the `except` block: the traceback of `invalid` holds secret values.
        error = EventError(invalid.path, invalid.reason)
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
    # The methods of an unknown Mapping class can raise any exception.
    except Exception as error:  # noqa: BLE001
        problem = f"must be a JSON object that can be read ({type(error).__name__})"
    if problem:
        raise InvalidValueError(f"the notification {problem}")
    if not isinstance(read, dict):
        reject("a JSON object", read)
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
    except InvalidValueError as invalid:
        invalid.prepend("payload")
        raise
