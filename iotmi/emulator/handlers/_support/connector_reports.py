"""The effects of a cloud connector's reports, other than discovered devices.

Owns the effects of device events, command responses, device requests and failures. This module must
know neither the required members of a report nor the end of a discovery.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, number, optional_text, text
from iotmi.emulator._model.domain_events import (
    CommandEnded,
    ConnectorFailed,
    DeviceEvent,
    DeviceRequest,
)
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CAPABILITIES,
    CONNECTOR_DESTINATION,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator.handlers._support import thing_state as state

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import matter
else:
    # Imported with the first use, because an emulator starts faster without it.
    matter = LazyModule("iotmi.emulator.handlers._support.matter")

# The connector's operation that each kind of report responds to.
_CONNECTOR_OPERATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"DEVICE_DISCOVERY": "AWS.DiscoverDevices", "DEVICE_COMMAND_RESPONSE": "AWS.SendCommand"}
)
_FIRST_ERROR: Final = 400


@frozen
class _Target:
    """A managed thing that a report concerns.

    Attributes:
        thing_id: id of the managed thing.
        associations: account associations by which the connector reaches the thing.
    """

    thing_id: str
    associations: list[JsonObject]


def is_failure(report: JsonObject) -> bool:
    """Return True if the report's status code is an error."""
    return "StatusCode" in report and number(report, "StatusCode") >= _FIRST_ERROR


def apply_report(account: AccountState, report: JsonObject) -> None:
    """Apply a report to all things that are its device."""
    targets = _find_targets(account, report)
    if is_failure(report) and not targets:
        publish_failure(account, report, [])
    for each in targets:
        if is_failure(report):
            publish_failure(account, report, each.associations, each.thing_id)
        _apply_to_thing(account, report, each.thing_id)


def publish_failure(
    account: AccountState,
    report: JsonObject,
    associations: list[JsonObject],
    thing_id: str | None = None,
) -> None:
    """Publish that a connector's operation failed. Events have no operation that can fail."""
    operation = _CONNECTOR_OPERATIONS.get(text(report, "Operation"))
    if operation is not None:
        account.publish(ConnectorFailed(operation, report, associations, thing_id))


def _apply_to_thing(account: AccountState, report: JsonObject, thing_id: str) -> None:
    details = account.transaction.get(CAPABILITIES.name, thing_id) or {}
    endpoint = mapping(report, "MatterEndpoint")
    reported = matter.read(endpoint, details) if endpoint else []
    operation = report["Operation"]
    if operation != "DEVICE_COMMAND_REQUEST":
        for each in reported:
            ref = state.CapabilityRef(thing_id, text(endpoint, "id"), each.capability)
            state.change(account, ref, each.values)
    if operation == "DEVICE_COMMAND_RESPONSE":
        now = account.clock.now()
        trace_id = text(report, "TraceId")
        account.publish(CommandEnded(thing_id, trace_id, not is_failure(report), now))
        return
    shown: list[JsonValue] = [
        {
            **each.capability,
            "properties": [
                {"name": name, "value": value}
                for name, value in {**each.values, **each.events}.items()
            ],
        }
        for each in reported
    ]
    event_type = DeviceEvent if operation == "DEVICE_EVENT" else DeviceRequest
    account.publish(event_type(thing_id, [{"endpointId": endpoint["id"], "capabilities": shown}]))


def _find_targets(account: AccountState, report: JsonObject) -> list[_Target]:
    """Return the things that are the report's device, registered through its connector."""
    found: list[_Target] = []
    device = {"ConnectorDeviceId": text(report, "ConnectorDeviceId")}
    for thing in account.find_all(MANAGED_THING, device):
        identifier = text(thing, "Id")
        where = {"ManagedThingId": identifier, "ManagedThingAssociationStatus": "ASSOCIATED"}
        associations = [
            account.find(ACCOUNT_ASSOCIATION, text(registration, "AccountAssociationId"))
            for registration in account.find_all(REGISTRATION, where)
        ]
        through = [each for each in associations if _is_through(account, each, report)]
        if through:
            found.append(_Target(identifier, through))
    return found


def _is_through(account: AccountState, association: JsonObject, report: JsonObject) -> bool:
    """Return True if a report's connector and user reach a device by the association.

    The user is known once the connector has activated it.
    """
    user, reporter = association.get("UserId"), report.get("UserId")
    if user is not None and reporter is not None and user != reporter:
        return False
    identifier = text(association, "ConnectorDestinationId")
    destination = account.transaction.get(CONNECTOR_DESTINATION.name, identifier) or {}
    return optional_text(destination, "CloudConnectorId") == report["ConnectorId"]
