"""What the service tells of managed things, and the types that say it."""

from datetime import datetime
from typing import Annotated

from iotmi._models.capabilities import (
    CapabilityReport,
    StateEndpoints,
    ValidationSchema,
)
from iotmi._models.common import (
    AdvertisedProductId,
    Brand,
    Classification,
    ConnectorDestinationId,
    ConnectorDeviceId,
    ConnectorPolicyId,
    CredentialLockerId,
    DeviceSpecificKey,
    EndpointId,
    InternationalArticleNumber,
    MacAddress,
    ManagedThingArn,
    ManagedThingId,
    Metadata,
    Model,
    Name,
    Owner,
    ParentControllerId,
    SerialNumber,
    TagMap,
    TraceId,
    UniversalProductCode,
)
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import model
from iotmi._schema.traits import Deprecated, Number, Text, WireName


class Role(OpenEnum):
    """What a managed thing is: a hub that controls others, or a device."""

    CONTROLLER = "CONTROLLER"
    DEVICE = "DEVICE"


class ProvisioningStatus(OpenEnum):
    """How far a managed thing has come.

    ``UNASSOCIATED`` needs further action before it can be found; ``PRE_ASSOCIATED`` will be found
    once it is powered on or connected; ``DISCOVERED`` is found and cannot be commanded yet;
    ``ACTIVATED`` can be commanded; ``ISOLATED`` was reachable once; ``DELETE_IN_PROGRESS`` and
    ``DELETED`` are on the way out.
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
    """Whether a Z-Wave hub also excludes devices of other networks."""

    STANDARD = "STANDARD"
    NETWORK_WIDE_EXCLUSION = "NETWORK_WIDE_EXCLUSION"


TimeoutInMinutes = Annotated[int, Number(5, 15)]


@model
class WiFiSimpleSetupConfiguration:
    """How a managed thing takes part in Wi-Fi simple setup.

    Limits: `timeout_in_minutes` is 5 to 15; the service takes 15 where it is not given.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_WiFiSimpleSetupConfiguration.html
    """

    enable_as_provisioner: bool | None = None
    enable_as_provisionee: bool | None = None
    timeout_in_minutes: TimeoutInMinutes | None = None


WiFiSimpleSetup = Annotated[WiFiSimpleSetupConfiguration, WireName("WiFiSimpleSetupConfiguration")]


@model
class ManagedThing:
    """A hub or a device.

    Serial number, codes, brand, model, owner, classification, keys, address and tags are sensitive:
    they can be read, and are never shown in a repr, an error or a log.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThing.html
    """

    id: ManagedThingId
    arn: ManagedThingArn | None = None
    owner: Owner | None = None
    credential_locker_id: CredentialLockerId | None = None
    advertised_product_id: AdvertisedProductId | None = None
    role: Role | None = None
    provisioning_status: ProvisioningStatus | None = None
    name: Name | None = None
    model: Model | None = None
    brand: Brand | None = None
    serial_number: SerialNumber | None = None
    universal_product_code: UniversalProductCode | None = None
    international_article_number: InternationalArticleNumber | None = None
    connector_policy_id: ConnectorPolicyId | None = None
    connector_destination_id: ConnectorDestinationId | None = None
    connector_device_id: ConnectorDeviceId | None = None
    device_specific_key: DeviceSpecificKey | None = None
    mac_address: MacAddress | None = None
    parent_controller_id: ParentControllerId | None = None
    classification: Classification | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    activated_at: datetime | None = None
    hub_network_mode: HubNetworkMode | None = None
    metadata: Metadata | None = None
    tags: TagMap | None = None
    wifi_simple_setup_configuration: WiFiSimpleSetup | None = None


@model
class CreatedManagedThing:
    """What a creation tells of the new managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateManagedThing.html
    """

    id: ManagedThingId
    arn: ManagedThingArn
    created_at: datetime


class AuthenticationMaterialType(OpenEnum):
    """What an authentication material is: a kind of bar code, or something found."""

    CUSTOM_PROTOCOL_QR_BAR_CODE = "CUSTOM_PROTOCOL_QR_BAR_CODE"
    WIFI_SETUP_QR_BAR_CODE = "WIFI_SETUP_QR_BAR_CODE"
    ZWAVE_QR_BAR_CODE = "ZWAVE_QR_BAR_CODE"
    ZIGBEE_QR_BAR_CODE = "ZIGBEE_QR_BAR_CODE"
    DISCOVERED_DEVICE = "DISCOVERED_DEVICE"
    PRE_ONBOARDED_CLOUD = "PRE_ONBOARDED_CLOUD"


Capabilities = Annotated[
    str,
    Text(1, 65535, r"[a-zA-Z0-9\s'\x{0022},.:\\\/{$}\[\]=_\-\+]+"),
    Deprecated("use capability_report"),
]


@model
class ManagedThingSummary:
    """What a listing tells of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingSummary.html
    """

    id: ManagedThingId
    arn: ManagedThingArn | None = None
    advertised_product_id: AdvertisedProductId | None = None
    brand: Brand | None = None
    classification: Classification | None = None
    connector_device_id: ConnectorDeviceId | None = None
    connector_policy_id: ConnectorPolicyId | None = None
    connector_destination_id: ConnectorDestinationId | None = None
    model: Model | None = None
    name: Name | None = None
    owner: Owner | None = None
    credential_locker_id: CredentialLockerId | None = None
    parent_controller_id: ParentControllerId | None = None
    provisioning_status: ProvisioningStatus | None = None
    role: Role | None = None
    serial_number: SerialNumber | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    activated_at: datetime | None = None


@model
class ManagedThingCapabilities:
    """What a managed thing can do.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCapabilities.html
    """

    managed_thing_id: ManagedThingId | None = None
    capabilities: Capabilities | None = None
    capability_report: CapabilityReport | None = None


CertificatePem = Annotated[str, Text(1, 65536, r"[\s\S]*")]


@model
class ManagedThingCertificate:
    """The certificate that a managed thing proves itself with.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCertificate.html
    """

    managed_thing_id: ManagedThingId | None = None
    certificate_pem: CertificatePem | None = None


class DisconnectReasonValue(OpenEnum):
    """Why a managed thing is no longer connected."""

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
    """Whether a managed thing is connected, since when, and if not, why.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingConnectivityData.html
    """

    managed_thing_id: ManagedThingId | None = None
    connected: bool | None = None
    timestamp: datetime | None = None
    disconnect_reason: DisconnectReasonValue | None = None


@model
class ManagedThingMetaData:
    """The metadata of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingMetaData.html
    """

    managed_thing_id: ManagedThingId | None = None
    metadata: Metadata | None = None


@model
class ManagedThingState:
    """The last reported state of a managed thing: up to 5 endpoints with up to 5 capabilities.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingState.html
    """

    endpoints: StateEndpoints


CapabilityId = Annotated[str, Text(1, 128, r"[a-zA-Z0-9./]+(@\d+\.\d+)?")]


@model
class ManagedThingSchemaListItem:
    """The schema of one capability at one endpoint of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ManagedThingSchemaListItem.html
    """

    endpoint_id: EndpointId | None = None
    capability_id: CapabilityId | None = None
    schema: ValidationSchema | None = None


@model
class SentManagedThingCommand:
    """What the service tells of a command that it took: the id that its outcome is reported by.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_SendManagedThingCommand.html
    """

    trace_id: TraceId | None = None
