"""What happens in the emulated world that somebody outside may want to hear of.

Owns the values that the world announces. Each says what is so, in the world's own terms; it
does not know to whom it is told, nor in what form.
"""

from collections.abc import Sequence
from typing import TypeAlias

from attrs import field, frozen

from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._model.resource_types import ResourceType


@frozen
class StatusEntered:
    """A resource has come into a status, or was made in one.

    Attributes:
        kind: Its kind.
        document: It, as it now is.
        status: The status.
        first: Whether it was made in this status.
    """

    resource_type: ResourceType
    document: JsonObject = field(repr=False)
    status: str
    first: bool = False


@frozen
class ConnectionChanged:
    """A managed thing was connected, or is no longer.

    Attributes:
        thing: It, as it now is.
        since: The moment at which the connection began.
        reason: Why it is not connected, such as ``CONNECTION_LOST``; None where it is.
    """

    thing: JsonObject = field(repr=False)
    since: JsonValue
    reason: str | None = None


@frozen
class StateChanged:
    """Properties of a managed thing have other values than before.

    Attributes:
        thing_id: Its id.
        endpoints: Only what is new, in the form of ``GetManagedThingState``.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class CommandEnded:
    """A managed thing has carried out a command, or has not.

    Attributes:
        thing_id: Its id.
        trace_id: What the sender of the command was answered.
        succeeded: Whether it was carried out.
        received_at: The moment at which it was taken.
    """

    thing_id: str
    trace_id: str
    succeeded: bool
    received_at: int


@frozen
class DeviceEvent:
    """A device reports an event.

    Attributes:
        thing_id: The managed thing's id.
        endpoints: By ``endpointId``, each with its ``capabilities``; a capability has ``id``,
            ``name``, ``version`` and ``properties``; a property has ``name`` and ``value``,
            which may be any JSON.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class DeviceRequest:
    """A device asks for something itself, as a camera does that wants to send pictures.

    Attributes:
        thing_id: The managed thing's id.
        endpoints: By ``endpointId``, each with its ``capabilities``; a capability has ``id``,
            ``name`` and ``version``.
    """

    thing_id: str
    endpoints: Sequence[JsonObject] = field(repr=False)


@frozen
class ConnectorFailed:
    """A cloud connector reports that it could not do what it was asked for.

    Attributes:
        operation: What it was asked for, such as ``AWS.SendCommand``.
        report: What it sent: the parameters of ``SendConnectorEvent``.
        associations: The account associations concerned.
        thing_id: The managed thing concerned, where one is.
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
