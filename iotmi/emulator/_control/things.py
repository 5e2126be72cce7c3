"""Routes of managed things: adding a device, its power, its reports, and commands to it.

Owns the meaning of their members. `Devices` carries them out.
"""

import json
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from iotmi.emulator._control.resources import find
from iotmi.emulator._control.routes import ControlError, Handler, Route, Sent, invalid
from iotmi.emulator._control.schemas import (
    ANY,
    choice,
    either,
    listed,
    map_of,
    record,
    string,
)
from iotmi.emulator._core.http import Delivery, HttpRequest
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, text
from iotmi.emulator._devices.described import KINDS, capability_names, read_device
from iotmi.emulator._devices.home import disconnect_reasons
from iotmi.emulator._devices.view import thing_view
from iotmi.emulator._emulator import Emulator, dispatcher_of
from iotmi.emulator._model.resource_types import CAPABILITIES, MANAGED_THING

ID: Final = string(shortest=1, longest=128)
_NAME: Final = string(shortest=1, longest=128)
_WORD: Final = string(shortest=1, longest=128)
_DEVICE_OPTIONS: Final = {
    "name": _NAME,
    "device_type": string(shortest=1, longest=128, about="Matter device type"),
    "brand": string(shortest=1, longest=128),
    "model": string(shortest=1, longest=128),
}
DEVICE: Final = either(
    record({"kind": choice(*KINDS)}, _DEVICE_OPTIONS),
    record(
        {
            "capabilities": listed(
                {"oneOf": [_WORD, record({"name": _WORD}, {"state": map_of(ANY)})]},
                least=1,
                most=40,
            )
        },
        _DEVICE_OPTIONS,
    ),
)
_PLACE: Final = {"capability": _WORD, "endpoint": _WORD}


def add(emulator: Emulator, sent: Sent) -> JsonValue:
    """Add a device or a hub that is activated."""
    if sent.text("role") == "CONTROLLER":
        for name in ("device", "hub_id", "association_id"):
            if name in sent.body:
                raise invalid(f"{name} must not go with the role CONTROLLER")
        made = emulator.devices.add_hub(
            sent.text("name") or "Hub", locker_id=sent.text("locker_id")
        )
        return _thing(emulator, made)
    if "device" not in sent.body:
        raise invalid("device is required")
    made = emulator.devices.add(
        read_device(mapping(sent.body, "device")),
        name=sent.text("name"),
        hub_id=sent.text("hub_id"),
        locker_id=sent.text("locker_id"),
        association_id=sent.text("association_id"),
    )
    return _thing(emulator, made)


def get(emulator: Emulator, sent: Sent) -> JsonValue:
    """Return one thing."""
    return _thing(emulator, sent.path["thing_id"])


def secrets(emulator: Emulator, sent: Sent) -> JsonValue:
    """Return the sensitive members of a thing."""
    thing = find(emulator, MANAGED_THING, sent.path["thing_id"])
    return {name: thing[member] for name, member in SECRETS.items() if thing.get(member)}


SECRETS: Final = {
    "serial_number": "SerialNumber",
    "universal_product_code": "UniversalProductCode",
    "international_article_number": "InternationalArticleNumber",
    "connector_device_id": "ConnectorDeviceId",
    "device_specific_key": "DeviceSpecificKey",
    "mac_address": "MacAddress",
    "owner": "Owner",
    "classification": "Classification",
    "tags": "Tags",
}


def power_on(emulator: Emulator, sent: Sent) -> None:
    """Switch a device on, as a certain kind of device if one is given."""
    given = mapping(sent.body, "device")
    emulator.devices.power_on(sent.path["thing_id"], read_device(given) if given else None)


def go_offline(emulator: Emulator, sent: Sent) -> None:
    """Disconnect a device or a hub."""
    emulator.devices.go_offline(
        sent.path["thing_id"], reason=sent.text("reason") or "CONNECTION_LOST"
    )


def report(emulator: Emulator, sent: Sent) -> None:
    """Report a property's value from a device."""
    emulator.devices.report(
        sent.path["thing_id"],
        text(sent.body, "name"),
        sent.body["value"],
        capability=_identifier(emulator, sent),
        endpoint=sent.text("endpoint"),
    )


