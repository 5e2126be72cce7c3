"""Routes of people, discoveries and updates.

Owns nothing but the routes. `Devices` carries them out.
"""

from typing import Final

from iotmi.emulator._control.resources import find
from iotmi.emulator._control.routes import Handler, Route, Sent
from iotmi.emulator._control.schemas import record, string
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._devices.view import association_view, discovery_view
from iotmi.emulator._emulator import Emulator, dispatcher_of
from iotmi.emulator._model.resource_types import ACCOUNT_ASSOCIATION, DEVICE_DISCOVERY, OTA_TASK

_EMPTY: Final = record({})


def _discovery(name: str) -> Handler:
    """Return a handler that calls a method of `Devices`, and returns the discovery."""

    def handler(emulator: Emulator, sent: Sent) -> JsonValue:
        identifier = sent.path["discovery_id"]
        find(emulator, DEVICE_DISCOVERY, identifier)
        getattr(emulator.devices, name)(identifier)
        found = find(emulator, DEVICE_DISCOVERY, identifier)
        with dispatcher_of(emulator).transaction() as account:
            return discovery_view(account, found)

    return handler


def _association(name: str, *, message: bool = False) -> Handler:
    """Return a handler that calls a method of `Devices`, and returns the association."""

    def handler(emulator: Emulator, sent: Sent) -> JsonValue:
        identifier = sent.path["association_id"]
        find(emulator, ACCOUNT_ASSOCIATION, identifier)
        given = sent.text("message")
        arguments = (identifier, given) if message and given is not None else (identifier,)
        getattr(emulator.devices, name)(*arguments)
        return association_view(find(emulator, ACCOUNT_ASSOCIATION, identifier))

    return handler


def _update(name: str) -> Handler:
    """Return a handler that calls a method of `Devices` with a task and a thing."""

    def handler(emulator: Emulator, sent: Sent) -> JsonValue:
        getattr(emulator.devices, name)(sent.path["ota_task_id"], sent.path["thing_id"])
        return None

    return handler


def _held(name: str) -> Handler:
    """Return a handler that calls a method of `Devices` with a task."""

    def handler(emulator: Emulator, sent: Sent) -> JsonValue:
        find(emulator, OTA_TASK, sent.path["ota_task_id"])
        getattr(emulator.devices, name)(sent.path["ota_task_id"])
        return None

    return handler


ROUTES: Final = (
    *(
        Route(
            "POST",
            f"/discoveries/{{discovery_id}}/{path}",
            _discovery(method),
            summary,
            response="Discovery",
            body=_EMPTY,
            refusals=(404, 409),
            group="discoveries",
        )
        for path, method, summary in (
            ("finish", "finish_discovery", "End a discovery with the devices that it finds"),
            ("fail", "fail_discovery", "End a discovery as failed"),
            ("time-out", "time_out_discovery", "End a discovery as it ends after 15 minutes"),
            ("hold", "hold", "Stop the transitions of a discovery"),
            ("release", "release", "Let the transitions of a discovery continue"),
        )
    ),
    *(
        Route(
            "POST",
            f"/associations/{{association_id}}/{path}",
            _association(method, message=path == "refuse-sign-in"),
            summary,
            response="Association",
            body=record({}, {"message": string(shortest=1)} if path == "refuse-sign-in" else {}),
            refusals=(404, 409),
            group="people",
        )
        for path, method, summary in (
            ("sign-in", "sign_in", "Sign the user in with the third party"),
            ("refuse-sign-in", "refuse_sign_in", "Abort the sign-in of the user"),
            ("expire-tokens", "expire_tokens", "Expire the third party's tokens"),
            ("hold", "hold", "Stop the transitions of an account association"),
            ("release", "release", "Let the transitions of an account association continue"),
        )
    ),
    *(
        Route(
            "POST",
            f"/ota-tasks/{{ota_task_id}}/things/{{thing_id}}/{path}",
            _update(f"{path}_ota"),
            summary,
            status=204,
            body=_EMPTY,
            refusals=(404, 409),
            group="updates",
        )
        for path, summary in (
            ("start", "Start a queued update on a device"),
            ("finish", "Finish an update on a device"),
            ("fail", "Fail an update on a device"),
            ("reject", "Reject an update on a device"),
        )
    ),
    *(
        Route(
            "POST",
            f"/ota-tasks/{{ota_task_id}}/{path}",
            _held(path),
            summary,
            status=204,
            body=_EMPTY,
            refusals=(404,),
            group="updates",
        )
        for path, summary in (
            ("hold", "Stop the transitions of a task"),
            ("release", "Let the transitions of a task continue"),
        )
    ),
)
