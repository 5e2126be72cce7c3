"""Every command of every cluster: built, refused where it is wrong, and carried out."""

from typing import Any, Final

import pytest

from iotmi import Client, ConstraintError, ValidationError, capabilities, unchecked
from iotmi.capabilities import (
    Capability,
    ColorControl,
    DoorLock,
    FanControl,
    LevelControl,
    OnOff,
    Thermostat,
    WindowCovering,
    color_control as color,
    door_lock_types as lock,
    fan_control,
    level_control,
    on_off,
    thermostat,
)
from iotmi.capabilities._declared import Field, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Items, Scalar
from iotmi.capabilities.color_control import (
    ColorLoopAction,
    ColorLoopDirection,
    ColorMode,
    Direction,
    EnhancedColorMode,
    UpdateFlags,
)
from iotmi.capabilities.filters import ChangeIndication
from iotmi.capabilities.identify import EffectIdentifier, EffectVariant
from iotmi.capabilities.smoke_co_alarm import ExpressedState
from iotmi.emulator import Device, Emulator
from iotmi.emulator.clusters.table import clusters, first_values, plain
from tests.capabilities.support import ALL, COMMANDS, build, live, parameters_of

UP, DOWN = color.MoveMode.UP, color.MoveMode.DOWN
STEP_UP, STEP_DOWN = color.StepMode.UP, color.StepMode.DOWN
LEVEL_UP, LEVEL_DOWN = level_control.MoveMode.UP, level_control.MoveMode.DOWN
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
SCHEDULE: Final = {"start_hour": 8, "start_minute": 0, "end_hour": 23, "end_minute": 59}
CREDENTIAL: Final = lock.Credential(credential_type=lock.CredentialType.PIN, credential_index=1)
OPEN: Final = {
    "current_position_lift": 0,
    "current_position_lift_percentage": 0,
    "current_position_lift_percent100ths": 0,
    "target_position_lift_percent100ths": 0,
    "current_position_tilt": 0,
    "current_position_tilt_percentage": 0,
    "current_position_tilt_percent100ths": 0,
    "target_position_tilt_percent100ths": 0,
}
CLOSED: Final = {
    name: 100 if "percentage" in name else 10_000 if "percent" in name else 65_534 for name in OPEN
}
RESET: Final = {"condition": 100, "change_indication": ChangeIndication.OK}

