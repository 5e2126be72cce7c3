"""The enumerations, bitmaps, structs and ranges of the Door Lock cluster."""

from typing import Annotated

from iotmi.capabilities._base import (
    Bitmap,
    ClusterEnum,
    Code,
    Number,
    Only,
    Struct,
    UInt16,
    WireName,
)


class LockState(ClusterEnum):
    """The state of a lock."""

    NOT_FULLY_LOCKED = "NotFullyLocked", 0
    LOCKED = "Locked", 1
    UNLOCKED = "Unlocked", 2
    UNLATCHED = "Unlatched", 3


class LockType(ClusterEnum):
    """The type of a lock."""

    DEAD_BOLT = "DeadBolt", 0
    MAGNETIC = "Magnetic", 1
    OTHER = "Other", 2
    MORTISE = "Mortise", 3
    RIM = "Rim", 4
    LATCH_BOLT = "LatchBolt", 5
    CYLINDRICAL_LOCK = "CylindricalLock", 6
    TUBULAR_LOCK = "TubularLock", 7
    INTERCONNECTED_LOCK = "InterconnectedLock", 8
    DEAD_LATCH = "DeadLatch", 9
    DOOR_FURNITURE = "DoorFurniture", 10
    EUROCYLINDER = "Eurocylinder", 11


class DoorState(ClusterEnum):
    """The state of the door."""

    DOOR_OPEN = "DoorOpen", 0
    DOOR_CLOSED = "DoorClosed", 1
    DOOR_JAMMED = "DoorJammed", 2
    DOOR_FORCED_OPEN = "DoorForcedOpen", 3
    DOOR_UNSPECIFIED_ERROR = "DoorUnspecifiedError", 4
    DOOR_AJAR = "DoorAjar", 5


class CredentialRules(Bitmap):
    """The numbers of credentials that a lock can require."""

    SINGLE = 1 << 0
    DUAL = 1 << 1
    TRI = 1 << 2


class LedSetting(ClusterEnum):
    """The LED setting of a lock."""

    NO_LED_SIGNAL = "NoLedSignal", 0
    NO_LED_SIGNAL_ACCESS_ALLOWED = "NoLedSignalAccessAllowed", 1
    LED_SIGNAL_ALL = "LedSignalAll", 2


class SoundVolume(ClusterEnum):
    """The volume of a lock."""

    SILENT = "Silent", 0
    LOW = "Low", 1
    HIGH = "High", 2
    MEDIUM = "Medium", 3


class OperatingMode(ClusterEnum):
    """An operating mode of a lock."""

    NORMAL = "Normal", 0
    VACATION = "Vacation", 1
    PRIVACY = "Privacy", 2
    NO_REMOTE_LOCK_UNLOCK = "NoRemoteLockUnlock", 3
    PASSAGE = "Passage", 4


class OperatingModes(Bitmap):
    """Operating modes of a lock."""

    NORMAL = 1 << 0
    VACATION = 1 << 1
    PRIVACY = 1 << 2
    NO_REMOTE_LOCK_UNLOCK = 1 << 3
    PASSAGE = 1 << 4


class ConfigurationRegister(Bitmap):
    """The default settings of a lock."""

    LOCAL_PROGRAMMING = 1 << 0
    KEYPAD_INTERFACE = 1 << 1
    REMOTE_INTERFACE = 1 << 2
    SOUND_VOLUME = 1 << 5
    AUTO_RELOCK_TIME = 1 << 6
    LED_SETTINGS = 1 << 7


class LocalProgrammingFeatures(Bitmap):
    """The features that can be programmed at the lock."""

    ADD_USERS_CREDENTIALS_SCHEDULES = 1 << 0
    MODIFY_USERS_CREDENTIALS_SCHEDULES = 1 << 1
    CLEAR_USERS_CREDENTIALS_SCHEDULES = 1 << 2
    ADJUST_SETTINGS = 1 << 3


class AlarmMask(Bitmap):
    """Alarms of a lock."""

    LOCK_JAMMED = 1 << 0
    LOCK_FACTORY_RESET = 1 << 1
    LOCK_RADIO_POWER_CYCLED = 1 << 3
    WRONG_CODE_ENTRY_LIMIT = 1 << 4
    FRONT_ESCUTCHEON_REMOVED = 1 << 5
    DOOR_FORCED_OPEN = 1 << 6


