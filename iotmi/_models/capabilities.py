"""What devices can do, say and be told: capability reports, schemas, states and commands."""

from collections.abc import Sequence
from typing import Annotated

from iotmi._models.common import (
    CapabilityName,
    CapabilityVersion,
    EndpointId,
    SchemaVersionedId,
)
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import camel_model, model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Number, Size, Text

CapabilityReportVersion = Annotated[str, Text(1, 10, r"1\.0\.0")]
NodeId = Annotated[str, Text(1, 64, r"[a-zA-Z0-9=_.,@\+\-/]+")]
DeviceType = Annotated[str, Text(0, 256, r"[a-zA-Z0-9=_. ,@\+\-/]+")]
DeviceTypes = Annotated[Sequence[DeviceType], Size(0, 50)]
PropertyName = Annotated[str, Text(1, 128, r"[/a-zA-Z0-9\._ -]+")]
CapabilityReportProperties = Annotated[Sequence[PropertyName], Size(0, 100)]
ActionName = Annotated[str, Text(1, 128, r"[/a-zA-Z0-9\._ -]+")]
CapabilityReportActions = Annotated[Sequence[ActionName], Size(0, 100)]
EventName = Annotated[str, Text(1, 128, r"[/a-zA-Z0-9\._ -]+")]
CapabilityReportEvents = Annotated[Sequence[EventName], Size(0, 100)]


@camel_model
class CapabilityReportCapability:
    """One capability at an endpoint, such as ``matter.OnOff@1.4``.

    Limits: `version` is a whole number, as a string; up to 100 properties, actions and events.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReportCapability.html
    """

    id: SchemaVersionedId
    name: CapabilityName
    version: CapabilityVersion
    properties: CapabilityReportProperties
    actions: CapabilityReportActions
    events: CapabilityReportEvents


CapabilityReportCapabilities = Annotated[Sequence[CapabilityReportCapability], Size(0, 40)]


@camel_model
class CapabilityReportEndpoint:
    """One part of a device, such as one socket of a power strip.

    Limits: up to 50 device types and 40 capabilities.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReportEndpoint.html
    """

    id: EndpointId
    device_types: DeviceTypes
    capabilities: CapabilityReportCapabilities


CapabilityReportEndpoints = Annotated[Sequence[CapabilityReportEndpoint], Size(0, 40)]


@camel_model
class CapabilityReport:
    """What a device can do, as it reports it.

    Limits: `version` is ``1.0.0``; up to 40 endpoints.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReport.html
    """

    version: CapabilityReportVersion
    node_id: NodeId | None = None
    endpoints: CapabilityReportEndpoints


class SchemaVersionFormat(OpenEnum):
    """The language that a schema is written in."""

    AWS = "AWS"
    ZCL = "ZCL"
    CONNECTOR = "CONNECTOR"


ExtrinsicSchemaId = Annotated[str, Text(1, 10, r"0[xX][0-9a-fA-F]+$|^[0-9]+")]
ClusterRevision = Annotated[int, Number(1, 10)]
ValidationSchema = Annotated[JsonValue, DOCUMENT]


@model
class CapabilitySchemaItem:
    """The schema of a capability that the service does not know by itself.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilitySchemaItem.html
    """

    format: SchemaVersionFormat
    capability_id: SchemaVersionedId
    extrinsic_id: ExtrinsicSchemaId
    extrinsic_version: ClusterRevision
    schema: ValidationSchema


CapabilitySchemas = Annotated[Sequence[CapabilitySchemaItem], Size(0, 40)]
CapabilityProperties = Annotated[JsonValue, DOCUMENT, SENSITIVE]


@camel_model
class StateCapability:
    """The properties of one capability as last reported; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StateCapability.html
    """

    id: SchemaVersionedId
    name: CapabilityName
    version: CapabilityVersion
    properties: CapabilityProperties | None = None


StateCapabilities = Annotated[Sequence[StateCapability], Size(1, 5)]


@camel_model
class StateEndpoint:
    """The state of one part of a device.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StateEndpoint.html
    """

    endpoint_id: EndpointId
    capabilities: StateCapabilities


StateEndpoints = Annotated[Sequence[StateEndpoint], Size(0, 5)]
CapabilityActionName = Annotated[str, Text(pattern=r"[/a-zA-Z]+")]
ActionReference = Annotated[str, Text(pattern=r"[a-zA-Z.]+")]
ActionTraceId = Annotated[str, Text(16, 20, r"[a-zA-Z0-9]+=(?:_[0-9]+)?")]


@camel_model
class CapabilityAction:
    """An action, such as ``Toggle``, or ``UpdateState`` with ``{"OnOff": True}``.

    `parameters` is a free-form document, and sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityAction.html
    """

    name: CapabilityActionName
    ref: ActionReference | None = None
    action_trace_id: ActionTraceId | None = None
    parameters: CapabilityProperties | None = None


CapabilityActions = Annotated[Sequence[CapabilityAction], Size(1, 5)]


@camel_model
class CommandCapability:
    """Actions of one capability. 1 to 5 of them.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CommandCapability.html
    """

    id: SchemaVersionedId
    name: CapabilityName
    version: CapabilityVersion
    actions: CapabilityActions


CommandCapabilities = Annotated[Sequence[CommandCapability], Size(1, 5)]


@camel_model
class CommandEndpoint:
    """Actions at one part of a device. 1 to 5 capabilities.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CommandEndpoint.html
    """

    endpoint_id: EndpointId
    capabilities: CommandCapabilities


CommandEndpoints = Annotated[Sequence[CommandEndpoint], Size(1, 5)]
