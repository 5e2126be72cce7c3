"""An emulator of the service that runs inside the process.

    from iotmi.emulator import Emulator

    with Emulator() as emulator:
        client = emulator.client()

Owns the public names. The packages below, from the top:

- `server`, `_asgi`: HTTP for other processes.
- `_control`: the control API over HTTP.
- `_emulator`: the object that a user holds.
- `_snapshots`: copies of the whole state.
- `_devices`: virtual devices and what they do.
- `_connectors`: the functions of cloud connectors, and their invocation.
- `_dispatch`: one request from HTTP to a handler and back.
- `handlers`, `_faults`: operations by family, and fault injection.
- `_account`, `_notifications`, `_storage`: the account's state, its events and its database.
- `_model`, `_core`: botocore's service model, resource types, clocks and JSON.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorError, EmulatorFileError
from iotmi.emulator._core.http import Delivery, HttpRequest, HttpResponse
from iotmi.emulator._devices.device import Capability, VirtualDevice
from iotmi.emulator._devices.home import Devices
from iotmi.emulator._dispatch.call_log import Call
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._faults.kinds import FaultKind
from iotmi.emulator._notifications.lambda_events import lambda_event
from iotmi.emulator._notifications.outbox import Notification, Notifications, Undelivered

if TYPE_CHECKING:
    from iotmi.emulator._connectors.context import LambdaContext
    from iotmi.emulator._connectors.functions import (
        ConnectorFunction,
        Connectors,
        Invocation,
        PlannedConnectorFault,
    )
    from iotmi.emulator._connectors.loading import ConnectorCode, load_function

__all__ = [
    "Call",
    "Capability",
    "ConnectorCode",
    "ConnectorFunction",
    "Connectors",
    "Delivery",
    "Devices",
    "Emulator",
    "EmulatorClosedError",
    "EmulatorError",
    "EmulatorFileError",
    "FaultKind",
    "Faults",
    "HttpRequest",
    "HttpResponse",
    "Invocation",
    "LambdaContext",
    "Notification",
    "Notifications",
    "PlannedConnectorFault",
    "Undelivered",
    "VirtualDevice",
    "lambda_event",
    "load_function",
]

# Imported when first used, because an emulator without connectors starts faster without them.
_CONNECTORS: Final = {
    "ConnectorCode": "loading",
    "ConnectorFunction": "functions",
    "Connectors": "functions",
    "Invocation": "functions",
    "LambdaContext": "context",
    "PlannedConnectorFault": "functions",
    "load_function": "loading",
}


def __getattr__(name: str) -> object:
    """Return a name of the connectors' modules."""
    if name not in _CONNECTORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}._connectors.{_CONNECTORS[name]}"), name)
    return found
