"""Types that more than one family uses, each with the limits that the service's model states."""

from collections.abc import Mapping
from typing import Annotated

from iotmi._schema.enums import OpenEnum
from iotmi._schema.traits import (
    IDEMPOTENCY_TOKEN,
    SENSITIVE,
    Deprecated,
    Number,
    Size,
    Text,
    WireName,
)

AccountAssociationId = Annotated[str, Text(1, 64, r"[0-9a-zA-Z]+")]
AdvertisedProductId = Annotated[str, Text(5, 5, r"([A-Za-z0-9!#$%&()*\+\-;<=>?@^_`{|}~])+")]
AttributeName = Annotated[str, Text(0, 128, r".*[a-zA-Z0-9_.,@/:#-]+.*")]
AttributeValue = Annotated[str, Text(0, 800, r".*[a-zA-Z0-9_.,@/:#-]*.*")]
AuthenticationMaterial = Annotated[
    str, Text(1, 512, r'[0-9A-Za-z!#$%&()*\+\-;<=>?@^_`{|}~\/: {},\\"]+'), SENSITIVE
]
AuthMaterialName = Annotated[str, Text(1, 100, r"[a-zA-Z0-9=_+/-]+")]
Brand = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE]
CapabilityName = Annotated[str, Text(1, 128, r"[/a-zA-Z0-9\._ -]+")]
CapabilityVersion = Annotated[str, Text(1, 64, r"(0|[1-9][0-9]*)")]
Classification = Annotated[str, Text(1, 64), SENSITIVE]
ClientToken = Annotated[str, Text(1, 64, r"[a-zA-Z0-9=_-]+"), IDEMPOTENCY_TOKEN]
CloudConnectorId = Annotated[str, Text(1, 64, r"[A-Za-z0-9-_]+")]
ConnectorAssociationId = Annotated[
    str, Text(1, 64, r"[0-9a-zA-Z]+"), Deprecated("use account_association_id")
]
ConnectorDestinationId = Annotated[str, Text(1, 64, r"[A-Za-z0-9-_]+")]
ConnectorDeviceId = Annotated[str, Text(1, 256, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE]
ConnectorDeviceName = Annotated[str, Text(1, 256, r"[\p{L}\p{N} ._-]+")]
ConnectorPolicyId = Annotated[
    str, Text(1, 64, r"[A-Za-z0-9-_]+"), Deprecated("nothing replaces it")
]
CredentialLockerId = Annotated[str, Text(1, 64, r"[a-zA-Z0-9]*")]
DestinationName = Annotated[str, Text(1, 128, r"[\p{L}\p{N} ._-]+")]
DeviceDiscoveryId = Annotated[str, Text(1, 200, r"[A-Za-z0-9]+")]
DeviceSpecificKey = Annotated[str, Text(1, 128, r"[a-zA-Z0-9=_.,@\+\-]+"), SENSITIVE]
EndpointId = Annotated[str, Text(1, 64, r"[0-9a-zA-Z]+")]
InternationalArticleNumber = Annotated[str, Text(8, 13, r"[0-9]+"), SENSITIVE]
MacAddress = Annotated[str, Text(1, 128), SENSITIVE]
ManagedThingArn = Annotated[
    str,
    Text(
        32,
        1011,
        r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:managed-thing/([0-9a-zA-Z:_-])+",
    ),
]
ManagedThingId = Annotated[str, Text(1, 64, r"[a-zA-Z0-9:_-]*")]
MaxResults = Annotated[int, Number(1, 1000)]
Model = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE]
Name = Annotated[str, Text(1, 128, r"[\p{L}\p{N} ._-]+")]
NextToken = Annotated[str, Text(1, 65535, r"[a-zA-Z0-9=_-]+")]
OtaDescription = Annotated[str, Text(1, 256, r"[0-9A-Za-z_\- ]+")]
OtaTaskConfigurationId = Annotated[str, Text(1, 64, r"[a-zA-Z0-9]*")]
Owner = Annotated[str, Text(1, 64, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE]
ParentControllerId = Annotated[str, Text(1, 64, r"[A-Za-z0-9]+")]
SchemaVersionedId = Annotated[str, Text(7, 128, r"[a-zA-Z0-9.]+@(\d+\.\d+(\.\d+)?|\$latest)")]
SerialNumber = Annotated[str, Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE]
TagKey = Annotated[str, Text(1, 128)]
TraceId = Annotated[str, Text(1, 128, r"[a-zA-Z0-9:=_-]+")]
UniversalProductCode = Annotated[str, Text(12, 12, r"[0-9]+"), SENSITIVE]
Metadata = Annotated[Mapping[AttributeName, AttributeValue], Size(1, 50), WireName("MetaData")]
TagMap = Annotated[
    Mapping[TagKey, Annotated[str, Text(0, 256)]],
    Size(1, 50),
    SENSITIVE,
]
DeprecatedTagMap = Annotated[TagMap, Deprecated("nothing replaces it")]


class LogLevel(OpenEnum):
    """How much is written to a log: ``ERROR`` least, then ``WARN`` and ``INFO``, ``DEBUG`` most."""

    DEBUG = "DEBUG"
    ERROR = "ERROR"
    INFO = "INFO"
    WARN = "WARN"
