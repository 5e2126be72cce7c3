"""Color Control on an emulated device.

A movement to a limit reaches the limit immediately. A movement around the circle of hues or across
the color space has no limit, so the device moves for one second.
"""

from typing import Final

from iotmi.capabilities import color_control as color
from iotmi.capabilities.color_control import (
    ColorCapabilities,
    ColorControl,
    ColorLoopAction,
    ColorLoopDirection,
    ColorMode,
    EnhancedColorMode,
    MoveMode,
    Options,
    StepMode,
    UpdateFlags,
)
from iotmi.emulator._clusters._rules import Change, Rule, clamp

INITIAL: Final = ColorControl(
    current_hue=0,
    current_saturation=0,
    remaining_time=0,
    current_x=24_939,
    current_y=24_701,
    color_temperature_mireds=250,
    color_mode=ColorMode.COLOR_TEMPERATURE_MIREDS,
    options=Options(0),
    number_of_primaries=0,
    enhanced_current_hue=0,
    enhanced_color_mode=EnhancedColorMode.COLOR_TEMPERATURE_MIREDS,
    color_loop_active=0,
    color_loop_direction=ColorLoopDirection.DECREMENT,
    color_loop_time=25,
    color_loop_start_enhanced_hue=8_960,
    color_loop_stored_enhanced_hue=0,
    color_capabilities=ColorCapabilities(0b11111),
    color_temp_physical_min_mireds=153,
    color_temp_physical_max_mireds=500,
)
_HUES: Final = 255
_ENHANCED_HUES: Final = 65_536
_FULL: Final = 254
_EDGE: Final = 65_279


def _signed(size: int, mode: MoveMode | StepMode) -> int:
    """Return *size* with the sign of *mode*, or 0 if *mode* is stop."""
    return {"Up": size, "Down": -size}.get(mode.value, 0)


def _hue(hue: int, saturation: int | None = None) -> ColorControl:
    turned = hue % _HUES
    return ColorControl(
        current_hue=turned,
        current_saturation=saturation,
        enhanced_current_hue=turned << 8,
        color_mode=ColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
        enhanced_color_mode=EnhancedColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
        remaining_time=0,
    )


def _enhanced(hue: int, saturation: int | None = None) -> ColorControl:
    turned = hue % _ENHANCED_HUES
    return ColorControl(
        current_hue=min(turned >> 8, _FULL),
        current_saturation=saturation,
        enhanced_current_hue=turned,
        color_mode=ColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
        enhanced_color_mode=EnhancedColorMode.ENHANCED_CURRENT_HUE_AND_CURRENT_SATURATION,
        remaining_time=0,
    )


def _saturation(saturation: int) -> ColorControl:
    return ColorControl(
        current_saturation=clamp(saturation, 0, _FULL),
        color_mode=ColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
        enhanced_color_mode=EnhancedColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
        remaining_time=0,
    )


def _move_saturation(present: ColorControl, command: color.MoveSaturation) -> ColorControl:
    if not _signed(command.rate, command.move_mode):
        return _stopped(present, command)
    return _saturation(_FULL if command.move_mode is MoveMode.UP else 0)


def _step_saturation(present: ColorControl, command: color.StepSaturation) -> ColorControl:
    step = _signed(command.step_size, command.step_mode)
    return _saturation((present.current_saturation or 0) + step)


def _xy(x: int, y: int) -> ColorControl:
    return ColorControl(
        current_x=clamp(x, 0, _EDGE),
        current_y=clamp(y, 0, _EDGE),
        color_mode=ColorMode.CURRENT_X_AND_CURRENT_Y,
        enhanced_color_mode=EnhancedColorMode.CURRENT_X_AND_CURRENT_Y,
        remaining_time=0,
    )


def _shift(present: ColorControl, x: int, y: int) -> ColorControl:
    return _xy((present.current_x or 0) + x, (present.current_y or 0) + y)


def _temperature(present: ColorControl, mireds: int, low: int = 0, high: int = 0) -> ColorControl:
    # In Matter, 0 means that the command sets no limit.
    within = clamp(mireds, low or None, high or None)
    within = clamp(
        within, present.color_temp_physical_min_mireds, present.color_temp_physical_max_mireds
    )
    return ColorControl(
        color_temperature_mireds=within,
        color_mode=ColorMode.COLOR_TEMPERATURE_MIREDS,
        enhanced_color_mode=EnhancedColorMode.COLOR_TEMPERATURE_MIREDS,
        remaining_time=0,
    )


