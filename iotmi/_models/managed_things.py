"""Values and enums of managed things: what the operations on hubs and devices return.

This module knows no request.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from iotmi._models.capabilities import CapabilityReport, StateEndpoint
from iotmi._models.common import (
    ADVERTISED_PRODUCT_ID,
    BRAND,
    CLASSIFICATION,
    CONNECTOR_DESTINATION_ID,
    CONNECTOR_DEVICE_ID,
    CONNECTOR_POLICY_ID,
    CREDENTIAL_LOCKER_ID,
    DEVICE_SPECIFIC_KEY,
    ENDPOINT_ID,
    INTERNATIONAL_ARTICLE_NUMBER,
    MAC_ADDRESS,
    MANAGED_THING_ARN,
    MANAGED_THING_ID,
    METADATA,
    MODEL,
    NAME,
    OWNER,
    PARENT_CONTROLLER_ID,
    SERIAL_NUMBER,
    TAGS,
    TRACE_ID,
    UNIVERSAL_PRODUCT_CODE,
)
from iotmi._schema.containers import JsonValue
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import model
from iotmi._schema.traits import DOCUMENT, Deprecated, Number, Size, Text, WireName


class Role(OpenEnum):
    """The kind of a managed thing: ``CONTROLLER`` for a hub, or ``DEVICE``."""

    CONTROLLER = "CONTROLLER"
    DEVICE = "DEVICE"


class ProvisioningStatus(OpenEnum):
    """The stage of a managed thing between creation and deletion.

    ``UNASSOCIATED`` requires further action before it can be discovered. ``PRE_ASSOCIATED`` is
    discovered automatically once it is powered on or connected. ``DISCOVERED`` was found but cannot
    receive commands yet. ``ACTIVATED`` can receive commands. ``ISOLATED`` was reachable before and
    no longer is. ``DELETE_IN_PROGRESS``, ``DELETED`` and ``DELETION_FAILED`` belong to deletion.
    """

    UNASSOCIATED = "UNASSOCIATED"
    PRE_ASSOCIATED = "PRE_ASSOCIATED"
    DISCOVERED = "DISCOVERED"
    ACTIVATED = "ACTIVATED"
    DELETION_FAILED = "DELETION_FAILED"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    ISOLATED = "ISOLATED"
    DELETED = "DELETED"


class HubNetworkMode(OpenEnum):
    """The scope of Z-Wave exclusion on a hub: its own network, or devices of any network."""

    STANDARD = "STANDARD"
    NETWORK_WIDE_EXCLUSION = "NETWORK_WIDE_EXCLUSION"


@model
class WiFiSimpleSetupConfiguration:
    """The role of a managed thing in Wi-Fi simple setup.

    Attributes:
        enable_as_provisioner: True if the thing sets up other devices.
        enable_as_provisionee: True if the thing is set up by a provisioner.
        timeout_in_minutes: length of the setup window in minutes, 5 to 15. The service's default is
            15.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_WiFiSimpleSetupConfiguration.html
    """

    enable_as_provisioner: bool | None = None
    enable_as_provisionee: bool | None = None
    timeout_in_minutes: Annotated[int, Number(5, 15)] | None = None


# Wi-Fi simple setup. The name on the wire capitalizes the F.
WSS: Final = WireName("WiFiSimpleSetupConfiguration")


@model
class ManagedThing:
    """A hub or device registered with the service.

    Sensitive members can be read, and are redacted in reprs, errors and logs.

    Attributes:
        id: unique id across all Regions, 1 to 64 characters.
        arn: Amazon Resource Name.
        owner: application-defined owner, such as an end user's id; sensitive.
        credential_locker_id: id of the credential locker that the thing belongs to.
        advertised_product_id: 5-character product id that the thing advertises.
        role: hub or device.
        provisioning_status: stage of the thing.
        name: display name, 1 to 128 characters.
        model: model name; sensitive.
        brand: brand name; sensitive.
        serial_number: serial number, 1 to 128 characters; sensitive.
        universal_product_code: UPC, 12 digits; sensitive.
        international_article_number: EAN, 8 to 13 digits; sensitive.
        connector_policy_id: deprecated by the service.
        connector_destination_id: id of the connector destination, for a device of a third-party
            cloud.
        connector_device_id: id of the device in the third-party cloud; sensitive.
        device_specific_key: Z-Wave device-specific key; sensitive.
        mac_address: MAC address; sensitive.
        parent_controller_id: id of the hub that controls the device.
        classification: application-defined category; sensitive.
        created_at: time of creation.
        updated_at: time of the last change.
        activated_at: time of activation.
        hub_network_mode: scope of Z-Wave exclusion, for a hub.
        metadata: application-defined entries, at most 50.
        tags: AWS tags, at most 50; sensitive.
        wifi_simple_setup_configuration: role in Wi-Fi simple setup.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThing.html
    """

    id: Annotated[str, MANAGED_THING_ID]
    arn: Annotated[str, MANAGED_THING_ARN] | None = None
    owner: Annotated[str, OWNER] | None = None
    credential_locker_id: Annotated[str, CREDENTIAL_LOCKER_ID] | None = None
    advertised_product_id: Annotated[str, ADVERTISED_PRODUCT_ID] | None = None
    role: Role | None = None
    provisioning_status: ProvisioningStatus | None = None
    name: Annotated[str, NAME] | None = None
    model: Annotated[str, MODEL] | None = None
    brand: Annotated[str, BRAND] | None = None
    serial_number: Annotated[str, SERIAL_NUMBER] | None = None
    universal_product_code: Annotated[str, UNIVERSAL_PRODUCT_CODE] | None = None
    international_article_number: Annotated[str, INTERNATIONAL_ARTICLE_NUMBER] | None = None
    connector_policy_id: Annotated[str, CONNECTOR_POLICY_ID] | None = None
    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    connector_device_id: Annotated[str, CONNECTOR_DEVICE_ID] | None = None
    device_specific_key: Annotated[str, DEVICE_SPECIFIC_KEY] | None = None
    mac_address: Annotated[str, MAC_ADDRESS] | None = None
    parent_controller_id: Annotated[str, PARENT_CONTROLLER_ID] | None = None
    classification: Annotated[str, CLASSIFICATION] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    activated_at: datetime | None = None
    hub_network_mode: HubNetworkMode | None = None
    metadata: Annotated[Mapping[str, str], METADATA] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None
    wifi_simple_setup_configuration: Annotated[WiFiSimpleSetupConfiguration, WSS] | None = None


@model
class CreatedManagedThing:
    """The id, ARN and creation time of a new managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateManagedThing.html
    """

    id: Annotated[str, MANAGED_THING_ID]
    arn: Annotated[str, MANAGED_THING_ARN]
    created_at: datetime


class AuthenticationMaterialType(OpenEnum):
    """The form of an authentication material: a kind of bar code, or a discovery result."""

    CUSTOM_PROTOCOL_QR_BAR_CODE = "CUSTOM_PROTOCOL_QR_BAR_CODE"
    WIFI_SETUP_QR_BAR_CODE = "WIFI_SETUP_QR_BAR_CODE"
    ZWAVE_QR_BAR_CODE = "ZWAVE_QR_BAR_CODE"
    ZIGBEE_QR_BAR_CODE = "ZIGBEE_QR_BAR_CODE"
    DISCOVERED_DEVICE = "DISCOVERED_DEVICE"
    PRE_ONBOARDED_CLOUD = "PRE_ONBOARDED_CLOUD"


CAPABILITIES: Final = (
    Text(1, 65535, r"[a-zA-Z0-9\s'\x{0022},.:\\\/{$}\[\]=_\-\+]+"),
    Deprecated("use capability_report"),
)


@model
class ManagedThingSummary:
    """A managed thing as listed. `ManagedThing` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingSummary.html
    """

    id: Annotated[str, MANAGED_THING_ID]
    arn: Annotated[str, MANAGED_THING_ARN] | None = None
    advertised_product_id: Annotated[str, ADVERTISED_PRODUCT_ID] | None = None
    brand: Annotated[str, BRAND] | None = None
    classification: Annotated[str, CLASSIFICATION] | None = None
    connector_device_id: Annotated[str, CONNECTOR_DEVICE_ID] | None = None
    connector_policy_id: Annotated[str, CONNECTOR_POLICY_ID] | None = None
    connector_destination_id: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    model: Annotated[str, MODEL] | None = None
    name: Annotated[str, NAME] | None = None
    owner: Annotated[str, OWNER] | None = None
    credential_locker_id: Annotated[str, CREDENTIAL_LOCKER_ID] | None = None
    parent_controller_id: Annotated[str, PARENT_CONTROLLER_ID] | None = None
    provisioning_status: ProvisioningStatus | None = None
    role: Role | None = None
    serial_number: Annotated[str, SERIAL_NUMBER] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    activated_at: datetime | None = None


@model
class ManagedThingCapabilities:
    """The capabilities of a managed thing.

    Attributes:
        managed_thing_id: id of the managed thing.
        capabilities: deprecated by the service; use `capability_report`.
        capability_report: capabilities as the device reports them.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCapabilities.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    capabilities: Annotated[str, CAPABILITIES] | None = None
    capability_report: CapabilityReport | None = None


