"""Grouping, limits, comparison with a report, and sending of commands on both clients."""

import asyncio
import pickle
import subprocess
import sys

import pytest

from iotmi import (
    AsyncClient,
    CapabilityReport,
    Client,
    ConstraintError,
    InternalServerError,
    SendManagedThingCommand,
    capabilities,
)
from iotmi.capabilities import (
    ColorControl,
    Command,
    DoorLock,
    Identify,
    LevelControl,
    OnOff,
    Thermostat,
    level_control,
)
from iotmi.emulator import Emulator, VirtualDevice
from tests.capabilities.support import activated_thing


def shape_of(*commands: Command) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return the endpoints, capabilities and actions of commands."""
    return [
        (
            endpoint.endpoint_id,
            [
                (part.id.partition(".")[2].partition("@")[0], [each.name for each in part.actions])
                for part in endpoint.capabilities
            ],
        )
        for endpoint in capabilities.endpoints(*commands)
    ]


def test_commands_are_grouped_in_their_order() -> None:
    """Consecutive commands for one endpoint and capability share a group."""
    assert shape_of(
        OnOff.on(endpoint="2"),
        OnOff.toggle(endpoint="2"),
        LevelControl.move_to_level(level=128, endpoint="2"),
        OnOff.off(),
    ) == [
        ("2", [("OnOff", ["On", "Toggle"]), ("LevelControl", ["MoveToLevel"])]),
        ("1", [("OnOff", ["Off"])]),
    ]


def test_grouping_keeps_the_order() -> None:
    """A return to an earlier endpoint or capability starts a new group."""
    assert shape_of(OnOff.on(), OnOff.on(endpoint="2"), OnOff.off()) == [
        ("1", [("OnOff", ["On"])]),
        ("2", [("OnOff", ["On"])]),
        ("1", [("OnOff", ["Off"])]),
    ]
    level = LevelControl.move_to_level(level=1)
    assert shape_of(OnOff.on(), level, OnOff.off()) == [
        ("1", [("OnOff", ["On"]), ("LevelControl", ["MoveToLevel"]), ("OnOff", ["Off"])]),
    ]


def test_a_command_can_have_the_version_of_the_thing() -> None:
    """The given version replaces the declared version, and other versions are other groups."""
    made = capabilities.endpoints(OnOff.on(version="4"), OnOff.off())
    parts = [(part.version, [each.name for each in part.actions]) for part in made[0].capabilities]
    assert parts == [("4", ["On"]), ("6", ["Off"])]


def test_parameters_have_their_wire_names() -> None:
    """Enums become names, bitmaps become objects of bits, and None is left out."""
    command = LevelControl.step(
        step_mode=level_control.StepMode.DOWN,
        step_size=5,
        options_mask=level_control.Options.EXECUTE_IF_OFF,
    )
    assert command.parameters() == {
        "StepMode": "Down",
        "StepSize": 5,
        "OptionsMask": {"ExecuteIfOff": 1, "CoupleColorTempToLevel": 0},
    }
    assert DoorLock.unlock_door(pin_code="1234").parameters() == {"PINCode": "1234"}
    assert OnOff.toggle().parameters() == {}


def test_reading_and_writing_are_commands() -> None:
    """`ReadState` has the names of properties, and `UpdateState` has their values."""
    assert OnOff.read("on_off", "on_time").parameters() == {"propertiesToRead": ["OnOff", "OnTime"]}
    assert OnOff.read().parameters() == {"propertiesToRead": ["*"]}
    write = OnOff(on_time=5).write(endpoint="2", version="4")
    assert write.parameters() == {"OnTime": 5}
    assert (write.name, write.endpoint, write.version) == ("UpdateState", "2", "4")
    assert OnOff.read().name == "ReadState"


def test_write_refuses_read_only_properties() -> None:
    """The error names every read-only property, and an empty write is an error too."""
    with pytest.raises(ConstraintError) as caught:
        OnOff(on_off=True, on_time=5, global_scene_control=True).write()
    assert [each.path for each in caught.value.problems] == ["on_off", "global_scene_control"]
    with pytest.raises(ConstraintError, match="must hold at least 1 property"):
        Thermostat().write()


def test_the_endpoint_and_the_version_are_validated() -> None:
    """The service's patterns apply to the endpoint and the version."""
    with pytest.raises(ConstraintError) as caught:
        OnOff.toggle(endpoint="no endpoint", version="1.4")
    assert [each.path for each in caught.value.problems] == ["endpoint", "version"]


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ([OnOff.on(endpoint=str(number)) for number in range(6)], "endpoints"),
        ([OnOff.on(version=str(number)) for number in range(6)], "endpoints[0].capabilities"),
        ([OnOff.on()] * 6, "endpoints[0].capabilities[0].actions"),
        ([], "commands"),
    ],
    ids=["endpoints", "capabilities", "actions", "none"],
)
def test_too_many_commands_are_refused(commands: list[Command], path: str) -> None:
    """The service accepts five of each level, and the error has the path of the sixth."""
    with pytest.raises(ConstraintError) as caught:
        capabilities.endpoints(*commands)
    assert [each.path for each in caught.value.problems] == [path]
    assert capabilities.endpoints(*(commands or [OnOff.on()])[:5])


