"""Thermostat: heating and cooling to a temperature."""

from collections.abc import Sequence
from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    EpochSeconds,
    Int8,
    Int16,
    Number,
    Percent,
    Size,
    Struct,
    Temperature,
    Text,
    UInt8,
    UInt16,
    Unit,
    WireName,
    attribute,
)

SignedTemperature = Annotated[Int8, Unit("0.1 °C")]
UnsignedTemperature = Annotated[UInt8, Unit("0.1 °C")]
Setback = Annotated[int, Number(0, 254), Unit("0.1 °C")]


class Occupancy(Bitmap):
    """The occupancy of a room."""

    OCCUPIED = 1 << 0


class RemoteSensing(Bitmap):
    """The values that come from remote sensors."""

    LOCAL_TEMPERATURE = 1 << 0
    OUTDOOR_TEMPERATURE = 1 << 1
    OCCUPANCY = 1 << 2


class ControlSequenceOfOperation(ClusterEnum):
    """The heating and cooling features of the system."""

    COOLING_ONLY = "CoolingOnly", 0
    COOLING_WITH_REHEAT = "CoolingWithReheat", 1
    HEATING_ONLY = "HeatingOnly", 2
    HEATING_WITH_REHEAT = "HeatingWithReheat", 3
    COOLING_AND_HEATING = "CoolingAndHeating", 4
    COOLING_AND_HEATING_WITH_REHEAT = "CoolingAndHeatingWithReheat", 5


class SystemMode(ClusterEnum):
    """The mode of the system."""

    OFF = "Off", 0
    AUTO = "Auto", 1
    COOL = "Cool", 3
    HEAT = "Heat", 4
    EMERGENCY_HEAT = "EmergencyHeat", 5
    PRECOOLING = "Precooling", 6
    FAN_ONLY = "FanOnly", 7
    DRY = "Dry", 8
    SLEEP = "Sleep", 9


class ThermostatRunningMode(ClusterEnum):
    """The current running mode of the system."""

    OFF = "Off", 0
    COOL = "Cool", 3
    HEAT = "Heat", 4


class StartOfWeek(ClusterEnum):
    """The first day of the week."""

    SUNDAY = "Sunday", 0
    MONDAY = "Monday", 1
    TUESDAY = "Tuesday", 2
    WEDNESDAY = "Wednesday", 3
    THURSDAY = "Thursday", 4
    FRIDAY = "Friday", 5
    SATURDAY = "Saturday", 6


class TemperatureSetpointHold(ClusterEnum):
    """The setting that makes a setpoint override schedules."""

    SETPOINT_HOLD_OFF = "SetpointHoldOff", 0
    SETPOINT_HOLD_ON = "SetpointHoldOn", 1


class ProgrammingOperationMode(Bitmap):
    """The programming mode: the use of schedules."""

    SCHEDULE_ACTIVE = 1 << 0
    AUTO_RECOVERY = 1 << 1
    ECONOMY = 1 << 2


class RelayState(Bitmap):
    """The relays of a thermostat that are on."""

    HEAT = 1 << 0
    COOL = 1 << 1
    FAN = 1 << 2
    HEAT_STAGE2 = 1 << 3
    COOL_STAGE2 = 1 << 4
    FAN_STAGE2 = 1 << 5
    FAN_STAGE3 = 1 << 6


class SetpointChangeSource(ClusterEnum):
    """The source of the last setpoint change."""

    MANUAL = "Manual", 0
    SCHEDULE = "Schedule", 1
    EXTERNAL = "External", 2


class AcType(ClusterEnum):
    """The type of an air conditioner."""

    UNKNOWN = "Unknown", 0
    COOLING_FIXED = "CoolingFixed", 1
    HEAT_PUMP_FIXED = "HeatPumpFixed", 2
    COOLING_INVERTER = "CoolingInverter", 3
    HEAT_PUMP_INVERTER = "HeatPumpInverter", 4


