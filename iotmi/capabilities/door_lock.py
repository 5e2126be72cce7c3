"""Door Lock: the lock of a door, its users and its schedules."""

from collections.abc import Sequence
from typing import Annotated

from iotmi.capabilities._base import (
    Capability,
    Code,
    Command,
    EpochSeconds,
    Number,
    ReadOnlyMap,
    Seconds,
    Size,
    Text,
    UInt8,
    UInt16,
    UInt32,
    Unit,
    Wire,
    action,
    attribute,
)
from iotmi.capabilities.door_lock_types import (
    AddOrModify,
    AlarmMask,
    ConfigurationRegister,
    Credential,
    CredentialRule,
    CredentialRules,
    DaysMask,
    DoorState,
    Hour,
    IndexOrAll,
    LedSetting,
    LocalProgrammingFeatures,
    LockState,
    LockType,
    Minute,
    NewCredentialUserType,
    NewUserType,
    OccupiedStatus,
    OperatingMode,
    OperatingModes,
    PinCode,
    ScheduleIndex,
    ScheduleIndexOrAll,
    SoundVolume,
    UserIndex,
    UserStatus,
    UserType,
)


class LockDoor(Command):
    """Lock the door."""

    pin_code: PinCode | None = None


class UnlockDoor(Command):
    """Unlock the door."""

    pin_code: PinCode | None = None


class UnlockWithTimeout(Command):
    """Unlock the door for a number of seconds."""

    timeout: Seconds
    pin_code: PinCode | None = None


class SetPinCode(Command):
    """Set a user's PIN."""

    user_id: UInt16
    user_status: UserStatus | None = None
    user_type: UserType | None = None
    pin: Code


class GetPinCode(Command):
    """Ask for a user's PIN."""

    user_id: UInt16


class ClearPinCode(Command):
    """Clear the PIN at a place; 65534 means all."""

    pin_slot_index: IndexOrAll


class ClearAllPinCodes(Command):
    """Clear all PINs."""


class SetUserStatus(Command):
    """Set a user's status."""

    user_id: UInt16
    user_status: UserStatus


class GetUserStatus(Command):
    """Ask for a user's status."""

    user_id: UInt16


class SetWeekDaySchedule(Command):
    """Set when a user may enter, by days of the week."""

    week_day_index: ScheduleIndex
    user_index: UserIndex
    days_mask: DaysMask
    start_hour: Hour
    start_minute: Minute
    end_hour: Hour
    end_minute: Minute


class GetWeekDaySchedule(Command):
    """Ask for a user's schedule of days of the week."""

    week_day_index: ScheduleIndex
    user_index: UserIndex


class ClearWeekDaySchedule(Command):
    """Clear a user's schedule of days of the week; index 254 means all."""

    week_day_index: ScheduleIndexOrAll
    user_index: UserIndex


class SetYearDaySchedule(Command):
    """Set when a user may enter, by dates."""

    year_day_index: ScheduleIndex
    user_index: UserIndex
    local_start_time: EpochSeconds
    local_end_time: EpochSeconds


class GetYearDaySchedule(Command):
    """Ask for a user's schedule of dates."""

    year_day_index: ScheduleIndex
    user_index: UserIndex


class ClearYearDaySchedule(Command):
    """Clear a user's schedule of dates; index 254 means all."""

    year_day_index: ScheduleIndexOrAll
    user_index: UserIndex


class SetHolidaySchedule(Command):
    """Set how the lock operates in a holiday."""

    holiday_index: ScheduleIndex
    local_start_time: EpochSeconds
    local_end_time: EpochSeconds
    operating_mode: OperatingMode


class GetHolidaySchedule(Command):
    """Ask for a schedule of holidays."""

    holiday_index: ScheduleIndex


class ClearHolidaySchedule(Command):
    """Clear a schedule of holidays; index 254 means all."""

    holiday_index: ScheduleIndexOrAll


class SetUserType(Command):
    """Set a user's type."""

    user_id: UInt16
    user_type: UserType


class GetUserType(Command):
    """Ask for a user's type."""

    user_id: UInt16


class SetRfidCode(Command):
    """Set a user's RFID code."""

    user_id: UInt16
    user_status: UserStatus | None = None
    user_type: UserType | None = None
    rfid_code: Code


class GetRfidCode(Command):
    """Ask for a user's RFID code."""

    user_id: UInt16


class ClearRfidCode(Command):
    """Clear the RFID code at a place; 65534 means all."""

    rfid_slot_index: IndexOrAll


class ClearAllRfidCodes(Command):
    """Clear all RFID codes."""


