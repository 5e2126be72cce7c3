"""Messages about statuses, one function for each resource type.

Owns these payloads, after the samples of the developer guide. This module must know neither the
destination of a notification nor its envelope.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from iotmi.emulator._core.json import JsonObject, number, optional_text, text, texts
from iotmi.emulator._model.domain_events import StatusEntered
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    DEVICE_DISCOVERY,
    DISCOVERED_DEVICE,
    MANAGED_THING,
    OTA_EXECUTION,
    OTA_TASK,
)
from iotmi.emulator._notifications.payloads import EventContext, Message, nanoseconds


def _onboarding(_context: EventContext, event: StatusEntered) -> Iterator[Message]:
    thing = event.document
    details: JsonObject = {
        "id": thing["Id"],
        "arn": thing["Arn"],
        "createdAt": _time(thing, "CreatedAt"),
        "updatedAt": _time(thing, "UpdatedAt"),
    }
    yield Message([text(thing, "Arn")], {"deviceDetails": details, "status": event.status})


def _discovery(context: EventContext, event: StatusEntered) -> Iterator[Message]:
    """Yield the messages of a discovery's status.

    A rediscovery yields one message per device with the status RUNNING, and counts no devices at
    its end.
    """
    discovery = event.document
    identifier = text(discovery, "Id")
    arns = _discovery_arns(context, discovery)
    found = [
        row.document
        for row in context.transaction.select(
            DISCOVERED_DEVICE.name, {"DeviceDiscoveryId": identifier}
        )
    ]
    count = len(found)
    if discovery["DiscoveryType"] == "CONTROLLER_CAPABILITY_REDISCOVERY":
        if event.first:
            return
        for device in found:
            thing = context.thing_arn(text(device, "ManagedThingId"))
            yield Message(
                [*arns, thing],
                {"deviceCount": 1, "deviceDiscoveryId": identifier, "status": "RUNNING"},
            )
        count = 0
    yield Message(
        arns,
        {
            "deviceCount": count,
            "deviceDiscoveryId": identifier,
            "status": event.status,
            **({"error": discovery["Error"]} if "Error" in discovery else {}),
        },
    )


def _discovery_arns(context: EventContext, discovery: JsonObject) -> list[str]:
    controller = optional_text(discovery, "ControllerId")
    association = optional_text(discovery, "AccountAssociationId")
    if controller is not None:
        return [context.thing_arn(controller)]
    return [context.scope.arn(ACCOUNT_ASSOCIATION, association)] if association else []


# The guide documents two of these texts. The other texts are assumed, and so is the set of errors
# that count as the customer's.
_ASSOCIATION_DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ASSOCIATION_SUCCEEDED": "AccountAssociation has completed successfully",
        "ASSOCIATION_FAILED": "AccountAssociation has failed",
        "ASSOCIATION_DELETING": "AccountAssociation is being deleted",
        "REFRESH_TOKEN_EXPIRED": "AccountAssociation needs a new login, its tokens have expired",
    }
)
_CUSTOMER_ERRORS: Final = frozenset({"ASSOCIATION_FAILED", "REFRESH_TOKEN_EXPIRED"})


def _association(_context: EventContext, event: StatusEntered) -> Iterator[Message]:
    association = event.document
    cause = "CreateAccountAssociation" if event.first else "StartAccountAssociationRefresh"
    under_way = f"AccountAssociation State is updated to IN_PROGRESS during {cause}"
    failed = event.status in _CUSTOMER_ERRORS
    yield Message(
        [text(association, "Arn")],
        {
            "traceId": uuid4().hex,
            "logLevel": "ERROR" if failed else "INFO",
            "resourceType": ACCOUNT_ASSOCIATION.name,
            "resourceId": association["AccountAssociationId"],
            "connectorDestinationId": association["ConnectorDestinationId"],
            "associationArn": association["Arn"],
            "state": event.status,
            "isServiceError": False,
            "isCustomerError": failed,
            "details": _ASSOCIATION_DETAILS.get(event.status, under_way),
        },
    )


def _ota(context: EventContext, event: StatusEntered) -> Iterator[Message]:
    """Yield the message of a task's status. The guide documents none for a deletion."""
    task = event.document
    if event.status == "DELETION_IN_PROGRESS":
        return
    executions = context.transaction.select(OTA_EXECUTION.name, {"OtaTaskId": text(task, "TaskId")})
    reached = [text(row.document, "ManagedThingId") for row in executions]
    yield Message(
        # A task is published before its executions are created.
        [context.thing_arn(identifier) for identifier in reached or texts(task, "Things")],
        {
            "operation": "CREATE_OTA",
            "otaTaskId": task["TaskId"],
            "status": event.status,
            "otaType": task["OtaType"],
        },
    )


def _time(document: JsonObject, member: str) -> str:
    return nanoseconds(number(document, member))


STATUS_MESSAGES: Final = MappingProxyType(
    {
        MANAGED_THING.name: ("onboarding", _onboarding),
        DEVICE_DISCOVERY.name: ("discovery", _discovery),
        ACCOUNT_ASSOCIATION.name: ("association", _association),
        OTA_TASK.name: ("ota", _ota),
    }
)
"""By resource type: the name of the envelope format, and the function that yields messages."""
