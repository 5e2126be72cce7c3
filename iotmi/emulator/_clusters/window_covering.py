"""Window Covering on an emulated device. Movements end immediately.

Positions in percent are 0 when open and 10 000 hundredths when closed. A position in length or
angle lies between the installed limits.
"""

from typing import Final

from iotmi.capabilities.window_covering import (
    ConfigStatus,
    CoveringType,
    DownOrClose,
    EndProductType,
    GoToLiftPercentage,
    GoToLiftValue,
    GoToTiltPercentage,
    GoToTiltValue,
    Mode,
    OperationalStatus,
    StopMotion,
    UpOrOpen,
    WindowCovering,
)
from iotmi.emulator._clusters._rules import Change, Rule, clamp

_CLOSED: Final = 10_000

INITIAL: Final = WindowCovering(
    type=CoveringType.ROLLERSHADE,
    config_status=ConfigStatus.OPERATIONAL
    | ConfigStatus.LIFT_POSITION_AWARE
    | ConfigStatus.TILT_POSITION_AWARE,
    current_position_lift=0,
    current_position_tilt=0,
    current_position_lift_percentage=0,
    current_position_tilt_percentage=0,
    operational_status=OperationalStatus(0),
    target_position_lift_percent100ths=0,
    target_position_tilt_percent100ths=0,
    end_product_type=EndProductType.ROLLER_SHADE,
    current_position_lift_percent100ths=0,
    current_position_tilt_percent100ths=0,
    installed_open_limit_lift=0,
    installed_closed_limit_lift=65_534,
    installed_open_limit_tilt=0,
    installed_closed_limit_tilt=65_534,
    mode=Mode(0),
)


def _between(part: int, opened: int | None, closed: int | None) -> int:
    """Return the position for *part*, in hundredths of a percent of the way to closed."""
    low, high = opened or 0, 65_534 if closed is None else closed
    return low + (high - low) * part // _CLOSED


def _part(position: int, opened: int | None, closed: int | None) -> int:
    """Return a position in hundredths of a percent of the way to closed."""
    low, high = opened or 0, 65_534 if closed is None else closed
    return (position - low) * _CLOSED // (high - low) if high > low else 0


def _lift(now: WindowCovering, part: int, position: int | None = None) -> WindowCovering:
    limits = now.installed_open_limit_lift, now.installed_closed_limit_lift
    return WindowCovering(
        current_position_lift=_between(part, *limits) if position is None else position,
        current_position_lift_percentage=part // 100,
        current_position_lift_percent100ths=part,
        target_position_lift_percent100ths=part,
        operational_status=OperationalStatus(0),
    )


def _tilt(now: WindowCovering, part: int, position: int | None = None) -> WindowCovering:
    limits = now.installed_open_limit_tilt, now.installed_closed_limit_tilt
    return WindowCovering(
        current_position_tilt=_between(part, *limits) if position is None else position,
        current_position_tilt_percentage=part // 100,
        current_position_tilt_percent100ths=part,
        target_position_tilt_percent100ths=part,
        operational_status=OperationalStatus(0),
    )


def _lift_to(now: WindowCovering, command: GoToLiftValue) -> WindowCovering:
    limits = now.installed_open_limit_lift, now.installed_closed_limit_lift
    position = clamp(command.lift_value, *limits)
    return _lift(now, _part(position, *limits), position)


def _tilt_to(now: WindowCovering, command: GoToTiltValue) -> WindowCovering:
    limits = now.installed_open_limit_tilt, now.installed_closed_limit_tilt
    position = clamp(command.tilt_value, *limits)
    return _tilt(now, _part(position, *limits), position)


def _stop(now: WindowCovering, _: StopMotion) -> WindowCovering:
    return WindowCovering(
        target_position_lift_percent100ths=now.current_position_lift_percent100ths,
        target_position_tilt_percent100ths=now.current_position_tilt_percent100ths,
        operational_status=OperationalStatus(0),
    )


def _both(now: WindowCovering, part: int) -> tuple[Change, ...]:
    return (_lift(now, part), _tilt(now, part))


RULES: Final = (
    Rule(WindowCovering, UpOrOpen, lambda now, _: _both(now, 0)),
    Rule(WindowCovering, DownOrClose, lambda now, _: _both(now, _CLOSED)),
    Rule(WindowCovering, StopMotion, _stop),
    Rule(WindowCovering, GoToLiftValue, _lift_to),
    Rule(
        WindowCovering,
        GoToLiftPercentage,
        lambda now, to: _lift(now, to.lift_percent100ths_value),
    ),
    Rule(WindowCovering, GoToTiltValue, _tilt_to),
    Rule(
        WindowCovering,
        GoToTiltPercentage,
        lambda now, to: _tilt(now, to.tilt_percent100ths_value),
    ),
)