# By command: the state before beside that of a new device, the parameters, and what is reported
# then.
CASES: Final[dict[tuple[type[Capability], str], tuple[Any, dict[str, Any], dict[str, Any]]]] = {
    (OnOff, "Off"): (OnOff(on_off=True), {}, {"on_off": False}),
    (OnOff, "On"): (OnOff, {}, {"on_off": True}),
    (OnOff, "Toggle"): (OnOff, {}, {"on_off": True}),
    (OnOff, "OffWithEffect"): (
        OnOff(on_off=True),
        {"effect_identifier": on_off.EffectIdentifier.DYING_LIGHT, "effect_variant": 0},
        {"on_off": False, "global_scene_control": False, "on_time": 0},
    ),
    (OnOff, "OnWithRecallGlobalScene"): (
        OnOff(global_scene_control=False),
        {},
        {"on_off": True, "global_scene_control": True},
    ),
    (OnOff, "OnWithTimedOff"): (
        OnOff,
        {"on_off_control": on_off.OnOffControl(0), "on_time": 50, "off_wait_time": 20},
        {"on_off": True, "on_time": 50, "off_wait_time": 20},
    ),
    (LevelControl, "MoveToLevel"): (
        LevelControl,
        {"level": 128, "transition_time": 10},
        {"current_level": 128, "remaining_time": 0},
    ),
    (LevelControl, "Move"): (
        LevelControl,
        {"move_mode": LEVEL_DOWN, "rate": 50},
        {"current_level": 1, "remaining_time": 0},
    ),
    (LevelControl, "Step"): (
        LevelControl(current_level=100),
        {"step_mode": level_control.StepMode.UP, "step_size": 20},
        {"current_level": 120, "remaining_time": 0},
    ),
    (LevelControl, "Stop"): (LevelControl, {}, {"remaining_time": 0}),
    (LevelControl, "MoveToLevelWithOnOff"): (
        LevelControl,
        {"level": 7},
        {"current_level": 7, "remaining_time": 0},
    ),
    (LevelControl, "MoveWithOnOff"): (
        LevelControl(current_level=5),
        {"move_mode": LEVEL_UP, "rate": 50},
        {"current_level": 254, "remaining_time": 0},
    ),
    (LevelControl, "StepWithOnOff"): (
        LevelControl(current_level=10),
        {"step_mode": level_control.StepMode.DOWN, "step_size": 20},
        {"current_level": 1, "remaining_time": 0},
    ),
    (LevelControl, "StopWithOnOff"): (LevelControl, {}, {"remaining_time": 0}),
    (LevelControl, "MoveToClosestFrequency"): (
        LevelControl(min_frequency=100, max_frequency=200),
        {"frequency": 250},
        {"current_frequency": 200},
    ),
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
    (capabilities.Identify, "Identify"): (
        capabilities.Identify,
        {"identify_time": 15},
        {"identify_time": 15},
    ),
    (capabilities.Identify, "TriggerEffect"): (
        capabilities.Identify,
        {
            "effect_identifier": EffectIdentifier.BLINK,
            "effect_variant": EffectVariant.DEFAULT,
        },
        {},
    ),
    (capabilities.Groups, "AddGroup"): (
        capabilities.Groups,
        {"group_id": 1, "group_name": "Hall"},
        {},
    ),
    (capabilities.Groups, "ViewGroup"): (capabilities.Groups, {"group_id": 1}, {}),
    (capabilities.Groups, "GetGroupMembership"): (
        capabilities.Groups,
        {"group_list": [1, 2]},
        {},
    ),
    (capabilities.Groups, "RemoveGroup"): (capabilities.Groups, {"group_id": 1}, {}),
    (capabilities.Groups, "RemoveAllGroups"): (capabilities.Groups, {}, {}),
    (capabilities.Groups, "AddGroupIfIdentifying"): (
        capabilities.Groups,
        {"group_id": 65_535, "group_name": ""},
        {},
    ),
    (DoorLock, "LockDoor"): (
        DoorLock(lock_state=lock.LockState.UNLOCKED),
        {"pin_code": "1234"},
        {"lock_state": lock.LockState.LOCKED},
    ),
    (DoorLock, "UnlockDoor"): (DoorLock, {}, {"lock_state": lock.LockState.UNLOCKED}),
    (DoorLock, "UnlockWithTimeout"): (
        DoorLock,
        {"timeout": 60},
        {"lock_state": lock.LockState.UNLOCKED},
    ),
    (DoorLock, "UnboltDoor"): (DoorLock, {}, {"lock_state": lock.LockState.UNLOCKED}),
    (DoorLock, "SetPinCode"): (DoorLock, {"user_id": 1, "pin": "1234"}, {}),
    (DoorLock, "GetPinCode"): (DoorLock, {"user_id": 1}, {}),
    (DoorLock, "ClearPinCode"): (DoorLock, {"pin_slot_index": 65_534}, {}),
    (DoorLock, "ClearAllPinCodes"): (DoorLock, {}, {}),
    (DoorLock, "SetUserStatus"): (
        DoorLock,
        {"user_id": 1, "user_status": lock.UserStatus.OCCUPIED_DISABLED},
        {},
    ),
    (DoorLock, "GetUserStatus"): (DoorLock, {"user_id": 1}, {}),
    (DoorLock, "SetWeekDaySchedule"): (
        DoorLock,
        {
            "week_day_index": 1,
            "user_index": 1,
            "days_mask": lock.DaysMask.MONDAY | lock.DaysMask.SUNDAY,
            **SCHEDULE,
        },
        {},
    ),
    (DoorLock, "GetWeekDaySchedule"): (DoorLock, {"week_day_index": 1, "user_index": 1}, {}),
    (DoorLock, "ClearWeekDaySchedule"): (DoorLock, {"week_day_index": 254, "user_index": 1}, {}),
    (DoorLock, "SetYearDaySchedule"): (
        DoorLock,
        {"year_day_index": 1, "user_index": 1, "local_start_time": 0, "local_end_time": 9},
        {},
    ),
    (DoorLock, "GetYearDaySchedule"): (DoorLock, {"year_day_index": 1, "user_index": 1}, {}),
    (DoorLock, "ClearYearDaySchedule"): (DoorLock, {"year_day_index": 254, "user_index": 1}, {}),
    (DoorLock, "SetHolidaySchedule"): (
        DoorLock,
        {
            "holiday_index": 1,
            "local_start_time": 0,
            "local_end_time": 9,
            "operating_mode": lock.OperatingMode.VACATION,
        },
        {},
    ),
    (DoorLock, "GetHolidaySchedule"): (DoorLock, {"holiday_index": 1}, {}),
    (DoorLock, "ClearHolidaySchedule"): (DoorLock, {"holiday_index": 254}, {}),
    (DoorLock, "SetUserType"): (
        DoorLock,
        {"user_id": 1, "user_type": lock.UserType.FORCED_USER},
        {},
    ),
    (DoorLock, "GetUserType"): (DoorLock, {"user_id": 1}, {}),
    (DoorLock, "SetRfidCode"): (DoorLock, {"user_id": 1, "rfid_code": "0102"}, {}),
    (DoorLock, "GetRfidCode"): (DoorLock, {"user_id": 1}, {}),
    (DoorLock, "ClearRfidCode"): (DoorLock, {"rfid_slot_index": 1}, {}),
    (DoorLock, "ClearAllRfidCodes"): (DoorLock, {}, {}),
    (DoorLock, "SetUser"): (
        DoorLock,
        {"operation_type": lock.DataOperationType.ADD, "user_index": 1, "user_name": "Ada"},
        {},
    ),
    (DoorLock, "GetUser"): (DoorLock, {"user_index": 1}, {}),
    (DoorLock, "ClearUser"): (DoorLock, {"user_index": 65_534}, {}),
    (DoorLock, "SetCredential"): (
        DoorLock,
        {
            "operation_type": lock.DataOperationType.ADD,
            "credential": CREDENTIAL,
            "credential_data": "1234",
        },
        {},
    ),
    (DoorLock, "GetCredentialStatus"): (DoorLock, {"credential": CREDENTIAL}, {}),
    (DoorLock, "ClearCredential"): (DoorLock, {"credential": CREDENTIAL}, {}),
    (DoorLock, "SetAliroReaderConfig"): (
        DoorLock,
        {
            "signing_key": "ab" * 32,
            "verification_key": "cd" * 65,
            "group_identifier": "01" * 16,
        },
        {
            "aliro_reader_verification_key": "cd" * 65,
            "aliro_reader_group_identifier": "01" * 16,
        },
    ),
    (DoorLock, "ClearAliroReaderConfig"): (
        DoorLock(aliro_reader_verification_key="cd" * 65),
        {},
        {"aliro_reader_verification_key": None},
    ),
    (Thermostat, "SetpointRaiseLower"): (
        Thermostat,
        {"mode": thermostat.SetpointRaiseLowerMode.BOTH, "amount": -20},
        {"occupied_heating_setpoint": 1_800, "occupied_cooling_setpoint": 2_400},
    ),
    (Thermostat, "SetWeeklySchedule"): (
        Thermostat,
        {
            "number_of_transitions_for_sequence": 1,
            "day_of_week_for_sequence": thermostat.ScheduleDayOfWeek.MONDAY,
            "mode_for_sequence": thermostat.ScheduleMode.HEAT_SETPOINT_PRESENT,
            "transitions": [
                thermostat.WeeklyScheduleTransition(transition_time=420, heat_setpoint=2_000)
            ],
        },
        {},
    ),
    (Thermostat, "GetWeeklySchedule"): (
        Thermostat,
        {
            "days_to_return": thermostat.ScheduleDayOfWeek(1),
            "mode_to_return": thermostat.ScheduleMode(1),
        },
        {},
    ),
    (Thermostat, "ClearWeeklySchedule"): (Thermostat, {}, {}),
    (Thermostat, "SetActiveScheduleRequest"): (
        Thermostat(active_preset_handle="01"),
        {"schedule_handle": "0a"},
        {"active_schedule_handle": "0a", "active_preset_handle": None},
    ),
    (Thermostat, "SetActivePresetRequest"): (
        Thermostat(active_schedule_handle="0a"),
        {"preset_handle": "01"},
        {"active_preset_handle": "01", "active_schedule_handle": None},
    ),
    (FanControl, "Step"): (
        FanControl(speed_setting=4),
        {"direction": fan_control.StepDirection.INCREASE},
        {
            "speed_setting": 5,
            "speed_current": 5,
            "percent_setting": 50,
            "percent_current": 50,
            "fan_mode": fan_control.FanMode.MEDIUM,
        },
    ),
    (WindowCovering, "UpOrOpen"): (
        WindowCovering(current_position_lift=9, current_position_tilt=9),
        {},
        OPEN,
    ),
    (WindowCovering, "DownOrClose"): (WindowCovering, {}, CLOSED),
    (WindowCovering, "StopMotion"): (
        WindowCovering(current_position_lift_percent100ths=4_000),
        {},
        {"target_position_lift_percent100ths": 4_000},
    ),
    (WindowCovering, "GoToLiftValue"): (
        WindowCovering(installed_closed_limit_lift=200),
        {"lift_value": 50},
        {
            "current_position_lift": 50,
            "current_position_lift_percentage": 25,
            "current_position_lift_percent100ths": 2_500,
            "target_position_lift_percent100ths": 2_500,
        },
    ),
    (WindowCovering, "GoToLiftPercentage"): (
        WindowCovering(installed_closed_limit_lift=200),
        {"lift_percent100ths_value": 7_500},
        {
            "current_position_lift": 150,
            "current_position_lift_percentage": 75,
            "current_position_lift_percent100ths": 7_500,
            "target_position_lift_percent100ths": 7_500,
        },
    ),
    (WindowCovering, "GoToTiltValue"): (
        WindowCovering(installed_open_limit_tilt=100, installed_closed_limit_tilt=200),
        {"tilt_value": 250},
        {
            "current_position_tilt": 200,
            "current_position_tilt_percentage": 100,
            "current_position_tilt_percent100ths": 10_000,
            "target_position_tilt_percent100ths": 10_000,
        },
    ),
    (WindowCovering, "GoToTiltPercentage"): (
        WindowCovering,
        {"tilt_percent100ths_value": 5_000},
        {
            "current_position_tilt": 32_767,
            "current_position_tilt_percentage": 50,
            "current_position_tilt_percent100ths": 5_000,
            "target_position_tilt_percent100ths": 5_000,
        },
    ),
    (capabilities.SmokeCOAlarm, "SelfTestRequest"): (
        capabilities.SmokeCOAlarm,
        {},
        {"test_in_progress": True, "expressed_state": ExpressedState.TESTING},
    ),
    (capabilities.HepaFilterMonitoring, "ResetCondition"): (
        capabilities.HepaFilterMonitoring(condition=3, change_indication=ChangeIndication.CRITICAL),
        {},
        RESET,
    ),
    (capabilities.ActivatedCarbonFilterMonitoring, "ResetCondition"): (
        capabilities.ActivatedCarbonFilterMonitoring(condition=3),
        {},
        RESET,
    ),
}
IDS: Final = [f"{capability.__name__}.{name}" for capability, name in COMMANDS]


