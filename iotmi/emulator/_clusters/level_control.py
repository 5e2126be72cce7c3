"""Level Control on an emulated device. Movements end immediately."""

from typing import Final

from iotmi.capabilities import OnOff
from iotmi.capabilities.level_control import (
    LevelControl,
    Move,
    MoveMode,
    MoveToClosestFrequency,
    MoveToLevel,
    MoveToLevelWithOnOff,
    MoveWithOnOff,
    Options,
    Step,
    StepMode,
    StepWithOnOff,
    Stop,
    StopWithOnOff,
)
from iotmi.emulator._clusters._rules import Change, Rule, clamp

INITIAL: Final = LevelControl(
    current_level=254,
    remaining_time=0,
    min_level=1,
    max_level=254,
    current_frequency=0,
    min_frequency=0,
    max_frequency=65_535,
    on_off_transition_time=0,
    on_level=254,
    options=Options(0),
)
_LOWEST: Final = 0
_HIGHEST: Final = 254


def _low(present: LevelControl) -> int:
    return _LOWEST if present.min_level is None else present.min_level


def _high(present: LevelControl) -> int:
    return _HIGHEST if present.max_level is None else present.max_level


def _at(present: LevelControl, level: int) -> LevelControl:
    return LevelControl(current_level=clamp(level, _low(present), _high(present)), remaining_time=0)


def _to_level(present: LevelControl, command: MoveToLevel | MoveToLevelWithOnOff) -> LevelControl:
    return _at(present, command.level)


def _move(present: LevelControl, command: Move | MoveWithOnOff) -> LevelControl:
    if command.rate == 0:
        return LevelControl(remaining_time=0)
    goes_up = command.move_mode is MoveMode.UP
    return _at(present, _high(present) if goes_up else _low(present))


def _step(present: LevelControl, command: Step | StepWithOnOff) -> LevelControl:
    size = command.step_size if command.step_mode is StepMode.UP else -command.step_size
    return _at(present, (present.current_level or 0) + size)


def _stop(_: LevelControl, __: Stop | StopWithOnOff) -> LevelControl:
    return LevelControl(remaining_time=0)


def _to_frequency(present: LevelControl, command: MoveToClosestFrequency) -> LevelControl:
    nearest = clamp(command.frequency or 0, present.min_frequency, present.max_frequency)
    return LevelControl(current_frequency=nearest)


def _switched(present: LevelControl, moved: LevelControl) -> tuple[Change, ...]:
    """Return *moved* and its change of On/Off. The lowest level is off."""
    if moved.current_level is None:
        return (moved,)
    return (moved, OnOff(on_off=moved.current_level > _low(present)))


RULES: Final = (
    Rule(LevelControl, MoveToLevel, _to_level),
    Rule(LevelControl, Move, _move),
    Rule(LevelControl, Step, _step),
    Rule(LevelControl, Stop, _stop),
    Rule(LevelControl, MoveToLevelWithOnOff, lambda now, to: _switched(now, _to_level(now, to))),
    Rule(LevelControl, MoveWithOnOff, lambda now, to: _switched(now, _move(now, to))),
    Rule(LevelControl, StepWithOnOff, lambda now, to: _switched(now, _step(now, to))),
    Rule(LevelControl, StopWithOnOff, _stop),
    Rule(LevelControl, MoveToClosestFrequency, _to_frequency),
)
