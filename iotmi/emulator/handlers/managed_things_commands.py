"""Commands to managed things, and their states.

Owns ``SendManagedThingCommand`` and ``GetManagedThingState``. A reachable virtual device carries a
command out at once. `_clusters` has the effects of each action, and `thing_state` the values.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._account.connectivity import is_reachable
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

if TYPE_CHECKING:
    from iotmi.emulator.handlers._support import invocations, matter
else:
    # Imported with the first use, because an emulator starts faster without them.
    invocations = LazyModule("iotmi.emulator.handlers._support.invocations")
    matter = LazyModule("iotmi.emulator.handlers._support.matter")


@frozen
class _Action:
    """One action of a command.

    Attributes:
        path: path of the action in the request, for problems.
        endpoint: id of the endpoint.
        capability: capability in the thing's report.
        siblings: all capabilities of the endpoint in the thing's report.
        name: name of the action.
        parameters: parameters of the action.
    """

    path: str
    endpoint: str
    capability: JsonObject
    siblings: tuple[JsonObject, ...]
    name: str
    parameters: JsonValue


def send(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle SendManagedThingCommand. The operation declares no conflict.

    A command to an unreachable device is accepted and fails. The function of a cloud connector
    gets the commands to its devices, and responds later.
    """
    identifier = text(parameters, "ManagedThingId")
    thing = account.find(MANAGED_THING, identifier)
    association = optional_text(parameters, "AccountAssociationId")
    if association is not None:
        account.find(ACCOUNT_ASSOCIATION, association)
    if thing["ProvisioningStatus"] != "ACTIVATED":
        raise account.invalid("ManagedThingId must be the id of an ACTIVATED managed thing")
    report = mapping(_details(account, identifier), "CapabilityReport")
    trace_id = f"{uuid4().hex[:15]}=_1"
    way = invocations.thing_route(account, thing, association) if account.functions else None
    if way is not None:
        endpoints = _to_matter(account, parameters, identifier)
        invocations.send_command(account, way, thing, trace_id, endpoints)
        return {"TraceId": trace_id}
    received_at, reachable = account.clock.now(), is_reachable(account.transaction, thing)
    for action in _actions(account, parameters, report):
        changes = _execute(account, identifier, action)
        for ref, values in changes if reachable else ():
            state.change(account, ref, values)
    account.publish(CommandEnded(identifier, trace_id, reachable, received_at))
    return {"TraceId": trace_id}