def emit(emulator: Emulator, sent: Sent) -> None:
    """Emit an event from a device."""
    emulator.devices.emit(
        sent.path["thing_id"],
        text(sent.body, "name"),
        sent.body.get("value"),
        capability=_identifier(emulator, sent),
        endpoint=sent.text("endpoint"),
    )


def command(emulator: Emulator, sent: Sent) -> JsonValue:
    """Send a command by ``SendManagedThingCommand``, as an application does."""
    thing = sent.path["thing_id"]
    endpoint, capability = _find_capability(emulator, sent)
    action: JsonObject = {"name": text(sent.body, "action")}
    if "parameters" in sent.body:
        action["parameters"] = sent.body["parameters"]
    body: JsonObject = {
        "Endpoints": [
            {"endpointId": endpoint, "capabilities": [{**capability, "actions": [action]}]}
        ]
    }
    response = emulator.handle(
        HttpRequest(
            "POST",
            f"/managed-things-command/{quote(thing, safe='')}",
            headers={"Content-Type": "application/json"},
            body=json.dumps(body).encode(),
        )
    )
    if response.delivery is not Delivery.WHOLE:
        raise ControlError(409, "fault", "An injected fault broke the connection of the command.")
    try:
        document: JsonObject = json.loads(response.body)
    except ValueError:
        raise ControlError(409, "fault", "An injected fault garbled the response.") from None
    if response.status < 400:
        return {"trace_id": document["TraceId"]}
    code = response.headers.get("X-Amzn-Errortype", "error")
    if response.status >= 500 or response.status not in {400, 404, 409}:
        raise ControlError(409, code, f"The service refused the command: {document['Message']}")
    raise ControlError(response.status, code, f"{document['Message']}")


def _find_capability(emulator: Emulator, sent: Sent) -> tuple[str, JsonObject]:
    """Return the endpoint and the capability that a command names."""
    named, wanted = text(sent.body, "capability"), sent.text("endpoint")
    found = [
        (endpoint, capability)
        for endpoint, capability in _capabilities(emulator, sent.path["thing_id"])
        if named in _names(capability) and wanted in (None, endpoint)
    ]
    if not found:
        raise invalid("capability must be the name or id of a capability of the device")
    if len(found) > 1:
        raise invalid("several endpoints have the capability; give endpoint")
    endpoint, capability = found[0]
    return endpoint, {name: capability[name] for name in ("id", "name", "version")}


def _identifier(emulator: Emulator, sent: Sent) -> str | None:
    """Return the id of the capability that a request names, if it names one."""
    named = sent.text("capability")
    if named is None:
        return None
    for _, capability in _capabilities(emulator, sent.path["thing_id"]):
        if named in _names(capability):
            return text(capability, "id")
    raise invalid("capability must be the name or id of a capability of the device")


def _names(capability: JsonObject) -> tuple[str, str, str]:
    """Return the id of a capability with and without its version, and its last part."""
    identifier = text(capability, "id")
    plain = identifier.partition("@")[0]
    return identifier, plain, plain.rpartition(".")[2]


def _capabilities(emulator: Emulator, thing: str) -> Iterator[tuple[str, JsonObject]]:
    find(emulator, MANAGED_THING, thing)
    with dispatcher_of(emulator).transaction() as account:
        details = account.transaction.get(CAPABILITIES.name, thing) or {}
    for endpoint in objects(mapping(details, "CapabilityReport"), "endpoints"):
        for capability in objects(endpoint, "capabilities"):
            yield text(endpoint, "id"), capability


def appear(emulator: Emulator, sent: Sent) -> JsonValue:
    """Place a device near a hub or in a user's cloud, for discoveries to find."""
    return {
        "identifier": emulator.devices.appear(
            text(sent.body, "where"),
            read_device(mapping(sent.body, "device")),
            identifier=sent.text("identifier"),
        )
    }


def catalogue(_emulator: Emulator, _sent: Sent) -> JsonValue:
    """Return the names that a device description may use."""
    return {"ready": list(KINDS), "capabilities": list(capability_names())}


def _thing(emulator: Emulator, identifier: str) -> JsonValue:
    thing = find(emulator, MANAGED_THING, identifier)
    with dispatcher_of(emulator).transaction() as account:
        return thing_view(account, thing)


