"""Devices in the data model of Matter, as cloud connectors report them.

Ids of clusters, attributes, commands and events are numbers written as strings, decimal or
hexadecimal: ``"6"``, ``"0x0006"``. This module knows no request.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from iotmi._models.capabilities import ACTION_NAME, CAPABILITY_REPORT_VERSION, DEVICE_TYPES, NODE_ID
from iotmi._models.common import CAPABILITY_NAME, ENDPOINT_ID, SCHEMA_VERSIONED_ID
from iotmi._schema.containers import JsonValue
from iotmi._schema.model import camel_model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Entries, Items, Number, Size, Text

CLUSTER_ID: Final = Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")
MATTER_ATTRIBUTE_ID: Final = Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")
MATTER_COMMAND_ID: Final = Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")
MATTER_EVENT_ID: Final = Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")
SPEC_VERSION: Final = Text(1, 64, r"\d+\.\d+")


@camel_model
class MatterCapabilityReportAttribute:
    """One attribute of a cluster, with its value.

    Attributes:
        id: number of the attribute as a string.
        name: name of the attribute, 1 to 128 characters.
        value: JSON document.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportAttribute.html
    """

    id: Annotated[str, MATTER_ATTRIBUTE_ID] | None = None
    name: Annotated[str, ACTION_NAME] | None = None
    value: Annotated[JsonValue, DOCUMENT] | None = None


MATTER_COMMAND_IDS: Final = (Size(0, 100), Items(MATTER_COMMAND_ID))
MATTER_EVENT_IDS: Final = (Size(0, 100), Items(MATTER_EVENT_ID))

GENERATED_COMMAND_IDS: Final = (Size(0, 50), Items(MATTER_COMMAND_ID))


@camel_model
class MatterCapabilityReportCluster:
    """One cluster of an endpoint.

    Attributes:
        id: number of the cluster as a string.
        revision: revision of the cluster, 1 to 10.
        public_id: versioned id of the capability, such as ``matter.OnOff@1.4``.
        name: name of the cluster, 1 to 128 characters.
        spec_version: version of the Matter specification, such as ``1.4``.
        attributes: attributes of the cluster, at most 100.
        commands: numbers of the accepted commands, at most 100.
        events: numbers of the events, at most 100.
        feature_map: bit map of supported features, 32 bits.
        generated_commands: numbers of the generated commands, at most 50.
        fabric_index: index of the Matter fabric, 0 to 4096.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportCluster.html
    """

    id: Annotated[str, CLUSTER_ID]
    revision: Annotated[int, Number(1, 10)]
    public_id: Annotated[str, SCHEMA_VERSIONED_ID] | None = None
    name: Annotated[str, CAPABILITY_NAME] | None = None
    spec_version: Annotated[str, SPEC_VERSION] | None = None
    attributes: Annotated[Sequence[MatterCapabilityReportAttribute], Size(0, 100)] | None = None
    commands: Annotated[Sequence[str], MATTER_COMMAND_IDS] | None = None
    events: Annotated[Sequence[str], MATTER_EVENT_IDS] | None = None
    feature_map: Annotated[int, Number(0, 4294967295)] | None = None
    generated_commands: Annotated[Sequence[str], GENERATED_COMMAND_IDS] | None = None
    fabric_index: Annotated[int, Number(0, 4096)] | None = None


ENDPOINT_PARTS: Final = (Size(0, 32), Items(ENDPOINT_ID))
ENDPOINT_SEMANTIC_TAG: Final = Text(1, 128, r"[0-9a-zA-Z._-]+")
ENDPOINT_SEMANTIC_TAGS: Final = (Size(0, 32), Items(ENDPOINT_SEMANTIC_TAG))
CLIENT_CLUSTERS: Final = (Size(0, 32), Items(CLUSTER_ID))


@camel_model
class MatterCapabilityReportEndpoint:
    """One functional part of a device.

    Attributes:
        id: id within the device, 1 to 64 letters and digits.
        device_types: Matter device types, at most 50.
        clusters: clusters of the endpoint, at most 50.
        parts: ids of the endpoints that the endpoint is composed of, at most 32.
        semantic_tags: Matter semantic tags, at most 32.
        client_clusters: numbers of the client clusters, at most 32.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportEndpoint.html
    """

    id: Annotated[str, ENDPOINT_ID]
    device_types: Annotated[Sequence[str], DEVICE_TYPES]
    clusters: Annotated[Sequence[MatterCapabilityReportCluster], Size(0, 50)]
    parts: Annotated[Sequence[str], ENDPOINT_PARTS] | None = None
    semantic_tags: Annotated[Sequence[str], ENDPOINT_SEMANTIC_TAGS] | None = None
    client_clusters: Annotated[Sequence[str], CLIENT_CLUSTERS] | None = None


@camel_model
class MatterCapabilityReport:
    """The capabilities of a device, as a cloud connector reports them.

    Attributes:
        version: version of the report format, always ``1.0.0``.
        node_id: address of the device on its network, 1 to 64 characters.
        endpoints: functional parts of the device, at most 50.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReport.html
    """

    version: Annotated[str, CAPABILITY_REPORT_VERSION]
    node_id: Annotated[str, NODE_ID] | None = None
    endpoints: Annotated[Sequence[MatterCapabilityReportEndpoint], Size(0, 50)]


MATTER_COMMANDS: Final = (Size(1, 5), Entries(MATTER_COMMAND_ID, (DOCUMENT, SENSITIVE)))
MATTER_EVENTS: Final = (Size(1, 5), Entries(MATTER_EVENT_ID, (DOCUMENT, SENSITIVE)))


@camel_model
class MatterCluster:
    """The changed attributes, the commands and the events of one cluster.

    Attributes:
        id: number of the cluster as a string.
        attributes: JSON document of values by attribute id; sensitive.
        commands: JSON documents of fields by command id, 1 to 5; sensitive.
        events: JSON documents of fields by event id, 1 to 5; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCluster.html
    """

    id: Annotated[str, CLUSTER_ID] | None = None
    attributes: Annotated[JsonValue, DOCUMENT, SENSITIVE] | None = None
    commands: Annotated[Mapping[str, JsonValue], MATTER_COMMANDS] | None = None
    events: Annotated[Mapping[str, JsonValue], MATTER_EVENTS] | None = None


@camel_model
class MatterEndpoint:
    """The changes at one endpoint of a device.

    Attributes:
        id: id of the endpoint, 1 to 64 letters and digits.
        clusters: clusters with changes, 1 to 5.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterEndpoint.html
    """

    id: Annotated[str, ENDPOINT_ID] | None = None
    clusters: Annotated[Sequence[MatterCluster], Size(1, 5)] | None = None
