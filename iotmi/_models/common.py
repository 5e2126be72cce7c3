"""Constraints that more than one family uses, and the log levels.

A field is declared as ``owner: Annotated[str, OWNER]``. A constant is one trait or a tuple of
traits, with the limits of the service's model. This module knows no request and no value.
"""

from typing import Final

from iotmi._schema.enums import OpenEnum
from iotmi._schema.traits import (
    IDEMPOTENCY_TOKEN,
    SENSITIVE,
    Deprecated,
    Entries,
    Number,
    Size,
    Text,
    WireName,
)

ACCOUNT_ASSOCIATION_ID: Final = Text(1, 64, r"[0-9a-zA-Z]+")
ADVERTISED_PRODUCT_ID: Final = Text(5, 5, r"([A-Za-z0-9!#$%&()*\+\-;<=>?@^_`{|}~])+")
ATTRIBUTE_NAME: Final = Text(0, 128, r".*[a-zA-Z0-9_.,@/:#-]+.*")
ATTRIBUTE_VALUE: Final = Text(0, 800, r".*[a-zA-Z0-9_.,@/:#-]*.*")
AUTHENTICATION_MATERIAL: Final = (
    Text(1, 512, r'[0-9A-Za-z!#$%&()*\+\-;<=>?@^_`{|}~\/: {},\\"]+'),
    SENSITIVE,
)
AUTH_MATERIAL_NAME: Final = Text(1, 100, r"[a-zA-Z0-9=_+/-]+")
BRAND: Final = (Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE)
CAPABILITY_NAME: Final = Text(1, 128, r"[/a-zA-Z0-9\._ -]+")
CAPABILITY_VERSION: Final = Text(1, 64, r"(0|[1-9][0-9]*)")
CLASSIFICATION: Final = (Text(1, 64), SENSITIVE)
CLIENT_TOKEN: Final = (Text(1, 64, r"[a-zA-Z0-9=_-]+"), IDEMPOTENCY_TOKEN)
CLOUD_CONNECTOR_ID: Final = Text(1, 64, r"[A-Za-z0-9-_]+")
CONNECTOR_ASSOCIATION_ID: Final = (
    Text(1, 64, r"[0-9a-zA-Z]+"),
    Deprecated("use account_association_id"),
)
CONNECTOR_DESTINATION_ID: Final = Text(1, 64, r"[A-Za-z0-9-_]+")
CONNECTOR_DEVICE_ID: Final = (Text(1, 256, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE)
CONNECTOR_DEVICE_NAME: Final = Text(1, 256, r"[\p{L}\p{N} ._-]+")
CONNECTOR_POLICY_ID: Final = (Text(1, 64, r"[A-Za-z0-9-_]+"), Deprecated("nothing replaces it"))
CREDENTIAL_LOCKER_ID: Final = Text(1, 64, r"[a-zA-Z0-9]*")
DESTINATION_NAME: Final = Text(1, 128, r"[\p{L}\p{N} ._-]+")
DEVICE_DISCOVERY_ID: Final = Text(1, 200, r"[A-Za-z0-9]+")
DEVICE_SPECIFIC_KEY: Final = (Text(1, 128, r"[a-zA-Z0-9=_.,@\+\-]+"), SENSITIVE)
ENDPOINT_ID: Final = Text(1, 64, r"[0-9a-zA-Z]+")
INTERNATIONAL_ARTICLE_NUMBER: Final = (Text(8, 13, r"[0-9]+"), SENSITIVE)
MAC_ADDRESS: Final = (Text(1, 128), SENSITIVE)
MANAGED_THING_ARN: Final = Text(
    32,
    1011,
    r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:managed-thing/([0-9a-zA-Z:_-])+",
)
MANAGED_THING_ID: Final = Text(1, 64, r"[a-zA-Z0-9:_-]*")
MAX_RESULTS: Final = Number(1, 1000)
MODEL: Final = (Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE)
NAME: Final = Text(1, 128, r"[\p{L}\p{N} ._-]+")
NEXT_TOKEN: Final = Text(1, 65535, r"[a-zA-Z0-9=_-]+")
OTA_DESCRIPTION: Final = Text(1, 256, r"[0-9A-Za-z_\- ]+")
OTA_TASK_CONFIGURATION_ID: Final = Text(1, 64, r"[a-zA-Z0-9]*")
OWNER: Final = (Text(1, 64, r"[a-zA-Z0-9_.,@-]+"), SENSITIVE)
PARENT_CONTROLLER_ID: Final = Text(1, 64, r"[A-Za-z0-9]+")
SCHEMA_VERSIONED_ID: Final = Text(7, 128, r"[a-zA-Z0-9.]+@(\d+\.\d+(\.\d+)?|\$latest)")
SERIAL_NUMBER: Final = (Text(1, 128, r"[A-Za-z0-9-_ ]+"), SENSITIVE)
TAG_KEY: Final = Text(1, 128)
TRACE_ID: Final = Text(1, 128, r"[a-zA-Z0-9:=_-]+")
UNIVERSAL_PRODUCT_CODE: Final = (Text(12, 12, r"[0-9]+"), SENSITIVE)
METADATA: Final = (Size(1, 50), Entries(ATTRIBUTE_NAME, ATTRIBUTE_VALUE), WireName("MetaData"))
TAGS: Final = (Size(1, 50), Entries(TAG_KEY, Text(0, 256)), SENSITIVE)
DEPRECATED_TAGS: Final = (*TAGS, Deprecated("nothing replaces it"))


class LogLevel(OpenEnum):
    """The amount of detail in a log, from ``DEBUG`` (most) to ``ERROR`` (least)."""

    DEBUG = "DEBUG"
    ERROR = "ERROR"
    INFO = "INFO"
    WARN = "WARN"
