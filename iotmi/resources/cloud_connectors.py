"""Cloud connectors: what translates between a third party's cloud and this service."""

from collections.abc import Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.capabilities import CapabilitySchemas
from iotmi._models.common import (
    ClientToken,
    CloudConnectorId,
    ConnectorDeviceId,
    ConnectorDeviceName,
    DeviceDiscoveryId,
    MaxResults,
    NextToken,
    TraceId,
)
from iotmi._models.matter import MatterCapabilityReport, MatterEndpoint
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Number, Text

CloudConnectorName = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+")]
CloudConnectorDescription = Annotated[str, Text(1, 256, r"[0-9A-Za-z_\- ]+")]
LambdaArn = Annotated[
    str,
    Text(
        pattern=r"(arn:aws:lambda:[0-9a-zA-Z-]+:[0-9]+:function:)?"
        r"([a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?)"
    ),
]


@camel_model
class LambdaConfig:
    """The Lambda function that does a connector's work.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_LambdaConfig.html
    """

    arn: LambdaArn


@camel_model
class EndpointConfig:
    """Where the service calls a connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_EndpointConfig.html
    """

    lambda_: LambdaConfig | None = None


class EndpointType(OpenEnum):
    """What a connector runs on."""

    LAMBDA = "LAMBDA"


class CloudConnectorType(OpenEnum):
    """Whether every AWS account may use a connector, or its own only."""

    LISTED = "LISTED"
    UNLISTED = "UNLISTED"


@model
class CreatedCloudConnector:
    """What a creation tells of the new cloud connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCloudConnector.html
    """

    id: CloudConnectorId


@model
class CreateCloudConnector(Request[CreatedCloudConnector]):
    """Make a cloud connector from a Lambda function of this AWS account.

    A new connector is unlisted. Limits: a name has 1 to 128 letters, digits, hyphens, underscores
    and spaces, a description 1 to 256.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCloudConnector.html
    """

    name: CloudConnectorName
    endpoint_config: EndpointConfig
    description: CloudConnectorDescription | None = None
    endpoint_type: EndpointType | None = None
    client_token: ClientToken | None = None


@model
class CloudConnector:
    """What translates between a third party's cloud and this service.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCloudConnector.html
    """

    name: CloudConnectorName
    endpoint_config: EndpointConfig
    description: CloudConnectorDescription | None = None
    endpoint_type: EndpointType | None = None
    id: CloudConnectorId
    type: CloudConnectorType | None = None


@model
class GetCloudConnector(Request[CloudConnector]):
    """One cloud connector, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCloudConnector.html
    """

    identifier: CloudConnectorId = field(kw_only=False)


@model
class ConnectorItem:
    """What a listing tells of a cloud connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConnectorItem.html
    """

    name: CloudConnectorName
    endpoint_config: EndpointConfig
    description: CloudConnectorDescription | None = None
    endpoint_type: EndpointType | None = None
    id: CloudConnectorId
    type: CloudConnectorType | None = None


@model
class ListCloudConnectors(Listing[ConnectorItem]):
    """Cloud connectors, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListCloudConnectors.html
    """

    type: CloudConnectorType | None = None
    lambda_arn: LambdaArn | None = None
    max_results: MaxResults | None = None
    next_token: NextToken | None = None


@model
class UpdateCloudConnector(Request[None]):
    """Change the name or the description of a cloud connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateCloudConnector.html
    """

    identifier: CloudConnectorId = field(kw_only=False)
    name: CloudConnectorName | None = None
    description: CloudConnectorDescription | None = None


@model
class DeleteCloudConnector(Request[None]):
    """Delete a cloud connector. Its connector destinations must be deleted first.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteCloudConnector.html
    """

    identifier: CloudConnectorId = field(kw_only=False)


class ConnectorEventOperation(OpenEnum):
    """What a connector tells: found devices, the outcome of a command, a change, or a wish."""

    DEVICE_COMMAND_RESPONSE = "DEVICE_COMMAND_RESPONSE"
    DEVICE_DISCOVERY = "DEVICE_DISCOVERY"
    DEVICE_EVENT = "DEVICE_EVENT"
    DEVICE_COMMAND_REQUEST = "DEVICE_COMMAND_REQUEST"


DeviceMetadata = Annotated[JsonValue, DOCUMENT]


@model
class Device:
    """A device that a connector has found.

    `device_metadata` is a free-form document; of it the service takes the strings ``Brand`` and
    ``Model``. Limits: up to 40 schemas.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_Device.html
    """

    connector_device_id: ConnectorDeviceId
    connector_device_name: ConnectorDeviceName | None = None
    capability_report: MatterCapabilityReport
    capability_schemas: CapabilitySchemas | None = None
    device_metadata: DeviceMetadata | None = None


@model
class SentConnectorEvent:
    """What the service tells of a connector's event that it took.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendConnectorEvent.html
    """

    connector_id: CloudConnectorId


ThirdPartyUserId = Annotated[str, Text(1, 64, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE]
ConnectorEventOperationVersion = Annotated[str, Text(1, 6, r"[0-9.]+")]
ConnectorEventStatusCode = Annotated[int, Number(100, 550)]
ConnectorEventMessage = Annotated[str, Text(1, 256, r"[\sa-zA-Z0-9_.,@-]+"), SENSITIVE]


@model
class SendConnectorEvent(Request[SentConnectorEvent]):
    """Tell the service, as a connector, what its devices did or which were found.

    A discovery takes `device_discovery_id` and `devices`, with status 200 at the end and a 3xx
    while more are to come; all else takes `connector_device_id` and `matter_endpoint`, and the
    outcome of a command also the `trace_id` that came with the command. Only the AWS account that
    made the connector may send. Limits: `status_code` is 100 to 550; a message has 1 to 256
    letters, digits, spaces and ``_.,@-``.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendConnectorEvent.html
    """

    connector_id: CloudConnectorId = field(kw_only=False)
    user_id: ThirdPartyUserId | None = None
    operation: ConnectorEventOperation
    operation_version: ConnectorEventOperationVersion | None = None
    status_code: ConnectorEventStatusCode | None = None
    message: ConnectorEventMessage | None = None
    device_discovery_id: DeviceDiscoveryId | None = None
    connector_device_id: ConnectorDeviceId | None = None
    trace_id: TraceId | None = None
    devices: Sequence[Device] | None = None
    matter_endpoint: MatterEndpoint | None = None


class CloudConnectors(Family[M]):
    """What translates between a third party's cloud and this service."""

    create: Final = call(CreateCloudConnector)
    """Make a cloud connector from a Lambda function of this AWS account."""
    get: Final = call(GetCloudConnector)
    """One cloud connector, by id."""
    list: Final = paged(ListCloudConnectors)
    """Cloud connectors, page by page as they are asked for."""
    update: Final = call(UpdateCloudConnector)
    """Change the name or the description of a cloud connector."""
    delete: Final = call(DeleteCloudConnector)
    """Delete a cloud connector. Its connector destinations must be deleted first."""
    send_event: Final = call(SendConnectorEvent)
    """Tell the service, as a connector, what its devices did or which were found."""
