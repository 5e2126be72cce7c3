"""Decoding of states and events into capabilities: typed, lenient and complete."""

import copy
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Final

import pytest
from attrs import frozen
from rich.console import Console

from iotmi import (
    ConstraintError,
    JsonValue,
    ManagedThingState,
    StateCapability,
    StateEndpoint,
    evolve,
)
from iotmi.capabilities import (
    ColorControl,
    DoorLock,
    ElectricalEnergyMeasurement,
    LevelControl,
    OnOff,
    SmokeCOAlarm,
    Thermostat,
    WindowCovering,
)
from iotmi.capabilities.door_lock_types import LockState
from iotmi.capabilities.electrical import EnergyMeasurement
from iotmi.capabilities.on_off import StartUpOnOff
from iotmi.capabilities.thermostat import RelayState
from iotmi.capabilities.window_covering import OperationalStatus

CHANGED: Final = datetime(2025, 7, 9, 9, 11, 5, 123000, tzinfo=UTC)


def state(
    *properties: JsonValue, capability: str = "matter.OnOff@1.4", endpoint: str = "1"
) -> ManagedThingState:
    """Return a state with one capability."""
    return ManagedThingState(
        endpoints=[
            StateEndpoint(
                endpoint_id=endpoint,
                capabilities=[
                    StateCapability(
                        id=capability, name="Any", version="4", properties=[*properties]
                    )
                ],
            )
        ]
    )


def prop(name: str, value: JsonValue, changed: JsonValue = "2025-07-09T09:11:05.123Z") -> JsonValue:
    """Return a property in the format of a state."""
    return {"name": name, "value": {"propertyValue": value, "lastChangedAt": changed}}


@frozen
class _Property:
    name: str | None
    value: JsonValue
    changed_at: datetime | None = None


@frozen
class _Capability:
    id: str | None
    name: str | None
    version: str | None
    properties: Sequence[_Property]


@frozen
class _Endpoint:
    id: str | None
    capabilities: Sequence[_Capability]


@frozen
class _Event:
    """An event without a relation to `iotmi.events`."""

    endpoints: Sequence[_Endpoint]


def test_a_state_is_typed() -> None:
    """Values have the declared types and the times of their last changes."""
    lamp = OnOff.of(state(prop("OnOff", value=True), prop("StartUpOnOff", "Toggle")))
    assert lamp is not None
    assert lamp.on_off is True
    assert lamp.start_up_on_off is StartUpOnOff.TOGGLE
    assert lamp.on_time is None
    assert lamp.changed_at("on_off") == CHANGED
    assert lamp.changed_at("on_time") is None
    assert (lamp.endpoint, lamp.reported_version) == ("1", "4")


def test_a_state_without_the_capability_gives_none() -> None:
    """`of` returns None if the capability or the endpoint is not in the state."""
    assert LevelControl.of(state(prop("OnOff", value=True))) is None
    assert OnOff.of(state(), "2") is None
    assert OnOff.of(ManagedThingState(endpoints=[])) is None
    assert OnOff.of(state(endpoint="2"), endpoint="2") == OnOff.of(state(endpoint="2"), "2")


@pytest.mark.parametrize("identifier", ["matter.OnOff", "matter.OnOff@1.4", "matter.OnOff@1.5.1"])
def test_the_version_in_an_id_is_ignored(identifier: str) -> None:
    """The developer guide has ids without a version, and a thing may be newer."""
    event = _Event([_Endpoint("1", [_Capability(identifier, None, None, [_Property("OnOff", 1)])])])
    lamp = OnOff.of(event)
    assert lamp is not None
    # 1 is not a JSON boolean.
    assert lamp.on_off is None
    assert lamp.raw == {"OnOff": 1}


def test_any_event_with_endpoints_is_accepted() -> None:
    """`of` accepts any object with endpoints, capabilities and properties."""
    event = _Event(
        [
            _Endpoint("2", [_Capability("matter.OnOff@1.4", "On/Off", "6", [])]),
            _Endpoint(
                "1",
                [
                    _Capability(None, None, None, []),
                    _Capability(
                        "matter.OnOff@1.4",
                        "On/Off",
                        "6",
                        [_Property("OnOff", value=False, changed_at=CHANGED), _Property(None, 1)],
                    ),
                ],
            ),
        ]
    )
    lamp = OnOff.of(event)
    assert lamp is not None
    assert lamp.on_off is False
    assert lamp.changed_at("on_off") == CHANGED
    other = OnOff.of(event, endpoint="2")
    assert other is not None
    assert other.on_off is None


