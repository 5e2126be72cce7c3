# pyright: strict
"""Capabilities as an application uses them, with the type that each expression has.

Read by type checkers and never run: `tests/typing/test_typing.py` asks that they have no
complaint.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, assert_type

import iotmi
from iotmi import (
    AsyncClient,
    CapabilityReport,
    CapabilitySchemaItem,
    Client,
    CommandEndpoint,
    JsonValue,
    ManagedThingState,
    SentManagedThingCommand,
    capabilities,
)
from iotmi.capabilities import (
    Capability,
    Command,
    DoorLock,
    ElectricalEnergyMeasurement,
    FanControl,
    HepaFilterMonitoring,
    LevelControl,
    Number,
    OnOff,
    Pm25ConcentrationMeasurement,
    ReadState,
    Thermostat,
    UpdateState,
    attribute,
    fan_control,
    level_control,
)
from iotmi.capabilities.door_lock_types import Credential, CredentialType, LockState
from iotmi.capabilities.electrical import EnergyMeasurement
from iotmi.capabilities.filters import ResetCondition
from iotmi.capabilities.on_off import Toggle
from iotmi.emulator import VirtualDevice


class Spray(Command):
    """Spray."""

    number = 0x00

    seconds: Annotated[int, Number(1, 60)]
    loudly: bool | None = None


class Sprayer(Capability):
    """A sprayer."""

    id = "acme.Sprayer@1.0"
    name = "Sprayer"
    version = "1"
    number = 0xFFF10001

    spraying: bool | None = attribute(0x0000)
    strength: Annotated[int, Number(0, 10)] | None = attribute(0x0001, writable=True)

    spray = Spray


def commands() -> None:
    assert_type(OnOff.toggle(), Toggle)
    assert_type(OnOff.on(endpoint="2", version="4").endpoint, str)
    move = LevelControl.move_to_level(level=128, endpoint="2")
    assert_type(move, level_control.MoveToLevel)
    assert_type(move.level, int)
    assert_type(move.transition_time, int | None)
    assert_type(FanControl.step(direction=fan_control.StepDirection.INCREASE).wrap, bool | None)
    assert_type(HepaFilterMonitoring.reset_condition(), ResetCondition)
    pin = Credential(credential_type=CredentialType.PIN, credential_index=1)
    assert_type(DoorLock.get_credential_status(credential=pin).credential, Credential)
    assert_type(OnOff.read("on_off"), ReadState)
    assert_type(OnOff(on_time=5).write(), UpdateState)
    assert_type(move.parameters(), Mapping[str, JsonValue])
    made: Callable[[], Command] = OnOff.toggle
    kind: type[Command] = OnOff.toggle
    print(made, kind)


def states(state: ManagedThingState) -> None:
    lamp = OnOff.of(state, endpoint="2")
    assert_type(lamp, OnOff | None)
    if lamp is None:
        return
    assert_type(lamp.on_off, bool | None)
    assert_type(lamp.on_time, int | None)
    assert_type(lamp.changed_at("on_off"), datetime | None)
    assert_type(lamp.raw, Mapping[str, JsonValue])
    door, meter = DoorLock.of(state), ElectricalEnergyMeasurement.of(state)
    if door is not None and meter is not None:
        assert_type(door.lock_state, LockState | None)
        assert_type(meter.cumulative_energy_imported, EnergyMeasurement | None)
    dust = Pm25ConcentrationMeasurement.of(state)
    assert_type(dust, Pm25ConcentrationMeasurement | None)
    if dust is not None:
        assert_type(dust.measured_value, float | None)
    assert_type(Thermostat.id, str)


def reports(report: CapabilityReport) -> None:
    assert_type(
        capabilities.report({"1": [OnOff, LevelControl]}, device_types={"1": ["On/Off Light"]}),
        CapabilityReport,
    )
    assert_type(capabilities.check(report, OnOff.toggle()), None)
    assert_type(capabilities.endpoints(OnOff.toggle()), tuple[CommandEndpoint, ...])
    endpoints: Sequence[CommandEndpoint] = capabilities.endpoints(OnOff.toggle())
    print(endpoints)


def own(state: ManagedThingState) -> None:
    assert_type(Sprayer.spray(seconds=5, endpoint="2"), Spray)
    assert_type(Sprayer.spray(seconds=5, loudly=True).seconds, int)
    assert_type(Sprayer(strength=5).strength, int | None)
    assert_type(Sprayer.of(state), Sprayer | None)
    assert_type(capabilities.schema(Sprayer), CapabilitySchemaItem)
    assert_type(VirtualDevice.of(Sprayer, OnOff(on_off=True)), VirtualDevice)


def received(command: Command) -> int | None:
    match command:
        case level_control.MoveToLevel(level=level):
            return assert_type(level, int)
        case FanControl.step(wrap=wrap):
            return assert_type(wrap, bool | None)
        case Spray(seconds=seconds):
            return assert_type(seconds, int)
        case _:
            return None


def control(client: Client) -> None:
    assert_type(client.managed_things.control("1", OnOff.toggle()), SentManagedThingCommand)
    client.managed_things.control(
        "1", OnOff.read(), LevelControl.stop(), account_association_id="2"
    )


async def control_async(client: AsyncClient) -> None:
    sent = await client.managed_things.control("1", Sprayer.spray(seconds=5), OnOff.toggle())
    assert_type(sent, iotmi.SentManagedThingCommand)
