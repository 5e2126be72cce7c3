"""Clusters with few or no commands on an emulated device: sensors, filters, alarms and power."""

from typing import Final

from iotmi import capabilities as caps
from iotmi.capabilities.concentrations import (
    ConcentrationMeasurement,
    LevelValue,
    MeasurementMedium,
    MeasurementUnit,
)
from iotmi.capabilities.electrical import PowerMode
from iotmi.capabilities.filters import (
    ChangeIndication,
    DegradationDirection,
    FilterMonitoring,
    ResetCondition,
)
from iotmi.capabilities.groups import NameSupport
from iotmi.capabilities.identify import IdentifyCommand, IdentifyType
from iotmi.capabilities.power_source import BatChargeLevel, PowerSourceStatus
from iotmi.capabilities.sensors import (
    AirQualityLevel,
    Occupancy,
    OccupancySensorType,
    OccupancySensorTypes,
)
from iotmi.capabilities.smoke_co_alarm import (
    AlarmState,
    EndOfService,
    ExpressedState,
    SelfTestRequest,
    SmokeCOAlarm,
)
from iotmi.emulator._clusters._rules import Rule


def _concentration(kind: type[ConcentrationMeasurement]) -> ConcentrationMeasurement:
    return kind(
        measured_value=0.0,
        min_measured_value=0.0,
        max_measured_value=10_000.0,
        measurement_unit=MeasurementUnit.PPM,
        measurement_medium=MeasurementMedium.AIR,
        level_value=LevelValue.LOW,
    )


def _filter(kind: type[FilterMonitoring]) -> FilterMonitoring:
    return kind(
        condition=100,
        degradation_direction=DegradationDirection.DOWN,
        change_indication=ChangeIndication.OK,
        in_place_indicator=True,
    )


INITIAL: Final = (
    caps.Identify(identify_time=0, identify_type=IdentifyType.VISIBLE_INDICATOR),
    caps.Groups(name_support=NameSupport.GROUP_NAMES),
    caps.Switch(number_of_positions=2, current_position=0, multi_press_max=2),
    caps.BooleanState(state_value=True),
    caps.OccupancySensing(
        occupancy=Occupancy(0),
        occupancy_sensor_type=OccupancySensorType.PIR,
        occupancy_sensor_type_bitmap=OccupancySensorTypes.PIR,
        hold_time=60,
    ),
    caps.AirQuality(air_quality=AirQualityLevel.GOOD),
    caps.TemperatureMeasurement(
        measured_value=1_900, min_measured_value=-2_000, max_measured_value=6_000, tolerance=0
    ),
    caps.RelativeHumidityMeasurement(
        measured_value=5_000, min_measured_value=0, max_measured_value=10_000
    ),
    caps.IlluminanceMeasurement(
        measured_value=20_000, min_measured_value=1, max_measured_value=60_000
    ),
    caps.PressureMeasurement(
        measured_value=1_013, min_measured_value=300, max_measured_value=1_100, tolerance=0
    ),
    caps.FlowMeasurement(
        measured_value=0, min_measured_value=0, max_measured_value=1_000, tolerance=0
    ),
    caps.SmokeCOAlarm(
        expressed_state=ExpressedState.NORMAL,
        smoke_state=AlarmState.NORMAL,
        co_state=AlarmState.NORMAL,
        battery_alert=AlarmState.NORMAL,
        test_in_progress=False,
        hardware_fault_alert=False,
        end_of_service_alert=EndOfService.NORMAL,
    ),
    caps.PowerSource(
        status=PowerSourceStatus.ACTIVE,
        order=0,
        description="Battery",
        bat_percent_remaining=200,
        bat_charge_level=BatChargeLevel.OK,
        bat_replacement_needed=False,
    ),
    caps.ElectricalPowerMeasurement(
        power_mode=PowerMode.AC,
        number_of_measurement_types=3,
        voltage=230_000,
        active_current=0,
        active_power=0,
    ),
    caps.ElectricalEnergyMeasurement(),
    *map(
        _concentration,
        (
            caps.CarbonDioxideConcentrationMeasurement,
            caps.FormaldehydeConcentrationMeasurement,
            caps.Pm1ConcentrationMeasurement,
            caps.Pm25ConcentrationMeasurement,
            caps.Pm10ConcentrationMeasurement,
            caps.TotalVolatileOrganicCompoundsConcentrationMeasurement,
        ),
    ),
    *map(_filter, (caps.HepaFilterMonitoring, caps.ActivatedCarbonFilterMonitoring)),
)


def _identify(_: caps.Identify, command: IdentifyCommand) -> caps.Identify:
    return caps.Identify(identify_time=command.identify_time)


def _test_itself(_: SmokeCOAlarm, __: SelfTestRequest) -> SmokeCOAlarm:
    return SmokeCOAlarm(test_in_progress=True, expressed_state=ExpressedState.TESTING)


def _reset(present: FilterMonitoring, _: ResetCondition) -> FilterMonitoring:
    wears_up = present.degradation_direction is DegradationDirection.UP
    return type(present)(condition=0 if wears_up else 100, change_indication=ChangeIndication.OK)


RULES: Final = (
    Rule(caps.Identify, IdentifyCommand, _identify),
    Rule(SmokeCOAlarm, SelfTestRequest, _test_itself),
    Rule(FilterMonitoring, ResetCondition, _reset),
)
