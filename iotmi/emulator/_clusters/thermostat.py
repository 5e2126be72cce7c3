"""Thermostat on an emulated device. Setpoints are in 0.01 °C, and amounts in 0.1 °C."""

from typing import Final

from iotmi.capabilities.thermostat import (
    ControlSequenceOfOperation,
    SetActivePresetRequest,
    SetActiveScheduleRequest,
    SetpointRaiseLower,
    SetpointRaiseLowerMode,
    SystemMode,
    TemperatureSetpointHold,
    Thermostat,
    ThermostatRunningMode,
)
from iotmi.emulator._clusters._rules import Change, Nulls, Rule, clamp

INITIAL: Final = Thermostat(
    local_temperature=1_900,
    abs_min_heat_setpoint_limit=700,
    abs_max_heat_setpoint_limit=3_000,
    abs_min_cool_setpoint_limit=1_600,
    abs_max_cool_setpoint_limit=3_200,
    occupied_cooling_setpoint=2_600,
    occupied_heating_setpoint=2_000,
    min_heat_setpoint_limit=700,
    max_heat_setpoint_limit=3_000,
    min_cool_setpoint_limit=1_600,
    max_cool_setpoint_limit=3_200,
    control_sequence_of_operation=ControlSequenceOfOperation.COOLING_AND_HEATING,
    system_mode=SystemMode.HEAT,
    thermostat_running_mode=ThermostatRunningMode.HEAT,
    temperature_setpoint_hold=TemperatureSetpointHold.SETPOINT_HOLD_OFF,
)


def _raise_or_lower(present: Thermostat, command: SetpointRaiseLower) -> Thermostat:
    heats = command.mode is not SetpointRaiseLowerMode.COOL
    cools = command.mode is not SetpointRaiseLowerMode.HEAT
    heating, cooling = present.occupied_heating_setpoint, present.occupied_cooling_setpoint
    change = command.amount * 10
    return Thermostat(
        occupied_heating_setpoint=None
        if heating is None or not heats
        else clamp(
            heating + change, present.min_heat_setpoint_limit, present.max_heat_setpoint_limit
        ),
        occupied_cooling_setpoint=None
        if cooling is None or not cools
        else clamp(
            cooling + change, present.min_cool_setpoint_limit, present.max_cool_setpoint_limit
        ),
    )


def _use_schedule(_: Thermostat, command: SetActiveScheduleRequest) -> tuple[Change, ...]:
    return (
        Thermostat(active_schedule_handle=command.schedule_handle),
        Nulls(Thermostat, ("active_preset_handle",)),
    )


def _use_preset(_: Thermostat, command: SetActivePresetRequest) -> tuple[Change, ...]:
    if command.preset_handle is None:
        return (Nulls(Thermostat, ("active_preset_handle",)),)
    return (
        Thermostat(active_preset_handle=command.preset_handle),
        Nulls(Thermostat, ("active_schedule_handle",)),
    )


RULES: Final = (
    Rule(Thermostat, SetpointRaiseLower, _raise_or_lower),
    Rule(Thermostat, SetActiveScheduleRequest, _use_schedule),
    Rule(Thermostat, SetActivePresetRequest, _use_preset),
)
