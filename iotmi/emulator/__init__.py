"""An emulator of the service that runs inside the process.

    from iotmi.emulator import Emulator

    with Emulator() as emulator:
        client = emulator.client()

Owns the public names. Beneath it, from the top: the emulator its user holds; the backend
that carries one request through; the handlers, one module per family; the world they act
on; the store; and the reading of botocore's model, from which paths, limits and errors come.
"""

from iotmi.emulator._core.errors import EmulatorClosedError, EmulatorError, EmulatorFileError
from iotmi.emulator._core.http import Delivery, HttpRequest, HttpResponse
from iotmi.emulator._devices.device import Capability, VirtualDevice
from iotmi.emulator._devices.home import Devices
from iotmi.emulator._dispatch.call_log import Call
from iotmi.emulator._emulator import Emulator
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._faults.kinds import FaultKind
from iotmi.emulator._notifications.outbox import Notification, Notifications, Undelivered

__all__ = [
    "Call",
    "Capability",
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
    "Notification",
    "Notifications",
    "Undelivered",
    "VirtualDevice",
]
