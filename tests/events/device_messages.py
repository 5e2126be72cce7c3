"""The documented notifications about devices."""

from typing import Final

from iotmi import events
from iotmi.events import Capability, DeviceDiscoveryFailure, Endpoint, Property

from .message import (
    ENVELOPE,
    HUB,
    ISO,
    LOCATION,
    MILLISECONDS,
    THING,
    Message,
    envelope,
    moment,
    switch,
    switch_document,
)

MESSAGES_OF_DEVICES: Final[dict[str, Message]] = {
    "command": Message(
        envelope(
            "DEVICE_COMMAND",
            {
                "traceId": "9b75f3839b6140f=_1",
                "receivedAt": "2017-12-22T18:43:48Z",
                "executedAt": "2017-12-22T18:43:49Z",
                "result": "failed",
            },
            version="0",
            timestamp="1731623291671",
        ),
        events.DeviceCommandEvent,
        ENVELOPE
        | {
            "version": ("version", "text", "0"),
            "timestamp": ("timestamp", "time", MILLISECONDS),
            "trace_id": ("payload.traceId", "text", "9b75f3839b6140f=_1"),
            "received_at": ("payload.receivedAt", "time", moment("2017-12-22T18:43:48")),
            "executed_at": ("payload.executedAt", "time", moment("2017-12-22T18:43:49")),
            "result": ("payload.result", "text", "failed"),
        },
    ),
    "command request": Message(
        envelope(
            "DEVICE_COMMAND_REQUEST",
            {
                "endpoints": [
                    {
                        "endpointId": "1",
                        "capabilities": [
                            {"id": "aws.DoorLock", "name": "Door Lock", "version": "1.0"}
                        ],
                    }
                ]
            },
        ),
        events.DeviceCommandRequestEvent,
        ENVELOPE
        | {
            "endpoints": (
                "payload.endpoints",
                "array",
                (Endpoint("1", (Capability("aws.DoorLock", "Door Lock", "1.0"),)),),
            ),
            "endpoints[0].capabilities[0].id": (
                "payload.endpoints[0].capabilities[0].id",
                "text",
                "aws.DoorLock",
            ),
        },
    ),
    "discovery": Message(
        envelope(
            "DEVICE_DISCOVERY_STATUS",
            {
                "deviceCount": 1,
                "deviceDiscoveryId": "dd1",
                "status": "FAILED",
                "error": {
                    "code": "500",
                    "message": "Device unreachable",
                    "managedThingId": "59d3c90c",
                },
            },
            resources=[HUB, THING],
        ),
        events.DeviceDiscoveryStatusEvent,
        ENVELOPE
        | {
            "resources": ("resources", "list", (HUB, THING)),
            "device_discovery_id": ("payload.deviceDiscoveryId", "text", "dd1"),
            "device_count": ("payload.deviceCount", "number", 1),
            "status": ("payload.status", "text", "FAILED"),
            "error": (
                "payload.error",
                "object",
                DeviceDiscoveryFailure(
                    code="500", message="Device unreachable", managed_thing_id="59d3c90c"
                ),
            ),
            "error.code": ("payload.error.code", "text", "500"),
            "error.message": ("payload.error.message", "text", "Device unreachable"),
            "error.managed_thing_id": ("payload.error.managedThingId", "text", "59d3c90c"),
        },
    ),
    "report": Message(
        {
            "version": "1.0",
            "messageId": "2ed545027bd347a2b855d28f94559940",
            "messageType": "DEVICE_EVENT",
            "source": "aws.iotmanagedintegrations",
            "customerAccountId": "123456789012",
            "timestamp": "1731623291671",
            "resources": [LOCATION],
            "payload": {
                "iotMiArrivalTimestamp": "2026-06-26T21:28:14.697Z",
                "endpoints": switch_document({"name": "OnOff", "value": "true"}),
            },
        },
        events.DeviceReportEvent,
        {
            "id": ("messageId", "text", "2ed545027bd347a2b855d28f94559940"),
            "timestamp": ("timestamp", "time", MILLISECONDS),
            "account_id": ("customerAccountId", "text", "123456789012"),
            "resources": ("resources", "list", (LOCATION,)),
            "version": ("version", "text", "1.0"),
            "arrived_at": (
                "payload.iotMiArrivalTimestamp",
                "time",
                moment("2026-06-26T21:28:14.697"),
            ),
            "endpoints": (
                "payload.endpoints",
                "array",
                switch(Property(name="OnOff", raw_value="true")),
            ),
            "endpoints[0].id": ("payload.endpoints[0].endpointId", "text", "1"),
            "endpoints[0].capabilities[0].properties[0].name": (
                "payload.endpoints[0].capabilities[0].properties[0].name",
                "text",
                "OnOff",
            ),
            "endpoints[0].capabilities[0].properties[0].raw_value": (
                "payload.endpoints[0].capabilities[0].properties[0].value",
                "any",
                "true",
            ),
        },
    ),
    "onboarding": Message(
        envelope(
            "DEVICE_LIFE_CYCLE",
            {
                "deviceDetails": {
                    "id": "59d3c90c",
                    "arn": THING,
                    "createdAt": "2024-11-14T19:55:57.515841147Z",
                    "updatedAt": "2024-11-14T19:55:57.515841559Z",
                },
                "status": "UNCLAIMED",
            },
        ),
        events.DeviceLifecycleEvent,
        ENVELOPE
        | {
            "managed_thing_id": ("payload.deviceDetails.id", "text", "59d3c90c"),
            "arn": ("payload.deviceDetails.arn", "text", THING),
            "created_at": (
                "payload.deviceDetails.createdAt",
                "time",
                moment("2024-11-14T19:55:57.515841"),
            ),
            "updated_at": (
                "payload.deviceDetails.updatedAt",
                "time",
                moment("2024-11-14T19:55:57.515841"),
            ),
            "status": ("payload.status", "text", "UNCLAIMED"),
        },
    ),
    "connected": Message(
        envelope(
            "DEVICE_LIFE_CYCLE",
            {
                "managedThingId": "59d3c90c",
                "managedThingArn": THING,
                "clientId": "59d3c90c",
                "timestamp": "1731623291671",
                "eventType": "connected",
                "sessionIdentifier": "6a7e8feb-b491-4cf7-a9f1-bf3703467710",
                "principalIdentifier": "0a1b",
                "ipAddress": "192.0.2.100",
                "versionNumber": "0",
            },
        ),
        events.DeviceConnectionEvent,
        ENVELOPE
        | {
            "managed_thing_id": ("payload.managedThingId", "text", "59d3c90c"),
            "arn": ("payload.managedThingArn", "text", THING),
            "client_id": ("payload.clientId", "text", "59d3c90c"),
            "connected": ("payload.eventType", "text", True),
            "occurred_at": ("payload.timestamp", "time", MILLISECONDS),
            "session_id": (
                "payload.sessionIdentifier",
                "text",
                "6a7e8feb-b491-4cf7-a9f1-bf3703467710",
            ),
            "principal_id": ("payload.principalIdentifier", "text", "0a1b"),
            "ip_address": ("payload.ipAddress", "text", "192.0.2.100"),
            "version_number": ("payload.versionNumber", "text", "0"),
        },
    ),
    "disconnected": Message(
        envelope(
            "DEVICE_LIFE_CYCLE",
            {
                "eventType": "disconnected",
                "disconnectReason": "CLIENT_INITIATED_DISCONNECT",
            },
        ),
        events.DeviceConnectionEvent,
        ENVELOPE
        | {
            "connected": ("payload.eventType", "text", False),
            "disconnect_reason": (
                "payload.disconnectReason",
                "text",
                "CLIENT_INITIATED_DISCONNECT",
            ),
        },
    ),
    "state": Message(
        {
            "messageType": "DEVICE_STATE",
            "source": "aws.iotmanagedintegrations",
            "customerAccountId": "123456789012",
            "timestamp": "1731623291671",
            "resources": [THING],
            "payload": {
                "addedStates": {
                    "endpoints": switch_document(
                        {
                            "name": "OnOff",
                            "value": {
                                "propertyValue": '"onoff"',
                                "lastChangedAt": "2024-11-14T19:55:57.568284Z",
                            },
                        },
                        {"name": "OnTime", "value": {"propertyValue": 5}},
                    )
                }
            },
        },
        events.DeviceStateEvent,
        {
            "timestamp": ("timestamp", "time", MILLISECONDS),
            "account_id": ("customerAccountId", "text", "123456789012"),
            "resources": ("resources", "list", (THING,)),
            "endpoints": (
                "payload.addedStates.endpoints",
                "array",
                switch(
                    Property(name="OnOff", changed_at=ISO, raw_value='"onoff"'),
                    Property(name="OnTime", raw_value=5),
                ),
            ),
            "endpoints[0].capabilities": (
                "payload.addedStates.endpoints[0].capabilities",
                "array",
                (
                    Capability(
                        "matter.OnOff@1.4",
                        "On/Off",
                        "6",
                        (
                            Property(name="OnOff", changed_at=ISO, raw_value='"onoff"'),
                            Property(name="OnTime", raw_value=5),
                        ),
                    ),
                ),
            ),
            "endpoints[0].capabilities[0].name": (
                "payload.addedStates.endpoints[0].capabilities[0].name",
                "text",
                "On/Off",
            ),
            "endpoints[0].capabilities[0].version": (
                "payload.addedStates.endpoints[0].capabilities[0].version",
                "text",
                "6",
            ),
            "endpoints[0].capabilities[0].properties[0].changed_at": (
                (
                    "payload.addedStates.endpoints[0].capabilities[0].properties[0]"
                    ".value.lastChangedAt"
                ),
                "time",
                ISO,
            ),
            "endpoints[0].capabilities[0].properties[1].raw_value": (
                (
                    "payload.addedStates.endpoints[0].capabilities[0].properties[1]"
                    ".value.propertyValue"
                ),
                "any",
                5,
            ),
        },
    ),
}
