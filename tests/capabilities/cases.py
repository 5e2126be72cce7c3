"""Cases by command: the initial device, the parameters, and the reported properties."""

from typing import Final

from iotmi import capabilities
from iotmi.capabilities import (
    DoorLock,
    FanControl,
    LevelControl,
    OnOff,
    Thermostat,
    WindowCovering,
    door_lock_types as lock,
    fan_control,
    level_control,
    on_off,
    thermostat,
)
from iotmi.capabilities.filters import ChangeIndication
from iotmi.capabilities.identify import EffectIdentifier, EffectVariant
from iotmi.capabilities.smoke_co_alarm import ExpressedState
from tests.capabilities.color_cases import COLOR_CASES, Cases

LEVEL_UP, LEVEL_DOWN = level_control.MoveMode.UP, level_control.MoveMode.DOWN
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

# By command: the properties that differ from a new device, the parameters, and the properties that
# the device reports afterwards.
CASES: Final[Cases] = {
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
    **COLOR_CASES,
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