CERTIFICATE_PEM: Final = Text(1, 65536, r"[\s\S]*")


@model
class ManagedThingCertificate:
    """The certificate that a managed thing authenticates with, in PEM.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCertificate.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    certificate_pem: Annotated[str, CERTIFICATE_PEM] | None = None


class DisconnectReasonValue(OpenEnum):
    """The reason why a managed thing disconnected."""

    AUTH_ERROR = "AUTH_ERROR"
    CLIENT_INITIATED_DISCONNECT = "CLIENT_INITIATED_DISCONNECT"
    CLIENT_ERROR = "CLIENT_ERROR"
    CONNECTION_LOST = "CONNECTION_LOST"
    DUPLICATE_CLIENTID = "DUPLICATE_CLIENTID"
    FORBIDDEN_ACCESS = "FORBIDDEN_ACCESS"
    MQTT_KEEP_ALIVE_TIMEOUT = "MQTT_KEEP_ALIVE_TIMEOUT"
    SERVER_ERROR = "SERVER_ERROR"
    SERVER_INITIATED_DISCONNECT = "SERVER_INITIATED_DISCONNECT"
    THROTTLED = "THROTTLED"
    WEBSOCKET_TTL_EXPIRATION = "WEBSOCKET_TTL_EXPIRATION"
    CUSTOMAUTH_TTL_EXPIRATION = "CUSTOMAUTH_TTL_EXPIRATION"
    UNKNOWN = "UNKNOWN"
    NONE = "NONE"


@model
class ManagedThingConnectivityData:
    """The connectivity of a managed thing.

    Attributes:
        managed_thing_id: id of the managed thing.
        connected: True if the thing is connected.
        timestamp: time of the last connection or disconnection.
        disconnect_reason: reason of the last disconnection.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingConnectivityData.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    connected: bool | None = None
    timestamp: datetime | None = None
    disconnect_reason: DisconnectReasonValue | None = None


