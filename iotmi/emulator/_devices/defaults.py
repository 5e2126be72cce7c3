"""The devices that a home has where a test has put none.

Owns the choice: two devices near each hub and two in each cloud. This module must not know who
finds them.
"""

from collections.abc import Sequence
from functools import cache

from attrs import evolve

from iotmi.emulator._account.account import Place
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._devices.device import Capability, VirtualDevice, document_of


def default_devices(place: Place) -> Sequence[JsonObject]:
    """Return the stored forms of the devices at a place."""
    return tuple({**device} for device in _documents(place))


@cache
def _documents(place: Place) -> tuple[JsonObject, ...]:
    devices = {
        "hub": (VirtualDevice.bulb(), VirtualDevice.plug()),
        "cloud": (_lamp(), evolve(VirtualDevice.lock(), model="Lock")),
    }
    return tuple({**document_of(device), "Default": True} for device in devices[place])


def _lamp() -> VirtualDevice:
    switch = Capability("matter.OnOff@1.4", {"OnOff": False})
    return VirtualDevice("Lamp", "On/Off Light", (switch,), model="Lamp")