def _acting(action: Callable[[Emulator, Sent], None]) -> Handler:
    """Return a handler that runs an action, and then returns the thing."""

    def handler(emulator: Emulator, sent: Sent) -> JsonValue:
        action(emulator, sent)
        return _thing(emulator, sent.path["thing_id"])

    return handler


def _simple(name: str) -> Handler:
    """Return a handler that calls a method of `Devices` with the thing's id."""

    def run(emulator: Emulator, sent: Sent) -> None:
        # Some methods also take the ids of other resources.
        find(emulator, MANAGED_THING, sent.path["thing_id"])
        getattr(emulator.devices, name)(sent.path["thing_id"])

    return _acting(run)


def _gone(emulator: Emulator, sent: Sent) -> None:
    """Confirm a deletion. The thing does not exist afterwards."""
    emulator.devices.confirm_deletion(sent.path["thing_id"])


_THING: Final = "/things/{thing_id}"
_EMPTY: Final = record({})

ROUTES: Final = (
    Route(
        "POST",
        "/things",
        add,
        "Add a device or a hub, ACTIVATED at once",
        response="Thing",
        status=201,
        body=record(
            {},
            {
                "role": choice("DEVICE", "CONTROLLER", about="CONTROLLER adds a hub"),
                "device": DEVICE,
                "name": _NAME,
                "hub_id": ID,
                "locker_id": ID,
                "association_id": ID,
            },
        ),
        refusals=(404, 409),
        group="things",
    ),
    Route("GET", _THING, get, "Get a thing", response="Thing", refusals=(404,), group="things"),
    Route(
        "GET",
        f"{_THING}/secrets",
        secrets,
        "Get the sensitive members of a thing",
        response="Secrets",
        refusals=(404,),
        group="things",
    ),
    Route(
        "POST",
        f"{_THING}/power-on",
        _acting(power_on),
        "Switch a device on",
        response="Thing",
        body=record({}, {"device": DEVICE}),
        refusals=(404,),
        group="things",
    ),
    Route(
        "POST",
        f"{_THING}/go-offline",
        _acting(go_offline),
        "Disconnect a device or a hub",
        response="Thing",
        body=record({}, {"reason": choice(*disconnect_reasons())}),
        refusals=(404,),
        group="things",
    ),
    *(
        Route(
            "POST",
            f"{_THING}/{path}",
            _simple(path.replace("-", "_")),
            summary,
            response="Thing",
            body=_EMPTY,
            refusals=(404, 409),
            group="things",
        )
        for path, summary in (
            ("power-off", "Switch a device off"),
            ("come-online", "Connect a device again"),
            ("hold", "Stop the transitions of a thing"),
            ("release", "Let the transitions of a thing continue"),
            ("fail-deletion", "Fail a deletion"),
        )
    ),
    Route(
        "POST",
        f"{_THING}/confirm-deletion",
        _gone,
        "Confirm a deletion from the device, which deletes the thing",
        status=204,
        body=_EMPTY,
        refusals=(404, 409),
        group="things",
    ),
    Route(
        "POST",
        f"{_THING}/report",
        _acting(report),
        "Report a property's value from a device",
        response="Thing",
        body=record({"name": _WORD, "value": ANY}, _PLACE),
        refusals=(404, 409),
        group="things",
    ),
    Route(
        "POST",
        f"{_THING}/emit",
        _acting(emit),
        "Emit an event from a device",
        response="Thing",
        body=record({"name": _WORD}, {"value": ANY, **_PLACE}),
        refusals=(404, 409),
        group="things",
    ),
    Route(
        "POST",
        f"{_THING}/command",
        command,
        "Send a command by SendManagedThingCommand",
        response="Trace",
        status=202,
        body=record(
            {"capability": _WORD, "action": _WORD},
            {"parameters": map_of(ANY), "endpoint": _WORD},
        ),
        refusals=(404, 409),
        group="things",
        slow=True,
    ),
    Route(
        "POST",
        "/nearby",
        appear,
        "Place a device near a hub or in a user's cloud, for discoveries to find",
        response="Nearby",
        status=201,
        body=record(
            {"where": string(shortest=1, longest=128, about="id of a hub or an association")}
            | {"device": DEVICE},
            {"identifier": ID},
        ),
        refusals=(404, 409),
        group="things",
    ),
    Route(
        "GET",
        "/devices",
        catalogue,
        "List the ready devices and the capabilities",
        response="Catalogue",
        group="things",
    ),
)