def test_values_out_of_range_and_unknown_names_are_kept() -> None:
    """Responses are not validated."""
    level = LevelControl.of(
        state(prop("CurrentLevel", 99_999), capability="matter.LevelControl@1.4")
    )
    assert level is not None
    assert level.current_level == 99_999
    door = DoorLock.of(state(prop("LockState", "Ajar"), capability="matter.DoorLock@1.4"))
    assert door is not None
    assert door.lock_state == "Ajar"
    assert door.lock_state is not None
    assert not door.lock_state.known


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Locked", LockState.LOCKED), (1, LockState.LOCKED), ("1", LockState.LOCKED), (None, None)],
)
def test_an_enum_is_decoded_from_a_name_or_a_number(
    written: JsonValue, expected: LockState | None
) -> None:
    """Connectors report numbers, also as strings."""
    door = DoorLock.of(state(prop("LockState", written), capability="matter.DoorLock@1.4"))
    assert door is not None
    assert door.lock_state is expected


def test_an_unknown_number_is_kept() -> None:
    """An unknown member's name is its number."""
    door = DoorLock.of(state(prop("LockState", 77), capability="matter.DoorLock@1.4"))
    assert door is not None
    assert door.lock_state is not None
    assert (door.lock_state.number, door.lock_state.known) == (77, False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"Heat": 1, "Fan": 1, "Boil": 1}, RelayState.HEAT | RelayState.FAN),
        (5, RelayState.HEAT | RelayState.FAN),
        ("5", RelayState.HEAT | RelayState.FAN),
        ({}, RelayState(0)),
        ({"Heat": "on"}, None),
        (-1, None),
        (True, None),
    ],
)
def test_a_bitmap_is_decoded_from_bits_or_a_number(
    written: JsonValue, expected: RelayState | None
) -> None:
    """The service writes an object of bits, and a connector may write a number."""
    heater = Thermostat.of(
        state(prop("ThermostatRunningState", written), capability="matter.Thermostat@1.4")
    )
    assert heater is not None
    assert heater.thermostat_running_state == expected


def test_a_bitmap_holds_numbers_of_several_bits() -> None:
    """A window covering has two bits for each part."""
    closing = OperationalStatus(0b100000)
    blind = WindowCovering.of(
        state(
            prop("OperationalStatus", {"Global": 0, "Lift": 0, "Tilt": 2}),
            capability="matter.WindowCovering@1.4",
        )
    )
    assert blind is not None
    assert blind.operational_status == closing
    assert WindowCovering(operational_status=closing).to_wire() == {
        "OperationalStatus": {"Global": 0, "Lift": 0, "Tilt": 2}
    }


def test_a_struct_is_decoded() -> None:
    """An energy has its times, and a struct without a required field is None."""
    meter = ElectricalEnergyMeasurement.of(
        state(
            prop("CumulativeEnergyImported", {"Energy": 5, "EndTimestamp": 9, "New": 1}),
            prop("CumulativeEnergyExported", {"EndTimestamp": 9}),
            prop("PeriodicEnergyImported", "5"),
            capability="matter.ElectricalEnergyMeasurement@1.4",
        )
    )
    assert meter is not None
    assert meter.cumulative_energy_imported == EnergyMeasurement(energy=5, end_timestamp=9)
    assert meter.cumulative_energy_exported is None
    assert meter.periodic_energy_imported is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [(5, 5), (5.0, 5), ("5", 5), (5.5, None), ("much", None), (True, None), ([], None)],
)
def test_numbers_are_decoded_leniently(written: JsonValue, expected: int | None) -> None:
    """A number may be a string or have a zero fraction. Other values are None and stay in `raw`."""
    lamp = OnOff.of(state(prop("OnTime", written)))
    assert lamp is not None
    assert lamp.on_time == expected
    assert lamp.raw == {"OnTime": written}


