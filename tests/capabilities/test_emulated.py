"""Emulated devices of all clusters: their initial state, and commands at their limits."""

import pytest

from iotmi import (
    CapabilityAction,
    Client,
    CommandCapability,
    CommandEndpoint,
    JsonValue,
    ValidationError,
    capabilities,
    unchecked,
)
from iotmi.capabilities import (
    Capability,
    ColorControl,
    DoorLock,
    FanControl,
    LevelControl,
    OnOff,
    Thermostat,
    color_control as color,
    door_lock_types as lock,
    fan_control,
    level_control,
    on_off,
    thermostat,
)
from iotmi.capabilities.color_control import (
    ColorLoopAction,
    ColorLoopDirection,
    UpdateFlags,
)
from iotmi.emulator import Emulator, VirtualDevice
from iotmi.emulator._clusters.table import clusters, initial_values, properties_of
from tests.capabilities.support import ALL, activated_thing, build

UP = color.MoveMode.UP
LEVEL_UP, LEVEL_DOWN = level_control.MoveMode.UP, level_control.MoveMode.DOWN


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_new_device_reports_its_initial_state(
    emulator: Emulator, client: Client, capability: type[Capability]
) -> None:
    """Reading all properties makes the device report its initial state."""
    thing = activated_thing(emulator, client, VirtualDevice.of(capability))
    report = client.managed_things.get_capabilities(thing).capability_report
    assert report is not None
    capabilities.check(report, capability.read())
    client.managed_things.control(thing, capability.read())
    state = capability.of(client.managed_things.get_state(thing))
    first = initial_values(capability)
    assert (state is not None) is bool(first)
    if state is not None:
        assert properties_of(state) == first
        assert state.reported_version == capability.version


def test_every_cluster_can_be_emulated() -> None:
    """The emulator's table has each cluster once."""
    assert len(clusters()) == 30
    assert set(clusters()) == set(ALL)


@pytest.mark.parametrize(
    ("before", "command", "switched"),
    [
        (LevelControl(current_level=1), LevelControl.move_to_level_with_on_off(level=128), True),
        (LevelControl, LevelControl.move_to_level_with_on_off(level=1), False),
        (LevelControl, LevelControl.move_with_on_off(move_mode=LEVEL_DOWN, rate=9), False),
        (LevelControl(current_level=1), LevelControl.move_with_on_off(move_mode=LEVEL_UP), True),
        (
            LevelControl,
            LevelControl.step_with_on_off(step_mode=level_control.StepMode.DOWN, step_size=255),
            False,
        ),
        (LevelControl, LevelControl.move_with_on_off(move_mode=LEVEL_UP, rate=0), None),
        (LevelControl, LevelControl.move_to_level(level=128), None),
        (LevelControl, LevelControl.stop_with_on_off(), None),
    ],
)
def test_a_level_with_on_off_switches_the_light(
    emulator: Emulator,
    client: Client,
    before: type[LevelControl] | LevelControl,
    command: capabilities.Command,
    switched: bool | None,  # noqa: FBT001
) -> None:
    """The lowest level switches off, and commands without on/off do not switch."""
    thing = activated_thing(emulator, client, VirtualDevice.of(OnOff(on_off=not switched), before))
    client.managed_things.control(thing, command)
    lamp = OnOff.of(client.managed_things.get_state(thing))
    assert (lamp and lamp.on_off) is switched


def test_a_fan_step_wraps_only_on_request(emulator: Emulator, client: Client) -> None:
    """A fan stays at its limit without `wrap`, and continues at the other limit with it."""
    fan = activated_thing(
        emulator, client, VirtualDevice.of(FanControl(speed_max=3, speed_setting=2))
    )
    up, down = fan_control.StepDirection.INCREASE, fan_control.StepDirection.DECREASE
    seen = []
    for command in (
        FanControl.step(direction=up),
        FanControl.step(direction=up),
        FanControl.step(direction=up, wrap=True),
        FanControl.step(direction=down),
        FanControl.step(direction=down, wrap=True),
        FanControl.step(direction=up, wrap=True, lowest_off=False),
        FanControl.step(direction=down, lowest_off=False),
    ):
        client.managed_things.control(fan, command)
        state = FanControl.of(client.managed_things.get_state(fan))
        assert state is not None
        seen.append((state.speed_setting, state.fan_mode))
    high, low = fan_control.FanMode.HIGH, fan_control.FanMode.LOW
    off = (0, fan_control.FanMode.OFF)
    assert seen == [(3, high), (3, high), off, off, (3, high), (1, low), (1, low)]


def test_a_lock_can_require_a_pin(emulator: Emulator, client: Client) -> None:
    """`RequirePINforRemoteOperation` makes the PIN a required parameter."""
    door = activated_thing(
        emulator, client, VirtualDevice.of(DoorLock(require_pin_for_remote_operation=True))
    )
    with pytest.raises(ValidationError, match=r"parameters\.\S+ is required"):
        client.managed_things.control(door, DoorLock.unlock_door())
    client.managed_things.control(door, DoorLock.unlock_door(pin_code="1234"))
    state = DoorLock.of(client.managed_things.get_state(door))
    assert state is not None
    assert state.lock_state is lock.LockState.UNLOCKED


