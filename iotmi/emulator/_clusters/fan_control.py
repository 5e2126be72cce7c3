"""Fan Control on an emulated device."""

from typing import Final

from iotmi.capabilities.fan_control import (
    AirflowDirection,
    FanControl,
    FanMode,
    FanModeSequence,
    Rock,
    Step,
    StepDirection,
    Wind,
)
from iotmi.emulator._clusters._rules import Rule

_SPEEDS: Final = 10

INITIAL: Final = FanControl(
    fan_mode=FanMode.OFF,
    fan_mode_sequence=FanModeSequence.OFF_LOW_MED_HIGH,
    percent_setting=0,
    percent_current=0,
    speed_max=_SPEEDS,
    speed_setting=0,
    speed_current=0,
    rock_support=Rock.ROCK_LEFT_RIGHT,
    rock_setting=Rock(0),
    wind_support=Wind.SLEEP_WIND,
    wind_setting=Wind(0),
    airflow_direction=AirflowDirection.FORWARD,
)


def _step(present: FanControl, command: Step) -> FanControl:
    highest = present.speed_max or _SPEEDS
    lowest = 1 if command.lowest_off is False else 0
    speed = present.speed_setting or 0
    speed += -1 if command.direction is StepDirection.DECREASE else 1
    if speed > highest:
        speed = lowest if command.wrap else highest
    elif speed < lowest:
        speed = highest if command.wrap else lowest
    return _at(speed, highest)


def _at(speed: int, highest: int) -> FanControl:
    percent = speed * 100 // highest
    return FanControl(
        fan_mode=_mode(percent),
        percent_setting=percent,
        percent_current=percent,
        speed_setting=speed,
        speed_current=speed,
    )


def _mode(percent: int) -> FanMode:
    if percent == 0:
        return FanMode.OFF
    if percent <= 33:
        return FanMode.LOW
    return FanMode.MEDIUM if percent <= 66 else FanMode.HIGH


RULES: Final = (Rule(FanControl, Step, _step),)