@model
class ManagedThingMetaData:
    """The application-defined metadata of a managed thing, at most 50 entries.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingMetaData.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    metadata: Annotated[Mapping[str, str], METADATA] | None = None


@model
class ManagedThingState:
    """The last reported state of a managed thing.

    Attributes:
        endpoints: states of the endpoints, at most 5, with 1 to 5 capabilities each.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingState.html
    """

    endpoints: Annotated[Sequence[StateEndpoint], Size(0, 5)]


CAPABILITY_ID: Final = Text(1, 128, r"[a-zA-Z0-9./]+(@\d+\.\d+)?")


@model
class ManagedThingSchemaListItem:
    """The schema of one capability at one endpoint of a managed thing.

    Attributes:
        endpoint_id: id of the endpoint.
        capability_id: id of the capability.
        schema: JSON document.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingSchemaListItem.html
    """

    endpoint_id: Annotated[str, ENDPOINT_ID] | None = None
    capability_id: Annotated[str, CAPABILITY_ID] | None = None
    schema: Annotated[JsonValue, DOCUMENT] | None = None


@model
class SentManagedThingCommand:
    """The receipt for a command that the service accepted.

    Attributes:
        trace_id: id that correlates the command with the notification about its outcome.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendManagedThingCommand.html
    """

    trace_id: Annotated[str, TRACE_ID] | None = None