class AcRefrigerantType(ClusterEnum):
    """The refrigerant."""

    UNKNOWN = "Unknown", 0
    R22 = "R22", 1
    R410_A = "R410A", 2
    R407_C = "R407C", 3


class AcCompressorType(ClusterEnum):
    """The type of the compressor."""

    UNKNOWN = "Unknown", 0
    T1 = "T1", 1
    T2 = "T2", 2
    T3 = "T3", 3


class AcErrorCode(Bitmap):
    """Errors of an air conditioner."""

    COMPRESSOR_FAIL = 1 << 0
    ROOM_SENSOR_FAIL = 1 << 1
    OUTDOOR_SENSOR_FAIL = 1 << 2
    COIL_SENSOR_FAIL = 1 << 3
    FAN_FAIL = 1 << 4


class AcLouverPosition(ClusterEnum):
    """The position of the louvers."""

    CLOSED = "Closed", 1
    OPEN = "Open", 2
    QUARTER = "Quarter", 3
    HALF = "Half", 4
    THREE_QUARTERS = "ThreeQuarters", 5


class AcCapacityFormat(ClusterEnum):
    """The unit of the capacity of an air conditioner."""

    BT_UH = "BtUh", 0


class PresetScenario(ClusterEnum):
    """A scenario of a preset."""

    OCCUPIED = "Occupied", 1
    UNOCCUPIED = "Unoccupied", 2
    SLEEP = "Sleep", 3
    WAKE = "Wake", 4
    VACATION = "Vacation", 5
    GOING_TO_SLEEP = "GoingToSleep", 6
    USER_DEFINED = "UserDefined", 254


class PresetTypeFeatures(Bitmap):
    """The features of a type of presets."""

    AUTOMATIC = 1 << 0
    SUPPORTS_NAMES = 1 << 1


class PresetType(Struct):
    """A type of presets."""

    preset_scenario: PresetScenario
    number_of_presets: UInt8
    preset_type_features: PresetTypeFeatures


class ScheduleTypeFeatures(Bitmap):
    """The features of a type of schedules."""

    SUPPORTS_PRESETS = 1 << 0
    SUPPORTS_SETPOINTS = 1 << 1
    SUPPORTS_NAMES = 1 << 2
    SUPPORTS_OFF = 1 << 3


class ScheduleType(Struct):
    """A type of schedules."""

    system_mode: SystemMode
    number_of_schedules: UInt8
    schedule_type_features: ScheduleTypeFeatures


class Preset(Struct):
    """A preset. The handle is hexadecimal text."""

    preset_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = None
    preset_scenario: PresetScenario
    name: Annotated[str, Text(max=64)] | None = None
    cooling_setpoint: Temperature | None = None
    heating_setpoint: Temperature | None = None
    built_in: bool | None = None


class ScheduleDayOfWeek(Bitmap):
    """Days of the week in a schedule."""

    SUNDAY = 1 << 0
    MONDAY = 1 << 1
    TUESDAY = 1 << 2
    WEDNESDAY = 1 << 3
    THURSDAY = 1 << 4
    FRIDAY = 1 << 5
    SATURDAY = 1 << 6
    AWAY = 1 << 7


class ScheduleTransition(Struct):
    """One change in a schedule."""

    day_of_week: ScheduleDayOfWeek
    transition_time: Annotated[int, Number(0, 1439), Unit("min since midnight")]
    preset_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = None
    system_mode: SystemMode | None = None
    cooling_setpoint: Temperature | None = None
    heating_setpoint: Temperature | None = None


class Schedule(Struct):
    """A schedule. Handles are hexadecimal text."""

    schedule_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = None
    system_mode: SystemMode
    name: Annotated[str, Text(max=64)] | None = None
    preset_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = None
    transitions: Sequence[ScheduleTransition]
    built_in: bool | None = None


class SetpointRaiseLowerMode(ClusterEnum):
    """The setpoints that the command raises or lowers."""

    HEAT = "Heat", 0
    COOL = "Cool", 1
    BOTH = "Both", 2


