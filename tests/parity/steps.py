"""Calls of every operation as data, some of which the service refuses.

This module does not know a client. A name in angle brackets stands for a value of an earlier
response.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import field, frozen

Json: TypeAlias = Any
"""A value as boto3 takes it."""

_NAME: Final = re.compile(r"<([a-z_]+)>")


@frozen
class Step:
    """One call.

    Attributes:
        operation: its name.
        parameters: boto3's parameters, with names in angle brackets.
        kept: values for later steps: a name, and the member of this response.
        error: the expected error code, or None.
    """

    operation: str
    parameters: Mapping[str, Json] = field(factory=dict)
    kept: Mapping[str, str] = field(factory=dict)
    error: str | None = None

    def filled_in(self, names: Mapping[str, str]) -> dict[str, Json]:
        """Return the parameters with values for the names."""
        text = _NAME.sub(lambda found: names[found[1]], json.dumps(self.parameters))
        filled: dict[str, Json] = json.loads(text)
        return filled


_FUNCTION: Final = "arn:aws:lambda:eu-west-1:123456789012:function:lamps"
_SECRET: Final = {
    "arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamps-secret",
    "versionId": "0" * 32,
}
_ON_OFF: Final = "matter.OnOff@1.4"
_REPORT: Final = {
    "version": "1.0.0",
    "nodeId": "zb.539D+4A1D",
    "endpoints": [
        {
            "id": "1",
            "deviceTypes": ["On/Off Switch"],
            "capabilities": [
                {
                    "id": _ON_OFF,
                    "name": "On/Off",
                    "version": "6",
                    "properties": ["OnOff"],
                    "actions": ["On", "Off", "Toggle"],
                    "events": [],
                }
            ],
        }
    ],
}
_SCHEMAS: Final = [
    {
        "Format": "AWS",
        "CapabilityId": _ON_OFF,
        "ExtrinsicId": "0x0006",
        "ExtrinsicVersion": 6,
        "Schema": {"title": "On/Off", "deep": [1, 2.5, None, True, {"ü": "ß"}]},
    }
]
_TOGGLE: Final = [
    {
        "endpointId": "1",
        "capabilities": [
            {
                "id": _ON_OFF,
                "name": "On/Off",
                "version": "6",
                "actions": [
                    {"name": "UpdateState", "ref": "matter.on", "parameters": {"OnOff": True}}
                ],
            }
        ],
    }
]
_UNKNOWN: Final = "0" * 32
_HUB: Final = {"Identifier": "<hub>"}
_LOGIN: Final = {
    "authUrl": "https://example.com/login",
    "tokenUrl": "https://example.com/token",
    "tokenEndpointAuthenticationScheme": "HTTP_BASIC",
    "scope": "lamps",
    "oAuthCompleteRedirectUrl": "about:blank",
    "proactiveRefreshTokenRenewal": {"enabled": True, "DaysBeforeRenewal": 30},
}

_THINGS: Final = (
    Step("CreateCredentialLocker", {"Name": "Elm Street 5", "Tags": {"a": ""}}, {"locker": "Id"}),
    Step("GetCredentialLocker", {"Identifier": "<locker>"}),
    Step("CreateCredentialLocker", {"ClientToken": "a-token"}, {"second_locker": "Id"}),
    Step("CreateCredentialLocker", {"ClientToken": "a-token"}),
    Step(
        "CreateCredentialLocker", {"ClientToken": "a-token", "Name": "B"}, {}, "ConflictException"
    ),
    Step("ListCredentialLockers", {"MaxResults": 1}, {"page": "NextToken"}),
    Step("ListCredentialLockers", {"MaxResults": 1, "NextToken": "<page>"}),
    Step(
        "CreateManagedThing",
        {
            "Role": "CONTROLLER",
            "Name": "Hall hub",
            "Owner": "Ann",
            "AuthenticationMaterial": "SN:123456789524;UPC:829576019524",
            "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
            "CredentialLockerId": "<locker>",
            "MetaData": {"room": "hall", "ünï": "ß"},
            "Tags": {"floor": "1", "a b": "c/d=e"},
            "WiFiSimpleSetupConfiguration": {"EnableAsProvisioner": True, "TimeoutInMinutes": 15},
            "CapabilityReport": _REPORT,
            "CapabilitySchemas": _SCHEMAS,
        },
        {"hub": "Id", "hub_arn": "Arn"},
    ),
    Step(
        "CreateManagedThing",
        {
            "Role": "CONTROLLER",
            "AuthenticationMaterial": "SN:123456789524;UPC:829576019524",
            "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
        },
        error="ConflictException",
    ),
    Step("GetManagedThing", _HUB),
    Step("GetManagedThing", _HUB),
    Step("GetManagedThing", _HUB),
    Step("GetManagedThing", {"Identifier": _UNKNOWN}, error="ResourceNotFoundException"),
    Step("ListManagedThings", {"RoleFilter": "CONTROLLER", "OwnerFilter": "Ann"}),
    Step("ListManagedThings", {"NextToken": "bad"}, error="ValidationException"),
    Step("UpdateManagedThing", {"Identifier": "<hub>", "Brand": "Acme", "MetaData": {"room": "x"}}),
    Step("UpdateManagedThing", {"Identifier": "<hub>", "HubNetworkMode": "STANDARD"}),
    Step("GetManagedThing", _HUB),
    Step("GetManagedThingMetaData", _HUB),
    Step("GetManagedThingCapabilities", _HUB),
    Step("GetManagedThingCertificate", _HUB),
    Step("GetManagedThingConnectivityData", _HUB),
    Step("ListManagedThingSchemas", {"Identifier": "<hub>", "CapabilityIdFilter": _ON_OFF}),
    Step("GetManagedThingState", {"ManagedThingId": "<hub>"}),
    Step("SendManagedThingCommand", {"ManagedThingId": "<hub>", "Endpoints": _TOGGLE}),
    Step("GetManagedThingState", {"ManagedThingId": "<hub>"}),
    Step("TagResource", {"ResourceArn": "<hub_arn>", "Tags": {"owner": "Ann", "a b": "ü"}}),
    Step("ListTagsForResource", {"ResourceArn": "<hub_arn>"}),
    Step("UntagResource", {"ResourceArn": "<hub_arn>", "TagKeys": ["a b", "owner"]}),
    Step("ListTagsForResource", {"ResourceArn": "<hub_arn>"}),
    Step("ListTagsForResource", {"ResourceArn": "<hub_arn>0"}, {}, "ResourceNotFoundException"),
)

_CLOUD: Final = (
    Step(
        "CreateCloudConnector",
        {"Name": "Lamps", "EndpointConfig": {"lambda": {"arn": _FUNCTION}}, "Description": "All"},
        {"connector": "Id"},
    ),
    Step("GetCloudConnector", {"Identifier": "<connector>"}),
    Step("UpdateCloudConnector", {"Identifier": "<connector>", "Name": "Lights"}),
    Step("ListCloudConnectors", {"LambdaArn": _FUNCTION}),
    Step(
        "CreateConnectorDestination",
        {
            "Name": "Login",
            "CloudConnectorId": "<connector>",
            "AuthType": "OAUTH",
            "AuthConfig": {"oAuth": _LOGIN},
            "SecretsManager": _SECRET,
        },
        {"login": "Id"},
    ),
    Step("GetConnectorDestination", {"Identifier": "<login>"}),
    Step(
        "UpdateConnectorDestination",
        {
            "Identifier": "<login>",
            "AuthConfig": {"oAuthUpdate": {"oAuthCompleteRedirectUrl": "about:blank"}},
        },
    ),
    Step("ListConnectorDestinations", {"CloudConnectorId": "<connector>"}),
    Step(
        "CreateAccountAssociation",
        {"ConnectorDestinationId": "<login>", "Name": "Ann", "Tags": {"a": "b"}},
        {"association": "AccountAssociationId"},
    ),
    Step("GetAccountAssociation", {"AccountAssociationId": "<association>"}),
    Step("GetAccountAssociation", {"AccountAssociationId": "<association>"}),
    Step("UpdateAccountAssociation", {"AccountAssociationId": "<association>", "Name": "Bob"}),
    Step("StartAccountAssociationRefresh", {"AccountAssociationId": "<association>"}),
    Step("GetAccountAssociation", {"AccountAssociationId": "<association>"}),
    Step("ListAccountAssociations", {"ConnectorDestinationId": "<login>"}),
    Step(
        "StartDeviceDiscovery",
        {
            "DiscoveryType": "CLOUD",
            "AccountAssociationId": "<association>",
            "ConnectorDeviceIdList": ["lamp-1"],
        },
        {"discovery": "Id"},
    ),
    Step(
        "SendConnectorEvent",
        {
            "ConnectorId": "<connector>",
            "Operation": "DEVICE_DISCOVERY",
            "OperationVersion": "1.0",
            "StatusCode": 200,
            "DeviceDiscoveryId": "<discovery>",
            "Devices": [
                {
                    "ConnectorDeviceId": "lamp-1",
                    "ConnectorDeviceName": "Reading lamp",
                    "CapabilityReport": {
                        "version": "1.0.0",
                        "endpoints": [
                            {
                                "id": "1",
                                "deviceTypes": ["On/Off Light"],
                                "clusters": [{"id": "0x0006", "revision": 1}],
                            }
                        ],
                    },
                    "DeviceMetadata": {"Brand": "Acme"},
                }
            ],
        },
    ),
    Step("GetDeviceDiscovery", {"Identifier": "<discovery>"}),
    Step("ListDeviceDiscoveries", {"TypeFilter": "CLOUD", "StatusFilter": "SUCCEEDED"}),
    Step("ListDiscoveredDevices", {"Identifier": "<discovery>"}),
    Step(
        "CreateManagedThing",
        {
            "Role": "DEVICE",
            "AuthenticationMaterial": "CLOUD:<discovery>:lamp-1",
            "AuthenticationMaterialType": "DISCOVERED_DEVICE",
        },
        {"lamp": "Id"},
    ),
    Step(
        "RegisterAccountAssociation",
        {
            "ManagedThingId": "<lamp>",
            "AccountAssociationId": "<association>",
            "DeviceDiscoveryId": "<discovery>",
        },
    ),
    Step("ListManagedThingAccountAssociations", {"ManagedThingId": "<lamp>"}),
    Step("GetManagedThing", {"Identifier": "<lamp>"}),
    Step(
        "DeleteAccountAssociation",
        {"AccountAssociationId": "<association>"},
        error="ValidationException",
    ),
    Step(
        "DeregisterAccountAssociation",
        {"ManagedThingId": "<lamp>", "AccountAssociationId": "<association>"},
    ),
)

_ARN: Final = "arn:aws:kinesis:eu-west-1:123456789012:stream/home"
_ROLE: Final = "arn:aws:iam::123456789012:role/home"
_CONFIGURATIONS: Final = (
    Step(
        "CreateDestination",
        {
            "Name": "stream",
            "DeliveryDestinationArn": _ARN,
            "DeliveryDestinationType": "KINESIS",
            "RoleArn": _ROLE,
        },
    ),
    Step("GetDestination", {"Name": "stream"}),
    Step("UpdateDestination", {"Name": "stream", "Description": "All of it"}),
    Step("ListDestinations"),
    Step(
        "CreateNotificationConfiguration",
        {"EventType": "DEVICE_EVENT", "DestinationName": "stream"},
    ),
    Step("GetNotificationConfiguration", {"EventType": "DEVICE_EVENT"}),
    Step(
        "UpdateNotificationConfiguration",
        {"EventType": "DEVICE_EVENT", "DestinationName": "stream"},
    ),
    Step("ListNotificationConfigurations"),
    Step(
        "CreateEventLogConfiguration",
        {"ResourceType": "managed-thing", "ResourceId": "*", "EventLogLevel": "INFO"},
        {"log": "Id"},
    ),
    Step("GetEventLogConfiguration", {"Id": "<log>"}),
    Step("UpdateEventLogConfiguration", {"Id": "<log>", "EventLogLevel": "DEBUG"}),
    Step("ListEventLogConfigurations"),
    Step(
        "PutRuntimeLogConfiguration",
        {
            "ManagedThingId": "<hub>",
            "RuntimeLogConfigurations": {"LogLevel": "DEBUG", "UploadLog": True},
        },
    ),
    Step("GetRuntimeLogConfiguration", {"ManagedThingId": "<hub>"}),
    Step("ResetRuntimeLogConfiguration", {"ManagedThingId": "<hub>"}),
    Step("GetCustomEndpoint", {}, {}, "ResourceNotFoundException"),
    Step("RegisterCustomEndpoint"),
    Step("GetCustomEndpoint"),
    Step("PutHubConfiguration", {"HubTokenTimerExpirySettingInSeconds": 600}),
    Step("GetHubConfiguration"),
    Step(
        "PutDefaultEncryptionConfiguration",
        {
            "encryptionType": "CUSTOMER_KEY_ENCRYPTION",
            "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/" + "1" * 8,
        },
    ),
    Step("GetDefaultEncryptionConfiguration"),
    Step("CreateProvisioningProfile", {"ProvisioningType": "FLEET_PROVISIONING"}, {"made": "Id"}),
    Step("GetProvisioningProfile", {"Identifier": "<made>"}),
    Step("ListProvisioningProfiles"),
    Step("ListSchemaVersions", {"Type": "capability", "MaxResults": 2}),
    Step("GetSchemaVersion", {"Type": "capability", "SchemaVersionedId": _ON_OFF}),
    Step(
        "CreateOtaTaskConfiguration",
        {
            "Name": "slow",
            "PushConfig": {
                "RolloutConfig": {"MaximumPerMinute": 10},
                "TimeoutConfig": {"InProgressTimeoutInMinutes": 30},
                "AbortConfig": {
                    "AbortConfigCriteriaList": [
                        {
                            "Action": "CANCEL",
                            "FailureType": "FAILED",
                            "MinNumberOfExecutedThings": 3,
                            "ThresholdPercentage": 12.5,
                        }
                    ]
                },
            },
        },
        {"pace": "TaskConfigurationId"},
    ),
    Step("GetOtaTaskConfiguration", {"Identifier": "<pace>"}),
    Step("ListOtaTaskConfigurations"),
    Step(
        "CreateOtaTask",
        {
            "S3Url": "https://bucket.s3.amazonaws.com/job.json",
            "OtaType": "ONE_TIME",
            "Target": ["<hub_arn>"],
            "TaskConfigurationId": "<pace>",
        },
        {"task": "TaskId"},
    ),
    Step("GetOtaTask", {"Identifier": "<task>"}),
    Step("UpdateOtaTask", {"Identifier": "<task>", "Description": "Slowly"}),
    Step("ListOtaTasks"),
    Step("ListOtaTaskExecutions", {"Identifier": "<task>"}),
)

_CLEARANCE: Final = (
    Step("DeleteOtaTask", {"Identifier": "<task>"}),
    Step("DeleteOtaTaskConfiguration", {"Identifier": "<pace>"}),
    Step("DeleteProvisioningProfile", {"Identifier": "<made>"}),
    Step("DeleteEventLogConfiguration", {"Id": "<log>"}),
    Step("DeleteNotificationConfiguration", {"EventType": "DEVICE_EVENT"}),
    Step("DeleteDestination", {"Name": "stream"}),
    Step("DeleteManagedThing", {"Identifier": "<lamp>", "Force": True}),
    Step("DeleteManagedThing", {"Identifier": "<hub>", "Force": False}),
    Step("GetManagedThing", _HUB),
    Step("GetManagedThing", _HUB, error="ResourceNotFoundException"),
    Step("DeleteAccountAssociation", {"AccountAssociationId": "<association>"}),
    Step("GetAccountAssociation", {"AccountAssociationId": "<association>"}),
    Step("DeleteConnectorDestination", {"Identifier": "<login>"}),
    Step("DeleteCloudConnector", {"Identifier": "<connector>"}),
    Step("DeleteCredentialLocker", {"Identifier": "<locker>"}),
    Step("ListManagedThings"),
)

STEPS: Final = (*_THINGS, *_CLOUD, *_CONFIGURATIONS, *_CLEARANCE)