def test_a_timed_switch_can_require_that_the_device_is_on(
    emulator: Emulator, client: Client
) -> None:
    """`AcceptOnlyWhenOn` ignores a device that is off, and a wait can only be shortened."""
    plug = activated_thing(emulator, client, VirtualDevice.of(OnOff))
    only_on = on_off.OnOffControl.ACCEPT_ONLY_WHEN_ON
    client.managed_things.control(
        plug, OnOff.on_with_timed_off(on_off_control=only_on, on_time=5, off_wait_time=0)
    )
    assert OnOff.of(client.managed_things.get_state(plug)) is None
    waiting = activated_thing(emulator, client, VirtualDevice.of(OnOff(off_wait_time=30)))
    anyway = on_off.OnOffControl(0)
    client.managed_things.control(
        waiting, OnOff.on_with_timed_off(on_off_control=anyway, on_time=5, off_wait_time=20)
    )
    state = OnOff.of(client.managed_things.get_state(waiting))
    assert state is not None
    assert (state.on_off, state.off_wait_time) == (None, 20)


def test_a_color_loop_restores_the_hue(emulator: Emulator, client: Client) -> None:
    """Ending the color loop restores the stored hue."""
    light = activated_thing(
        emulator, client, VirtualDevice.of(ColorControl(enhanced_current_hue=700))
    )
    settings = {"direction": ColorLoopDirection.INCREMENT, "time": 9, "start_hue": 11}
    for flags, action in (
        (UpdateFlags.UPDATE_TIME, ColorLoopAction.DEACTIVATE),
        (UpdateFlags.UPDATE_ACTION, ColorLoopAction.ACTIVATE_FROM_ENHANCED_CURRENT_HUE),
        (UpdateFlags.UPDATE_ACTION, ColorLoopAction.DEACTIVATE),
    ):
        client.managed_things.control(
            light,
            build(ColorControl, "ColorLoopSet", update_flags=flags, action=action, **settings),
        )
    state = ColorControl.of(client.managed_things.get_state(light))
    assert state is not None
    assert (state.color_loop_active, state.enhanced_current_hue) == (0, 700)
    assert (state.color_loop_time, state.color_loop_direction) == (9, None)


def test_a_move_without_a_rate_changes_nothing(emulator: Emulator, client: Client) -> None:
    """A rate of 0 and the mode Stop move nothing."""
    light = activated_thing(emulator, client, VirtualDevice.of(ColorControl))
    stop = color.MoveMode.STOP
    client.managed_things.control(
        light,
        ColorControl.move_saturation(move_mode=UP, rate=0),
        ColorControl.move_color_temperature(
            move_mode=stop,
            rate=5,
            color_temperature_minimum_mireds=0,
            color_temperature_maximum_mireds=0,
        ),
    )
    state = ColorControl.of(client.managed_things.get_state(light))
    assert state is not None
    assert dict(state.raw) == {"RemainingTime": 0}


def test_the_device_validates_update_state(emulator: Emulator, client: Client) -> None:
    """The device refuses wrong types and ranges, and converts numbers to enum names."""
    cold = activated_thing(emulator, client, VirtualDevice.of(Thermostat, LevelControl))
    client.managed_things.control(cold, Thermostat(system_mode=thermostat.SystemMode.COOL).write())
    state = Thermostat.of(client.managed_things.get_state(cold))
    assert state is not None
    assert state.system_mode is thermostat.SystemMode.COOL
    with unchecked():
        wrong = [
            LevelControl(on_level=999).write(),
            Thermostat(temperature_setpoint_hold_duration=1_441).write(),
        ]
    for command in wrong:
        with pytest.raises(ValidationError, match="must be from 0 to"):
            client.managed_things.control(cold, command)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("UpdateState", {"SystemMode": "Boil"}),
        ("UpdateState", {"SystemMode": {}}),
        ("UpdateState", {"OccupiedHeatingSetpoint": "warm"}),
        ("SetpointRaiseLower", {"Mode": "Heat", "Amount": 5, "Fast": True}),
        ("SetpointRaiseLower", {"Mode": "Heat"}),
        ("SetpointRaiseLower", ["Heat", 5]),
    ],
)
def test_the_device_refuses_wrong_parameters(
    emulator: Emulator, client: Client, action: str, parameters: JsonValue
) -> None:
    """The device refuses parameters that the client would refuse, and its state is unchanged."""
    heater = activated_thing(emulator, client, VirtualDevice.of(Thermostat))
    part = CommandCapability(
        id=Thermostat.id,
        name=Thermostat.name,
        version=Thermostat.version,
        actions=[CapabilityAction(name=action, parameters=parameters)],
    )
    with pytest.raises(ValidationError):
        client.managed_things.send_command(
            heater, endpoints=[CommandEndpoint(endpoint_id="1", capabilities=[part])]
        )
    assert Thermostat.of(client.managed_things.get_state(heater)) is None


def test_a_preset_request_without_a_handle_ends_the_preset(
    emulator: Emulator, client: Client
) -> None:
    """Without a handle, the command ends the use of a preset."""
    heater = activated_thing(
        emulator, client, VirtualDevice.of(Thermostat(active_preset_handle="01"))
    )
    client.managed_things.control(heater, Thermostat.set_active_preset_request())
    state = Thermostat.of(client.managed_things.get_state(heater))
    assert state is not None
    assert state.raw == {"ActivePresetHandle": None}