class SetUser(Command):
    """Add or modify a user."""

    operation_type: AddOrModify
    user_index: UserIndex
    user_name: Annotated[str, Text(max=10)] | None = None
    user_unique_id: Annotated[UInt32, Wire("UserUniqueID")] | None = None
    user_status: OccupiedStatus | None = None
    user_type: NewUserType | None = None
    credential_rule: CredentialRule | None = None


class GetUser(Command):
    """Ask for a user."""

    user_index: UserIndex


class ClearUser(Command):
    """Clear a user; 65534 means all."""

    user_index: IndexOrAll


class SetCredential(Command):
    """Add or modify a credential."""

    operation_type: AddOrModify
    credential: Credential
    credential_data: Code
    user_index: UserIndex | None = None
    user_status: OccupiedStatus | None = None
    user_type: NewCredentialUserType | None = None


class GetCredentialStatus(Command):
    """Ask whether a credential exists."""

    credential: Credential


class ClearCredential(Command):
    """Clear a credential, or all credentials where none is given."""

    credential: Credential | None = None


class UnboltDoor(Command):
    """Unlock the door without pulling the latch."""

    pin_code: PinCode | None = None


class SetAliroReaderConfig(Command):
    """Set the keys of the lock's Aliro reader, in hexadecimal."""

    signing_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{64}")]
    verification_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{130}")]
    group_identifier: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")]
    group_resolving_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")] | None = None


class ClearAliroReaderConfig(Command):
    """Clear the keys of the lock's Aliro reader."""


