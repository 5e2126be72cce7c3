"""Cloud connectors: translators between a third party's cloud and this service.

Owns the operations for the AWS account that builds a connector, and the events that a connector
sends. Does not know what a connector's Lambda function does.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, paged
from iotmi._models.capabilities import CapabilitySchemaItem
from iotmi._models.common import (
    CLIENT_TOKEN,
    CLOUD_CONNECTOR_ID,
    CONNECTOR_DEVICE_ID,
    CONNECTOR_DEVICE_NAME,
    DEVICE_DISCOVERY_ID,
    MAX_RESULTS,
    NEXT_TOKEN,
    TRACE_ID,
)
from iotmi._models.matter import MatterCapabilityReport, MatterEndpoint
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, camel_model, model
from iotmi._schema.traits import DOCUMENT, SENSITIVE, Number, Size, Text

CLOUD_CONNECTOR_NAME: Final = Text(1, 128, r"[A-Za-z0-9-_ ]+")
CLOUD_CONNECTOR_DESCRIPTION: Final = Text(1, 256, r"[0-9A-Za-z_\- ]+")
LAMBDA_ARN: Final = Text(
    pattern=r"(arn:aws:lambda:[0-9a-zA-Z-]+:[0-9]+:function:)?"
    r"([a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?)"
)


@camel_model
class LambdaConfig:
    """The Lambda function that implements a cloud connector.

    Attributes:
        arn: ARN or name of the function, with or without a version.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_LambdaConfig.html
    """

    arn: Annotated[str, LAMBDA_ARN]


@camel_model
class EndpointConfig:
    """The endpoint that the service invokes.

    Attributes:
        lambda_: the Lambda function.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_EndpointConfig.html
    """

    lambda_: LambdaConfig | None = None


class EndpointType(OpenEnum):
    """The kind of endpoint that a cloud connector runs on."""

    LAMBDA = "LAMBDA"


class CloudConnectorType(OpenEnum):
    """The visibility of a cloud connector: ``LISTED`` to all AWS accounts, or ``UNLISTED``."""

    LISTED = "LISTED"
    UNLISTED = "UNLISTED"


@model
class CreatedCloudConnector:
    """The id of a new cloud connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCloudConnector.html
    """

    id: Annotated[str, CLOUD_CONNECTOR_ID]


@model
class CreateCloudConnector(Request[CreatedCloudConnector]):
    """Create a cloud connector from a Lambda function of this AWS account.

    A new connector is ``UNLISTED``.

    Args:
        name: 1 to 128 letters, digits, hyphens, underscores and spaces.
        endpoint_config: Lambda function to invoke.
        description: 1 to 256 of the same characters.
        endpoint_type: kind of endpoint.
        client_token: idempotency token, 1 to 64 characters; generated if None.

    Raises:
        ConflictError: a connector with this name exists.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateCloudConnector.html
    """

    name: Annotated[str, CLOUD_CONNECTOR_NAME]
    endpoint_config: EndpointConfig
    description: Annotated[str, CLOUD_CONNECTOR_DESCRIPTION] | None = None
    endpoint_type: EndpointType | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None


@model
class CloudConnector:
    """A translator between a third party's cloud and this service.

    Attributes:
        name: name, 1 to 128 characters.
        endpoint_config: Lambda function to invoke.
        description: free text, 1 to 256 characters.
        endpoint_type: kind of endpoint.
        id: id of the connector, 1 to 64 characters.
        type: visibility.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCloudConnector.html
    """

    name: Annotated[str, CLOUD_CONNECTOR_NAME]
    endpoint_config: EndpointConfig
    description: Annotated[str, CLOUD_CONNECTOR_DESCRIPTION] | None = None
    endpoint_type: EndpointType | None = None
    id: Annotated[str, CLOUD_CONNECTOR_ID]
    type: CloudConnectorType | None = None


@model
class GetCloudConnector(Request[CloudConnector]):
    """Return the cloud connector with this id.

    Raises:
        ResourceNotFoundError: no cloud connector has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetCloudConnector.html
    """

    identifier: Annotated[str, CLOUD_CONNECTOR_ID] = field(kw_only=False)


@model
class ConnectorItem:
    """A cloud connector as listed. `CloudConnector` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ConnectorItem.html
    """

    name: Annotated[str, CLOUD_CONNECTOR_NAME]
    endpoint_config: EndpointConfig
    description: Annotated[str, CLOUD_CONNECTOR_DESCRIPTION] | None = None
    endpoint_type: EndpointType | None = None
    id: Annotated[str, CLOUD_CONNECTOR_ID]
    type: CloudConnectorType | None = None


@model
class ListCloudConnectors(Listing[ConnectorItem]):
    """Return a pager over the cloud connectors.

    Args:
        type: visibility of the connectors.
        lambda_arn: ARN or name of their Lambda function.
        max_results: items on one page, 1 to 1000.
        next_token: token of the first page to request.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListCloudConnectors.html
    """

    type: CloudConnectorType | None = None
    lambda_arn: Annotated[str, LAMBDA_ARN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None


@model
class UpdateCloudConnector(Request[None]):
    """Update the name or description of a cloud connector.

    Args:
        identifier: id of the connector.
        name: 1 to 128 letters, digits, hyphens, underscores and spaces.
        description: 1 to 256 of the same characters.

    Raises:
        ResourceNotFoundError: no cloud connector has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateCloudConnector.html
    """

    identifier: Annotated[str, CLOUD_CONNECTOR_ID] = field(kw_only=False)
    name: Annotated[str, CLOUD_CONNECTOR_NAME] | None = None
    description: Annotated[str, CLOUD_CONNECTOR_DESCRIPTION] | None = None


@model
class DeleteCloudConnector(Request[None]):
    """Delete a cloud connector. Delete its connector destinations first.

    Raises:
        ResourceNotFoundError: no cloud connector has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteCloudConnector.html
    """

    identifier: Annotated[str, CLOUD_CONNECTOR_ID] = field(kw_only=False)


class ConnectorEventOperation(OpenEnum):
    """The kind of event that a connector sends.

    ``DEVICE_DISCOVERY`` reports found devices, ``DEVICE_COMMAND_RESPONSE`` the outcome of a
    command, ``DEVICE_EVENT`` a change at a device, and ``DEVICE_COMMAND_REQUEST`` a device's own
    request.
    """

    DEVICE_COMMAND_RESPONSE = "DEVICE_COMMAND_RESPONSE"
    DEVICE_DISCOVERY = "DEVICE_DISCOVERY"
    DEVICE_EVENT = "DEVICE_EVENT"
    DEVICE_COMMAND_REQUEST = "DEVICE_COMMAND_REQUEST"


@model
class Device:
    """A device that a connector discovered.

    Attributes:
        connector_device_id: id of the device in the third-party cloud, 1 to 256 characters;
            sensitive.
        connector_device_name: display name, 1 to 256 characters.
        capability_report: capabilities in Matter's data model.
        capability_schemas: schemas of custom capabilities, at most 40.
        device_metadata: JSON document. The service reads the strings ``Brand`` and ``Model``.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_Device.html
    """

    connector_device_id: Annotated[str, CONNECTOR_DEVICE_ID]
    connector_device_name: Annotated[str, CONNECTOR_DEVICE_NAME] | None = None
    capability_report: MatterCapabilityReport
    capability_schemas: Annotated[Sequence[CapabilitySchemaItem], Size(0, 40)] | None = None
    device_metadata: Annotated[JsonValue, DOCUMENT] | None = None


@model
class SentConnectorEvent:
    """The receipt for a connector event that the service accepted.

    Attributes:
        connector_id: id of the connector.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendConnectorEvent.html
    """

    connector_id: Annotated[str, CLOUD_CONNECTOR_ID]


THIRD_PARTY_USER_ID: Final = (Text(1, 64, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE)
CONNECTOR_EVENT_OPERATION_VERSION: Final = Text(1, 6, r"[0-9.]+")

CONNECTOR_EVENT_MESSAGE: Final = (Text(1, 256, r"[\sa-zA-Z0-9_.,@-]+"), SENSITIVE)


@model
class SendConnectorEvent(Request[SentConnectorEvent]):
    """Send an event of a cloud connector, such as discovered devices or a command's outcome.

    Only the AWS account that created the connector may send its events. ``DEVICE_DISCOVERY``
    requires `device_discovery_id` and `devices`. The other operations require `connector_device_id`
    and `matter_endpoint`.

    Args:
        connector_id: id of the connector.
        user_id: id of the end user in the third-party cloud, 1 to 64 characters; sensitive.
        operation: kind of event.
        operation_version: version of the operation, such as ``1.0``.
        status_code: outcome, 100 to 550. In a discovery, 200 means that no more devices follow, and
            3xx that more devices follow.
        message: explanation, 1 to 256 letters, digits, whitespace and ``_.,@-``; sensitive.
        device_discovery_id: id of the discovery.
        connector_device_id: id of the device in the third-party cloud; sensitive.
        trace_id: id that came with the command, for ``DEVICE_COMMAND_RESPONSE``.
        devices: discovered devices.
        matter_endpoint: changes at the device.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendConnectorEvent.html
    """

    connector_id: Annotated[str, CLOUD_CONNECTOR_ID] = field(kw_only=False)
    user_id: Annotated[str, THIRD_PARTY_USER_ID] | None = None
    operation: ConnectorEventOperation
    operation_version: Annotated[str, CONNECTOR_EVENT_OPERATION_VERSION] | None = None
    status_code: Annotated[int, Number(100, 550)] | None = None
    message: Annotated[str, CONNECTOR_EVENT_MESSAGE] | None = None
    device_discovery_id: Annotated[str, DEVICE_DISCOVERY_ID] | None = None
    connector_device_id: Annotated[str, CONNECTOR_DEVICE_ID] | None = None
    trace_id: Annotated[str, TRACE_ID] | None = None
    devices: Sequence[Device] | None = None
    matter_endpoint: MatterEndpoint | None = None


class CloudConnectors(Family[M]):
    """Translators between a third party's cloud and this service."""

    create: Final = call(CreateCloudConnector)
    get: Final = call(GetCloudConnector)
    list: Final = paged(ListCloudConnectors)
    update: Final = call(UpdateCloudConnector)
    delete: Final = call(DeleteCloudConnector)
    send_event: Final = call(SendConnectorEvent)
