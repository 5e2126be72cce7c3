"""Cases of Color Control: the initial device, the parameters, and the reported properties."""

from typing import Any, Final, TypeAlias

from iotmi.capabilities import (
    Capability,
    ColorControl,
    color_control as color,
)
from iotmi.capabilities.color_control import (
    ColorLoopAction,
    ColorLoopDirection,
    ColorMode,
    Direction,
    EnhancedColorMode,
    UpdateFlags,
)

UP, DOWN = color.MoveMode.UP, color.MoveMode.DOWN
STEP_UP, STEP_DOWN = color.StepMode.UP, color.StepMode.DOWN
HS: Final = {
    "color_mode": ColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
    "enhanced_color_mode": EnhancedColorMode.CURRENT_HUE_AND_CURRENT_SATURATION,
    "remaining_time": 0,
}
EHS: Final = HS | {
    "enhanced_color_mode": EnhancedColorMode.ENHANCED_CURRENT_HUE_AND_CURRENT_SATURATION
}
XY: Final = {
    "color_mode": ColorMode.CURRENT_X_AND_CURRENT_Y,
    "enhanced_color_mode": EnhancedColorMode.CURRENT_X_AND_CURRENT_Y,
    "remaining_time": 0,
}
CT: Final = {
    "color_mode": ColorMode.COLOR_TEMPERATURE_MIREDS,
    "enhanced_color_mode": EnhancedColorMode.COLOR_TEMPERATURE_MIREDS,
    "remaining_time": 0,
}
Cases: TypeAlias = dict[tuple[type[Capability], str], tuple[Any, dict[str, Any], dict[str, Any]]]

COLOR_CASES: Final[Cases] = {
    (ColorControl, "MoveToHue"): (
        ColorControl,
        {"hue": 120, "direction": Direction.SHORTEST, "transition_time": 0},
        {"current_hue": 120, "enhanced_current_hue": 120 << 8, **HS},
    ),
    (ColorControl, "MoveHue"): (
        ColorControl(current_hue=250),
        {"move_mode": UP, "rate": 10},
        {"current_hue": 5, "enhanced_current_hue": 5 << 8, **HS},
    ),
    (ColorControl, "StepHue"): (
        ColorControl(current_hue=5),
        {"step_mode": STEP_DOWN, "step_size": 10, "transition_time": 0},
        {"current_hue": 250, "enhanced_current_hue": 250 << 8, **HS},
    ),
    (ColorControl, "MoveToSaturation"): (
        ColorControl,
        {"saturation": 200, "transition_time": 0},
        {"current_saturation": 200, **HS},
    ),
    (ColorControl, "MoveSaturation"): (
        ColorControl,
        {"move_mode": UP, "rate": 1},
        {"current_saturation": 254, **HS},
    ),
    (ColorControl, "StepSaturation"): (
        ColorControl(current_saturation=10),
        {"step_mode": STEP_DOWN, "step_size": 20, "transition_time": 0},
        {"current_saturation": 0, **HS},
    ),
    (ColorControl, "MoveToHueAndSaturation"): (
        ColorControl,
        {"hue": 1, "saturation": 2, "transition_time": 3},
        {"current_hue": 1, "current_saturation": 2, "enhanced_current_hue": 256, **HS},
    ),
    (ColorControl, "MoveToColor"): (
        ColorControl,
        {"color_x": 1000, "color_y": 65_279, "transition_time": 0},
        {"current_x": 1000, "current_y": 65_279, **XY},
    ),
    (ColorControl, "MoveColor"): (
        ColorControl(current_x=100, current_y=100),
        {"rate_x": -200, "rate_y": 50},
        {"current_x": 0, "current_y": 150, **XY},
    ),
    (ColorControl, "StepColor"): (
        ColorControl(current_x=100, current_y=100),
        {"step_x": 20, "step_y": -50, "transition_time": 0},
        {"current_x": 120, "current_y": 50, **XY},
    ),
    (ColorControl, "MoveToColorTemperature"): (
        ColorControl,
        {"color_temperature_mireds": 370, "transition_time": 0},
        {"color_temperature_mireds": 370, **CT},
    ),
    (ColorControl, "EnhancedMoveToHue"): (
        ColorControl,
        {"enhanced_hue": 65_535, "direction": Direction.UP, "transition_time": 0},
        {"current_hue": 254, "enhanced_current_hue": 65_535, **EHS},
    ),
    (ColorControl, "EnhancedMoveHue"): (
        ColorControl(enhanced_current_hue=0),
        {"move_mode": DOWN, "rate": 1},
        {"current_hue": 254, "enhanced_current_hue": 65_535, **EHS},
    ),
    (ColorControl, "EnhancedStepHue"): (
        ColorControl(enhanced_current_hue=65_535),
        {"step_mode": STEP_UP, "step_size": 257, "transition_time": 0},
        {"current_hue": 1, "enhanced_current_hue": 256, **EHS},
    ),
    (ColorControl, "EnhancedMoveToHueAndSaturation"): (
        ColorControl,
        {"enhanced_hue": 512, "saturation": 3, "transition_time": 0},
        {"current_hue": 2, "current_saturation": 3, "enhanced_current_hue": 512, **EHS},
    ),
    (ColorControl, "ColorLoopSet"): (
        ColorControl(enhanced_current_hue=7),
        {
            "update_flags": UpdateFlags(0b1111),
            "action": ColorLoopAction.ACTIVATE_FROM_COLOR_LOOP_START_ENHANCED_HUE,
            "direction": ColorLoopDirection.INCREMENT,
            "time": 30,
            "start_hue": 9,
        },
        {
            "color_loop_active": 1,
            "color_loop_direction": ColorLoopDirection.INCREMENT,
            "color_loop_time": 30,
            "color_loop_start_enhanced_hue": 9,
            "color_loop_stored_enhanced_hue": 7,
            "enhanced_current_hue": 9,
        },
    ),
    (ColorControl, "StopMoveStep"): (ColorControl, {}, {"remaining_time": 0}),
    (ColorControl, "MoveColorTemperature"): (
        ColorControl,
        {
            "move_mode": UP,
            "rate": 1,
            "color_temperature_minimum_mireds": 0,
            "color_temperature_maximum_mireds": 400,
        },
        {"color_temperature_mireds": 400, **CT},
    ),
    (ColorControl, "StepColorTemperature"): (
        ColorControl(color_temperature_mireds=200),
        {
            "step_mode": STEP_DOWN,
            "step_size": 100,
            "transition_time": 0,
            "color_temperature_minimum_mireds": 0,
            "color_temperature_maximum_mireds": 0,
        },
        {"color_temperature_mireds": 153, **CT},
    ),
}