def test_every_command_has_a_case() -> None:
    """No command is left out below."""
    assert set(CASES) == set(COMMANDS)
    assert len(COMMANDS) == 92


@pytest.mark.parametrize(("capability", "name"), COMMANDS, ids=IDS)
def test_a_command_changes_the_state_as_matter_says(
    emulator: Emulator, client: Client, capability: type[Capability], name: str
) -> None:
    """A command is sent, and the properties that are reported then are those expected."""
    before, parameters, expected = CASES[capability, name]
    thing = live(emulator, client, Device.of(before))
    client.managed_things.control(thing, build(capability, name, **parameters))
    state = capability.of(client.managed_things.get_state(thing))
    if not expected:
        assert state is None
        return
    assert state is not None
    reported = {
        each.name: getattr(state, each.name)
        for each in fields_of(capability)
        if each.wire in state.raw
    }
    assert reported.items() >= expected.items()
    assert all(type(reported[each]) is type(value) for each, value in expected.items())
    assert all(state.changed_at(each) is not None for each in expected)


@pytest.mark.parametrize(("capability", "name"), COMMANDS, ids=IDS)
def test_a_command_survives_the_wire(capability: type[Capability], name: str) -> None:
    """The parameters as JSON make the same command again, as a connector reads it."""
    command = build(capability, name, **CASES[capability, name][1])
    assert command.name == name
    assert capabilities.command_for(capability, name, command.parameters()) == command


