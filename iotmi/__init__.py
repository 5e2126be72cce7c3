"""A typed Python SDK for AWS IoT managed integrations, with an emulator of the service inside.

    import iotmi

    with iotmi.Client() as client:
        for thing in client.managed_things.list(role_filter=iotmi.Role.CONTROLLER):
            print(thing.id, thing.provisioning_status)

Each public name is loaded from its own module when it is first used (PEP 562). To try without an
AWS account: `iotmi.emulator.Emulator`.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

# The public names of each module. Type checkers read __init__.pyi; a test compares the two.
_NAMES: Final[Mapping[str, str]] = {
    "iotmi._binding": "Async Family Sync",
    "iotmi._observability.events": "Attempt Retry",
    "iotmi._operations": "OperationInfo operations",
    "iotmi._schema.containers": "JsonValue ReadOnlyMap",
    "iotmi._schema.enums": "OpenEnum",
    "iotmi._schema.model": "Listing Request evolve",
    "iotmi._schema.responses": "Page Response",
    "iotmi._schema.validation": "unchecked",
    "iotmi._serde.plain": "converter from_plain to_json to_plain",
    "iotmi._version": "__version__",
    "iotmi.client": "AsyncClient Client",
    "iotmi.errors": """
        AccessDeniedError AuthenticationError CallError CommandTimeoutError ConflictError
        ConstraintError DeadlineExceededError EventError ExpiredTokenError FailedAttempt
        InternalFailureError InternalServerError InvalidRequestError IotmiError
        LimitExceededError NoResponseError NotSentError Problem ResourceNotFoundError
        ResponseError ServiceError ServiceQuotaExceededError ServiceUnavailableError
        ThrottlingError UnauthorizedError ValidationError WaitError WaitFailedError
        WaitTimeoutError
    """,
    "iotmi.pacing": "Pacing",
    "iotmi.paging": "AsyncPager Pager",
    "iotmi._models.capabilities": """
        CapabilityAction CapabilityReport CapabilityReportCapability
        CapabilityReportEndpoint CapabilitySchemaItem CommandCapability CommandEndpoint
        SchemaVersionFormat StateCapability StateEndpoint
    """,
    "iotmi._models.events": """
        AssociationState DeviceDiscoveryStatus EventType OtaStatus OtaType
    """,
    "iotmi._models.managed_things": """
        AuthenticationMaterialType CreatedManagedThing DisconnectReasonValue HubNetworkMode
        ManagedThing ManagedThingCapabilities ManagedThingCertificate
        ManagedThingConnectivityData ManagedThingMetaData ManagedThingSchemaListItem
        ManagedThingState ManagedThingSummary ProvisioningStatus Role
        SentManagedThingCommand WiFiSimpleSetupConfiguration
    """,
    "iotmi._models.matter": """
        MatterCapabilityReport MatterCapabilityReportAttribute MatterCapabilityReportCluster
        MatterCapabilityReportEndpoint MatterCluster MatterEndpoint
    """,
    "iotmi._models.common": "LogLevel",
    "iotmi.resources._commands": "SendManagedThingCommand",
    "iotmi.resources.account": """
        Account ConfigurationError ConfigurationState ConfigurationStatus CustomEndpoint
        DefaultEncryptionConfiguration EncryptionType GetCustomEndpoint
        GetDefaultEncryptionConfiguration GetHubConfiguration HubConfiguration
        PutDefaultEncryptionConfiguration PutHubConfiguration RegisterCustomEndpoint
        StoredHubConfiguration
    """,
    "iotmi.resources.account_associations": """
        AccountAssociation AccountAssociationItem AccountAssociations
        CreateAccountAssociation CreatedAccountAssociation DeleteAccountAssociation
        DeregisterAccountAssociation GeneralAuthorizationName GetAccountAssociation
        ListAccountAssociations ListManagedThingAccountAssociations ManagedThingAssociation
        ManagedThingAssociationStatus RegisterAccountAssociation
        RegisteredAccountAssociation StartAccountAssociationRefresh
        StartedAccountAssociationRefresh UpdateAccountAssociation
    """,
    "iotmi.resources.cloud_connectors": """
        CloudConnector CloudConnectorType CloudConnectors ConnectorEventOperation
        ConnectorItem CreateCloudConnector CreatedCloudConnector DeleteCloudConnector Device
        EndpointConfig EndpointType GetCloudConnector LambdaConfig ListCloudConnectors
        SendConnectorEvent SentConnectorEvent UpdateCloudConnector
    """,
    "iotmi.resources.connector_destinations": """
        AuthConfig AuthConfigUpdate AuthMaterial AuthType ConnectorDestination
        ConnectorDestinationSummary ConnectorDestinations CreateConnectorDestination
        CreatedConnectorDestination DeleteConnectorDestination GeneralAuthorizationUpdate
        GetConnectorDestination ListConnectorDestinations OAuthConfig OAuthUpdate
        ProactiveRefreshTokenRenewal SecretsManager TokenEndpointAuthenticationScheme
        UpdateConnectorDestination
    """,
    "iotmi.resources.credential_lockers": """
        CreateCredentialLocker CreatedCredentialLocker CredentialLocker
        CredentialLockerSummary CredentialLockers DeleteCredentialLocker GetCredentialLocker
        ListCredentialLockers
    """,
    "iotmi.resources.destinations": """
        CreateDestination CreatedDestination DeleteDestination DeliveryDestinationType
        Destination DestinationSummary Destinations GetDestination ListDestinations
        UpdateDestination
    """,
    "iotmi.resources.device_discoveries": """
        DeviceDiscoveries DeviceDiscovery DeviceDiscoverySummary
        DiscoveredDeviceSummary DiscoveryAuthMaterialType DiscoveryModification
        DiscoveryType GetDeviceDiscovery ListDeviceDiscoveries ListDiscoveredDevices
        ProtocolType StartDeviceDiscovery StartedDeviceDiscovery
    """,
    "iotmi.resources.event_log_configurations": """
        CreateEventLogConfiguration CreatedEventLogConfiguration DeleteEventLogConfiguration
        EventLogConfiguration EventLogConfigurationSummary EventLogConfigurations
        GetEventLogConfiguration ListEventLogConfigurations UpdateEventLogConfiguration
    """,
    "iotmi.resources.managed_things": """
        CreateManagedThing DeleteManagedThing GetManagedThing GetManagedThingCapabilities
        GetManagedThingCertificate GetManagedThingConnectivityData GetManagedThingMetaData
        GetManagedThingState ListManagedThingSchemas ListManagedThings ManagedThings
        UpdateManagedThing
    """,
    "iotmi.resources.notification_configurations": """
        CreateNotificationConfiguration CreatedNotificationConfiguration
        DeleteNotificationConfiguration GetNotificationConfiguration
        ListNotificationConfigurations NotificationConfiguration
        NotificationConfigurationSummary NotificationConfigurations
        UpdateNotificationConfiguration
    """,
    "iotmi.resources.ota_task_configurations": """
        AbortConfigCriteria AbortCriteriaAction AbortCriteriaFailureType
        CreateOtaTaskConfiguration CreatedOtaTaskConfiguration DeleteOtaTaskConfiguration
        ExponentialRolloutRate GetOtaTaskConfiguration ListOtaTaskConfigurations
        OtaTaskAbortConfig OtaTaskConfiguration OtaTaskConfigurationSummary
        OtaTaskConfigurations OtaTaskExecutionRolloutConfig OtaTaskTimeoutConfig PushConfig
        RolloutRateIncreaseCriteria
    """,
    "iotmi.resources.ota_tasks": """
        CreateOtaTask CreatedOtaTask DeleteOtaTask GetOtaTask ListOtaTaskExecutions
        ListOtaTasks OtaMechanism OtaProtocol OtaTask OtaTaskExecutionRetryConfig
        OtaTaskExecutionStatus OtaTaskExecutionSummaries OtaTaskExecutionSummary
        OtaTaskSchedulingConfig OtaTaskSummary OtaTasks RetryConfigCriteria
        RetryCriteriaFailureType ScheduleMaintenanceWindow SchedulingConfigEndBehavior
        TaskProcessingDetails UpdateOtaTask
    """,
    "iotmi.resources.provisioning_profiles": """
        CreateProvisioningProfile CreatedProvisioningProfile DeleteProvisioningProfile
        GetProvisioningProfile ListProvisioningProfiles ProvisioningProfile
        ProvisioningProfileStatus ProvisioningProfileSummary ProvisioningProfiles
        ProvisioningType
    """,
    "iotmi.resources.runtime_log_configurations": """
        GetRuntimeLogConfiguration PutRuntimeLogConfiguration ResetRuntimeLogConfiguration
        RuntimeLogConfiguration RuntimeLogConfigurationFamily RuntimeLogConfigurations
    """,
    "iotmi.resources.schema_versions": """
        GetSchemaVersion ListSchemaVersions SchemaVersion SchemaVersionListItem
        SchemaVersionType SchemaVersionVisibility SchemaVersions
    """,
    "iotmi.resources.tags": """
        ListTagsForResource ResourceTags TagResource Tags UntagResource
    """,
    "iotmi.retrying": "RetryPolicy",
    "iotmi.waiting": "PollInterval",
}
_HOMES: Final[Mapping[str, str]] = {
    name: module for module, names in _NAMES.items() for name in names.split()
}

# Modules of their own, loaded when they are first used as attributes.
_MODULES: Final = ("capabilities", "connector", "emulator", "events", "fleet", "materials")

# Type checkers read the names from the stub.
__all__ = sorted(_HOMES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"iotmi.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
