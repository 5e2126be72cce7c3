"""Device data as an application has it before a creation: strings without any client's types.

Each device has 40 capabilities with the names of Matter clusters. The number of a model is part of
every name, so two models have no name in common.
"""

from collections.abc import Iterable
from itertools import count, cycle
from typing import Final, NamedTuple

_CLUSTERS: Final = """\
OnOff: OnOff GlobalSceneControl OnTime OffWaitTime StartUpOnOff | Off On Toggle | StateChange
LevelControl: CurrentLevel RemainingTime MinLevel MaxLevel OnLevel | MoveToLevel Move Step Stop |
ColorControl: CurrentHue CurrentSaturation CurrentX CurrentY ColorMode | MoveToHue StepColor |
DoorLock: LockState LockType ActuatorEnabled DoorState | LockDoor UnlockDoor | DoorLockAlarm
WindowCovering: Type PhysicalClosedLimitLift OperationalStatus | UpOrOpen DownOrClose StopMotion |
Thermostat: LocalTemperature OccupiedCoolingSetpoint SystemMode | SetpointRaiseLower |
FanControl: FanMode FanModeSequence PercentSetting SpeedMax SpeedCurrent | Step |
TemperatureMeasurement: MeasuredValue MinMeasuredValue MaxMeasuredValue Tolerance | |
PressureMeasurement: MeasuredValue MinMeasuredValue MaxMeasuredValue ScaledValue Scale | |
FlowMeasurement: MeasuredValue MinMeasuredValue MaxMeasuredValue Tolerance | |
RelativeHumidity: MeasuredValue MinMeasuredValue MaxMeasuredValue | |
OccupancySensing: Occupancy OccupancySensorType HoldTime | | OccupancyChanged
IlluminanceMeasurement: MeasuredValue MinMeasuredValue MaxMeasuredValue LightSensorType | |
BooleanState: StateValue | | StateChange
Switch: NumberOfPositions CurrentPosition MultiPressMax | | SwitchLatched InitialPress LongPress
PowerSource: Status Order Description BatVoltage BatPercentRemaining | | WiredFaultChange
SmokeCoAlarm: ExpressedState SmokeState COState BatteryAlert | SelfTestRequest | SmokeAlarm COAlarm
AirQuality: AirQuality | |
Identify: IdentifyTime IdentifyType | Identify TriggerEffect |
Groups: NameSupport | AddGroup ViewGroup GetGroupMembership RemoveGroup |
ScenesManagement: SceneTableSize FabricSceneInfo | AddScene ViewScene RecallScene StoreScene |
BasicInformation: VendorName ProductName NodeLabel HardwareVersion | | StartUp ShutDown Leave
BridgedDevice: VendorName ProductName Reachable UniqueID | | ReachableChanged
Descriptor: DeviceTypeList ServerList ClientList PartsList TagList | |
WaterHeater: HeaterTypes HeatDemand TankVolume EstimatedHeat | Boost CancelBoost | BoostStarted
ElectricalPower: PowerMode Voltage ActiveCurrent ActivePower Frequency | | MeasurementRanges
ElectricalEnergy: Accuracy CumulativeEnergyImported PeriodicEnergyImported | | EnergyMeasured
EnergyPreference: EnergyBalances CurrentEnergyBalance EnergyPriorities | |
MediaPlayback: CurrentState StartTime Duration PlaybackSpeed | Play Pause Next Rewind | StateChanged
MediaInput: InputList CurrentInput | SelectInput ShowInputStatus RenameInput |
AudioOutput: OutputList CurrentOutput | SelectOutput RenameOutput |
KeypadInput: SupportedKeys | SendKey |
Channel: ChannelList Lineup CurrentChannel | ChangeChannel SkipChannel |
TargetNavigator: TargetList CurrentTarget | NavigateTarget | TargetUpdated
LaundryWasher: SpinSpeeds SpinSpeedCurrent NumberOfRinses SupportedRinses | |
DishwasherAlarm: Mask Latch State Supported | Reset ModifyEnabledAlarms | Notify
OperationalState: PhaseList CurrentPhase OperationalState | Pause Stop Start | OperationalError
RobotVacuum: SupportedModes CurrentMode StartUpMode OnMode | ChangeToMode |
ValveControl: OpenDuration DefaultOpenDuration CurrentState TargetState | Open Close | ValveFault
PumpControl: MaxPressure MaxSpeed MaxFlow EffectiveOperationMode | | SupplyVoltageLow DryRunning
"""


class Capability(NamedTuple):
    """One capability of a device."""

    id: str
    name: str
    properties: list[str]
    actions: list[str]
    events: list[str]


class Device(NamedTuple):
    """A device with 40 capabilities."""

    material: str
    serial_number: str
    capabilities: list[Capability]


def _parsed(line: str) -> Capability:
    name, _, members = line.partition(":")
    properties, actions, events = (part.split() for part in members.split("|"))
    return Capability(f"matter.{name}", name, properties, actions, events)


_PARSED: Final = tuple(map(_parsed, _CLUSTERS.splitlines()))


def devices(models: Iterable[int]) -> Iterable[Device]:
    """Yield a device of each model, built from new strings."""
    for model in models:
        yield Device(
            material=f"SN:{model:08};UPC:829576019524",
            serial_number=f"SN-{model:08}",
            capabilities=[
                Capability(
                    id=f"{capability.id}.{model}@1.4",
                    name=f"{capability.name}.{model}",
                    properties=[f"{name}.{model}" for name in capability.properties],
                    actions=[f"{name}.{model}" for name in capability.actions],
                    events=[f"{name}.{model}" for name in capability.events],
                )
                for capability in _PARSED
            ],
        )


def of_few_models() -> Iterable[Device]:
    """Return endless devices of eight models."""
    return devices(cycle(range(8)))


def of_new_models() -> Iterable[Device]:
    """Return endless devices, each of a new model."""
    return devices(count())
