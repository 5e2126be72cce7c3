"""All documented notifications."""

from typing import Final

from iotmi import events

from .device_messages import MESSAGES_OF_DEVICES
from .message import (
    ASSOCIATION,
    ENVELOPE,
    HUB,
    THING,
    Message,
    envelope,
)

MESSAGES_OF_ACCOUNTS: Final[dict[str, Message]] = {
    "ota": Message(
        envelope(
            "DEVICE_OTA",
            {
                "operation": "CREATE_OTA",
                "otaTaskId": "ota1",
                "status": "IN_PROGRESS",
                "otaType": "ONE_TIME",
            },
            resources=[THING, HUB],
        ),
        events.DeviceOtaEvent,
        ENVELOPE
        | {
            "resources": ("resources", "list", (THING, HUB)),
            "ota_task_id": ("payload.otaTaskId", "text", "ota1"),
            "operation": ("payload.operation", "text", "CREATE_OTA"),
            "status": ("payload.status", "text", "IN_PROGRESS"),
            "ota_type": ("payload.otaType", "text", "ONE_TIME"),
        },
    ),
    "association": Message(
        envelope(
            "ACCOUNT_ASSOCIATION",
            {
                "traceId": "1234567890abcdef0",
                "logLevel": "INFO",
                "resourceType": "account-association",
                "resourceId": "a1",
                "connectorDestinationId": "cd1",
                "associationArn": ASSOCIATION,
                "state": "ASSOCIATION_SUCCEEDED",
                "isServiceError": False,
                "isCustomerError": True,
                "details": "AccountAssociation has completed successfully",
            },
        ),
        events.AccountAssociationEvent,
        ENVELOPE
        | {
            "trace_id": ("payload.traceId", "text", "1234567890abcdef0"),
            "account_association_id": ("payload.resourceId", "text", "a1"),
            "connector_destination_id": ("payload.connectorDestinationId", "text", "cd1"),
            "arn": ("payload.associationArn", "text", ASSOCIATION),
            "state": ("payload.state", "text", "ASSOCIATION_SUCCEEDED"),
            "service_error": ("payload.isServiceError", "boolean", False),
            "customer_error": ("payload.isCustomerError", "boolean", True),
            "details": (
                "payload.details",
                "text",
                "AccountAssociation has completed successfully",
            ),
            "log_level": ("payload.logLevel", "text", "INFO"),
        },
    ),
    "connector error": Message(
        envelope(
            "CONNECTOR_ERROR_REPORT",
            {
                "statusCode": 0,
                "resourceType": "account-association",
                "resourceId": ["a1"],
                "associationArn": [ASSOCIATION],
                "connectorDestinationId": "cd1",
                "connectorDeviceId": "their-device-7",
                "operation": "AWS.SendCommand",
                "operationVersion": "1.0",
                "traceId": "f4be7a5d55d34cc=_1",
                "logLevel": "ERROR",
                "message": "the connector failed",
                "managedThingId": "59d3c90c",
            },
        ),
        events.ConnectorErrorReportEvent,
        ENVELOPE
        | {
            "status_code": ("payload.statusCode", "number", 0),
            "resource_type": ("payload.resourceType", "text", "account-association"),
            "resource_ids": ("payload.resourceId", "texts", ("a1",)),
            "association_arns": ("payload.associationArn", "texts", (ASSOCIATION,)),
            "connector_destination_id": ("payload.connectorDestinationId", "text", "cd1"),
            "connector_device_id": ("payload.connectorDeviceId", "text", "their-device-7"),
            "operation": ("payload.operation", "text", "AWS.SendCommand"),
            "operation_version": ("payload.operationVersion", "text", "1.0"),
            "trace_id": ("payload.traceId", "text", "f4be7a5d55d34cc=_1"),
            "log_level": ("payload.logLevel", "text", "ERROR"),
            "message": ("payload.message", "text", "the connector failed"),
            "managed_thing_id": ("payload.managedThingId", "text", "59d3c90c"),
        },
    ),
    "wi-fi setup": Message(
        envelope("DEVICE_WSS", {"anything": [1, None]}),
        events.UnknownEvent,
        ENVELOPE | {"payload": ("payload", "any", {"anything": [1, None]})},
    ),
    "new type": Message(
        envelope("DEVICE_DREAM", {"sheep": 3}),
        events.UnknownEvent,
        ENVELOPE | {"payload": ("payload", "any", {"sheep": 3})},
    ),
}

MESSAGES: Final = MESSAGES_OF_DEVICES | MESSAGES_OF_ACCOUNTS