def test_unknown_properties_are_in_raw() -> None:
    """A property of a later version is in `raw`."""
    lamp = OnOff.of(state(prop("OnOff", value=True), prop("Glitter", {"much": 1})))
    assert lamp is not None
    assert lamp.raw == {"OnOff": True, "Glitter": {"much": 1}}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-07-09T09:11:05.123+00:00", CHANGED),
        ("2025-07-09T09:11:05.123", CHANGED),
        (CHANGED.timestamp(), CHANGED),
        ("yesterday", None),
        (10**40, None),
        (None, None),
        (True, None),
    ],
)
def test_times_are_decoded_leniently(written: JsonValue, expected: datetime | None) -> None:
    """Strings and numbers are times, and an invalid time is None."""
    lamp = OnOff.of(state(prop("OnOff", value=True, changed=written)))
    assert lamp is not None
    assert lamp.changed_at("on_off") == expected


@pytest.mark.parametrize(
    "properties", ["text", 5, {"OnOff": True}, [5, {"name": 5}, {"name": "x"}]]
)
def test_a_document_in_an_unknown_format_has_no_properties(properties: JsonValue) -> None:
    """The capability exists and all its properties are None."""
    odd = ManagedThingState(
        endpoints=[
            StateEndpoint(
                endpoint_id="1",
                capabilities=[
                    StateCapability(
                        id="matter.OnOff@1.4", name="On/Off", version="6", properties=properties
                    )
                ],
            )
        ]
    )
    lamp = OnOff.of(odd)
    assert lamp is not None
    assert lamp.raw == {}


def test_a_value_compares_hashes_pickles_and_copies() -> None:
    """Pickles and copies keep the reported facts, and comparisons ignore them."""
    lamp = OnOff.of(state(prop("OnOff", value=True)))
    assert lamp is not None
    for twin in (pickle.loads(pickle.dumps(lamp)), copy.deepcopy(lamp)):
        assert twin == lamp
        assert lamp.changed_at("on_off") is not None
        assert twin.changed_at("on_off") == lamp.changed_at("on_off")
    assert lamp == OnOff(on_off=True) != OnOff(on_off=False)
    assert hash(lamp) == hash(OnOff(on_off=True))
    assert OnOff(on_off=True) == OnOff(on_off=True) != LevelControl(current_level=1)
    assert len({OnOff(on_off=True), OnOff(on_off=True), OnOff(on_off=False)}) == 2
    assert OnOff() != "OnOff"


def test_a_built_value_has_no_reported_facts() -> None:
    """A built value has no endpoint, no version and no times."""
    lamp = OnOff(on_off=True)
    assert (lamp.endpoint, lamp.reported_version, dict(lamp.raw)) == (None, None, {})
    assert lamp.changed_at("on_off") is None


def test_no_repr_shows_a_value() -> None:
    """The service's model marks properties as sensitive."""
    alarm = SmokeCOAlarm.of(
        state(prop("SmokeState", "CANARY"), capability="matter.SmokeCOAlarm@1.4")
    )
    assert repr(alarm) == "SmokeCOAlarm(smoke_state='***')"
    assert "CANARY" not in repr(DoorLock.unlock_door(pin_code="CANARY"))
    assert repr(DoorLock.unlock_door(pin_code="1", version="7")) == (
        "DoorLock.unlock_door(pin_code='***', endpoint='1', version='7')"
    )


def test_neither_rich_nor_a_failed_comparison_shows_a_value() -> None:
    """rich and pytest inspect the fields of attrs classes instead of the repr."""
    door = DoorLock.unlock_door(pin_code="CANARY")
    console = Console(file=StringIO(), width=200)
    console.print([door, ColorControl(compensation_text="CANARY")])
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "pin_code='***'" in shown
    assert "compensation_text='***'" in shown
    with pytest.raises(AssertionError) as caught:
        assert door == DoorLock.unlock_door(pin_code="other")
    assert "CANARY" not in shown + str(caught.value)


def test_a_command_and_a_value_can_be_evolved() -> None:
    """`attrs.evolve` changes fields and validates them."""
    move = LevelControl.move_to_level(level=1)
    assert evolve(move, level=2) == LevelControl.move_to_level(level=2)
    with pytest.raises(ConstraintError, match="level: must be from 0 to 254"):
        evolve(move, level=255)
    assert evolve(OnOff(on_off=True), on_off=False) == OnOff(on_off=False)


def test_an_unknown_field_name_is_refused() -> None:
    """The errors of `changed_at` and `read` list the fields."""
    with pytest.raises(ConstraintError, match="must be one of on_off, "):
        OnOff(on_off=True).changed_at("OnOff")
    with pytest.raises(ConstraintError, match="must be one of current_hue, "):
        ColorControl.read("hue")