def beyond(field: Field) -> list[object]:
    """Values just outside what a parameter takes, and values of another type."""
    match field.kind:
        case Scalar(type=kind, limit=limit):
            others: list[object] = [object(), "text" if kind is not str else 5]
            if kind is int:
                others += [True, 1.5]
            low, high = getattr(limit, "min", None), getattr(limit, "max", None)
            if kind is str:
                return others + (["x" * (high + 1)] if high else ["not hexadecimal"])
            return others + [edge for edge in (low and low - 1, high and high + 1) if edge]
        case Choice(enum=enum):
            return ["Nonsense", 251, True, object(), *(set(enum) - set(field.kind.allowed))]
        case Bits():
            return [-1, 1 << 20, "Nonsense", True]
        case Items():
            return ["text", [object()], 5]
        case _:
            return [object(), {}, 5]


PARAMETERS: Final = [
    (capability, name, field.name)
    for capability, name in COMMANDS
    for field in parameters_of(capability, name)
]


@pytest.mark.parametrize(
    ("capability", "name", "parameter"),
    PARAMETERS,
    ids=[f"{capability.__name__}.{name}.{each}" for capability, name, each in PARAMETERS],
)
def test_a_parameter_just_outside_its_range_is_refused(
    emulator: Emulator, client: Client, capability: type[Capability], name: str, parameter: str
) -> None:
    """The command is not built; sent all the same, the emulated device refuses it."""
    (field,) = (each for each in parameters_of(capability, name) if each.name == parameter)
    right = CASES[capability, name][1]
    wrong = beyond(field)
    assert wrong
    for value in wrong:
        with pytest.raises(ConstraintError) as caught:
            build(capability, name, **(right | {parameter: value}))
        assert caught.value.problems[0].path.startswith(parameter)
    ranged = [value for value in wrong if type(value) is int]
    if isinstance(field.kind, Scalar) and field.kind.type is int and ranged:
        thing = live(emulator, client, Device.of(capability))
        with unchecked():
            command = build(capability, name, **(right | {parameter: ranged[0]}))
        with pytest.raises(ValidationError, match=r"parameters\.\S+ must be"):
            client.managed_things.control(thing, command)
        assert capability.of(client.managed_things.get_state(thing)) is None


