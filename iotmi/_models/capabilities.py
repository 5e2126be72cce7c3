"""Device capabilities: reports, schemas, reported states and commands, in the service's data model.

This module knows no request. Capabilities in the terms of Matter are in `iotmi._models.matter`.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from iotmi._models.common import (
    CAPABILITY_NAME,
    CAPABILITY_VERSION,
    ENDPOINT_ID,
    SCHEMA_VERSIONED_ID,
)
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import camel_model, model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Items, Number, Size, Text

CAPABILITY_REPORT_VERSION: Final = Text(1, 10, r"1\.0\.0")
NODE_ID: Final = Text(1, 64, r"[a-zA-Z0-9=_.,@\+\-/]+")
DEVICE_TYPE: Final = Text(0, 256, r"[a-zA-Z0-9=_. ,@\+\-/]+")
DEVICE_TYPES: Final = (Size(0, 50), Items(DEVICE_TYPE))
PROPERTY_NAME: Final = Text(1, 128, r"[/a-zA-Z0-9\._ -]+")
PROPERTY_NAMES: Final = (Size(0, 100), Items(PROPERTY_NAME))
ACTION_NAME: Final = Text(1, 128, r"[/a-zA-Z0-9\._ -]+")
ACTION_NAMES: Final = (Size(0, 100), Items(ACTION_NAME))
EVENT_NAME: Final = Text(1, 128, r"[/a-zA-Z0-9\._ -]+")
EVENT_NAMES: Final = (Size(0, 100), Items(EVENT_NAME))


@camel_model
class CapabilityReportCapability:
    """One capability of an endpoint, such as ``matter.OnOff@1.4``.

    Attributes:
        id: versioned id, 7 to 128 characters.
        name: display name, such as ``On/Off``, 1 to 128 characters.
        version: revision as a string of digits, such as ``"6"``.
        properties: names of the properties, at most 100.
        actions: names of the actions, at most 100.
        events: names of the events, at most 100.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReportCapability.html
    """

    id: Annotated[str, SCHEMA_VERSIONED_ID]
    name: Annotated[str, CAPABILITY_NAME]
    version: Annotated[str, CAPABILITY_VERSION]
    properties: Annotated[Sequence[str], PROPERTY_NAMES]
    actions: Annotated[Sequence[str], ACTION_NAMES]
    events: Annotated[Sequence[str], EVENT_NAMES]


@camel_model
class CapabilityReportEndpoint:
    """One functional part of a device, such as one socket of a power strip.

    Attributes:
        id: id within the device, 1 to 64 letters and digits.
        device_types: Matter device types, such as ``On/Off Switch``, at most 50.
        capabilities: capabilities of the endpoint, at most 40.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReportEndpoint.html
    """

    id: Annotated[str, ENDPOINT_ID]
    device_types: Annotated[Sequence[str], DEVICE_TYPES]
    capabilities: Annotated[Sequence[CapabilityReportCapability], Size(0, 40)]


@camel_model
class CapabilityReport:
    """The capabilities of a device, as the device reports them.

    Attributes:
        version: version of the report format, always ``1.0.0``.
        node_id: address of the device on its network, 1 to 64 characters.
        endpoints: functional parts of the device, at most 40.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityReport.html
    """

    version: Annotated[str, CAPABILITY_REPORT_VERSION]
    node_id: Annotated[str, NODE_ID] | None = None
    endpoints: Annotated[Sequence[CapabilityReportEndpoint], Size(0, 40)]


class SchemaVersionFormat(OpenEnum):
    """The language of a schema: the service's own, the Zigbee Cluster Library, or a connector's."""

    AWS = "AWS"
    ZCL = "ZCL"
    CONNECTOR = "CONNECTOR"


EXTRINSIC_SCHEMA_ID: Final = Text(1, 10, r"0[xX][0-9a-fA-F]+$|^[0-9]+")


@model
class CapabilitySchemaItem:
    """The schema of a custom capability, one that the service does not already know.

    Attributes:
        format: language of the schema.
        capability_id: versioned id of the capability, 7 to 128 characters.
        extrinsic_id: number of the cluster as a string, decimal or hexadecimal, such as
            ``"0x0006"``.
        extrinsic_version: revision of the cluster, 1 to 10.
        schema: JSON document.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilitySchemaItem.html
    """

    format: SchemaVersionFormat
    capability_id: Annotated[str, SCHEMA_VERSIONED_ID]
    extrinsic_id: Annotated[str, EXTRINSIC_SCHEMA_ID]
    extrinsic_version: Annotated[int, Number(1, 10)]
    schema: Annotated[JsonValue, DOCUMENT]


@camel_model
class StateCapability:
    """The last reported properties of one capability.

    Attributes:
        id: versioned id, such as ``matter.OnOff@1.4``.
        name: display name, 1 to 128 characters.
        version: revision as a string of digits.
        properties: JSON document of property values; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StateCapability.html
    """

    id: Annotated[str, SCHEMA_VERSIONED_ID]
    name: Annotated[str, CAPABILITY_NAME]
    version: Annotated[str, CAPABILITY_VERSION]
    properties: Annotated[JsonValue, DOCUMENT, SENSITIVE] | None = None


@camel_model
class StateEndpoint:
    """The last reported state of one endpoint of a device.

    Attributes:
        endpoint_id: id of the endpoint, 1 to 64 letters and digits.
        capabilities: states of its capabilities, 1 to 5.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StateEndpoint.html
    """

    endpoint_id: Annotated[str, ENDPOINT_ID]
    capabilities: Annotated[Sequence[StateCapability], Size(1, 5)]


CAPABILITY_ACTION_NAME: Final = Text(pattern=r"[/a-zA-Z]+")
ACTION_REFERENCE: Final = Text(pattern=r"[a-zA-Z.]+")
ACTION_TRACE_ID: Final = Text(16, 20, r"[a-zA-Z0-9]+=(?:_[0-9]+)?")


@camel_model
class CapabilityAction:
    """An action, such as ``Toggle``, or ``UpdateState`` with the parameters ``{"OnOff": True}``.

    Attributes:
        name: name of the action, letters and slashes.
        ref: reference to the schema of the action, letters and dots.
        action_trace_id: id that correlates the action with its outcome, 16 to 20 characters.
        parameters: JSON document; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CapabilityAction.html
    """

    name: Annotated[str, CAPABILITY_ACTION_NAME]
    ref: Annotated[str, ACTION_REFERENCE] | None = None
    action_trace_id: Annotated[str, ACTION_TRACE_ID] | None = None
    parameters: Annotated[JsonValue, DOCUMENT, SENSITIVE] | None = None


@camel_model
class CommandCapability:
    """The actions that a command runs on one capability.

    Attributes:
        id: versioned id, such as ``matter.OnOff@1.4``.
        name: display name, such as ``On/Off``.
        version: revision as a string of digits, such as ``"6"``.
        actions: actions to run, 1 to 5.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CommandCapability.html
    """

    id: Annotated[str, SCHEMA_VERSIONED_ID]
    name: Annotated[str, CAPABILITY_NAME]
    version: Annotated[str, CAPABILITY_VERSION]
    actions: Annotated[Sequence[CapabilityAction], Size(1, 5)]


@camel_model
class CommandEndpoint:
    """The part of a command that addresses one endpoint of a device.

    Attributes:
        endpoint_id: id of the endpoint, 1 to 64 letters and digits.
        capabilities: capabilities with their actions, 1 to 5.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CommandEndpoint.html
    """

    endpoint_id: Annotated[str, ENDPOINT_ID]
    capabilities: Annotated[Sequence[CommandCapability], Size(1, 5)]