class ScheduleMode(Bitmap):
    """The setpoints of a schedule."""

    HEAT_SETPOINT_PRESENT = 1 << 0
    COOL_SETPOINT_PRESENT = 1 << 1


class WeeklyScheduleTransition(Struct):
    """One change on a day."""

    transition_time: Annotated[int, Number(0, 1439), Unit("min since midnight")]
    heat_setpoint: Temperature | None = None
    cool_setpoint: Temperature | None = None


class SetpointRaiseLower(Command):
    """Raise or lower setpoints. The unit of the amount is 0.1 °C."""

    number = 0x00

    mode: SetpointRaiseLowerMode
    amount: SignedTemperature


class SetWeeklySchedule(Command):
    """Set the weekly schedule."""

    number = 0x01

    number_of_transitions_for_sequence: UInt8
    day_of_week_for_sequence: ScheduleDayOfWeek
    mode_for_sequence: ScheduleMode
    transitions: Annotated[Sequence[WeeklyScheduleTransition], Size(max=10)]


class GetWeeklySchedule(Command):
    """Request the weekly schedule."""

    number = 0x02

    days_to_return: ScheduleDayOfWeek
    mode_to_return: ScheduleMode


class ClearWeeklySchedule(Command):
    """Clear the weekly schedule."""

    number = 0x03


class SetActiveScheduleRequest(Command):
    """Activate a schedule. The handle is hexadecimal text."""

    number = 0x05

    schedule_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")]


class SetActivePresetRequest(Command):
    """Activate a preset, or none without a handle. The handle is hexadecimal text."""

    number = 0x06

    preset_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = None


