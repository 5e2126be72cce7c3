"""The events of the service as frozen values, and `Event`, the union of their classes.

Owns the public names and types of every member. Does not know how or from where notifications are
read.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from attrs import field, frozen

from iotmi._models.common import LogLevel
from iotmi._models.events import (
    AssociationState,
    DeviceDiscoveryStatus,
    EventType,
    OtaStatus,
    OtaType,
)
from iotmi._models.managed_things import DisconnectReasonValue, ProvisioningStatus
from iotmi._schema.containers import JsonValue


def _hidden(value: object) -> str:
    return "None" if value is None else "'***'"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


JSON: Final = json.JSONDecoder(parse_constant=_refuse_constant)
"""Reads JSON by RFC 8259: unlike `json.loads`, it refuses NaN and Infinity."""


# `parse` spends most of its time building these three classes. attrs builds frozen classes without
# slots a third faster.
@frozen(slots=False)
class Property:
    """One property of a capability.

    Attributes:
        name: such as ``OnOff``.
        changed_at: the time of the last change. Only `DeviceStateEvent` has it.
        raw_value: the value as the service wrote it, often JSON inside a string. Sensitive.
    """

    name: str | None = None
    changed_at: datetime | None = None
    # A value may be a list or a dictionary, which cannot be hashed.
    raw_value: JsonValue = field(default=None, repr=_hidden, hash=False)

    @property
    def value(self) -> JsonValue:
        """Return the value with its JSON type, such as ``True`` for the service's ``"true"``.

        A string that is not JSON is returned unchanged.
        """
        if not isinstance(self.raw_value, str):
            return self.raw_value
        try:
            value: JsonValue = JSON.decode(self.raw_value)
        except (ValueError, RecursionError):
            return self.raw_value
        return value


@frozen(slots=False)
class Capability:
    """One capability at an endpoint.

    Attributes:
        id: such as ``matter.OnOff@1.4``. The service writes some ids without their version.
        name: the display name, such as ``On/Off``.
        version: the revision of the capability, as a string.
        properties: the properties in the event.
    """

    id: str | None = None
    name: str | None = None
    version: str | None = None
    properties: tuple[Property, ...] | None = None


@frozen(slots=False)
class Endpoint:
    """One part of a device, such as one socket of a power strip.

    Attributes:
        id: the endpoint's id, such as ``1``.
        capabilities: the capabilities in the event.
    """

    id: str | None = None
    capabilities: tuple[Capability, ...] | None = None


@frozen(kw_only=True)
class DeviceDiscoveryFailure:
    """The reason why a discovery failed.

    Attributes:
        code: such as ``500`` or ``404``, as a string.
        message: the service's message.
        managed_thing_id: the device that could not be queried, if the service names one.
    """

    code: str | None = None
    message: str | None = None
    managed_thing_id: str | None = None


@frozen(kw_only=True)
class _Envelope:
    """The members that every event has. All except `type` and `raw` can be None.

    Attributes:
        type: the service's name of the message type.
        id: the id of the message. A redelivered message has the same id.
        timestamp: the time when the service sent the message to the stream, in UTC.
        account_id: the AWS account of the service's customer.
        region_name: such as ``eu-west-1``.
        resources: the ARNs that the event concerns. `DeviceReportEvent` has a path instead.
        version: the version of the message format.
        raw: the whole message as JSON, including members that have no name here. Sensitive.
    """

    type: EventType
    id: str | None = None
    timestamp: datetime | None = None
    account_id: str | None = None
    region_name: str | None = None
    resources: tuple[str, ...] | None = None
    version: str | None = None
    raw: Mapping[str, JsonValue] = field(factory=dict, repr=False, hash=False)


@frozen(kw_only=True)
class DeviceCommandEvent(_Envelope):
    """The result of a command that was sent to a managed thing.

    Attributes:
        trace_id: the trace id that `send_command` returned for the command.
        received_at: the time when the service received the command.
        executed_at: the time when the device executed the command.
        result: ``succeeded`` or ``failed``.
    """

    trace_id: str | None = None
    received_at: datetime | None = None
    executed_at: datetime | None = None
    result: str | None = None

    @property
    def succeeded(self) -> bool | None:
        """Return True for ``succeeded``, False for ``failed``, None for anything else."""
        return {"succeeded": True, "failed": False}.get(self.result or "")


@frozen(kw_only=True)
class DeviceCommandRequestEvent(_Envelope):
    """A request that a device made, such as to start a video session.

    Attributes:
        endpoints: the endpoints and capabilities that the request concerns.
    """

    endpoints: tuple[Endpoint, ...] | None = None


@frozen(kw_only=True)
class DeviceDiscoveryStatusEvent(_Envelope):
    """A status change of a device discovery.

    Attributes:
        device_discovery_id: the discovery's id.
        device_count: the number of devices found so far.
        status: the status of the discovery.
        error: the reason for a failure.
    """

    device_discovery_id: str | None = None
    device_count: int | None = None
    status: DeviceDiscoveryStatus | None = None
    error: DeviceDiscoveryFailure | None = None


@frozen(kw_only=True)
class DeviceReportEvent(_Envelope):
    """An event of a device, such as a pressed button.

    Attributes:
        arrived_at: the time when the report reached the service.
        endpoints: the endpoints, capabilities and properties that the device reported.
    """

    arrived_at: datetime | None = None
    endpoints: tuple[Endpoint, ...] | None = None


@frozen(kw_only=True)
class DeviceLifecycleEvent(_Envelope):
    """A change of a managed thing's provisioning status.

    Attributes:
        managed_thing_id: the thing's id.
        arn: the thing's ARN.
        created_at: the time when the thing was created.
        updated_at: the time of the thing's last change.
        status: the new status. It can be ``UNCLAIMED``, which the API does not define.
    """

    managed_thing_id: str | None = None
    arn: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    status: ProvisioningStatus | None = None


@frozen(kw_only=True)
class DeviceConnectionEvent(_Envelope):
    """A connect or disconnect of a managed thing.

    Attributes:
        managed_thing_id: the thing's id.
        arn: the thing's ARN.
        client_id: the MQTT client id of the connection.
        connected: True after a connect, False after a disconnect.
        occurred_at: the time of the connect or disconnect.
        session_id: the id of the MQTT session.
        principal_id: the id of the certificate that the thing connected with.
        ip_address: the thing's address, on a connect.
        disconnect_reason: the reason, on a disconnect.
        version_number: a counter of the connection's changes, as a string.
    """

    managed_thing_id: str | None = None
    arn: str | None = None
    client_id: str | None = None
    connected: bool | None = None
    occurred_at: datetime | None = None
    session_id: str | None = None
    principal_id: str | None = None
    ip_address: str | None = None
    disconnect_reason: DisconnectReasonValue | None = None
    version_number: str | None = None


@frozen(kw_only=True)
class DeviceStateEvent(_Envelope):
    """New values for properties of a managed thing.

    Attributes:
        endpoints: the endpoints, capabilities and properties with their new values.
    """

    endpoints: tuple[Endpoint, ...] | None = None


@frozen(kw_only=True)
class DeviceOtaEvent(_Envelope):
    """A status change of an over-the-air update task.

    Attributes:
        ota_task_id: the task's id.
        operation: such as ``CREATE_OTA``.
        status: the status of the task.
        ota_type: the kind of things that the task updates.
    """

    ota_task_id: str | None = None
    operation: str | None = None
    status: OtaStatus | None = None
    ota_type: OtaType | None = None


@frozen(kw_only=True)
class AccountAssociationEvent(_Envelope):
    """A state change of an account association.

    Attributes:
        trace_id: the id of the request that caused the change.
        account_association_id: the association's id.
        connector_destination_id: the connector destination that the association uses.
        arn: the association's ARN.
        state: the new state.
        service_error: True if the service is at fault.
        customer_error: True if the customer is at fault.
        details: the service's description.
        log_level: the severity of the change.
    """

    trace_id: str | None = None
    account_association_id: str | None = None
    connector_destination_id: str | None = None
    arn: str | None = None
    state: AssociationState | None = None
    service_error: bool | None = None
    customer_error: bool | None = None
    details: str | None = None
    log_level: LogLevel | None = None


@frozen(kw_only=True)
class ConnectorErrorReportEvent(_Envelope):
    """A failed operation of a cloud connector.

    Attributes:
        status_code: the connector's response code.
        resource_type: such as ``account-association``.
        resource_ids: the ids of the resources that the failure concerns.
        association_arns: the ARNs of the account associations that the failure concerns.
        connector_destination_id: the connector destination that was used.
        connector_device_id: the device's id in the third party's cloud. Sensitive.
        operation: such as ``AWS.SendCommand``.
        operation_version: the version of the operation's format.
        trace_id: the id of the failed request.
        message: the connector's message. Sensitive.
        managed_thing_id: the thing, if the service could find it.
        log_level: the severity of the failure.
    """

    status_code: int | None = None
    resource_type: str | None = None
    resource_ids: tuple[str, ...] | None = None
    association_arns: tuple[str, ...] | None = None
    connector_destination_id: str | None = None
    connector_device_id: str | None = field(default=None, repr=_hidden)
    operation: str | None = None
    operation_version: str | None = None
    trace_id: str | None = None
    message: str | None = field(default=None, repr=_hidden)
    managed_thing_id: str | None = None
    log_level: LogLevel | None = None


@frozen(kw_only=True)
class UnknownEvent(_Envelope):
    """An event of a type for which this version of iotmi has no class.

    Among them are ``DEVICE_WSS`` and ``CONNECTOR_ASSOCIATION``, because AWS has not published their
    payloads.

    Attributes:
        payload: the content as JSON. Sensitive.
    """

    payload: JsonValue = field(default=None, repr=_hidden, hash=False)


Event: TypeAlias = (
    DeviceCommandEvent
    | DeviceCommandRequestEvent
    | DeviceDiscoveryStatusEvent
    | DeviceReportEvent
    | DeviceLifecycleEvent
    | DeviceConnectionEvent
    | DeviceStateEvent
    | DeviceOtaEvent
    | AccountAssociationEvent
    | ConnectorErrorReportEvent
    | UnknownEvent
)
"""The union of all events. A `match` with a case for each class is exhaustive."""
