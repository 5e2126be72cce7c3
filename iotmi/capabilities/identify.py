"""Identify: signals that help a person find a device, such as blinking."""

from iotmi.capabilities._base import Capability, ClusterEnum, Command, Seconds, attribute


class IdentifyType(ClusterEnum):
    """The signal with which a device identifies itself."""

    NONE = "None", 0
    LIGHT_OUTPUT = "LightOutput", 1
    VISIBLE_INDICATOR = "VisibleIndicator", 2
    AUDIBLE_BEEP = "AudibleBeep", 3
    DISPLAY = "Display", 4
    ACTUATOR = "Actuator", 5


class EffectIdentifier(ClusterEnum):
    """An effect."""

    BLINK = "Blink", 0
    BREATHE = "Breathe", 1
    OKAY = "Okay", 2
    CHANNEL_CHANGE = "ChannelChange", 11
    FINISH_EFFECT = "FinishEffect", 254
    STOP_EFFECT = "StopEffect", 255


class EffectVariant(ClusterEnum):
    """A variant of an effect."""

    DEFAULT = "Default", 0


class IdentifyCommand(Command):
    """Identify the device for a number of seconds. 0 stops it."""

    name = "Identify"
    number = 0x00

    identify_time: Seconds


class TriggerEffect(Command):
    """Show an effect, such as a blink."""

    number = 0x40

    effect_identifier: EffectIdentifier
    effect_variant: EffectVariant


class Identify(Capability):
    """A device that can identify itself, for example by blinking."""

    id = "matter.Identify@1.4"
    name = "Identify"
    version = "5"
    number = 0x0003

    identify_time: Seconds | None = attribute(0x0000, writable=True)
    identify_type: IdentifyType | None = attribute(0x0001)

    identify = IdentifyCommand
    trigger_effect = TriggerEffect