def test_a_command_without_a_capability_is_refused() -> None:
    """A command has to be built through its capability."""
    with pytest.raises(TypeError, match="belongs to no capability"):
        capabilities.endpoints(level_control.MoveToLevel(level=5))


def report() -> CapabilityReport:
    """Return the report of a lamp and an older switch."""
    return capabilities.report(
        {"1": [OnOff, LevelControl], "2": [OnOff(on_off=False)]},
        device_types={"1": ["On/Off Light"]},
        node_id="zb.1",
    )


def test_a_report_has_the_format_of_the_service() -> None:
    """Classes report all properties, and values report the properties that they hold."""
    made = report()
    assert (made.version, made.node_id) == ("1.0.0", "zb.1")
    lamp, switch = made.endpoints
    assert [part.id for part in lamp.capabilities] == [
        "matter.OnOff@1.4",
        "matter.LevelControl@1.4",
    ]
    assert lamp.device_types == ("On/Off Light",)
    assert switch.device_types == ()
    (part,) = switch.capabilities
    assert (part.name, part.version, part.properties) == ("On/Off", "6", ("OnOff",))
    assert part.actions[:3] == ("Off", "On", "Toggle")
    alarm = capabilities.report({"1": [capabilities.SmokeCOAlarm]}).endpoints[0].capabilities[0]
    assert alarm.events[:2] == ("SmokeAlarm", "COAlarm")


def test_supported_commands_pass_the_check() -> None:
    """Reading all properties is possible with every report."""
    capabilities.check(
        report(), OnOff.toggle(), OnOff.read(), OnOff(on_time=5).write(), OnOff.read("on_off")
    )


def test_the_check_reports_all_problems() -> None:
    """Each missing endpoint, capability, version, property and action has the command's path."""
    with pytest.raises(ConstraintError) as caught:
        capabilities.check(
            report(),
            OnOff.toggle(endpoint="3"),
            ColorControl.read(),
            OnOff.toggle(version="4"),
            OnOff.read("on_time", endpoint="2"),
            OnOff(on_time=1).write(endpoint="2"),
            Identify.identify(identify_time=1, endpoint="2"),
        )
    assert [(each.path, each.value) for each in caught.value.problems] == [
        ("commands[0].endpoint", "3"),
        ("commands[1].capability", "matter.ColorControl@1.4"),
        ("commands[2].version", "4"),
        ("commands[3].properties", "OnTime"),
        ("commands[4].properties", "OnTime"),
        ("commands[5].capability", "matter.Identify@1.4"),
    ]
    assert "must be 6, the version that the thing reports" in str(caught.value)


def test_the_check_reports_a_missing_action() -> None:
    """Optional commands are not in every report."""
    made = report()
    (part,) = made.endpoints[1].capabilities
    lean = CapabilityReport(
        version="1.0.0",
        endpoints=[
            type(made.endpoints[1])(
                id="1",
                device_types=[],
                capabilities=[
                    type(part)(
                        id=part.id,
                        name=part.name,
                        version=part.version,
                        properties=[],
                        actions=["Off"],
                        events=[],
                    )
                ],
            )
        ],
    )
    capabilities.check(lean, OnOff.off())
    with pytest.raises(ConstraintError, match=r"commands\[0\]\.name: must be an action"):
        capabilities.check(lean, OnOff.toggle())
    empty = CapabilityReport(version="1.0.0", endpoints=[])
    with pytest.raises(ConstraintError, match="which has no endpoint"):
        capabilities.check(empty, OnOff.toggle())


def test_both_clients_send_and_read_typed_values(
    emulator: Emulator, client: Client, async_client: AsyncClient
) -> None:
    """A command of one client changes the state that the other reads."""
    lamp_id = activated_thing(
        emulator, client, VirtualDevice.of(endpoints={"1": [OnOff], "2": [OnOff, LevelControl]})
    )
    sent = client.managed_things.control(
        lamp_id, OnOff.on(endpoint="2"), LevelControl.move_to_level(level=128, endpoint="2")
    )
    assert sent.trace_id

    async def go_on() -> tuple[OnOff | None, LevelControl | None]:
        state = await async_client.managed_things.get_state(lamp_id)
        lamp = OnOff.of(state, endpoint="2")
        assert lamp is not None
        again = await async_client.managed_things.control(
            lamp_id, OnOff.toggle(endpoint="2"), OnOff(on_time=5).write(endpoint="2")
        )
        assert again.trace_id != sent.trace_id
        return lamp, LevelControl.of(state, endpoint="2")

    lamp, level = asyncio.run(go_on())
    assert (lamp and lamp.on_off, level and level.current_level) == (True, 128)
    after = OnOff.of(client.managed_things.get_state(lamp_id), endpoint="2")
    assert after is not None
    assert (after.on_off, after.on_time) == (False, 5)
    assert OnOff.of(client.managed_things.get_state(lamp_id)) is None