@pytest.mark.parametrize(
    ("capability", "name"),
    [each for each in COMMANDS if any(field.required for field in parameters_of(*each))],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_required_parameter_that_is_missing_is_told_by_its_path(
    capability: type[Capability], name: str
) -> None:
    """All that is missing is told at once."""
    required = [field.name for field in parameters_of(capability, name) if field.required]
    with pytest.raises(ConstraintError) as caught:
        build(capability, name)
    assert [each.path for each in caught.value.problems] == required
    assert {str(each) for each in caught.value.problems} == {
        f"{path}: is required, got '***'" for path in required
    }


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_new_device_reports_what_it_has(
    emulator: Emulator, client: Client, capability: type[Capability]
) -> None:
    """`ReadState` of everything has the device report the state that it has at first."""
    thing = live(emulator, client, Device.of(capability))
    report = client.managed_things.get_capabilities(thing).capability_report
    assert report is not None
    capabilities.check(report, capability.read())
    client.managed_things.control(thing, capability.read())
    state = capability.of(client.managed_things.get_state(thing))
    first = first_values(capability)
    assert (state is not None) is bool(first)
    if state is not None:
        assert plain(state) == first
        assert state.reported_version == capability.version


def test_every_cluster_can_be_emulated() -> None:
    """The emulator's table holds each cluster once."""
    assert len(clusters()) == 30
    assert set(clusters()) == set(ALL)


@pytest.mark.parametrize(
    ("before", "command", "switched"),
    [
        (LevelControl(current_level=1), LevelControl.move_to_level_with_on_off(level=128), True),
        (LevelControl, LevelControl.move_to_level_with_on_off(level=1), False),
        (LevelControl, LevelControl.move_with_on_off(move_mode=LEVEL_DOWN, rate=9), False),
        (LevelControl(current_level=1), LevelControl.move_with_on_off(move_mode=LEVEL_UP), True),
        (
            LevelControl,
            LevelControl.step_with_on_off(step_mode=level_control.StepMode.DOWN, step_size=255),
            False,
        ),
        (LevelControl, LevelControl.move_with_on_off(move_mode=LEVEL_UP, rate=0), None),
        (LevelControl, LevelControl.move_to_level(level=128), None),
        (LevelControl, LevelControl.stop_with_on_off(), None),
    ],
)
def test_a_level_with_on_off_switches_the_light(
    emulator: Emulator,
    client: Client,
    before: type[LevelControl] | LevelControl,
    command: capabilities.Command,
    switched: bool | None,  # noqa: FBT001
) -> None:
    """The lowest level is off; other commands leave the switch alone."""
    thing = live(emulator, client, Device.of(OnOff(on_off=not switched), before))
    client.managed_things.control(thing, command)
    lamp = OnOff.of(client.managed_things.get_state(thing))
    assert (lamp and lamp.on_off) is switched


def test_a_fan_steps_around_its_ends(emulator: Emulator, client: Client) -> None:
    """Without wrap a fan stays at an end; with it, it goes to the other."""
    fan = live(emulator, client, Device.of(FanControl(speed_max=3, speed_setting=2)))
    up, down = fan_control.StepDirection.INCREASE, fan_control.StepDirection.DECREASE
    seen = []
    for command in (
        FanControl.step(direction=up),
        FanControl.step(direction=up),
        FanControl.step(direction=up, wrap=True),
        FanControl.step(direction=down),
        FanControl.step(direction=down, wrap=True),
        FanControl.step(direction=up, wrap=True, lowest_off=False),
        FanControl.step(direction=down, lowest_off=False),
    ):
        client.managed_things.control(fan, command)
        state = FanControl.of(client.managed_things.get_state(fan))
        assert state is not None
        seen.append((state.speed_setting, state.fan_mode))
    high, low = fan_control.FanMode.HIGH, fan_control.FanMode.LOW
    off = (0, fan_control.FanMode.OFF)
    assert seen == [(3, high), (3, high), off, off, (3, high), (1, low), (1, low)]


def test_a_lock_that_wants_a_pin_refuses_without(emulator: Emulator, client: Client) -> None:
    """`RequirePINforRemoteOperation` makes the PIN a must."""
    door = live(emulator, client, Device.of(DoorLock(require_pin_for_remote_operation=True)))
    with pytest.raises(ValidationError, match=r"parameters\.\S+ is required"):
        client.managed_things.control(door, DoorLock.unlock_door())
    client.managed_things.control(door, DoorLock.unlock_door(pin_code="1234"))
    state = DoorLock.of(client.managed_things.get_state(door))
    assert state is not None
    assert state.lock_state is lock.LockState.UNLOCKED


def test_a_timed_switching_can_ask_that_the_device_is_on(
    emulator: Emulator, client: Client
) -> None:
    """`AcceptOnlyWhenOn` leaves a device alone that is off; a wait can only be shortened."""
    plug = live(emulator, client, Device.of(OnOff))
    only_on = on_off.OnOffControl.ACCEPT_ONLY_WHEN_ON
    client.managed_things.control(
        plug, OnOff.on_with_timed_off(on_off_control=only_on, on_time=5, off_wait_time=0)
    )
    assert OnOff.of(client.managed_things.get_state(plug)) is None
    waiting = live(emulator, client, Device.of(OnOff(off_wait_time=30)))
    anyway = on_off.OnOffControl(0)
    client.managed_things.control(
        waiting, OnOff.on_with_timed_off(on_off_control=anyway, on_time=5, off_wait_time=20)
    )
    state = OnOff.of(client.managed_things.get_state(waiting))
    assert state is not None
    assert (state.on_off, state.off_wait_time) == (None, 20)


def test_a_colour_loop_ends_where_it_began(emulator: Emulator, client: Client) -> None:
    """Ending the loop brings the stored hue back."""
    light = live(emulator, client, Device.of(ColorControl(enhanced_current_hue=700)))
    settings = {"direction": ColorLoopDirection.INCREMENT, "time": 9, "start_hue": 11}
    for flags, action in (
        (UpdateFlags.UPDATE_TIME, ColorLoopAction.DEACTIVATE),
        (UpdateFlags.UPDATE_ACTION, ColorLoopAction.ACTIVATE_FROM_ENHANCED_CURRENT_HUE),
        (UpdateFlags.UPDATE_ACTION, ColorLoopAction.DEACTIVATE),
    ):
        client.managed_things.control(
            light,
            build(ColorControl, "ColorLoopSet", update_flags=flags, action=action, **settings),
        )
    state = ColorControl.of(client.managed_things.get_state(light))
    assert state is not None
    assert (state.color_loop_active, state.enhanced_current_hue) == (0, 700)
    assert (state.color_loop_time, state.color_loop_direction) == (9, None)


def test_what_moves_with_no_rate_stays(emulator: Emulator, client: Client) -> None:
    """A rate of 0, and the mode Stop, move nothing."""
    light = live(emulator, client, Device.of(ColorControl))
    stop = color.MoveMode.STOP
    client.managed_things.control(
        light,
        ColorControl.move_saturation(move_mode=UP, rate=0),
        ColorControl.move_color_temperature(
            move_mode=stop,
            rate=5,
            color_temperature_minimum_mireds=0,
            color_temperature_maximum_mireds=0,
        ),
    )
    state = ColorControl.of(client.managed_things.get_state(light))
    assert state is not None
    assert dict(state.raw) == {"RemainingTime": 0}


def test_update_state_is_checked_by_the_device(emulator: Emulator, client: Client) -> None:
    """A property of another type or out of its range is refused; numbers become names."""
    cold = live(emulator, client, Device.of(Thermostat, LevelControl))
    client.managed_things.control(cold, Thermostat(system_mode=thermostat.SystemMode.COOL).write())
    state = Thermostat.of(client.managed_things.get_state(cold))
    assert state is not None
    assert state.system_mode is thermostat.SystemMode.COOL
    with unchecked():
        wrong = [
            LevelControl(on_level=999).write(),
            Thermostat(temperature_setpoint_hold_duration=1_441).write(),
        ]
    for command in wrong:
        with pytest.raises(ValidationError, match="must be from 0 to"):
            client.managed_things.control(cold, command)
