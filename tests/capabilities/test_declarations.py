"""The 30 declared clusters agree with the samples of Matter 1.4 and of the service's spelling."""

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

import pytest

import iotmi
from iotmi import ConstraintError
from iotmi.capabilities import Capability
from iotmi.capabilities._capability import actions_of
from iotmi.capabilities._declared import Declared, Field, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Items, Scalar
from tests.capabilities.support import ALL, command_of, fields_sample, snake, spelling_of

EDGES: Final = {
    "uint8": (0, 255),
    "uint16": (0, 65_535),
    "uint32": (0, 2**32 - 1),
    "int8": (-128, 127),
    "int16": (-32_768, 32_767),
    "int64": (-(2**63), 2**63 - 1),
    "percent": (0, 100),
    "percent100ths": (0, 10_000),
    "temperature": (-27_315, 32_767),
    "epoch-s": (0, 2**32 - 1),
    "elapsed-s": (0, 2**32 - 1),
    "group-id": (0, 65_535),
    "energy-mWh": (-(2**63), 2**63 - 1),
    "power-mW": (-(2**63), 2**63 - 1),
    "voltage-mV": (-(2**63), 2**63 - 1),
    "amperage-mA": (-(2**63), 2**63 - 1),
    "SignedTemperature": (-128, 127),
    "UnsignedTemperature": (0, 255),
    "TemperatureDifference": (-32_768, 32_767),
}
REQUESTS: Final = [
    (capability, command)
    for capability in ALL
    for command in fields_sample()[capability.id]["commands"]
    if command["direction"] == "request"
]


def range_of(sample: dict[str, Any]) -> tuple[int, int, bool] | None:
    """Return the range of a sample's field, and True if a limit depends on another attribute.

    None if the type and constraint have no numbers.
    """
    if sample["type"] not in EDGES:
        return None
    low, high = EDGES[sample["type"]]
    constraint = sample.get("constraint", "all")
    if found := re.fullmatch(r"(?:max |\S+ to )(.+)", constraint):
        high = min(high, literal(found[1], high))
    if found := re.fullmatch(r"(?:min (.+)|(.+) to .+)", constraint):
        low = max(low, literal(found[1] or found[2], low))
    return low, high, re.search(r"[a-z]{4}", constraint) is not None


def literal(text: str, otherwise: int) -> int:
    """Parse a number in a constraint. Temperatures of types in tenths are converted."""
    found = re.fullmatch(r"(-?[\d.]+)(°C|%)?", text)
    if found is None:
        return otherwise
    return round(float(found[1]) * (10 if found[2] == "°C" else 1))


def refuses(field: Field, value: object) -> bool:
    return next(field.kind.check(field.kind.coerce(value)), None) is not None


def compare(sample: dict[str, Any], field: Field, datatypes: dict[str, Any]) -> Iterator[str]:
    """Yield the differences between a declared field and the sample."""
    yield from compare_range(sample, field)
    yield from compare_names(datatypes.get(sample["type"], {"type": None}), field)
    kind = field.kind
    match sample["type"]:
        case "bool" | "single" | "string" | "octstr":
            expected = {"bool": bool, "single": float}.get(sample["type"], str)
            if not isinstance(kind, Scalar) or kind.type is not expected:
                yield f"{field.name} is not a {expected}"
        case "list" if not isinstance(kind, Items):
            yield f"{field.name} is not a list"


def compare_range(sample: dict[str, Any], field: Field) -> Iterator[str]:
    """Yield the values that a declared field accepts or refuses unlike the sample."""
    edges = range_of(sample)
    if edges is not None:
        low, high, depends = edges
        if not depends:
            yield from (f"{field.name} refuses {end}" for end in (low, high) if refuses(field, end))
        for value in (low - 1, high + 1):
            if not refuses(field, value):
                yield f"{field.name} accepts {value}"


def compare_names(known: dict[str, Any], field: Field) -> Iterator[str]:
    """Yield the differences between the names of an enum or bitmap and the sample."""
    kind = field.kind
    if known["type"] in {"enum8", "enum16"}:
        if not isinstance(kind, Choice):
            yield f"{field.name} is not an enum"
        elif {each.value: each.number for each in kind.enum} != {  # type: ignore[attr-defined]
            each["name"]: each["value"] for each in known["members"]
        }:
            yield f"{field.name} has other members"
    if known["type"] in {"map8", "map16", "map32"}:
        if not isinstance(kind, Bits):
            yield f"{field.name} is not a bitmap"
        elif not refuses(field, 0) and set(kind.write(0) or {}) != {  # type: ignore[arg-type]
            each["name"] for each in known["members"] if each["name"] != "AlwaysSet"
        }:
            yield f"{field.name} has other bits"


