"""Door Lock: the lock of a door, its users and its schedules."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from iotmi.capabilities._base import (
    Capability,
    Events,
    Number,
    ReadOnlyMap,
    Size,
    Text,
    UInt8,
    UInt16,
    UInt32,
    Unit,
    WireName,
    attribute,
)
from iotmi.capabilities.door_lock_commands import (
    ClearAliroReaderConfig,
    ClearAllPinCodes,
    ClearAllRfidCodes,
    ClearCredential,
    ClearHolidaySchedule,
    ClearPinCode,
    ClearRfidCode,
    ClearUser,
    ClearWeekDaySchedule,
    ClearYearDaySchedule,
    GetCredentialStatus,
    GetHolidaySchedule,
    GetPinCode,
    GetRfidCode,
    GetUser,
    GetUserStatus,
    GetUserType,
    GetWeekDaySchedule,
    GetYearDaySchedule,
    LockDoor,
    SetAliroReaderConfig,
    SetCredential,
    SetHolidaySchedule,
    SetPinCode,
    SetRfidCode,
    SetUser,
    SetUserStatus,
    SetUserType,
    SetWeekDaySchedule,
    SetYearDaySchedule,
    UnboltDoor,
    UnlockDoor,
    UnlockWithTimeout,
)
from iotmi.capabilities.door_lock_types import (
    AlarmMask,
    ConfigurationRegister,
    CredentialRules,
    DoorState,
    LedSetting,
    LocalProgrammingFeatures,
    LockState,
    LockType,
    OperatingMode,
    OperatingModes,
    SoundVolume,
)


class DoorLock(Capability):
    """A door lock.

    PINs and codes are sensitive, and no repr or error shows them.
    """

    id = "matter.DoorLock@1.4"
    name = "Door Lock"
    version = "8"
    number = 0x0101
    events: ClassVar[Events] = ReadOnlyMap(
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
    number_of_pin_users_supported: (
        Annotated[UInt16, WireName("NumberOfPINUsersSupported")] | None
    ) = attribute(0x0012)
    number_of_rfid_users_supported: (
        Annotated[UInt16, WireName("NumberOfRFIDUsersSupported")] | None
    ) = attribute(0x0013)
    number_of_week_day_schedules_supported_per_user: Annotated[int, Number(0, 253)] | None = (
        attribute(0x0014)
    )
    number_of_year_day_schedules_supported_per_user: Annotated[int, Number(0, 253)] | None = (
        attribute(0x0015)
    )
    number_of_holiday_schedules_supported: Annotated[int, Number(0, 253)] | None = attribute(0x0016)
    max_pin_code_length: Annotated[UInt8, WireName("MaxPINCodeLength")] | None = attribute(0x0017)
    min_pin_code_length: Annotated[UInt8, WireName("MinPINCodeLength")] | None = attribute(0x0018)
    max_rfid_code_length: Annotated[UInt8, WireName("MaxRFIDCodeLength")] | None = attribute(0x0019)
    min_rfid_code_length: Annotated[UInt8, WireName("MinRFIDCodeLength")] | None = attribute(0x001A)
    credential_rules_support: CredentialRules | None = attribute(0x001B)
    number_of_credentials_supported_per_user: UInt8 | None = attribute(0x001C)
    language: Annotated[str, Text(max=3)] | None = attribute(0x0021, writable=True)
    led_settings: Annotated[LedSetting, WireName("LEDSettings")] | None = attribute(
        0x0022, writable=True
    )
    auto_relock_time: Annotated[UInt32, Unit("s")] | None = attribute(0x0023, writable=True)
    sound_volume: SoundVolume | None = attribute(0x0024, writable=True)
    operating_mode: OperatingMode | None = attribute(0x0025, writable=True)
    supported_operating_modes: OperatingModes | None = attribute(0x0026)
    default_configuration_register: ConfigurationRegister | None = attribute(0x0027)
    enable_local_programming: bool | None = attribute(0x0028, writable=True)
    enable_one_touch_locking: bool | None = attribute(0x0029, writable=True)
    enable_inside_status_led: Annotated[bool, WireName("EnableInsideStatusLED")] | None = attribute(
        0x002A, writable=True
    )
    enable_privacy_mode_button: bool | None = attribute(0x002B, writable=True)
    local_programming_features: LocalProgrammingFeatures | None = attribute(0x002C, writable=True)
    wrong_code_entry_limit: Annotated[int, Number(1, 255)] | None = attribute(0x0030, writable=True)
    user_code_temporary_disable_time: Annotated[int, Number(1, 255), Unit("s")] | None = attribute(
        0x0031, writable=True
    )
    send_pin_over_the_air: Annotated[bool, WireName("SendPINOverTheAir")] | None = attribute(
        0x0032, writable=True
    )
    require_pin_for_remote_operation: (
        Annotated[bool, WireName("RequirePINforRemoteOperation")] | None
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
            WireName("AliroSupportedBLEUWBProtocolVersions"),
        ]
        | None
    ) = attribute(0x0085)
    aliro_ble_advertising_version: (
        Annotated[UInt8, WireName("AliroBLEAdvertisingVersion")] | None
    ) = attribute(0x0086)
    number_of_aliro_credential_issuer_keys_supported: UInt16 | None = attribute(0x0087)
    number_of_aliro_endpoint_keys_supported: UInt16 | None = attribute(0x0088)

    lock_door = LockDoor
    unlock_door = UnlockDoor
    unlock_with_timeout = UnlockWithTimeout
    set_pin_code = SetPinCode
    get_pin_code = GetPinCode
    clear_pin_code = ClearPinCode
    clear_all_pin_codes = ClearAllPinCodes
    set_user_status = SetUserStatus
    get_user_status = GetUserStatus
    set_week_day_schedule = SetWeekDaySchedule
    get_week_day_schedule = GetWeekDaySchedule
    clear_week_day_schedule = ClearWeekDaySchedule
    set_year_day_schedule = SetYearDaySchedule
    get_year_day_schedule = GetYearDaySchedule
    clear_year_day_schedule = ClearYearDaySchedule
    set_holiday_schedule = SetHolidaySchedule
    get_holiday_schedule = GetHolidaySchedule
    clear_holiday_schedule = ClearHolidaySchedule
    set_user_type = SetUserType
    get_user_type = GetUserType
    set_rfid_code = SetRfidCode
    get_rfid_code = GetRfidCode
    clear_rfid_code = ClearRfidCode
    clear_all_rfid_codes = ClearAllRfidCodes
    set_user = SetUser
    get_user = GetUser
    clear_user = ClearUser
    set_credential = SetCredential
    get_credential_status = GetCredentialStatus
    clear_credential = ClearCredential
    unbolt_door = UnboltDoor
    set_aliro_reader_config = SetAliroReaderConfig
    clear_aliro_reader_config = ClearAliroReaderConfig
