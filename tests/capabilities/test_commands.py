"""Every command of every cluster: building, refusal of wrong parameters, and execution."""

from typing import Final

import pytest

from iotmi import Client, ConstraintError, ValidationError, capabilities, unchecked
from iotmi.capabilities import (
    Capability,
)
from iotmi.capabilities._declared import Field, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Items, Scalar
from iotmi.emulator import Emulator, VirtualDevice
from tests.capabilities.cases import CASES
from tests.capabilities.support import COMMANDS, activated_thing, build, parameters_of

IDS: Final = [f"{capability.__name__}.{name}" for capability, name in COMMANDS]


def test_every_command_has_a_case() -> None:
    """The cases cover every command."""
    assert set(CASES) == set(COMMANDS)
    assert len(COMMANDS) == 92


@pytest.mark.parametrize(("capability", "name"), COMMANDS, ids=IDS)
def test_a_command_has_the_effect_that_matter_defines(
    emulator: Emulator, client: Client, capability: type[Capability], name: str
) -> None:
    """The properties that the device reports after a command are the expected ones."""
    before, parameters, expected = CASES[capability, name]
    thing = activated_thing(emulator, client, VirtualDevice.of(before))
    client.managed_things.control(thing, build(capability, name, **parameters))
    state = capability.of(client.managed_things.get_state(thing))
    if not expected:
        assert state is None
        return
    assert state is not None
    reported = {
        each.name: getattr(state, each.name)
        for each in fields_of(capability)
        if each.wire in state.raw
    }
    assert reported.items() >= expected.items()
    assert all(type(reported[each]) is type(value) for each, value in expected.items())
    assert all(state.changed_at(each) is not None for each in expected)


@pytest.mark.parametrize(("capability", "name"), COMMANDS, ids=IDS)
def test_a_command_round_trips_through_json(capability: type[Capability], name: str) -> None:
    """A connector decodes the JSON parameters into an equal command."""
    command = build(capability, name, **CASES[capability, name][1])
    assert command.name == name
    assert capabilities.command_for(capability, name, command.parameters()) == command


def invalid_values(field: Field) -> list[object]:
    """Return values just outside a parameter's range, and values of the wrong type."""
    match field.kind:
        case Scalar(type=kind, limit=limit):
            others: list[object] = [object(), "text" if kind is not str else 5]
            if kind is int:
                others += [True, 1.5]
            low, high = getattr(limit, "min", None), getattr(limit, "max", None)
            if kind is str:
                return others + (["x" * (high + 1)] if high else ["not hexadecimal"])
            return others + [edge for edge in (low and low - 1, high and high + 1) if edge]
        case Choice(enum=enum):
            return ["Nonsense", 251, True, object(), *(set(enum) - set(field.kind.allowed))]
        case Bits():
            return [-1, 1 << 20, "Nonsense", True]
        case Items():
            return ["text", [object()], 5]
        case _:
            return [object(), {}, 5]


PARAMETERS: Final = [
    (capability, name, field.name)
    for capability, name in COMMANDS
    for field in parameters_of(capability, name)
]


@pytest.mark.parametrize(
    ("capability", "name", "parameter"),
    PARAMETERS,
    ids=[f"{capability.__name__}.{name}.{each}" for capability, name, each in PARAMETERS],
)
def test_a_parameter_just_outside_its_range_is_refused(
    emulator: Emulator, client: Client, capability: type[Capability], name: str, parameter: str
) -> None:
    """The client refuses the command, and so does the emulated device if it is sent anyway."""
    (field,) = (each for each in parameters_of(capability, name) if each.name == parameter)
    right = CASES[capability, name][1]
    wrong = invalid_values(field)
    assert wrong
    for value in wrong:
        with pytest.raises(ConstraintError) as caught:
            build(capability, name, **(right | {parameter: value}))
        assert caught.value.problems[0].path.startswith(parameter)
    ranged = [value for value in wrong if type(value) is int]
    if isinstance(field.kind, Scalar) and field.kind.type is int and ranged:
        thing = activated_thing(emulator, client, VirtualDevice.of(capability))
        with unchecked():
            command = build(capability, name, **(right | {parameter: ranged[0]}))
        with pytest.raises(ValidationError, match=r"parameters\.\S+ must be"):
            client.managed_things.control(thing, command)
        assert capability.of(client.managed_things.get_state(thing)) is None


@pytest.mark.parametrize(
    ("capability", "name"),
    [each for each in COMMANDS if any(field.required for field in parameters_of(*each))],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_all_missing_parameters_are_reported(capability: type[Capability], name: str) -> None:
    """One error has the path of every missing parameter."""
    required = [field.name for field in parameters_of(capability, name) if field.required]
    with pytest.raises(ConstraintError) as caught:
        build(capability, name)
    assert [each.path for each in caught.value.problems] == required
    assert {str(each) for each in caught.value.problems} == {
        f"{path}: is required" for path in required
    }
