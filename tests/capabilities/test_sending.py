"""Commands on their way: combined, limited, compared with a report, and sent by both clients."""

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
from tests.capabilities.support import live


def shape_of(*commands: Command) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Which endpoints, capabilities and actions commands become."""
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
    """What follows each other for one endpoint and capability shares it."""
    assert shape_of(
        OnOff.on(endpoint="2"),
        OnOff.toggle(endpoint="2"),
        LevelControl.move_to_level(level=128, endpoint="2"),
        OnOff.off(),
    ) == [
        ("2", [("OnOff", ["On", "Toggle"]), ("LevelControl", ["MoveToLevel"])]),
        ("1", [("OnOff", ["Off"])]),
    ]


def test_the_order_is_kept_where_grouping_would_change_it() -> None:
    """A return to an endpoint or a capability begins a new group."""
    assert shape_of(OnOff.on(), OnOff.on(endpoint="2"), OnOff.off()) == [
        ("1", [("OnOff", ["On"])]),
        ("2", [("OnOff", ["On"])]),
        ("1", [("OnOff", ["Off"])]),
    ]
    level = LevelControl.move_to_level(level=1)
    assert shape_of(OnOff.on(), level, OnOff.off()) == [
        ("1", [("OnOff", ["On"]), ("LevelControl", ["MoveToLevel"]), ("OnOff", ["Off"])]),
    ]


def test_a_command_can_be_told_the_version_of_the_thing() -> None:
    """It goes out in the place of the capability's own; another version is another group."""
    made = capabilities.endpoints(OnOff.on(version="4"), OnOff.off())
    parts = [(part.version, [each.name for each in part.actions]) for part in made[0].capabilities]
    assert parts == [("4", ["On"]), ("6", ["Off"])]


def test_parameters_go_out_by_their_names_on_the_wire() -> None:
    """Enumerations by name, bitmaps as objects of bits; what is None is left out."""
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
    """`ReadState` names properties, `UpdateState` has their values."""
    assert OnOff.read("on_off", "on_time").parameters() == {"propertiesToRead": ["OnOff", "OnTime"]}
    assert OnOff.read().parameters() == {"propertiesToRead": ["*"]}
    write = OnOff(on_time=5).write(endpoint="2", version="4")
    assert write.parameters() == {"OnTime": 5}
    assert (write.name, write.endpoint, write.version) == ("UpdateState", "2", "4")
    assert OnOff.read().name == "ReadState"


def test_what_cannot_be_written_is_refused() -> None:
    """Every property that cannot be written is named; nothing at all is no command either."""
    with pytest.raises(ConstraintError) as caught:
        OnOff(on_off=True, on_time=5, global_scene_control=True).write()
    assert [each.path for each in caught.value.problems] == ["on_off", "global_scene_control"]
    with pytest.raises(ConstraintError, match="must hold at least 1 property"):
        Thermostat().write()


def test_an_endpoint_and_a_version_are_checked_like_parameters() -> None:
    """They keep to the service's patterns."""
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
def test_more_than_one_request_can_hold_is_refused(commands: list[Command], path: str) -> None:
    """The service takes five of each; the sixth is told by its path."""
    with pytest.raises(ConstraintError) as caught:
        capabilities.endpoints(*commands)
    assert [each.path for each in caught.value.problems] == [path]
    assert capabilities.endpoints(*(commands or [OnOff.on()])[:5])


def test_a_command_of_no_capability_is_refused() -> None:
    """A command is made by its capability, which it needs."""
    with pytest.raises(TypeError, match="belongs to no capability"):
        capabilities.endpoints(level_control.MoveToLevel(level=5))


def report() -> CapabilityReport:
    """The report of a lamp, and of an older switch beside it."""
    return capabilities.report(
        {"1": [OnOff, LevelControl], "2": [OnOff(on_off=False)]},
        device_types={"1": ["On/Off Light"]},
        node_id="zb.1",
    )


def test_a_report_is_as_the_service_takes_it() -> None:
    """Classes report all properties, values those they hold."""
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


def test_right_commands_pass_the_check() -> None:
    """`ReadState` of everything is in every report."""
    capabilities.check(
        report(), OnOff.toggle(), OnOff.read(), OnOff(on_time=5).write(), OnOff.read("on_off")
    )


def test_everything_missing_is_told_at_once() -> None:
    """Endpoint, capability, version, property and action, each with the command's place."""
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


def test_an_action_that_a_thing_lacks_is_told() -> None:
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


def test_both_clients_send_and_read_typed(
    emulator: Emulator, client: Client, async_client: AsyncClient
) -> None:
    """What one client commands, the other reads."""
    lamp_id = live(
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


def test_a_command_is_not_repeated_where_it_may_have_been_carried_out(
    emulator: Emulator, client: Client
) -> None:
    """As with `send_command`, a second Toggle would undo the first."""
    lamp_id = live(emulator, client, VirtualDevice.of(OnOff))
    emulator.faults.fail("SendManagedThingCommand", "InternalServerException", before_effect=False)
    with pytest.raises(InternalServerError) as caught:
        client.managed_things.control(lamp_id, OnOff.toggle())
    assert caught.value.attempts == 1
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_a_throttled_command_is_repeated(emulator: Emulator, client: Client) -> None:
    """A throttle says that nothing was done."""
    lamp_id = live(emulator, client, VirtualDevice.of(OnOff))
    emulator.faults.fail("SendManagedThingCommand", "ThrottlingException", times=2)
    client.managed_things.control(lamp_id, OnOff.toggle())
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_commands_also_make_a_plain_request(emulator: Emulator, client: Client) -> None:
    """`endpoints` is the parameter of `SendManagedThingCommand`."""
    lamp_id = live(emulator, client, VirtualDevice.of(OnOff))
    client.send(SendManagedThingCommand(lamp_id, endpoints=capabilities.endpoints(OnOff.toggle())))
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))
    assert lamp is not None
    assert lamp.on_off is True


def test_commands_pickle_and_compare() -> None:
    """A queue can hold them."""
    command = LevelControl.move_to_level(level=128, endpoint="2")
    assert pickle.loads(pickle.dumps(command)) == command
    assert command != LevelControl.move_to_level(level=128)
    assert len({command, LevelControl.move_to_level(level=128, endpoint="2")}) == 1
    assert command.capability is LevelControl
    assert repr(command) == "LevelControl.move_to_level(level='***', endpoint='2')"


def test_a_command_can_be_matched_by_the_method_that_makes_it() -> None:
    """The method is the class of the command, here and where several capabilities share it."""
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
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_capabilities_need_neither_a_client_nor_boto3() -> None:
    """They stand above the service's values and below the families."""
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
    """Each class is loaded when it is first used."""
    script = (
        "import sys; from iotmi.capabilities import OnOff; "
        "print('iotmi.capabilities.door_lock' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"


def test_the_public_door_is_exact() -> None:
    """Every name in `__all__` is there; another name is told to be missing."""
    assert all(hasattr(capabilities, name) for name in capabilities.__all__)
    assert set(capabilities.__all__) <= set(dir(capabilities))
    with pytest.raises(AttributeError, match="no attribute 'Timer'"):
        capabilities.Timer  # type: ignore[attr-defined]  # noqa: B018
