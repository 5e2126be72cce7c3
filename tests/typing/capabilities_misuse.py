# pyright: strict
"""Planted mistakes with capabilities, one per line. Each marked line must be refused, no other.

Read by type checkers and never run: `tests/typing/test_typing.py` compares line by line.
"""

from typing import Annotated

from iotmi import Client, ManagedThingState, capabilities
from iotmi.capabilities import (
    Capability,
    Command,
    DoorLock,
    FanControl,
    LevelControl,
    Number,
    OnOff,
    attribute,
    level_control,
)
from iotmi.emulator import VirtualDevice


class Spray(Command):
    """Spray."""

    number = 0x00

    seconds: Annotated[int, Number(1, 60)]


class Sprayer(Capability):
    """A sprayer."""

    id = "acme.Sprayer@1.0"
    name = "Sprayer"
    version = "1"
    number = 0xFFF10001

    strength: Annotated[int, Number(0, 10)] | None = attribute(0x0001, writable=True)

    spray = Spray


def commands() -> None:
    LevelControl.move_to_level()  # error: missing parameter
    LevelControl.move_to_level(level="128")  # error: text for a level
    LevelControl.move_to_level(level=None)  # error: nothing for a level
    LevelControl.move_to_level(128)  # error: positional parameter
    LevelControl.move_to_level(level=1, speed=2)  # error: unknown parameter
    LevelControl.move(move_mode="Up")  # error: text for an enumeration
    LevelControl.step(step_mode=level_control.MoveMode.UP, step_size=1)  # error: other enumeration
    FanControl.step(wrap="yes")  # error: text for a boolean
    OnOff.toggle(endpoint=1)  # error: number for an endpoint
    OnOff.toggle(version=4)  # error: number for a version
    OnOff.flash()  # error: unknown command
    OnOff.toggle().level  # error: parameter of another command
    DoorLock.unlock_door(pin_code=1234)  # error: number for a code
    capabilities.Timer  # error: unknown capability


def states(state: ManagedThingState) -> None:
    OnOff.of(state).on_off  # error: state without the capability
    OnOff.of("state")  # error: text for a state
    OnOff(on_off="yes")  # error: text for a property
    OnOff(level=5)  # error: property of another capability
    OnOff(on_off=True).on_off = False  # error: assignment to a frozen capability
    OnOff.read(1)  # error: number for a name


def own() -> None:
    Sprayer.spray()  # error: missing parameter of an own command
    Sprayer.spray(seconds="5")  # error: text for an own parameter
    Sprayer(strength="5")  # error: text for an own property
    Sprayer.squirt()  # error: unknown own command


def control(client: Client) -> None:
    client.managed_things.control("1", OnOff)  # error: capability for a command
    client.managed_things.control("1", OnOff.toggle)  # error: method for a command
    client.managed_things.control("1", "Toggle")  # error: text for a command
    client.managed_things.control(OnOff.toggle())  # error: missing thing
    capabilities.endpoints(OnOff(on_time=5))  # error: value for a command
    capabilities.report({"1": OnOff})  # error: one capability for a list
    capabilities.report({1: [OnOff]})  # error: number for an endpoint of a report
    VirtualDevice.of("matter.OnOff@1.4")  # error: text for a capability
