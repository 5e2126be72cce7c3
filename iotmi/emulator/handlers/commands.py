"""Commands to managed things, and the state they leave behind.

Owns ``SendManagedThingCommand`` and ``GetManagedThingState``. An emulated device obeys at
once: it knows how to write and read properties and how to be switched on and off; any
other action of its report it takes without a change of state.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import uuid4

from attrs import frozen

from iotmi.emulator._clock import iso
from iotmi.emulator._json import JsonObject, JsonValue, mapping, objects, optional_text, text, texts
from iotmi.emulator._kinds import ACCOUNT_ASSOCIATION, CAPABILITIES, MANAGED_THING, STATE
from iotmi.emulator._world import Handler, World

MAX_SHOWN: Final = 5
"""How many endpoints, and capabilities of each, a state or a command may hold."""

_SWITCH: Final = "OnOff"
_SWITCHED: Final[Mapping[str, bool]] = {"On": True, "Off": False}


@frozen
class _Action:
    """One action of a command, with the capability of the report that it is for."""

    path: str
    endpoint: str
    capability: JsonObject
    name: str
    parameters: JsonValue

    @property
    def is_switch(self) -> bool:
        identifier = text(self.capability, "id").partition("@")[0]
        return identifier.rpartition(".")[2] == _SWITCH


def send(world: World, parameters: JsonObject) -> JsonObject:
    """SendManagedThingCommand; the operation declares no conflict."""
    identifier = text(parameters, "ManagedThingId")
    thing = world.find(MANAGED_THING, identifier)
    association = optional_text(parameters, "AccountAssociationId")
    if association is not None:
        world.find(ACCOUNT_ASSOCIATION, association)
    if thing["ProvisioningStatus"] != "ACTIVATED":
        raise world.invalid("ManagedThingId must be of an ACTIVATED managed thing")
    report = mapping(world.rows.get(CAPABILITIES.name, identifier) or {}, "CapabilityReport")
    state = world.rows.get(STATE.name, identifier) or {"ManagedThingId": identifier}
    for action in _actions(world, parameters, report):
        _obey(world, action, state)
    world.rows.put(STATE.name, identifier, state)
    return {"TraceId": f"{uuid4().hex[:15]}=_1"}


def get_state(world: World, parameters: JsonObject) -> JsonObject:
    """GetManagedThingState; empty until something was set or read."""
    identifier = text(parameters, "ManagedThingId")
    world.find(MANAGED_THING, identifier)
    kept = mapping(world.rows.get(STATE.name, identifier) or {}, "Endpoints")
    endpoints: list[JsonValue] = [
        {"endpointId": endpoint, "capabilities": _shown(mapping(kept, endpoint))}
        for endpoint in list(kept)[:MAX_SHOWN]
    ]
    return {"Endpoints": endpoints}


def _shown(capabilities: JsonObject) -> list[JsonValue]:
    return [
        {
            **mapping(capabilities, identifier),
            "properties": [
                {"name": name, "value": value}
                for name, value in _properties(mapping(capabilities, identifier)).items()
            ],
        }
        for identifier in list(capabilities)[:MAX_SHOWN]
    ]


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
                    text(action, "name"),
                    action.get("parameters"),
                )


def _obey(world: World, action: _Action, state: JsonObject) -> None:
    if action.name == "UpdateState":
        _set(world, action, state, _new_values(world, action))
    elif action.name == "ReadState":
        _read(world, action, state)
    elif action.name not in texts(action.capability, "actions"):
        raise world.invalid(f"{action.path}.name is not an action of the capability")
    elif action.is_switch and action.name in _SWITCHED:
        _set(world, action, state, {_SWITCH: _SWITCHED[action.name]})
    elif action.is_switch and action.name == "Toggle":
        _set(world, action, state, {_SWITCH: not _is_on(action, state)})


def _new_values(world: World, action: _Action) -> JsonObject:
    path = f"{action.path}.parameters"
    if not isinstance(action.parameters, dict) or not action.parameters:
        raise world.invalid(f"{path} must name properties and their values")
    _require_properties(world, action, list(action.parameters), path)
    return action.parameters


def _read(world: World, action: _Action, state: JsonObject) -> None:
    """A switch that was never set reports that it is off; of all else nothing is known."""
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
    known = _properties(_kept(action, state))
    if action.is_switch and _SWITCH in names and _SWITCH not in known:
        _set(world, action, state, {_SWITCH: False})


def _require_properties(world: World, action: _Action, names: list[str], path: str) -> None:
    if not set(names) <= set(texts(action.capability, "properties")):
        raise world.invalid(f"{path} must name properties of the capability")


def _kept(action: _Action, state: JsonObject) -> JsonObject:
    """What is kept of the action's capability."""
    endpoint = mapping(mapping(state, "Endpoints"), action.endpoint)
    return mapping(endpoint, text(action.capability, "id"))


def _properties(capability: JsonObject) -> JsonObject:
    return mapping(capability, "properties")


def _is_on(action: _Action, state: JsonObject) -> bool:
    value = mapping(_properties(_kept(action, state)), _SWITCH)
    return value.get("propertyValue") is True


def _set(world: World, action: _Action, state: JsonObject, values: JsonObject) -> None:
    endpoints = mapping(state, "Endpoints")
    capabilities = mapping(endpoints, action.endpoint)
    identifier = text(action.capability, "id")
    changed_at = iso(world.clock.now())
    properties: JsonObject = {
        **_properties(mapping(capabilities, identifier)),
        **{
            name: {"propertyValue": value, "lastChangedAt": changed_at}
            for name, value in values.items()
        },
    }
    capabilities[identifier] = {
        "id": identifier,
        "name": action.capability["name"],
        "version": action.capability["version"],
        "properties": properties,
    }
    endpoints[action.endpoint] = capabilities
    state["Endpoints"] = endpoints


HANDLERS: Final[Mapping[str, Handler]] = {
    "SendManagedThingCommand": send,
    "GetManagedThingState": get_state,
}
