"""The commands of the Door Lock cluster: the bolt, its users, codes, schedules and keys."""

from typing import Annotated

from iotmi.capabilities._base import (
    Code,
    Command,
    EpochSeconds,
    Seconds,
    Text,
    UInt16,
    UInt32,
    WireName,
)
from iotmi.capabilities.door_lock_types import (
    AddOrModify,
    Credential,
    CredentialRule,
    DaysMask,
    Hour,
    IndexOrAll,
    Minute,
    NewCredentialUserType,
    NewUserType,
    OccupiedStatus,
    OperatingMode,
    PinCode,
    ScheduleIndex,
    ScheduleIndexOrAll,
    UserIndex,
    UserStatus,
    UserType,
)


class LockDoor(Command):
    """Lock the door."""

    number = 0x00

    pin_code: PinCode | None = None


class UnlockDoor(Command):
    """Unlock the door."""

    number = 0x01

    pin_code: PinCode | None = None


class UnlockWithTimeout(Command):
    """Unlock the door for a number of seconds."""

    number = 0x03

    timeout: Seconds
    pin_code: PinCode | None = None


class SetPinCode(Command):
    """Set a user's PIN."""

    number = 0x05

    user_id: UInt16
    user_status: UserStatus | None = None
    user_type: UserType | None = None
    pin: Code


class GetPinCode(Command):
    """Request a user's PIN."""

    number = 0x06

    user_id: UInt16


class ClearPinCode(Command):
    """Clear the PIN at an index. 65534 clears all."""

    number = 0x07

    pin_slot_index: IndexOrAll


class ClearAllPinCodes(Command):
    """Clear all PINs."""

    number = 0x08


class SetUserStatus(Command):
    """Set a user's status."""

    number = 0x09

    user_id: UInt16
    user_status: UserStatus


class GetUserStatus(Command):
    """Request a user's status."""

    number = 0x0A

    user_id: UInt16


class SetWeekDaySchedule(Command):
    """Set a user's week day schedule."""

    number = 0x0B

    week_day_index: ScheduleIndex
    user_index: UserIndex
    days_mask: DaysMask
    start_hour: Hour
    start_minute: Minute
    end_hour: Hour
    end_minute: Minute


class GetWeekDaySchedule(Command):
    """Request a user's week day schedule."""

    number = 0x0C

    week_day_index: ScheduleIndex
    user_index: UserIndex


class ClearWeekDaySchedule(Command):
    """Clear a user's week day schedule. Index 254 clears all."""

    number = 0x0D

    week_day_index: ScheduleIndexOrAll
    user_index: UserIndex


class SetYearDaySchedule(Command):
    """Set a user's year day schedule."""

    number = 0x0E

    year_day_index: ScheduleIndex
    user_index: UserIndex
    local_start_time: EpochSeconds
    local_end_time: EpochSeconds


class GetYearDaySchedule(Command):
    """Request a user's year day schedule."""

    number = 0x0F

    year_day_index: ScheduleIndex
    user_index: UserIndex


class ClearYearDaySchedule(Command):
    """Clear a user's year day schedule. Index 254 clears all."""

    number = 0x10

    year_day_index: ScheduleIndexOrAll
    user_index: UserIndex


class SetHolidaySchedule(Command):
    """Set a holiday schedule: the operating mode of the lock during a holiday."""

    number = 0x11

    holiday_index: ScheduleIndex
    local_start_time: EpochSeconds
    local_end_time: EpochSeconds
    operating_mode: OperatingMode


class GetHolidaySchedule(Command):
    """Request a holiday schedule."""

    number = 0x12

    holiday_index: ScheduleIndex


class ClearHolidaySchedule(Command):
    """Clear a holiday schedule. Index 254 clears all."""

    number = 0x13

    holiday_index: ScheduleIndexOrAll


class SetUserType(Command):
    """Set a user's type."""

    number = 0x14

    user_id: UInt16
    user_type: UserType


class GetUserType(Command):
    """Request a user's type."""

    number = 0x15

    user_id: UInt16


class SetRfidCode(Command):
    """Set a user's RFID code."""

    number = 0x16

    user_id: UInt16
    user_status: UserStatus | None = None
    user_type: UserType | None = None
    rfid_code: Code


class GetRfidCode(Command):
    """Request a user's RFID code."""

    number = 0x17

    user_id: UInt16


class ClearRfidCode(Command):
    """Clear the RFID code at an index. 65534 clears all."""

    number = 0x18

    rfid_slot_index: IndexOrAll


class ClearAllRfidCodes(Command):
    """Clear all RFID codes."""

    number = 0x19


class SetUser(Command):
    """Add or modify a user."""

    number = 0x1A

    operation_type: AddOrModify
    user_index: UserIndex
    user_name: Annotated[str, Text(max=10)] | None = None
    user_unique_id: Annotated[UInt32, WireName("UserUniqueID")] | None = None
    user_status: OccupiedStatus | None = None
    user_type: NewUserType | None = None
    credential_rule: CredentialRule | None = None


class GetUser(Command):
    """Request a user."""

    number = 0x1B

    user_index: UserIndex


class ClearUser(Command):
    """Clear a user. Index 65534 clears all."""

    number = 0x1D

    user_index: IndexOrAll


class SetCredential(Command):
    """Add or modify a credential."""

    number = 0x22

    operation_type: AddOrModify
    credential: Credential
    credential_data: Code
    user_index: UserIndex | None = None
    user_status: OccupiedStatus | None = None
    user_type: NewCredentialUserType | None = None


class GetCredentialStatus(Command):
    """Request the status of a credential."""

    number = 0x24

    credential: Credential


class ClearCredential(Command):
    """Clear a credential, or all credentials if none is given."""

    number = 0x26

    credential: Credential | None = None


class UnboltDoor(Command):
    """Unlock the door without pulling the latch."""

    number = 0x27

    pin_code: PinCode | None = None


class SetAliroReaderConfig(Command):
    """Set the keys of the lock's Aliro reader, in hexadecimal."""

    number = 0x28

    signing_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{64}")]
    verification_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{130}")]
    group_identifier: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")]
    group_resolving_key: Annotated[str, Text(pattern=r"[0-9A-Fa-f]{32}")] | None = None


class ClearAliroReaderConfig(Command):
    """Clear the keys of the lock's Aliro reader."""

    number = 0x29