class DoorLock(Capability):
    """The lock of a door.

    PINs and codes are sensitive: they are never shown.
    """

    id = "matter.DoorLock@1.4"
    name = "Door Lock"
    version = "8"
    number = 0x0101
    events = ReadOnlyMap(
        {
            "DoorLockAlarm": 0x00,
            "DoorStateChange": 0x01,
            "LockOperation": 0x02,
            "LockOperationError": 0x03,
            "LockUserChange": 0x04,
        }
    )

    lock_state: LockState | None = attribute(0x0000)
    lock_type: LockType | None = attribute(0x0001)
    actuator_enabled: bool | None = attribute(0x0002)
    door_state: DoorState | None = attribute(0x0003)
    door_open_events: UInt32 | None = attribute(0x0004, writable=True)
    door_closed_events: UInt32 | None = attribute(0x0005, writable=True)
    open_period: Annotated[UInt16, Unit("min")] | None = attribute(0x0006, writable=True)
    number_of_total_users_supported: UInt16 | None = attribute(0x0011)
    number_of_pin_users_supported: Annotated[UInt16, Wire("NumberOfPINUsersSupported")] | None = (
        attribute(0x0012)
    )
    number_of_rfid_users_supported: Annotated[UInt16, Wire("NumberOfRFIDUsersSupported")] | None = (
        attribute(0x0013)
    )
    number_of_week_day_schedules_supported_per_user: Annotated[int, Number(0, 253)] | None = (
        attribute(0x0014)
    )
    number_of_year_day_schedules_supported_per_user: Annotated[int, Number(0, 253)] | None = (
        attribute(0x0015)
    )
    number_of_holiday_schedules_supported: Annotated[int, Number(0, 253)] | None = attribute(0x0016)
    max_pin_code_length: Annotated[UInt8, Wire("MaxPINCodeLength")] | None = attribute(0x0017)
    min_pin_code_length: Annotated[UInt8, Wire("MinPINCodeLength")] | None = attribute(0x0018)
    max_rfid_code_length: Annotated[UInt8, Wire("MaxRFIDCodeLength")] | None = attribute(0x0019)
    min_rfid_code_length: Annotated[UInt8, Wire("MinRFIDCodeLength")] | None = attribute(0x001A)
    credential_rules_support: CredentialRules | None = attribute(0x001B)
    number_of_credentials_supported_per_user: UInt8 | None = attribute(0x001C)
    language: Annotated[str, Text(max=3)] | None = attribute(0x0021, writable=True)
    led_settings: Annotated[LedSetting, Wire("LEDSettings")] | None = attribute(
        0x0022, writable=True
    )
    auto_relock_time: Annotated[UInt32, Unit("s")] | None = attribute(0x0023, writable=True)
    sound_volume: SoundVolume | None = attribute(0x0024, writable=True)
    operating_mode: OperatingMode | None = attribute(0x0025, writable=True)
    supported_operating_modes: OperatingModes | None = attribute(0x0026)
    default_configuration_register: ConfigurationRegister | None = attribute(0x0027)
    enable_local_programming: bool | None = attribute(0x0028, writable=True)
    enable_one_touch_locking: bool | None = attribute(0x0029, writable=True)
    enable_inside_status_led: Annotated[bool, Wire("EnableInsideStatusLED")] | None = attribute(
        0x002A, writable=True
    )
    enable_privacy_mode_button: bool | None = attribute(0x002B, writable=True)
    local_programming_features: LocalProgrammingFeatures | None = attribute(0x002C, writable=True)
    wrong_code_entry_limit: Annotated[int, Number(1, 255)] | None = attribute(0x0030, writable=True)
    user_code_temporary_disable_time: Annotated[int, Number(1, 255), Unit("s")] | None = attribute(
        0x0031, writable=True
    )
    send_pin_over_the_air: Annotated[bool, Wire("SendPINOverTheAir")] | None = attribute(
        0x0032, writable=True
    )
    require_pin_for_remote_operation: (
        Annotated[bool, Wire("RequirePINforRemoteOperation")] | None
    ) = attribute(0x0033, writable=True)
    expiring_user_timeout: Annotated[int, Number(1, 2880), Unit("min")] | None = attribute(
        0x0035, writable=True
    )
    alarm_mask: AlarmMask | None = attribute(0x0040, writable=True)
    aliro_reader_verification_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{130}")] | None = (
        attribute(0x0080)
    )
    aliro_reader_group_identifier: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")] | None = (
        attribute(0x0081)
    )
    aliro_reader_group_sub_identifier: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")] | None = (
        attribute(0x0082)
    )
    aliro_expedited_transaction_supported_protocol_versions: (
        Annotated[Sequence[Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,2}")]], Size(max=16)]
        | None
    ) = attribute(0x0083)
    aliro_group_resolving_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")] | None = attribute(
        0x0084
    )
    aliro_supported_bleuwb_protocol_versions: (
        Annotated[
            Sequence[Annotated[str, Text(pattern=r"([0-9A-Fa-f]{2}){0,2}")]],
            Size(max=16),
            Wire("AliroSupportedBLEUWBProtocolVersions"),
        ]
        | None
    ) = attribute(0x0085)
    aliro_ble_advertising_version: Annotated[UInt8, Wire("AliroBLEAdvertisingVersion")] | None = (
        attribute(0x0086)
    )
    number_of_aliro_credential_issuer_keys_supported: UInt16 | None = attribute(0x0087)
    number_of_aliro_endpoint_keys_supported: UInt16 | None = attribute(0x0088)

    lock_door = action(0x00, LockDoor)
    unlock_door = action(0x01, UnlockDoor)
    unlock_with_timeout = action(0x03, UnlockWithTimeout)
    set_pin_code = action(0x05, SetPinCode)
    get_pin_code = action(0x06, GetPinCode)
    clear_pin_code = action(0x07, ClearPinCode)
    clear_all_pin_codes = action(0x08, ClearAllPinCodes)
    set_user_status = action(0x09, SetUserStatus)
    get_user_status = action(0x0A, GetUserStatus)
    set_week_day_schedule = action(0x0B, SetWeekDaySchedule)
    get_week_day_schedule = action(0x0C, GetWeekDaySchedule)
    clear_week_day_schedule = action(0x0D, ClearWeekDaySchedule)
    set_year_day_schedule = action(0x0E, SetYearDaySchedule)
    get_year_day_schedule = action(0x0F, GetYearDaySchedule)
    clear_year_day_schedule = action(0x10, ClearYearDaySchedule)
    set_holiday_schedule = action(0x11, SetHolidaySchedule)
    get_holiday_schedule = action(0x12, GetHolidaySchedule)
    clear_holiday_schedule = action(0x13, ClearHolidaySchedule)
    set_user_type = action(0x14, SetUserType)
    get_user_type = action(0x15, GetUserType)
    set_rfid_code = action(0x16, SetRfidCode)
    get_rfid_code = action(0x17, GetRfidCode)
    clear_rfid_code = action(0x18, ClearRfidCode)
    clear_all_rfid_codes = action(0x19, ClearAllRfidCodes)
    set_user = action(0x1A, SetUser)
    get_user = action(0x1B, GetUser)
    clear_user = action(0x1D, ClearUser)
    set_credential = action(0x22, SetCredential)
    get_credential_status = action(0x24, GetCredentialStatus)
    clear_credential = action(0x26, ClearCredential)
    unbolt_door = action(0x27, UnboltDoor)
    set_aliro_reader_config = action(0x28, SetAliroReaderConfig)
    clear_aliro_reader_config = action(0x29, ClearAliroReaderConfig)