def get_state(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetManagedThingState. The state is empty until a value is reported."""
    identifier = text(parameters, "ManagedThingId")
    account.find(MANAGED_THING, identifier)
    return {"Endpoints": state.reported_state(account, identifier)}


def _actions(account: AccountState, command: JsonObject, report: JsonObject) -> Iterator[_Action]:
    """Yield the command's actions with their reported capabilities.

    Raises:
        ServiceFault: an endpoint or a capability is not in the report.
    """
    endpoints = {text(each, "id"): each for each in objects(report, "endpoints")}
    for i, endpoint in enumerate(objects(command, "Endpoints")):
        path = f"Endpoints[{i}]"
        known = endpoints.get(text(endpoint, "endpointId"))
        if known is None:
            raise account.invalid(f"{path}.endpointId is not in the capability report")
        capabilities = {text(each, "id"): each for each in objects(known, "capabilities")}
        for j, capability in enumerate(objects(endpoint, "capabilities")):
            inner = f"{path}.capabilities[{j}]"
            reported = capabilities.get(text(capability, "id"))
            if reported is None:
                raise account.invalid(f"{inner}.id is not in the endpoint's capability report")
            for k, action in enumerate(objects(capability, "actions")):
                yield _Action(
                    f"{inner}.actions[{k}]",
                    text(endpoint, "endpointId"),
                    reported,
                    tuple(capabilities.values()),
                    text(action, "name"),
                    action.get("parameters"),
                )


def _to_matter(account: AccountState, command: JsonObject, thing: str) -> list[JsonObject]:
    """Return the endpoints of a command in Matter's form, in the order of the command.

    Raises:
        ServiceFault: the report or the schemas lack a part, or a parameter is wrong.
    """
    details = _details(account, thing)
    endpoints: dict[str, dict[str, list[JsonValue]]] = {}
    for action in _actions(account, command, mapping(details, "CapabilityReport")):
        _check(account, action)
        identifier = text(action.capability, "id")
        found = matter.command(identifier, action.name, action.parameters, details)
        if found is None:
            raise account.invalid(f"{action.path}.name has no number in a schema")
        cluster, sent = found
        endpoints.setdefault(action.endpoint, {}).setdefault(cluster, []).append(sent)
    return [
        {
            "id": endpoint,
            "clusters": [{"id": cluster, "commands": sent} for cluster, sent in clusters.items()],
        }
        for endpoint, clusters in endpoints.items()
    ]


def _check(account: AccountState, action: _Action) -> None:
    """Check an action and its parameters, which no device of the emulator carries out."""
    path = f"{action.path}.parameters"
    if action.name == "UpdateState":
        _updated(account, action)
    elif action.name == "ReadState":
        _names_to_read(account, action)
    elif action.name not in texts(action.capability, "actions"):
        raise account.invalid(f"{action.path}.name is not an action of the capability")
    else:
        from iotmi.emulator._clusters import table
        from iotmi.emulator._clusters._rules import RefusedError

        try:
            table.checked_command(text(action.capability, "id"), action.name, action.parameters)
        except RefusedError as refused:
            raise account.invalid(f"{path}.{refused}") from None


def _execute(
    account: AccountState, thing: str, action: _Action
) -> list[tuple[state.CapabilityRef, JsonObject]]:
    """Return the values that the device reports after an action, with the capability of each."""
    # Imported by the first command, so that an emulator starts without the clusters.
    from iotmi.emulator._clusters import table
    from iotmi.emulator._clusters._rules import RefusedError

    ref = state.CapabilityRef(thing, action.endpoint, action.capability)
    if action.name == "UpdateState":
        return [(ref, _updated(account, action))]
    if action.name == "ReadState":
        return [(ref, _unreported(account, action, ref))]
    if action.name not in texts(action.capability, "actions"):
        raise account.invalid(f"{action.path}.name is not an action of the capability")
    present = state.values(account, ref)
    try:
        changes = table.execute(ref.identifier, action.name, action.parameters, present)
    except RefusedError as refused:
        raise account.invalid(f"{action.path}.parameters.{refused}") from None
    siblings = [state.CapabilityRef(thing, action.endpoint, each) for each in action.siblings]
    return [
        # Null values too, which `picked` leaves out.
        (
            each,
            {name: values[name] for name in texts(each.capability, "properties") if name in values},
        )
        for cluster, values in changes
        for each in siblings
        if each.cluster == cluster
    ]


def _updated(account: AccountState, action: _Action) -> JsonObject:
    path = f"{action.path}.parameters"
    if not isinstance(action.parameters, dict) or not action.parameters:
        raise account.invalid(f"{path} must name properties and their values")
    _require_properties(account, action, list(action.parameters), path)
    from iotmi.emulator._clusters import table
    from iotmi.emulator._clusters._rules import RefusedError

    try:
        return table.checked_update(text(action.capability, "id"), action.parameters)
    except RefusedError as refused:
        raise account.invalid(f"{path}.{refused}") from None


def _unreported(account: AccountState, action: _Action, ref: state.CapabilityRef) -> JsonObject:
    """Return the requested values that the device has not reported yet."""
    names = _names_to_read(account, action)
    known = state.values(account, ref)
    unreported = set(names) - state.reported(account, ref).keys()
    return {name: known[name] for name in known if name in unreported}


def _names_to_read(account: AccountState, action: _Action) -> list[str]:
    path = f"{action.path}.parameters.propertiesToRead"
    given = action.parameters if isinstance(action.parameters, dict) else {}
    wanted = given.get("propertiesToRead")
    names = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
    if not names:
        raise account.invalid(f"{path} must be a list of names")
    reported = texts(action.capability, "properties")
    if names == ["*"]:
        names = reported
    _require_properties(account, action, names, path)
    return names


def _require_properties(
    account: AccountState, action: _Action, names: list[str], path: str
) -> None:
    if not set(names) <= set(texts(action.capability, "properties")):
        raise account.invalid(f"{path} must name properties of the capability")


def _details(account: AccountState, thing: str) -> JsonObject:
    return account.transaction.get(CAPABILITIES.name, thing) or {}


HANDLERS: Final[Mapping[str, Handler]] = {
    "SendManagedThingCommand": send,
    "GetManagedThingState": get_state,
}
