"""Window Covering: blinds, shades, shutters and awnings."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    Number,
    Percent,
    Percent100ths,
    UInt16,
    attribute,
)


class CoveringType(ClusterEnum):
    """The type of a covering."""

    ROLLERSHADE = "Rollershade", 0
    ROLLERSHADE2_MOTOR = "Rollershade2Motor", 1
    ROLLERSHADE_EXTERIOR = "RollershadeExterior", 2
    ROLLERSHADE_EXTERIOR2_MOTOR = "RollershadeExterior2Motor", 3
    DRAPERY = "Drapery", 4
    AWNING = "Awning", 5
    SHUTTER = "Shutter", 6
    TILT_BLIND_TILT_ONLY = "TiltBlindTiltOnly", 7
    TILT_BLIND_LIFT = "TiltBlindLift", 8
    PROJECTOR_SCREEN = "ProjectorScreen", 9
    UNKNOWN = "Unknown", 255


class ConfigStatus(Bitmap):
    """The configuration of a covering."""

    OPERATIONAL = 1 << 0
    ONLINE_RESERVED = 1 << 1
    LIFT_MOVEMENT_REVERSED = 1 << 2
    LIFT_POSITION_AWARE = 1 << 3
    TILT_POSITION_AWARE = 1 << 4
    LIFT_ENCODER_CONTROLLED = 1 << 5
    TILT_ENCODER_CONTROLLED = 1 << 6


class OperationalStatus(Bitmap):
    """The movement of each part. 0 means stopped, 1 opening, 2 closing."""

    GLOBAL = 0b11
    LIFT = 0b1100
    TILT = 0b110000


class EndProductType(ClusterEnum):
    """The product type of a covering."""

    ROLLER_SHADE = "RollerShade", 0
    ROMAN_SHADE = "RomanShade", 1
    BALLOON_SHADE = "BalloonShade", 2
    WOVEN_WOOD = "WovenWood", 3
    PLEATED_SHADE = "PleatedShade", 4
    CELLULAR_SHADE = "CellularShade", 5
    LAYERED_SHADE = "LayeredShade", 6
    LAYERED_SHADE2_D = "LayeredShade2D", 7
    SHEER_SHADE = "SheerShade", 8
    TILT_ONLY_INTERIOR_BLIND = "TiltOnlyInteriorBlind", 9
    INTERIOR_BLIND = "InteriorBlind", 10
    VERTICAL_BLIND_STRIP_CURTAIN = "VerticalBlindStripCurtain", 11
    INTERIOR_VENETIAN_BLIND = "InteriorVenetianBlind", 12
    EXTERIOR_VENETIAN_BLIND = "ExteriorVenetianBlind", 13
    LATERAL_LEFT_CURTAIN = "LateralLeftCurtain", 14
    LATERAL_RIGHT_CURTAIN = "LateralRightCurtain", 15
    CENTRAL_CURTAIN = "CentralCurtain", 16
    ROLLER_SHUTTER = "RollerShutter", 17
    EXTERIOR_VERTICAL_SCREEN = "ExteriorVerticalScreen", 18
    AWNING_TERRACE_PATIO = "AwningTerracePatio", 19
    AWNING_VERTICAL_SCREEN = "AwningVerticalScreen", 20
    TILT_ONLY_PERGOLA = "TiltOnlyPergola", 21
    SWINGING_SHUTTER = "SwingingShutter", 22
    SLIDING_SHUTTER = "SlidingShutter", 23
    UNKNOWN = "Unknown", 255


class Mode(Bitmap):
    """The settings of a covering."""

    MOTOR_DIRECTION_REVERSED = 1 << 0
    CALIBRATION_MODE = 1 << 1
    MAINTENANCE_MODE = 1 << 2
    LED_FEEDBACK = 1 << 3


class SafetyStatus(Bitmap):
    """The safety conditions of a covering."""

    REMOTE_LOCKOUT = 1 << 0
    TAMPER_DETECTION = 1 << 1
    FAILED_COMMUNICATION = 1 << 2
    POSITION_FAILURE = 1 << 3
    THERMAL_PROTECTION = 1 << 4
    OBSTACLE_DETECTED = 1 << 5
    POWER = 1 << 6
    STOP_INPUT = 1 << 7
    MOTOR_JAMMED = 1 << 8
    HARDWARE_FAILURE = 1 << 9
    MANUAL_OPERATION = 1 << 10
    PROTECTION = 1 << 11


class UpOrOpen(Command):
    """Open the covering."""

    number = 0x00


class DownOrClose(Command):
    """Close the covering."""

    number = 0x01


class StopMotion(Command):
    """Stop the covering at its position."""

    number = 0x02


class GoToLiftValue(Command):
    """Lift to a position in centimetres."""

    number = 0x04

    lift_value: UInt16


class GoToLiftPercentage(Command):
    """Lift to a position in hundredths of a percent."""

    number = 0x05

    lift_percent100ths_value: Percent100ths


class GoToTiltValue(Command):
    """Tilt to a position in tenths of a degree."""

    number = 0x07

    tilt_value: UInt16


class GoToTiltPercentage(Command):
    """Tilt to a position in hundredths of a percent."""

    number = 0x08

    tilt_percent100ths_value: Percent100ths


class WindowCovering(Capability):
    """A window covering. Positions in percent are 0 when open and 10 000 when closed."""

    id = "matter.WindowCovering@1.4"
    name = "Window Covering"
    version = "5"
    number = 0x0102

    type: CoveringType | None = attribute(0x0000)
    physical_closed_limit_lift: UInt16 | None = attribute(0x0001)
    physical_closed_limit_tilt: UInt16 | None = attribute(0x0002)
    current_position_lift: UInt16 | None = attribute(0x0003)
    current_position_tilt: UInt16 | None = attribute(0x0004)
    number_of_actuations_lift: UInt16 | None = attribute(0x0005)
    number_of_actuations_tilt: UInt16 | None = attribute(0x0006)
    config_status: ConfigStatus | None = attribute(0x0007)
    current_position_lift_percentage: Percent | None = attribute(0x0008)
    current_position_tilt_percentage: Percent | None = attribute(0x0009)
    operational_status: OperationalStatus | None = attribute(0x000A)
    target_position_lift_percent100ths: Percent100ths | None = attribute(0x000B)
    target_position_tilt_percent100ths: Percent100ths | None = attribute(0x000C)
    end_product_type: EndProductType | None = attribute(0x000D)
    current_position_lift_percent100ths: Percent100ths | None = attribute(0x000E)
    current_position_tilt_percent100ths: Percent100ths | None = attribute(0x000F)
    installed_open_limit_lift: Annotated[int, Number(0, 65_534)] | None = attribute(0x0010)
    installed_closed_limit_lift: Annotated[int, Number(0, 65_534)] | None = attribute(0x0011)
    installed_open_limit_tilt: Annotated[int, Number(0, 65_534)] | None = attribute(0x0012)
    installed_closed_limit_tilt: Annotated[int, Number(0, 65_534)] | None = attribute(0x0013)
    mode: Mode | None = attribute(0x0017, writable=True)
    safety_status: SafetyStatus | None = attribute(0x001A)

    up_or_open = UpOrOpen
    down_or_close = DownOrClose
    stop_motion = StopMotion
    go_to_lift_value = GoToLiftValue
    go_to_lift_percentage = GoToLiftPercentage
    go_to_tilt_value = GoToTiltValue
    go_to_tilt_percentage = GoToTiltPercentage
