"""Level Control: levels such as the brightness of a light."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    Level,
    Number,
    TenthsOfSecond,
    UInt8,
    UInt16,
    attribute,
)


class Options(Bitmap):
    """Options of the cluster."""

    EXECUTE_IF_OFF = 1 << 0
    COUPLE_COLOR_TEMP_TO_LEVEL = 1 << 1


class MoveMode(ClusterEnum):
    """The direction of a movement."""

    UP = "Up", 0
    DOWN = "Down", 1


class StepMode(ClusterEnum):
    """The direction of a step."""

    UP = "Up", 0
    DOWN = "Down", 1


class WithOptions(Command):
    """A command that can override the options of the cluster.

    Attributes:
        options_mask: the overridden options.
        options_override: the values of the overridden options for this command.
    """

    options_mask: Options | None = None
    options_override: Options | None = None


class MoveToLevel(WithOptions):
    """Move to a level."""

    number = 0x00

    level: Level
    transition_time: TenthsOfSecond | None = None


class Move(WithOptions):
    """Start moving up or down. The rate is in levels per second."""

    number = 0x01

    move_mode: MoveMode
    rate: UInt8 | None = None


class Step(WithOptions):
    """Move up or down by a step."""

    number = 0x02

    step_mode: StepMode
    step_size: UInt8
    transition_time: TenthsOfSecond | None = None


class Stop(WithOptions):
    """Stop moving."""

    number = 0x03


class MoveToLevelWithOnOff(WithOptions):
    """Move to a level, and switch the device on or off accordingly."""

    number = 0x04

    level: Level
    transition_time: TenthsOfSecond | None = None


class MoveWithOnOff(WithOptions):
    """Start moving up or down, and switch the device on or off accordingly."""

    number = 0x05

    move_mode: MoveMode
    rate: UInt8 | None = None


class StepWithOnOff(WithOptions):
    """Move up or down by a step, and switch the device on or off accordingly."""

    number = 0x06

    step_mode: StepMode
    step_size: UInt8
    transition_time: TenthsOfSecond | None = None


class StopWithOnOff(WithOptions):
    """Stop moving."""

    number = 0x07


class MoveToClosestFrequency(Command):
    """Move to the nearest frequency that the device supports."""

    number = 0x08

    frequency: UInt16 | None = None


class LevelControl(Capability):
    """A device with a level, such as a dimmable light. Levels are 0 to 254."""

    id = "matter.LevelControl@1.4"
    name = "Level Control"
    version = "6"
    number = 0x0008

    current_level: UInt8 | None = attribute(0x0000)
    remaining_time: TenthsOfSecond | None = attribute(0x0001)
    min_level: Annotated[int, Number(1, 254)] | None = attribute(0x0002)
    max_level: Level | None = attribute(0x0003)
    current_frequency: UInt16 | None = attribute(0x0004)
    min_frequency: UInt16 | None = attribute(0x0005)
    max_frequency: UInt16 | None = attribute(0x0006)
    on_off_transition_time: TenthsOfSecond | None = attribute(0x0010, writable=True)
    on_level: UInt8 | None = attribute(0x0011, writable=True)
    on_transition_time: TenthsOfSecond | None = attribute(0x0012, writable=True)
    off_transition_time: TenthsOfSecond | None = attribute(0x0013, writable=True)
    default_move_rate: Annotated[int, Number(1, 255)] | None = attribute(0x0014, writable=True)
    options: Options | None = attribute(0x000F, writable=True)
    start_up_current_level: UInt8 | None = attribute(0x4000, writable=True)

    move_to_level = MoveToLevel
    move = Move
    step = Step
    stop = Stop
    move_to_level_with_on_off = MoveToLevelWithOnOff
    move_with_on_off = MoveWithOnOff
    step_with_on_off = StepWithOnOff
    stop_with_on_off = StopWithOnOff
    move_to_closest_frequency = MoveToClosestFrequency
