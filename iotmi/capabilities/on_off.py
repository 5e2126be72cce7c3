"""On/Off: what can be switched, such as a light or a socket."""

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
    """An effect with which a light goes off."""

    DELAYED_ALL_OFF = "DelayedAllOff", 0
    DYING_LIGHT = "DyingLight", 1


class OnOffControl(Bitmap):
    """The condition of a timed switching."""

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
    """Fade a light out.

    Attributes:
        effect_identifier: the effect.
        effect_variant: the variant of the effect, by the cluster's number; 0 is the default.
    """

    number = 0x40

    effect_identifier: EffectIdentifier
    effect_variant: Annotated[int, Number(0, 2)] | None = None


class OnWithRecallGlobalScene(Command):
    """Switch on with the settings of the last time."""

    number = 0x41


class OnWithTimedOff(Command):
    """Switch on for a time.

    Attributes:
        on_off_control: the condition under which the device obeys.
        on_time: tenths of a second that the device stays on.
        off_wait_time: tenths of a second in which the device does not switch on again.
    """

    number = 0x42

    on_off_control: OnOffControl
    on_time: TransitionTime
    off_wait_time: TransitionTime


class OnOff(Capability):
    """A device that is on or off."""

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
