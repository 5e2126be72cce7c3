"""Devices in the terms of Matter, as cloud connectors speak of them: reports, states, commands.

Ids of clusters, attributes, commands and events are numbers written as strings, decimal or
hexadecimal: ``"6"``, ``"0x0006"``.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from iotmi._models.capabilities import (
    ActionName,
    CapabilityReportVersion,
    ClusterRevision,
    DeviceTypes,
    NodeId,
)
from iotmi._models.common import CapabilityName, EndpointId, SchemaVersionedId
from iotmi._schema.containers import JsonValue
from iotmi._schema.model import camel_model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Number, Size, Text

ClusterId = Annotated[str, Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")]
MatterAttributeId = Annotated[str, Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")]
MatterCommandId = Annotated[str, Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")]
MatterEventId = Annotated[str, Text(1, 24, r"0[xX][0-9a-fA-F]+$|^[0-9]+")]
SpecVersion = Annotated[str, Text(1, 64, r"\d+\.\d+")]
MatterCapabilityReportAttributeValue = Annotated[JsonValue, DOCUMENT]


@camel_model
class MatterCapabilityReportAttribute:
    """An attribute that a cluster has, and its value.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportAttribute.html
    """

    id: MatterAttributeId | None = None
    name: ActionName | None = None
    value: MatterCapabilityReportAttributeValue | None = None


MatterCapabilityReportAttributes = Annotated[
    Sequence[MatterCapabilityReportAttribute], Size(0, 100)
]
MatterCapabilityReportCommands = Annotated[Sequence[MatterCommandId], Size(0, 100)]
MatterCapabilityReportEvents = Annotated[Sequence[MatterEventId], Size(0, 100)]
MatterCapabilityReportFeatureMap = Annotated[int, Number(0, 4294967295)]
MatterCapabilityReportGeneratedCommands = Annotated[Sequence[MatterCommandId], Size(0, 50)]
MatterCapabilityReportFabricIndex = Annotated[int, Number(0, 4096)]


@camel_model
class MatterCapabilityReportCluster:
    """One cluster at an endpoint.

    Limits: `revision` is 1 to 10; up to 100 attributes, commands and events, and 50 generated
    commands.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportCluster.html
    """

    id: ClusterId
    revision: ClusterRevision
    public_id: SchemaVersionedId | None = None
    name: CapabilityName | None = None
    spec_version: SpecVersion | None = None
    attributes: MatterCapabilityReportAttributes | None = None
    commands: MatterCapabilityReportCommands | None = None
    events: MatterCapabilityReportEvents | None = None
    feature_map: MatterCapabilityReportFeatureMap | None = None
    generated_commands: MatterCapabilityReportGeneratedCommands | None = None
    fabric_index: MatterCapabilityReportFabricIndex | None = None


MatterCapabilityReportClusters = Annotated[Sequence[MatterCapabilityReportCluster], Size(0, 50)]
MatterCapabilityReportEndpointParts = Annotated[Sequence[EndpointId], Size(0, 32)]
EndpointSemanticTag = Annotated[str, Text(1, 128, r"[0-9a-zA-Z._-]+")]
MatterCapabilityReportEndpointSemanticTags = Annotated[Sequence[EndpointSemanticTag], Size(0, 32)]
MatterCapabilityReportEndpointClientClusters = Annotated[Sequence[ClusterId], Size(0, 32)]


@camel_model
class MatterCapabilityReportEndpoint:
    """One part of a device.

    Limits: up to 50 device types and 50 clusters, and 32 parts, semantic tags and client clusters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReportEndpoint.html
    """

    id: EndpointId
    device_types: DeviceTypes
    clusters: MatterCapabilityReportClusters
    parts: MatterCapabilityReportEndpointParts | None = None
    semantic_tags: MatterCapabilityReportEndpointSemanticTags | None = None
    client_clusters: MatterCapabilityReportEndpointClientClusters | None = None


MatterCapabilityReportEndpoints = Annotated[Sequence[MatterCapabilityReportEndpoint], Size(0, 50)]


@camel_model
class MatterCapabilityReport:
    """What a device can do, as a connector reports it.

    Limits: `version` is ``1.0.0``; up to 50 endpoints.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCapabilityReport.html
    """

    version: CapabilityReportVersion
    node_id: NodeId | None = None
    endpoints: MatterCapabilityReportEndpoints


MatterAttributes = Annotated[JsonValue, DOCUMENT, SENSITIVE]
MatterFields = Annotated[JsonValue, DOCUMENT, SENSITIVE]
MatterCommands = Annotated[Mapping[MatterCommandId, MatterFields], Size(1, 5)]
MatterEvents = Annotated[Mapping[MatterEventId, MatterFields], Size(1, 5)]


@camel_model
class MatterCluster:
    """What happened at one cluster of a device.

    `attributes` is a free-form document of values by attribute id; commands and events come with
    the free-form document of their fields. All three are sensitive. Limits: 1 to 5 commands and
    events.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterCluster.html
    """

    id: ClusterId | None = None
    attributes: MatterAttributes | None = None
    commands: MatterCommands | None = None
    events: MatterEvents | None = None


MatterClusters = Annotated[Sequence[MatterCluster], Size(1, 5)]


@camel_model
class MatterEndpoint:
    """What happened at one part of a device. 1 to 5 clusters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_MatterEndpoint.html
    """

    id: EndpointId | None = None
    clusters: MatterClusters | None = None
