"""On/Off: devices that can be switched, such as a light or a socket."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    Number,
    TenthsOfSecond,
    TransitionTime,
    attribute,
)


class StartUpOnOff(ClusterEnum):
    """The state of a device when power returns."""

    OFF = "Off", 0
    ON = "On", 1
    TOGGLE = "Toggle", 2


class EffectIdentifier(ClusterEnum):
    """An effect for switching off a light."""

    DELAYED_ALL_OFF = "DelayedAllOff", 0
    DYING_LIGHT = "DyingLight", 1


class OnOffControl(Bitmap):
    """The condition for switching on for a time."""

    ACCEPT_ONLY_WHEN_ON = 1 << 0


class Off(Command):
    """Switch the device off."""

    number = 0x00


class On(Command):
    """Switch the device on."""

    number = 0x01


class Toggle(Command):
    """Switch the device on if it is off, and off if it is on."""

    number = 0x02


class OffWithEffect(Command):
    """Switch a light off with an effect.

    Attributes:
        effect_identifier: the effect.
        effect_variant: the cluster's number of the variant. The default is 0.
    """

    number = 0x40

    effect_identifier: EffectIdentifier
    effect_variant: Annotated[int, Number(0, 2)] | None = None


class OnWithRecallGlobalScene(Command):
    """Switch on and recall the global scene."""

    number = 0x41


class OnWithTimedOff(Command):
    """Switch on for a time.

    Attributes:
        on_off_control: the condition under which the device executes the command.
        on_time: the time that the device stays on, in tenths of a second.
        off_wait_time: the time after that in which this command does not switch the device on
            again, in tenths of a second.
    """

    number = 0x42

    on_off_control: OnOffControl
    on_time: TransitionTime
    off_wait_time: TransitionTime


class OnOff(Capability):
    """A device that can be switched on and off."""

    id = "matter.OnOff@1.4"
    name = "On/Off"
    version = "6"
    number = 0x0006

    on_off: bool | None = attribute(0x0000)
    global_scene_control: bool | None = attribute(0x4000)
    on_time: TenthsOfSecond | None = attribute(0x4001, writable=True)
    off_wait_time: TenthsOfSecond | None = attribute(0x4002, writable=True)
    start_up_on_off: StartUpOnOff | None = attribute(0x4003, writable=True)

    off = Off
    on = On
    toggle = Toggle
    off_with_effect = OffWithEffect
    on_with_recall_global_scene = OnWithRecallGlobalScene
    on_with_timed_off = OnWithTimedOff
