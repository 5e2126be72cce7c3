"""What is told of a status that a resource has come into, one function for each kind.

Owns those payloads, after the samples of the developer guide. It does not know where a
notification goes, nor the envelope around it.
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
    """A rediscovery tells of each device as of one under way, and counts none at its end."""
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


# The guide has the words of two; which of the others' errors are the user's is assumed.
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
    """Of the operations only one is documented, so a deletion is not told of."""
    task = event.document
    if event.status == "DELETION_IN_PROGRESS":
        return
    executions = context.transaction.select(OTA_EXECUTION.name, {"OtaTaskId": text(task, "TaskId")})
    reached = [text(row.document, "ManagedThingId") for row in executions]
    yield Message(
        # A task that is being made has its things, and no executions yet.
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
"""By kind: the form of envelope, and what is told."""
