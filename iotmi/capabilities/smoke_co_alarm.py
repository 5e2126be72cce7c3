"""Smoke CO Alarm: detectors of smoke and of carbon monoxide."""

from typing import Annotated, ClassVar

from iotmi.capabilities._base import (
    Capability,
    ClusterEnum,
    Command,
    EpochSeconds,
    Events,
    ReadOnlyMap,
    WireName,
    attribute,
)


class ExpressedState(ClusterEnum):
    """The state that a detector shows."""

    NORMAL = "Normal", 0
    SMOKE_ALARM = "SmokeAlarm", 1
    CO_ALARM = "CoAlarm", 2
    BATTERY_ALERT = "BatteryAlert", 3
    TESTING = "Testing", 4
    HARDWARE_FAULT = "HardwareFault", 5
    END_OF_SERVICE = "EndOfService", 6
    INTERCONNECT_SMOKE = "InterconnectSmoke", 7
    INTERCONNECT_CO = "InterconnectCo", 8


class AlarmState(ClusterEnum):
    """The severity of an alarm."""

    NORMAL = "Normal", 0
    WARNING = "Warning", 1
    CRITICAL = "Critical", 2


class MuteState(ClusterEnum):
    """The mute state of the sounder."""

    NOT_MUTED = "NotMuted", 0
    MUTED = "Muted", 1


class EndOfService(ClusterEnum):
    """The end of the service life."""

    NORMAL = "Normal", 0
    EXPIRED = "Expired", 1


class ContaminationState(ClusterEnum):
    """The contamination of the smoke sensor."""

    NORMAL = "Normal", 0
    LOW = "Low", 1
    WARNING = "Warning", 2
    CRITICAL = "Critical", 3


class Sensitivity(ClusterEnum):
    """The sensitivity to smoke."""

    HIGH = "High", 0
    STANDARD = "Standard", 1
    LOW = "Low", 2


class SelfTestRequest(Command):
    """Start a self-test."""

    number = 0x00


class SmokeCOAlarm(Capability):
    """A detector of smoke or carbon monoxide."""

    id = "matter.SmokeCOAlarm@1.4"
    name = "Smoke CO Alarm"
    version = "1"
    number = 0x005C
    events: ClassVar[Events] = ReadOnlyMap(
        {
            "SmokeAlarm": 0x00,
            "COAlarm": 0x01,
            "LowBattery": 0x02,
            "HardwareFault": 0x03,
            "EndOfService": 0x04,
            "SelfTestComplete": 0x05,
            "AlarmMuted": 0x06,
            "MuteEnded": 0x07,
            "InterconnectSmokeAlarm": 0x08,
            "InterconnectCOAlarm": 0x09,
            "AllClear": 0x0A,
        }
    )

    expressed_state: ExpressedState | None = attribute(0x0000)
    smoke_state: AlarmState | None = attribute(0x0001)
    co_state: Annotated[AlarmState, WireName("COState")] | None = attribute(0x0002)
    battery_alert: AlarmState | None = attribute(0x0003)
    device_muted: MuteState | None = attribute(0x0004)
    test_in_progress: bool | None = attribute(0x0005)
    hardware_fault_alert: bool | None = attribute(0x0006)
    end_of_service_alert: EndOfService | None = attribute(0x0007)
    interconnect_smoke_alarm: AlarmState | None = attribute(0x0008)
    interconnect_co_alarm: Annotated[AlarmState, WireName("InterconnectCOAlarm")] | None = (
        attribute(0x0009)
    )
    contamination_state: ContaminationState | None = attribute(0x000A)
    smoke_sensitivity_level: Sensitivity | None = attribute(0x000B, writable=True)
    expiry_date: EpochSeconds | None = attribute(0x000C)

    self_test_request = SelfTestRequest
