"""Door Lock on an emulated device.

No property shows the users, codes and schedules of a lock, so their commands are validated and
change nothing.
"""

from typing import Final

from iotmi.capabilities import door_lock_commands as lock
from iotmi.capabilities.door_lock import DoorLock
from iotmi.capabilities.door_lock_types import (
    CredentialRules,
    DoorState,
    LockState,
    LockType,
    OperatingMode,
    OperatingModes,
    SoundVolume,
)
from iotmi.emulator._clusters._rules import Change, Nulls, RefusedError, Rule

INITIAL: Final = DoorLock(
    lock_state=LockState.LOCKED,
    lock_type=LockType.DEAD_BOLT,
    actuator_enabled=True,
    door_state=DoorState.DOOR_CLOSED,
    number_of_total_users_supported=10,
    number_of_pin_users_supported=10,
    number_of_rfid_users_supported=10,
    number_of_week_day_schedules_supported_per_user=10,
    number_of_year_day_schedules_supported_per_user=10,
    number_of_holiday_schedules_supported=10,
    max_pin_code_length=8,
    min_pin_code_length=4,
    max_rfid_code_length=20,
    min_rfid_code_length=8,
    credential_rules_support=CredentialRules.SINGLE,
    number_of_credentials_supported_per_user=5,
    auto_relock_time=0,
    sound_volume=SoundVolume.LOW,
    operating_mode=OperatingMode.NORMAL,
    supported_operating_modes=OperatingModes.NORMAL,
    enable_one_touch_locking=True,
    wrong_code_entry_limit=5,
    user_code_temporary_disable_time=60,
    require_pin_for_remote_operation=False,
)


def _lock(present: DoorLock, command: lock.LockDoor) -> DoorLock:
    _require_pin(present, command.pin_code)
    return DoorLock(lock_state=LockState.LOCKED)


def _unlock(
    present: DoorLock, command: lock.UnlockDoor | lock.UnlockWithTimeout | lock.UnboltDoor
) -> DoorLock:
    _require_pin(present, command.pin_code)
    return DoorLock(lock_state=LockState.UNLOCKED)


def _require_pin(present: DoorLock, pin: str | None) -> None:
    if present.require_pin_for_remote_operation and pin is None:
        raise RefusedError("is required by RequirePINforRemoteOperation", "PINCode")


def _set_aliro(_: DoorLock, command: lock.SetAliroReaderConfig) -> DoorLock:
    return DoorLock(
        aliro_reader_verification_key=command.verification_key,
        aliro_reader_group_identifier=command.group_identifier,
        aliro_group_resolving_key=command.group_resolving_key,
    )


def _clear_aliro(_: DoorLock, __: lock.ClearAliroReaderConfig) -> tuple[Change, ...]:
    return (
        Nulls(
            DoorLock,
            (
                "aliro_reader_verification_key",
                "aliro_reader_group_identifier",
                "aliro_group_resolving_key",
            ),
        ),
    )


RULES: Final = (
    Rule(DoorLock, lock.LockDoor, _lock),
    Rule(DoorLock, lock.UnlockDoor, _unlock),
    Rule(DoorLock, lock.UnlockWithTimeout, _unlock),
    Rule(DoorLock, lock.UnboltDoor, _unlock),
    Rule(DoorLock, lock.SetAliroReaderConfig, _set_aliro),
    Rule(DoorLock, lock.ClearAliroReaderConfig, _clear_aliro),
)
