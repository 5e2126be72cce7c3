"""Commands to managed things, and the state they leave behind.

Owns ``SendManagedThingCommand`` and ``GetManagedThingState``. An emulated device that can be
reached obeys at once. What an action does to its properties is in ``clusters``, and what is
known of them in ``_state``.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import uuid4

from attrs import frozen

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._account.reachability import is_reached
from iotmi.emulator._clusters._rules import RefusedError
from iotmi.emulator._core.json import (
    JsonObject,
    JsonValue,
    mapping,
    objects,
    optional_text,
    text,
    texts,
)
from iotmi.emulator._model.domain_events import CommandEnded
from iotmi.emulator._model.resource_types import ACCOUNT_ASSOCIATION, CAPABILITIES, MANAGED_THING
from iotmi.emulator.handlers._support import thing_state as state


@frozen
class _Action:
    """One action of a command, with the capability of the report that it is for.

    Attributes:
        path: where the action stands in the command.
        endpoint: the endpoint's id.
        capability: the capability, as the report has it.
        beside: all capabilities of the endpoint, as the report has them.
        name: the action's name.
        parameters: the action's parameters.
    """

    path: str
    endpoint: str
    capability: JsonObject
    beside: tuple[JsonObject, ...]
    name: str
    parameters: JsonValue


def send(world: World, parameters: JsonObject) -> JsonObject:
    """SendManagedThingCommand; the operation declares no conflict.

    A command to a device that cannot be reached is taken, and comes to nothing.
    """
    identifier = text(parameters, "ManagedThingId")
    thing = world.find(MANAGED_THING, identifier)
    association = optional_text(parameters, "AccountAssociationId")
    if association is not None:
        world.find(ACCOUNT_ASSOCIATION, association)
    if thing["ProvisioningStatus"] != "ACTIVATED":
        raise world.invalid("ManagedThingId must be of an ACTIVATED managed thing")
    report = mapping(world.rows.get(CAPABILITIES.name, identifier) or {}, "CapabilityReport")
    received_at, reached = world.clock.now(), is_reached(world, thing)
    for action in _actions(world, parameters, report):
        changes = _obey(world, identifier, action)
        for part, values in changes if reached else ():
            state.change(world, part, values)
    trace_id = f"{uuid4().hex[:15]}=_1"
    world.announce(CommandEnded(identifier, trace_id, reached, received_at))
    return {"TraceId": trace_id}


def get_state(world: World, parameters: JsonObject) -> JsonObject:
    """GetManagedThingState; empty until something was set, read or reported."""
    identifier = text(parameters, "ManagedThingId")
    world.find(MANAGED_THING, identifier)
    return {"Endpoints": state.shown(world, identifier)}


def _actions(world: World, command: JsonObject, report: JsonObject) -> Iterator[_Action]:
    """The command's actions, each found in the report or refused by its path."""
    endpoints = {text(each, "id"): each for each in objects(report, "endpoints")}
    for i, endpoint in enumerate(objects(command, "Endpoints")):
        path = f"Endpoints[{i}]"
        known = endpoints.get(text(endpoint, "endpointId"))
        if known is None:
            raise world.invalid(f"{path}.endpointId is not in the capability report")
        capabilities = {text(each, "id"): each for each in objects(known, "capabilities")}
        for j, capability in enumerate(objects(endpoint, "capabilities")):
            inner = f"{path}.capabilities[{j}]"
            reported = capabilities.get(text(capability, "id"))
            if reported is None:
                raise world.invalid(f"{inner}.id is not in the endpoint's capability report")
            for k, action in enumerate(objects(capability, "actions")):
                yield _Action(
                    f"{inner}.actions[{k}]",
                    text(endpoint, "endpointId"),
                    reported,
                    tuple(capabilities.values()),
                    text(action, "name"),
                    action.get("parameters"),
                )


def _obey(world: World, thing: str, action: _Action) -> list[tuple[state.Part, JsonObject]]:
    """The values that an action has the device report, with the capability of each."""
    # Loaded with the first command: an emulator without commands starts without the clusters.
    from iotmi.emulator._clusters import table

    part = state.Part(thing, action.endpoint, action.capability)
    if action.name == "UpdateState":
        return [(part, _new_values(world, action, part))]
    if action.name == "ReadState":
        return [(part, _unreported(world, action, part))]
    if action.name not in texts(action.capability, "actions"):
        raise world.invalid(f"{action.path}.name is not an action of the capability")
    present = state.values(world, part)
    try:
        changes = table.obey(part.identifier, action.name, action.parameters, present)
    except RefusedError as refused:
        raise world.invalid(f"{action.path}.parameters.{refused}") from None
    beside = [state.Part(thing, action.endpoint, each) for each in action.beside]
    return [
        (each, {name: values[name] for name in values if name in _reportable(each)})
        for cluster, values in changes
        for each in beside
        if each.cluster == cluster
    ]


def _reportable(part: state.Part) -> list[str]:
    return texts(part.capability, "properties")


def _new_values(world: World, action: _Action, part: state.Part) -> JsonObject:
    path = f"{action.path}.parameters"
    if not isinstance(action.parameters, dict) or not action.parameters:
        raise world.invalid(f"{path} must name properties and their values")
    _require_properties(world, action, list(action.parameters), path)
    from iotmi.emulator._clusters import table

    try:
        return table.written(part.identifier, action.parameters)
    except RefusedError as refused:
        raise world.invalid(f"{path}.{refused}") from None


def _unreported(world: World, action: _Action, part: state.Part) -> JsonObject:
    """What the device has not reported yet, of what it is asked for."""
    path = f"{action.path}.parameters.propertiesToRead"
    given = action.parameters if isinstance(action.parameters, dict) else {}
    wanted = given.get("propertiesToRead")
    names = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
    if not names:
        raise world.invalid(f"{path} must be a list of names")
    reported = texts(action.capability, "properties")
    if names == ["*"]:
        names = reported
    _require_properties(world, action, names, path)
    known = state.values(world, part)
    unreported = set(names) - state.reported(world, part).keys()
    return {name: known[name] for name in known if name in unreported}


def _require_properties(world: World, action: _Action, names: list[str], path: str) -> None:
    if not set(names) <= set(texts(action.capability, "properties")):
        raise world.invalid(f"{path} must name properties of the capability")


HANDLERS: Final[Mapping[str, Handler]] = {
    "SendManagedThingCommand": send,
    "GetManagedThingState": get_state,
}
