"""Fan Control: the speed and the direction of a fan."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    Number,
    Percent,
    UInt8,
    attribute,
)


class FanMode(ClusterEnum):
    """The mode of a fan."""

    OFF = "Off", 0
    LOW = "Low", 1
    MEDIUM = "Medium", 2
    HIGH = "High", 3
    ON = "On", 4
    AUTO = "Auto", 5
    SMART = "Smart", 6


class FanModeSequence(ClusterEnum):
    """The modes that a fan supports."""

    OFF_LOW_MED_HIGH = "OffLowMedHigh", 0
    OFF_LOW_HIGH = "OffLowHigh", 1
    OFF_LOW_MED_HIGH_AUTO = "OffLowMedHighAuto", 2
    OFF_LOW_HIGH_AUTO = "OffLowHighAuto", 3
    OFF_HIGH_AUTO = "OffHighAuto", 4
    OFF_HIGH = "OffHigh", 5


class Rock(Bitmap):
    """Rocking movements of a fan."""

    ROCK_LEFT_RIGHT = 1 << 0
    ROCK_UP_DOWN = 1 << 1
    ROCK_ROUND = 1 << 2


class Wind(Bitmap):
    """Wind settings of a fan."""

    SLEEP_WIND = 1 << 0
    NATURAL_WIND = 1 << 1


class AirflowDirection(ClusterEnum):
    """The direction of the airflow."""

    FORWARD = "Forward", 0
    REVERSE = "Reverse", 1


class StepDirection(ClusterEnum):
    """The direction of a step."""

    INCREASE = "Increase", 0
    DECREASE = "Decrease", 1


class Step(Command):
    """Step the speed up or down.

    Attributes:
        direction: up or down. The default is up.
        wrap: True to continue at the other end after a limit. The default is False.
        lowest_off: True if off is the lowest speed. The default is True.
    """

    number = 0x00

    direction: StepDirection | None = None
    wrap: bool | None = None
    lowest_off: bool | None = None


class FanControl(Capability):
    """A fan. Percentages are relative to the maximum speed."""

    id = "matter.FanControl@1.4"
    name = "Fan Control"
    version = "4"
    number = 0x0202

    fan_mode: FanMode | None = attribute(0x0000, writable=True)
    fan_mode_sequence: FanModeSequence | None = attribute(0x0001)
    percent_setting: Percent | None = attribute(0x0002, writable=True)
    percent_current: Percent | None = attribute(0x0003)
    speed_max: Annotated[int, Number(1, 100)] | None = attribute(0x0004)
    speed_setting: UInt8 | None = attribute(0x0005, writable=True)
    speed_current: UInt8 | None = attribute(0x0006)
    rock_support: Rock | None = attribute(0x0007)
    rock_setting: Rock | None = attribute(0x0008, writable=True)
    wind_support: Wind | None = attribute(0x0009)
    wind_setting: Wind | None = attribute(0x000A, writable=True)
    airflow_direction: AirflowDirection | None = attribute(0x000B, writable=True)

    step = Step