def _move_temperature(present: ColorControl, command: color.MoveColorTemperature) -> ColorControl:
    if not _signed(command.rate, command.move_mode):
        return _stopped(present, command)
    return _temperature(
        present,
        _EDGE if command.move_mode is MoveMode.UP else 0,
        command.color_temperature_minimum_mireds,
        command.color_temperature_maximum_mireds,
    )


def _step_temperature(present: ColorControl, command: color.StepColorTemperature) -> ColorControl:
    step = _signed(command.step_size, command.step_mode)
    return _temperature(
        present,
        (present.color_temperature_mireds or 0) + step,
        command.color_temperature_minimum_mireds,
        command.color_temperature_maximum_mireds,
    )


def _stopped(_: ColorControl, __: object) -> ColorControl:
    return ColorControl(remaining_time=0)


def _loop(present: ColorControl, command: color.ColorLoopSet) -> tuple[Change, ...]:
    flags = command.update_flags
    start = (
        command.start_hue
        if UpdateFlags.UPDATE_START_HUE in flags
        else present.color_loop_start_enhanced_hue
    )
    settings = ColorControl(
        color_loop_direction=command.direction if UpdateFlags.UPDATE_DIRECTION in flags else None,
        color_loop_time=command.time if UpdateFlags.UPDATE_TIME in flags else None,
        color_loop_start_enhanced_hue=start,
    )
    if UpdateFlags.UPDATE_ACTION not in flags:
        return (settings,)
    if command.action is ColorLoopAction.DEACTIVATE:
        back = present.color_loop_stored_enhanced_hue if present.color_loop_active else None
        return (settings, ColorControl(color_loop_active=0, enhanced_current_hue=back))
    from_start = command.action is ColorLoopAction.ACTIVATE_FROM_COLOR_LOOP_START_ENHANCED_HUE
    return (
        settings,
        ColorControl(
            color_loop_active=1,
            color_loop_stored_enhanced_hue=present.enhanced_current_hue,
            enhanced_current_hue=start if from_start else None,
        ),
    )


def _now(present: ColorControl) -> int:
    return present.current_hue or 0


def _enhanced_now(present: ColorControl) -> int:
    return present.enhanced_current_hue or 0


RULES: Final = (
    Rule(ColorControl, color.MoveToHue, lambda _, to: _hue(to.hue)),
    Rule(
        ColorControl,
        color.MoveHue,
        lambda now, to: _hue(_now(now) + _signed(to.rate, to.move_mode)),
    ),
    Rule(
        ColorControl,
        color.StepHue,
        lambda now, to: _hue(_now(now) + _signed(to.step_size, to.step_mode)),
    ),
    Rule(ColorControl, color.MoveToSaturation, lambda _, to: _saturation(to.saturation)),
    Rule(ColorControl, color.MoveSaturation, _move_saturation),
    Rule(ColorControl, color.StepSaturation, _step_saturation),
    Rule(
        ColorControl,
        color.MoveToHueAndSaturation,
        lambda _, to: _hue(to.hue, to.saturation),
    ),
    Rule(ColorControl, color.MoveToColor, lambda _, to: _xy(to.color_x, to.color_y)),
    Rule(ColorControl, color.MoveColor, lambda now, to: _shift(now, to.rate_x, to.rate_y)),
    Rule(ColorControl, color.StepColor, lambda now, to: _shift(now, to.step_x, to.step_y)),
    Rule(
        ColorControl,
        color.MoveToColorTemperature,
        lambda now, to: _temperature(now, to.color_temperature_mireds),
    ),
    Rule(ColorControl, color.EnhancedMoveToHue, lambda _, to: _enhanced(to.enhanced_hue)),
    Rule(
        ColorControl,
        color.EnhancedMoveHue,
        lambda now, to: _enhanced(_enhanced_now(now) + _signed(to.rate, to.move_mode)),
    ),
    Rule(
        ColorControl,
        color.EnhancedStepHue,
        lambda now, to: _enhanced(_enhanced_now(now) + _signed(to.step_size, to.step_mode)),
    ),
    Rule(
        ColorControl,
        color.EnhancedMoveToHueAndSaturation,
        lambda _, to: _enhanced(to.enhanced_hue, to.saturation),
    ),
    Rule(ColorControl, color.ColorLoopSet, _loop),
    Rule(ColorControl, color.StopMoveStep, _stopped),
    Rule(ColorControl, color.MoveColorTemperature, _move_temperature),
    Rule(ColorControl, color.StepColorTemperature, _step_temperature),
)