def test_a_command_with_unknown_outcome_is_not_retried(emulator: Emulator, client: Client) -> None:
    """A second Toggle would undo the first."""
    lamp_id = activated_thing(emulator, client, VirtualDevice.of(OnOff))
    emulator.faults.fail("SendManagedThingCommand", "InternalServerException", before_effect=False)
    with pytest.raises(InternalServerError) as caught:
        client.managed_things.control(lamp_id, OnOff.toggle())
    assert caught.value.attempts == 1
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_a_throttled_command_is_retried(emulator: Emulator, client: Client) -> None:
    """A throttled call had no effect, so a retry is safe."""
    lamp_id = activated_thing(emulator, client, VirtualDevice.of(OnOff))
    emulator.faults.fail("SendManagedThingCommand", "ThrottlingException", times=2)
    client.managed_things.control(lamp_id, OnOff.toggle())
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_endpoints_build_a_request(emulator: Emulator, client: Client) -> None:
    """`endpoints` returns the parameter of `SendManagedThingCommand`."""
    lamp_id = activated_thing(emulator, client, VirtualDevice.of(OnOff))
    client.send(SendManagedThingCommand(lamp_id, endpoints=capabilities.endpoints(OnOff.toggle())))
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_commands_pickle_and_compare() -> None:
    """Commands survive pickling and compare by value."""
    command = LevelControl.move_to_level(level=128, endpoint="2")
    assert pickle.loads(pickle.dumps(command)) == command
    assert command != LevelControl.move_to_level(level=128)
    assert len({command, LevelControl.move_to_level(level=128, endpoint="2")}) == 1
    assert command.capability is LevelControl
    assert repr(command) == "LevelControl.move_to_level(level='***', endpoint='2')"


def test_a_command_matches_the_method_that_builds_it() -> None:
    """The method is the class of the command, also for commands that several capabilities share."""
    command: Command = LevelControl.move_to_level(level=128)
    match command:
        case LevelControl.move_to_level_with_on_off() | OnOff.toggle():
            raise AssertionError("another command")
        case LevelControl.move_to_level(level=level):
            assert level == 128
    assert isinstance(command, level_control.MoveToLevel)
    hepa = capabilities.HepaFilterMonitoring.reset_condition()
    assert hepa.capability is capabilities.HepaFilterMonitoring
    carbon = capabilities.ActivatedCarbonFilterMonitoring.reset_condition()
    assert carbon.capability is capabilities.ActivatedCarbonFilterMonitoring
    assert hepa != carbon
    assert pickle.loads(pickle.dumps([hepa, OnOff.read()])) == [hepa, OnOff.read()]


def printed_by(script: str) -> str:
    """Return the output of a fresh interpreter."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_capabilities_need_neither_a_client_nor_boto3() -> None:
    """Using capabilities imports no client, no family and no AWS library."""
    script = """
import sys
from iotmi.capabilities import CLUSTERS, OnOff, check, endpoints, report
import iotmi.capabilities
for names in CLUSTERS.values():
    for name in names.split():
        getattr(iotmi.capabilities, name)
check(report({"1": [OnOff]}), OnOff.toggle())
endpoints(OnOff.toggle(), OnOff(on_time=5).write())
loaded = [name for name in sys.modules if name.split(".")[0] in {"boto3", "botocore", "anyio"}]
loaded += [name for name in sys.modules if name in {"iotmi.client", "iotmi.emulator"}]
loaded += [name for name in sys.modules if name == "iotmi.resources.managed_things"]
print(loaded)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_a_capability_loads_no_other_cluster() -> None:
    """Each class is imported on first use."""
    script = (
        "import sys; from iotmi.capabilities import OnOff; "
        "print('iotmi.capabilities.door_lock' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"


def test_the_public_names_are_exact() -> None:
    """Every name in `__all__` exists, and an unknown name raises AttributeError."""
    assert all(hasattr(capabilities, name) for name in capabilities.__all__)
    assert set(capabilities.__all__) <= set(dir(capabilities))
    with pytest.raises(AttributeError, match="no attribute 'Timer'"):
        capabilities.Timer  # type: ignore[attr-defined]  # noqa: B018
