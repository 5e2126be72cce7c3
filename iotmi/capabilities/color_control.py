"""Color Control: the color of a light."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    Chromaticity,
    ClusterEnum,
    Command,
    Int16,
    Level,
    Mireds,
    Number,
    Seconds,
    TenthsOfSecond,
    Text,
    TransitionTime,
    UInt8,
    UInt16,
    Unit,
    WireName,
    attribute,
)

StartUpMireds = Annotated[int, Number(1, 65_279), Unit("mired")]


class DriftCompensation(ClusterEnum):
    """The method by which a light compensates for color drift."""

    NONE = "None", 0
    OTHER_OR_UNKNOWN = "OtherOrUnknown", 1
    TEMPERATURE_MONITORING = "TemperatureMonitoring", 2
    OPTICAL_LUMINANCE_MONITORING_AND_FEEDBACK = "OpticalLuminanceMonitoringAndFeedback", 3
    OPTICAL_COLOR_MONITORING_AND_FEEDBACK = "OpticalColorMonitoringAndFeedback", 4


class ColorMode(ClusterEnum):
    """The attributes that define the color of a light."""

    CURRENT_HUE_AND_CURRENT_SATURATION = "CurrentHueAndCurrentSaturation", 0
    CURRENT_X_AND_CURRENT_Y = "CurrentXAndCurrentY", 1
    COLOR_TEMPERATURE_MIREDS = "ColorTemperatureMireds", 2


class Options(Bitmap):
    """Options of the cluster."""

    EXECUTE_IF_OFF = 1 << 0


class EnhancedColorMode(ClusterEnum):
    """The attributes that define the color of a light, including the enhanced hue."""

    CURRENT_HUE_AND_CURRENT_SATURATION = "CurrentHueAndCurrentSaturation", 0
    CURRENT_X_AND_CURRENT_Y = "CurrentXAndCurrentY", 1
    COLOR_TEMPERATURE_MIREDS = "ColorTemperatureMireds", 2
    ENHANCED_CURRENT_HUE_AND_CURRENT_SATURATION = "EnhancedCurrentHueAndCurrentSaturation", 3


class ColorLoopDirection(ClusterEnum):
    """The direction of the color loop."""

    DECREMENT = "Decrement", 0
    INCREMENT = "Increment", 1


class Direction(ClusterEnum):
    """The direction on the circle of hues."""

    SHORTEST = "Shortest", 0
    LONGEST = "Longest", 1
    UP = "Up", 2
    DOWN = "Down", 3


class MoveMode(ClusterEnum):
    """The direction of a movement."""

    STOP = "Stop", 0
    UP = "Up", 1
    DOWN = "Down", 3


class StepMode(ClusterEnum):
    """The direction of a step."""

    UP = "Up", 1
    DOWN = "Down", 3


class UpdateFlags(Bitmap):
    """The color loop attributes that a command sets."""

    UPDATE_ACTION = 1 << 0
    UPDATE_DIRECTION = 1 << 1
    UPDATE_TIME = 1 << 2
    UPDATE_START_HUE = 1 << 3


class ColorLoopAction(ClusterEnum):
    """An action on the color loop."""

    DEACTIVATE = "Deactivate", 0
    ACTIVATE_FROM_COLOR_LOOP_START_ENHANCED_HUE = "ActivateFromColorLoopStartEnhancedHue", 1
    ACTIVATE_FROM_ENHANCED_CURRENT_HUE = "ActivateFromEnhancedCurrentHue", 2


class ColorCapabilities(Bitmap):
    """The color features of a light."""

    HUE_SATURATION = 1 << 0
    ENHANCED_HUE = 1 << 1
    COLOR_LOOP = 1 << 2
    XY = 1 << 3
    COLOR_TEMPERATURE = 1 << 4


class WithOptions(Command):
    """A command that can override the options of the cluster.

    Attributes:
        options_mask: the overridden options.
        options_override: the values of the overridden options for this command.
    """

    options_mask: Options | None = None
    options_override: Options | None = None


class MoveToHue(WithOptions):
    """Move to a hue."""

    number = 0x00

    hue: Level
    direction: Direction
    transition_time: TransitionTime


class MoveHue(WithOptions):
    """Start moving the hue. The rate is in steps per second."""

    number = 0x01

    move_mode: MoveMode
    rate: UInt8


class StepHue(WithOptions):
    """Move the hue by a step."""

    number = 0x02

    step_mode: StepMode
    step_size: UInt8
    transition_time: Annotated[UInt8, Unit("0.1 s")]


class MoveToSaturation(WithOptions):
    """Move to a saturation."""

    number = 0x03

    saturation: Level
    transition_time: TransitionTime


class MoveSaturation(WithOptions):
    """Start moving the saturation. The rate is in steps per second."""

    number = 0x04

    move_mode: MoveMode
    rate: UInt8


class StepSaturation(WithOptions):
    """Move the saturation by a step."""

    number = 0x05

    step_mode: StepMode
    step_size: UInt8
    transition_time: Annotated[UInt8, Unit("0.1 s")]


class MoveToHueAndSaturation(WithOptions):
    """Move to a hue and a saturation."""

    number = 0x06

    hue: Level
    saturation: Level
    transition_time: TransitionTime


class MoveToColor(WithOptions):
    """Move to a color."""

    number = 0x07

    color_x: Chromaticity
    color_y: Chromaticity
    transition_time: TransitionTime


class MoveColor(WithOptions):
    """Start moving the color. The rates are in steps per second."""

    number = 0x08

    rate_x: Int16
    rate_y: Int16


class StepColor(WithOptions):
    """Move the color by a step."""

    number = 0x09

    step_x: Int16
    step_y: Int16
    transition_time: TransitionTime


class MoveToColorTemperature(WithOptions):
    """Move to a color temperature."""

    number = 0x0A

    color_temperature_mireds: Mireds
    transition_time: TransitionTime


class EnhancedMoveToHue(WithOptions):
    """Move to a hue, in 1/65536 of the circle."""

    number = 0x40

    enhanced_hue: UInt16
    direction: Direction
    transition_time: TransitionTime


class EnhancedMoveHue(WithOptions):
    """Start moving the hue. The rate is in 1/65536 of the circle per second."""

    number = 0x41

    move_mode: MoveMode
    rate: UInt16


class EnhancedStepHue(WithOptions):
    """Move the hue by a step, in 1/65536 of the circle."""

    number = 0x42

    step_mode: StepMode
    step_size: UInt16
    transition_time: TransitionTime


class EnhancedMoveToHueAndSaturation(WithOptions):
    """Move to a hue, in 1/65536 of the circle, and a saturation."""

    number = 0x43

    enhanced_hue: UInt16
    saturation: Level
    transition_time: TransitionTime


class ColorLoopSet(WithOptions):
    """Set, start or stop the color loop.

    `update_flags` selects the parameters that take effect.
    """

    number = 0x44

    update_flags: UpdateFlags
    action: ColorLoopAction
    direction: ColorLoopDirection
    time: Seconds
    start_hue: UInt16


class StopMoveStep(WithOptions):
    """Stop moving."""

    number = 0x47


class MoveColorTemperature(WithOptions):
    """Start moving the color temperature. The rate is in mireds per second."""

    number = 0x4B

    move_mode: MoveMode
    rate: UInt16
    color_temperature_minimum_mireds: Mireds
    color_temperature_maximum_mireds: Mireds


class StepColorTemperature(WithOptions):
    """Move the color temperature by a step."""

    number = 0x4C

    step_mode: StepMode
    step_size: UInt16
    transition_time: TransitionTime
    color_temperature_minimum_mireds: Mireds
    color_temperature_maximum_mireds: Mireds


class ColorControl(Capability):
    """A light with a settable color: hue and saturation, CIE x and y, or temperature.

    Hue and saturation are 0 to 254. The unit of x and y is 1/65536. Temperatures are in mireds.
    """

    id = "matter.ColorControl@1.4"
    name = "Color Control"
    version = "7"
    number = 0x0300

    current_hue: Level | None = attribute(0x0000)
    current_saturation: Level | None = attribute(0x0001)
    remaining_time: TenthsOfSecond | None = attribute(0x0002)
    current_x: Chromaticity | None = attribute(0x0003)
    current_y: Chromaticity | None = attribute(0x0004)
    drift_compensation: DriftCompensation | None = attribute(0x0005)
    compensation_text: Annotated[str, Text(max=254)] | None = attribute(0x0006)
    color_temperature_mireds: Annotated[UInt16, Unit("mired")] | None = attribute(0x0007)
    color_mode: ColorMode | None = attribute(0x0008)
    options: Options | None = attribute(0x000F, writable=True)
    number_of_primaries: Annotated[int, Number(0, 6)] | None = attribute(0x0010)
    primary1_x: Chromaticity | None = attribute(0x0011)
    primary1_y: Chromaticity | None = attribute(0x0012)
    primary1_intensity: UInt8 | None = attribute(0x0013)
    primary2_x: Chromaticity | None = attribute(0x0015)
    primary2_y: Chromaticity | None = attribute(0x0016)
    primary2_intensity: UInt8 | None = attribute(0x0017)
    primary3_x: Chromaticity | None = attribute(0x0019)
    primary3_y: Chromaticity | None = attribute(0x001A)
    primary3_intensity: UInt8 | None = attribute(0x001B)
    primary4_x: Chromaticity | None = attribute(0x0020)
    primary4_y: Chromaticity | None = attribute(0x0021)
    primary4_intensity: UInt8 | None = attribute(0x0022)
    primary5_x: Chromaticity | None = attribute(0x0024)
    primary5_y: Chromaticity | None = attribute(0x0025)
    primary5_intensity: UInt8 | None = attribute(0x0026)
    primary6_x: Chromaticity | None = attribute(0x0028)
    primary6_y: Chromaticity | None = attribute(0x0029)
    primary6_intensity: UInt8 | None = attribute(0x002A)
    white_point_x: Chromaticity | None = attribute(0x0030, writable=True)
    white_point_y: Chromaticity | None = attribute(0x0031, writable=True)
    color_point_rx: Annotated[Chromaticity, WireName("ColorPointRX")] | None = attribute(
        0x0032, writable=True
    )
    color_point_ry: Annotated[Chromaticity, WireName("ColorPointRY")] | None = attribute(
        0x0033, writable=True
    )
    color_point_r_intensity: UInt8 | None = attribute(0x0034, writable=True)
    color_point_gx: Annotated[Chromaticity, WireName("ColorPointGX")] | None = attribute(
        0x0036, writable=True
    )
    color_point_gy: Annotated[Chromaticity, WireName("ColorPointGY")] | None = attribute(
        0x0037, writable=True
    )
    color_point_g_intensity: UInt8 | None = attribute(0x0038, writable=True)
    color_point_bx: Annotated[Chromaticity, WireName("ColorPointBX")] | None = attribute(
        0x003A, writable=True
    )
    color_point_by: Annotated[Chromaticity, WireName("ColorPointBY")] | None = attribute(
        0x003B, writable=True
    )
    color_point_b_intensity: UInt8 | None = attribute(0x003C, writable=True)
    enhanced_current_hue: UInt16 | None = attribute(0x4000)
    enhanced_color_mode: EnhancedColorMode | None = attribute(0x4001)
    color_loop_active: Annotated[int, Number(0, 1)] | None = attribute(0x4002)
    color_loop_direction: ColorLoopDirection | None = attribute(0x4003)
    color_loop_time: Seconds | None = attribute(0x4004)
    color_loop_start_enhanced_hue: UInt16 | None = attribute(0x4005)
    color_loop_stored_enhanced_hue: UInt16 | None = attribute(0x4006)
    color_capabilities: ColorCapabilities | None = attribute(0x400A)
    color_temp_physical_min_mireds: StartUpMireds | None = attribute(0x400B)
    color_temp_physical_max_mireds: Mireds | None = attribute(0x400C)
    couple_color_temp_to_level_min_mireds: Annotated[UInt16, Unit("mired")] | None = attribute(
        0x400D
    )
    start_up_color_temperature_mireds: StartUpMireds | None = attribute(0x4010, writable=True)

    move_to_hue = MoveToHue
    move_hue = MoveHue
    step_hue = StepHue
    move_to_saturation = MoveToSaturation
    move_saturation = MoveSaturation
    step_saturation = StepSaturation
    move_to_hue_and_saturation = MoveToHueAndSaturation
    move_to_color = MoveToColor
    move_color = MoveColor
    step_color = StepColor
    move_to_color_temperature = MoveToColorTemperature
    enhanced_move_to_hue = EnhancedMoveToHue
    enhanced_move_hue = EnhancedMoveHue
    enhanced_step_hue = EnhancedStepHue
    enhanced_move_to_hue_and_saturation = EnhancedMoveToHueAndSaturation
    color_loop_set = ColorLoopSet
    stop_move_step = StopMoveStep
    move_color_temperature = MoveColorTemperature
    step_color_temperature = StepColorTemperature