class UserStatus(ClusterEnum):
    """The status of a user."""

    AVAILABLE = "Available", 0
    OCCUPIED_ENABLED = "OccupiedEnabled", 1
    OCCUPIED_DISABLED = "OccupiedDisabled", 3


class UserType(ClusterEnum):
    """The type of a user."""

    UNRESTRICTED_USER = "UnrestrictedUser", 0
    YEAR_DAY_SCHEDULE_USER = "YearDayScheduleUser", 1
    WEEK_DAY_SCHEDULE_USER = "WeekDayScheduleUser", 2
    PROGRAMMING_USER = "ProgrammingUser", 3
    NON_ACCESS_USER = "NonAccessUser", 4
    FORCED_USER = "ForcedUser", 5
    DISPOSABLE_USER = "DisposableUser", 6
    EXPIRING_USER = "ExpiringUser", 7
    SCHEDULE_RESTRICTED_USER = "ScheduleRestrictedUser", 8
    REMOTE_ONLY_USER = "RemoteOnlyUser", 9


class DaysMask(Bitmap):
    """Days of the week."""

    SUNDAY = 1 << 0
    MONDAY = 1 << 1
    TUESDAY = 1 << 2
    WEDNESDAY = 1 << 3
    THURSDAY = 1 << 4
    FRIDAY = 1 << 5
    SATURDAY = 1 << 6


class DataOperationType(ClusterEnum):
    """A change to data in the lock."""

    ADD = "Add", 0
    CLEAR = "Clear", 1
    MODIFY = "Modify", 2


class CredentialRule(ClusterEnum):
    """The number of credentials that a user needs."""

    SINGLE = "Single", 0
    DUAL = "Dual", 1
    TRI = "Tri", 2


class CredentialType(ClusterEnum):
    """A type of credential."""

    PROGRAMMING_PIN = "ProgrammingPin", 0
    PIN = "Pin", 1
    RFID = "Rfid", 2
    FINGERPRINT = "Fingerprint", 3
    FINGER_VEIN = "FingerVein", 4
    FACE = "Face", 5
    ALIRO_CREDENTIAL_ISSUER_KEY = "AliroCredentialIssuerKey", 6
    ALIRO_EVICTABLE_ENDPOINT_KEY = "AliroEvictableEndpointKey", 7
    ALIRO_NON_EVICTABLE_ENDPOINT_KEY = "AliroNonEvictableEndpointKey", 8


class Credential(Struct):
    """A credential of a lock, identified by its type and its index."""

    credential_type: CredentialType
    credential_index: UInt16


PinCode = Annotated[Code, WireName("PINCode")]
UserIndex = Annotated[int, Number(1, 65_535)]
ScheduleIndex = Annotated[int, Number(1, 253)]
ScheduleIndexOrAll = Annotated[int, Number(1, 254)]
IndexOrAll = Annotated[int, Number(1, 65_534)]
Hour = Annotated[int, Number(0, 23)]
Minute = Annotated[int, Number(0, 59)]
AddOrModify = Annotated[DataOperationType, Only(DataOperationType.ADD, DataOperationType.MODIFY)]
OccupiedStatus = Annotated[
    UserStatus, Only(UserStatus.OCCUPIED_ENABLED, UserStatus.OCCUPIED_DISABLED)
]
NewUserType = Annotated[
    UserType,
    Only(
        UserType.UNRESTRICTED_USER,
        UserType.NON_ACCESS_USER,
        UserType.FORCED_USER,
        UserType.DISPOSABLE_USER,
        UserType.EXPIRING_USER,
        UserType.SCHEDULE_RESTRICTED_USER,
        UserType.REMOTE_ONLY_USER,
    ),
]
NewCredentialUserType = Annotated[
    UserType,
    Only(
        UserType.UNRESTRICTED_USER,
        UserType.PROGRAMMING_USER,
        UserType.NON_ACCESS_USER,
        UserType.FORCED_USER,
        UserType.DISPOSABLE_USER,
        UserType.EXPIRING_USER,
        UserType.REMOTE_ONLY_USER,
    ),
]
