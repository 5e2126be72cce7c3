"""Domain events: changes in the emulated account that a notification may report.

Owns the event values. It must know neither the format of a notification nor its destination.
"""

from collections.abc import Sequence
from typing import TypeAlias

from attrs import field, frozen

from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._model.resource_types import ResourceType


@frozen
class StatusEntered:
    """The entry of a resource into a status, or its creation in one.

    Attributes:
        resource_type: type of the resource.
        document: resource after the change.
        status: new status.
        first: true if the resource was created in this status.
    """

    resource_type: ResourceType
    document: JsonObject = field(repr=False)
    status: str
    first: bool = False


@frozen
class ConnectionChanged:
    """The connection or disconnection of a managed thing.

    Attributes:
        thing: managed thing after the change.
        since: moment at which the connection began.
        reason: reason of a disconnection, such as ``CONNECTION_LOST``; None for a connection.
    """

    thing: JsonObject = field(repr=False)
    since: JsonValue
    reason: str | None = None


@frozen
class StateChanged:
    """New values of a managed thing's properties.

    Attributes:
        thing_id: id of the managed thing.
        endpoints: new values only, in the form of ``GetManagedThingState``.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class CommandEnded:
    """The success or failure of a command to a managed thing.

    Attributes:
        thing_id: id of the managed thing.
        trace_id: trace id from the response to the command.
        succeeded: true if the device carried the command out.
        received_at: moment at which the service accepted the command.
    """

    thing_id: str
    trace_id: str
    succeeded: bool
    received_at: int


@frozen
class DeviceEvent:
    """An event that a device reported.

    Attributes:
        thing_id: id of the managed thing.
        endpoints: objects with an ``endpointId`` and ``capabilities``. A capability has ``id``,
            ``name``, ``version`` and ``properties``. A property has a ``name`` and a ``value`` of
            any JSON type.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class DeviceRequest:
    """A request that a device made on its own, as a camera does before it streams.

    Attributes:
        thing_id: id of the managed thing.
        endpoints: objects with an ``endpointId`` and ``capabilities``. A capability has ``id``,
            ``name`` and ``version``.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class ConnectorFailed:
    """The failure of an operation, as reported by a cloud connector.

    Attributes:
        operation: failed operation, such as ``AWS.SendCommand``.
        report: parameters of the connector's ``SendConnectorEvent``.
        associations: account associations concerned.
        thing_id: id of the managed thing concerned, or None.
    """

    operation: str
    report: JsonObject = field(repr=False)
    associations: Sequence[JsonObject] = field(repr=False)
    thing_id: str | None = None


DomainEvent: TypeAlias = (
    StatusEntered
    | ConnectionChanged
    | StateChanged
    | CommandEnded
    | DeviceEvent
    | DeviceRequest
    | ConnectorFailed
)
