"""An emulator of the service that runs inside the process.

    from iotmi.emulator import Emulator

    with Emulator() as emulator:
        client = emulator.client()

Owns the public names. Beneath it, from the top: the emulator its user holds; the backend
that carries one request through; the handlers, one module per family; the world they act
on; the store; and the reading of botocore's model, from which paths, limits and errors come.
"""

from iotmi.emulator._device import Capability, Device
from iotmi.emulator._devices import Devices
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._errors import EmulatorClosedError, EmulatorError, EmulatorFileError
from iotmi.emulator._fates import FaultKind
from iotmi.emulator._faults import Faults
from iotmi.emulator._http import Delivery, HttpReply, HttpRequest
from iotmi.emulator._journal import Call
from iotmi.emulator._lambda_events import lambda_event
from iotmi.emulator._notifications import Notification, Notifications, Undelivered

__all__ = [
    "Call",
    "Capability",
    "Delivery",
    "Device",
    "Devices",
    "Emulator",
    "EmulatorClosedError",
    "EmulatorError",
    "EmulatorFileError",
    "FaultKind",
    "Faults",
    "HttpReply",
    "HttpRequest",
    "Notification",
    "Notifications",
    "Undelivered",
    "lambda_event",
]