def test_there_are_thirty_clusters() -> None:
    """Each cluster of the sample has one class, with the name in its capability id."""
    assert {capability.id for capability in ALL} == set(fields_sample())
    assert len(ALL) == 30
    assert all(capability.id == f"matter.{capability.__name__}@1.4" for capability in ALL)


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_cluster_has_the_name_and_numbers_of_the_service(
    capability: type[Capability],
) -> None:
    """Name, version, number and events equal the sample."""
    spelled = spelling_of(capability)
    assert capability.name == spelled["display_name"]
    assert capability.version == str(spelled["revision"]["1.4"])
    assert capability.number == int(spelled["id"], 16)
    assert list(capability.events) == [
        each if isinstance(each, str) else each["name"] for each in spelled["events"]
    ]
    numbers = [each["id"] for each in fields_sample()[capability.id]["events"]]
    assert list(capability.events.values()) == numbers


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_attributes_are_those_of_the_cluster(capability: type[Capability]) -> None:
    """Each attribute has its name, wire name, number and writability."""
    sample = {each["id"]: each for each in fields_sample()[capability.id]["attributes"]}
    spelled = {int(each["id"], 16): each for each in spelling_of(capability)["attributes"]}
    assert [(each.number, each.name) for each in fields_of(capability)] == [
        (number, snake(each["name"])) for number, each in sample.items()
    ]
    for each in fields_of(capability):
        assert each.wire == spelled[each.number]["name"]
        assert each.writable is sample[each.number]["writable"]
        assert not each.required


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_attributes_have_the_types_and_ranges_of_the_cluster(
    capability: type[Capability],
) -> None:
    """An attribute accepts both limits of its range and refuses the next values."""
    cluster = fields_sample()[capability.id]
    found = [
        difference
        for sample, field in zip(cluster["attributes"], fields_of(capability), strict=True)
        for difference in compare(sample, field, cluster["datatypes"])
    ]
    assert not found


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_commands_are_those_of_the_cluster(capability: type[Capability]) -> None:
    """Each command has its name and number, and a method of the capability builds it."""
    expected = {each["name"]: each["id"] for owner, each in REQUESTS if owner is capability}
    assert {name: each.number for name, each in actions_of(capability).items()} == expected
    assert all(hasattr(capability, snake(name)) for name in expected)


@pytest.mark.parametrize(
    ("capability", "command"),
    REQUESTS,
    ids=[f"{capability.__name__}.{command['name']}" for capability, command in REQUESTS],
)
def test_parameters_are_those_of_the_command(
    capability: type[Capability], command: dict[str, Any]
) -> None:
    """Each parameter has its name, number, type and range, and is required as in the cluster."""
    cluster = fields_sample()[capability.id]
    spelled = {int(each["id"], 16): each["fields"] for each in spelling_of(capability)["commands"]}
    samples = [each for each in command["fields"] if each["name"] != "Ignored"]
    fields = fields_of(command_of(capability, command["name"]))
    assert [(each.number, each.name) for each in fields] == [
        (each["id"], snake(each["name"])) for each in samples
    ]
    assert [each.wire for each in fields] == spelled[command["id"]]
    found = [
        difference
        for sample, field in zip(samples, fields, strict=True)
        for difference in compare(sample, field, cluster["datatypes"])
    ]
    assert not found
    for sample, field in zip(samples, fields, strict=True):
        can_be_left_out = "default" in sample or "X" in sample.get("quality", "")
        assert field.required is ("M" in sample["conformance"] and not can_be_left_out)


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_everything_declared_is_documented(capability: type[Capability]) -> None:
    """Each capability and each command has a docstring of its own."""
    declared: list[type[Declared]] = [capability]
    declared += actions_of(capability).values()
    assert all("__doc__" in vars(each) and each.__doc__ for each in declared)


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_schema_is_valid_in_the_service_model(capability: type[Capability]) -> None:
    """Every declared class produces a valid schema item."""
    item = iotmi.capabilities.schema(capability)
    assert item.capability_id == capability.id
    assert int(item.extrinsic_id, 16) == capability.number
    assert isinstance(item.schema, dict)
    properties = item.schema["properties"]
    assert isinstance(properties, dict)
    assert set(properties) == {each.wire for each in fields_of(capability)}


@pytest.mark.parametrize("kind", [complex, int | str, Literal["a"], dict[str, int]], ids=str)
def test_an_unsupported_field_type_is_refused(kind: object) -> None:
    """The first use of the class raises a TypeError."""

    class Wrong(Capability):
        id, name, version, number = "acme.Wrong@1.0", "Wrong", "1", 0xFFF10001
        when: kind | None = None  # type: ignore[valid-type]  # a variable

    with pytest.raises(TypeError, match="cannot have the type"):
        Wrong()


def test_the_error_for_an_unknown_member_hides_the_value() -> None:
    """The service's model marks properties as sensitive."""
    with pytest.raises(ConstraintError) as caught:
        iotmi.capabilities.OnOff(on_time="CANARY")  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("on_time", "***")
    assert "CANARY" not in repr(caught.value)
