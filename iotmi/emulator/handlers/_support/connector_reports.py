"""What a cloud connector's reports bring about, beside what they find.

Owns the effects of device events, of answers to commands, of devices' own requests and of
failures. It does not know what a report must hold, nor how a discovery ends.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from iotmi.emulator._account.account import World
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
from iotmi.emulator.handlers._support import matter as _matter, thing_state as state

# What a connector had been asked for, of which an error is told.
_ASKED: Final[Mapping[str, str]] = MappingProxyType(
    {"DEVICE_DISCOVERY": "AWS.DiscoverDevices", "DEVICE_COMMAND_RESPONSE": "AWS.SendCommand"}
)
_FIRST_ERROR: Final = 400


@frozen
class _Reached:
    """A managed thing behind a connector, and the account associations it is behind it by."""

    thing_id: str
    associations: list[JsonObject]


def is_error(report: JsonObject) -> bool:
    """Whether a connector says that it has failed."""
    return "StatusCode" in report and number(report, "StatusCode") >= _FIRST_ERROR


def take(world: World, report: JsonObject) -> None:
    """Let a report of a device have its effects on the things that are that device."""
    reached = _things(world, report)
    if is_error(report) and not reached:
        tell_of_failure(world, report, [])
    for each in reached:
        if is_error(report):
            tell_of_failure(world, report, each.associations, each.thing_id)
        _take(world, report, each.thing_id)


def tell_of_failure(
    world: World, report: JsonObject, associations: list[JsonObject], thing_id: str | None = None
) -> None:
    """Announce that a connector could not do what it was asked for; nobody asks for an event."""
    asked = _ASKED.get(text(report, "Operation"))
    if asked is not None:
        world.announce(ConnectorFailed(asked, report, associations, thing_id))


def _take(world: World, report: JsonObject, thing_id: str) -> None:
    details = world.rows.get(CAPABILITIES.name, thing_id) or {}
    endpoint = mapping(report, "MatterEndpoint")
    capabilities = mapping(details, "CapabilityReport")
    reported = _matter.read(endpoint, capabilities) if endpoint else []
    operation = report["Operation"]
    if operation != "DEVICE_COMMAND_REQUEST":
        for each in reported:
            part = state.Part(thing_id, text(endpoint, "id"), each.capability)
            state.change(world, part, each.values)
    if operation == "DEVICE_COMMAND_RESPONSE":
        now = world.clock.now()
        trace_id = text(report, "TraceId")
        world.announce(CommandEnded(thing_id, trace_id, not is_error(report), now))
        return
    shown: list[JsonValue] = [
        {
            **each.capability,
            "properties": [{"name": name, "value": each.values[name]} for name in each.values],
        }
        for each in reported
    ]
    told = DeviceEvent if operation == "DEVICE_EVENT" else DeviceRequest
    world.announce(told(thing_id, [{"endpointId": endpoint["id"], "capabilities": shown}]))


def _things(world: World, report: JsonObject) -> list[_Reached]:
    """The things that are the report's device, registered through the report's connector."""
    found: list[_Reached] = []
    device = {"ConnectorDeviceId": text(report, "ConnectorDeviceId")}
    for thing in world.every(MANAGED_THING, device):
        identifier = text(thing, "Id")
        where = {"ManagedThingId": identifier, "ManagedThingAssociationStatus": "ASSOCIATED"}
        associations = [
            world.find(ACCOUNT_ASSOCIATION, text(registration, "AccountAssociationId"))
            for registration in world.every(REGISTRATION, where)
        ]
        through = [each for each in associations if _is_through(world, each, report)]
        if through:
            found.append(_Reached(identifier, through))
    return found


def _is_through(world: World, association: JsonObject, report: JsonObject) -> bool:
    identifier = text(association, "ConnectorDestinationId")
    destination = world.rows.get(CONNECTOR_DESTINATION.name, identifier) or {}
    return optional_text(destination, "CloudConnectorId") == report["ConnectorId"]