class Thermostat(Capability):
    """A thermostat. The unit of temperatures is 0.01 °C, unless another unit is noted."""

    id = "matter.Thermostat@1.4"
    name = "Thermostat"
    version = "8"
    number = 0x0201

    local_temperature: Temperature | None = attribute(0x0000)
    outdoor_temperature: Temperature | None = attribute(0x0001)
    occupancy: Occupancy | None = attribute(0x0002)
    abs_min_heat_setpoint_limit: Temperature | None = attribute(0x0003)
    abs_max_heat_setpoint_limit: Temperature | None = attribute(0x0004)
    abs_min_cool_setpoint_limit: Temperature | None = attribute(0x0005)
    abs_max_cool_setpoint_limit: Temperature | None = attribute(0x0006)
    pi_cooling_demand: Annotated[Percent, WireName("PICoolingDemand")] | None = attribute(0x0007)
    pi_heating_demand: Annotated[Percent, WireName("PIHeatingDemand")] | None = attribute(0x0008)
    local_temperature_calibration: SignedTemperature | None = attribute(0x0010, writable=True)
    occupied_cooling_setpoint: Temperature | None = attribute(0x0011, writable=True)
    occupied_heating_setpoint: Temperature | None = attribute(0x0012, writable=True)
    unoccupied_cooling_setpoint: Temperature | None = attribute(0x0013, writable=True)
    unoccupied_heating_setpoint: Temperature | None = attribute(0x0014, writable=True)
    min_heat_setpoint_limit: Temperature | None = attribute(0x0015, writable=True)
    max_heat_setpoint_limit: Temperature | None = attribute(0x0016, writable=True)
    min_cool_setpoint_limit: Temperature | None = attribute(0x0017, writable=True)
    max_cool_setpoint_limit: Temperature | None = attribute(0x0018, writable=True)
    min_setpoint_dead_band: Annotated[int, Number(0, 127), Unit("0.1 °C")] | None = attribute(
        0x0019, writable=True
    )
    remote_sensing: RemoteSensing | None = attribute(0x001A, writable=True)
    control_sequence_of_operation: ControlSequenceOfOperation | None = attribute(
        0x001B, writable=True
    )
    system_mode: SystemMode | None = attribute(0x001C, writable=True)
    thermostat_running_mode: ThermostatRunningMode | None = attribute(0x001E)
    start_of_week: StartOfWeek | None = attribute(0x0020)
    number_of_weekly_transitions: UInt8 | None = attribute(0x0021)
    number_of_daily_transitions: UInt8 | None = attribute(0x0022)
    temperature_setpoint_hold: TemperatureSetpointHold | None = attribute(0x0023, writable=True)
    temperature_setpoint_hold_duration: Annotated[int, Number(0, 1440), Unit("min")] | None = (
        attribute(0x0024, writable=True)
    )
    thermostat_programming_operation_mode: ProgrammingOperationMode | None = attribute(
        0x0025, writable=True
    )
    thermostat_running_state: RelayState | None = attribute(0x0029)
    setpoint_change_source: SetpointChangeSource | None = attribute(0x0030)
    setpoint_change_amount: Annotated[Int16, Unit("0.01 °C")] | None = attribute(0x0031)
    setpoint_change_source_timestamp: EpochSeconds | None = attribute(0x0032)
    occupied_setback: UnsignedTemperature | None = attribute(0x0034, writable=True)
    occupied_setback_min: UnsignedTemperature | None = attribute(0x0035)
    occupied_setback_max: Setback | None = attribute(0x0036)
    unoccupied_setback: UnsignedTemperature | None = attribute(0x0037, writable=True)
    unoccupied_setback_min: UnsignedTemperature | None = attribute(0x0038)
    unoccupied_setback_max: Setback | None = attribute(0x0039)
    emergency_heat_delta: UnsignedTemperature | None = attribute(0x003A, writable=True)
    ac_type: Annotated[AcType, WireName("ACType")] | None = attribute(0x0040, writable=True)
    ac_capacity: Annotated[UInt16, WireName("ACCapacity")] | None = attribute(0x0041, writable=True)
    ac_refrigerant_type: Annotated[AcRefrigerantType, WireName("ACRefrigerantType")] | None = (
        attribute(0x0042, writable=True)
    )
    ac_compressor_type: Annotated[AcCompressorType, WireName("ACCompressorType")] | None = (
        attribute(0x0043, writable=True)
    )
    ac_error_code: Annotated[AcErrorCode, WireName("ACErrorCode")] | None = attribute(
        0x0044, writable=True
    )
    ac_louver_position: Annotated[AcLouverPosition, WireName("ACLouverPosition")] | None = (
        attribute(0x0045, writable=True)
    )
    ac_coil_temperature: Annotated[Temperature, WireName("ACCoilTemperature")] | None = attribute(
        0x0046
    )
    ac_capacity_format: Annotated[AcCapacityFormat, WireName("ACCapacityformat")] | None = (
        attribute(0x0047, writable=True)
    )
    preset_types: Sequence[PresetType] | None = attribute(0x0048)
    schedule_types: Sequence[ScheduleType] | None = attribute(0x0049)
    number_of_presets: UInt8 | None = attribute(0x004A)
    number_of_schedules: UInt8 | None = attribute(0x004B)
    number_of_schedule_transitions: UInt8 | None = attribute(0x004C)
    number_of_schedule_transition_per_day: UInt8 | None = attribute(0x004D)
    active_preset_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = (
        attribute(0x004E)
    )
    active_schedule_handle: Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,16}")] | None = (
        attribute(0x004F)
    )
    presets: Sequence[Preset] | None = attribute(0x0050, writable=True)
    schedules: Sequence[Schedule] | None = attribute(0x0051, writable=True)
    setpoint_hold_expiry_timestamp: EpochSeconds | None = attribute(0x0052)

    setpoint_raise_lower = SetpointRaiseLower
    set_weekly_schedule = SetWeeklySchedule
    get_weekly_schedule = GetWeeklySchedule
    clear_weekly_schedule = ClearWeeklySchedule
    set_active_schedule_request = SetActiveScheduleRequest
    set_active_preset_request = SetActivePresetRequest
