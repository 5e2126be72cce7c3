"""Commands and states with Matter's numbers, in both directions, for every declared cluster."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from iotmi import ConstraintError, JsonValue, MatterCapabilityReportCluster
from iotmi.capabilities import (
    Capability,
    Command,
    FanControl,
    Groups,
    LevelControl,
    OnOff,
    ReadState,
    Text,
    UpdateState,
    attribute,
    matter,
)
from iotmi.capabilities._declared import Structure, fields_of
from iotmi.capabilities._kinds import Bits, Choice, Items, Kind, Scalar
from iotmi.capabilities.fan_control import FanMode
from iotmi.capabilities.matter import MatterCommand
from tests.capabilities.cases import CASES
from tests.capabilities.support import ALL, COMMANDS, build, fields_sample


def example(kind: Kind) -> Any:  # noqa: ANN401, PLR0911 - the kind decides
    """Return a valid value of a kind that differs from zero where possible."""
    match kind:
        case Scalar(limit=Text(pattern=str(pattern))):
            # The pattern ends in the number of digits: {32}, or {0,16} of pairs.
            return "ab" * (int(re.split(r"\D+", pattern)[-2]) // 2)
        case Scalar(type=known, limit=limit):
            high = getattr(limit, "max", None)
            return {bool: True, int: high or 5, float: 1.5, str: "ab"}[known]
        case Choice(allowed=allowed):
            return allowed[-1]
        case Bits(flags=flags):
            return flags(next(iter(flags.__members__.values())))
        case Items(item=item):
            return (example(item),)
        case Structure(struct=struct):
            return struct(**{each.name: example(each.kind) for each in fields_of(struct)})
    return {"a": [1]}


def full(capability: type[Capability]) -> Capability:
    """Return a value of a capability with every property."""
    return capability(**{each.name: example(each.kind) for each in fields_of(capability)})


def through_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a connector receives after the value was JSON text."""
    received: dict[str, Any] = json.loads(json.dumps(dict(value)))
    return received


def as_strings(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with every scalar as a string, and lists and objects as JSON in a string."""
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize(("capability", "name"), COMMANDS, ids=str)
def test_a_command_round_trips_through_its_numbers(capability: type[Capability], name: str) -> None:
    """A command becomes numbers and the same command again, also with values as strings."""
    command = build(capability, name, **{"endpoint": "2", **CASES[capability, name][1]})
    encoded = matter.encode_command(command)
    fields = through_json(encoded.fields)
    for received in (fields, {number: as_strings(held) for number, held in fields.items()}):
        decoded = matter.decode_command(evolve(encoded, fields=received))
        assert decoded == command
        assert type(decoded) is type(command)


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_state_round_trips_through_its_numbers(capability: type[Capability]) -> None:
    """A value with every property becomes attributes, and the same value again."""
    value = full(capability)
    attributes = through_json(matter.encode_state(value))
    sample = {each["id"] for each in fields_sample()[capability.id]["attributes"]}
    assert {int(number, 16) for number in attributes} == sample
    assert matter.decode_state(capability, attributes) == value
    strings = {number: as_strings(held) for number, held in attributes.items()}
    assert matter.decode_state(capability, strings) == value


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_reads_and_writes_round_trip_through_their_numbers(capability: type[Capability]) -> None:
    """ReadState and UpdateState of every property keep their names and values."""
    commands: list[Command] = [
        capability.read(),
        capability.read(*(each.name for each in fields_of(capability))),
    ]
    writable = {each.name: example(each.kind) for each in fields_of(capability) if each.writable}
    if writable:
        commands.append(capability(**writable).write())
    for command in commands:
        encoded = matter.encode_command(command)
        assert (
            encoded.command
            == {ReadState: "0xff02", UpdateState: "0xff01"}[
                ReadState if isinstance(command, ReadState) else UpdateState
            ]
        )
        assert matter.decode_command(encoded) == command


@pytest.mark.parametrize("capability", ALL, ids=lambda each: each.__name__)
def test_a_report_has_every_number_of_the_cluster(capability: type[Capability]) -> None:
    """The report of a class equals the sample of the cluster."""
    (endpoint,) = matter.report({"1": [capability]}).endpoints
    (cluster,) = endpoint.clusters
    sample = fields_sample()[capability.id]
    requests = [each["id"] for each in sample["commands"] if each["direction"] == "request"]
    assert (int(cluster.id, 16), cluster.revision) == (int(sample["id"], 16), sample["revision"])
    assert [int(each.id or "", 16) for each in cluster.attributes or ()] == [
        each["id"] for each in sample["attributes"]
    ]
    assert [int(each, 16) for each in cluster.commands or ()] == requests
    assert [int(each, 16) for each in cluster.events or ()] == [
        each["id"] for each in sample["events"]
    ]


def test_a_value_reports_only_its_properties() -> None:
    """The report of a value has the attributes that the value holds, with their values."""
    own = MatterCapabilityReportCluster(id="0xFFF10001", revision=1)
    report = matter.report(
        {"1": [OnOff(on_off=False), own], "2": [LevelControl]},
        device_types={"1": ["On/Off Light"]},
        node_id="1",
    )
    first, second = report.endpoints
    switch, other = first.clusters
    assert [(each.id, each.value) for each in switch.attributes or ()] == [("0x0000", False)]
    assert (switch.public_id, switch.commands) == (
        "matter.OnOff@1.4",
        ("0x00", "0x01", "0x02", "0x40", "0x41", "0x42"),
    )
    assert other is own
    assert (first.device_types, second.device_types) == (("On/Off Light",), ())


@pytest.mark.parametrize("number", ["0x0006", "0x006", "0X6", "6", "0006"])
def test_an_id_has_any_number_of_digits(number: str) -> None:
    """Ids are decimal, or hexadecimal with any number of digits."""
    decoded = matter.decode_command(MatterCommand(cluster=number, command="0x001"))
    assert decoded == OnOff.on()


@pytest.mark.parametrize(
    ("cluster", "command", "fields"),
    [
        ("0xFFF10001", "0x01", {}),
        ("OnOff", "0x01", {}),
        ("0x0006", "0x99", {}),
        ("0x0006", "Toggle", {}),
        ("0x0006", "0x01", {"0x0000": 1}),
        ("0x0008", "0x00", {"0x0000": 999}),
        ("0x0008", "0x00", {"0x0000": ["x"]}),
        ("0x0008", "0x00", {}),
        ("0x0202", "0xff01", {"0xabcd": "3"}),
        ("0x0202", "0xff01", {"FanMode": "3"}),
    ],
    ids=str,
)
def test_a_command_that_no_declaration_fits_stays_readable(
    cluster: str, command: str, fields: dict[str, Any]
) -> None:
    """Unknown numbers and values out of range are kept as they arrived, hidden in reprs."""
    received = MatterCommand(cluster=cluster, command=command, fields={**fields})
    assert matter.decode_command(received) is received
    assert dict(received.fields) == fields
    assert "999" not in repr(received)


def test_the_sample_of_the_guide() -> None:
    """The guide's UpdateState of a fan has the property's name and the enum's member."""
    received = MatterCommand(cluster="0x0202", command="0xff01", fields={"0x0000": "3"})
    decoded = matter.decode_command(received)
    assert isinstance(decoded, UpdateState)
    assert decoded.properties == {"FanMode": "High"}
    assert decoded.capability.from_wire(decoded.properties) == FanControl(fan_mode=FanMode.HIGH)
    assert matter.encode_state(FanControl(fan_mode=FanMode.HIGH)) == {"0x0000": "3"}
    assert matter.encode_command(decoded) == received
    assert matter.encode_command(decoded).fields == received.fields


def test_unknown_and_wrong_attributes_are_ignored() -> None:
    """A state keeps what fits its class."""
    attributes: dict[str, JsonValue] = {
        "0x0000": "true",
        "0x4001": "soon",
        "0xabcd": 1,
        "OnOff": False,
    }
    assert matter.decode_state(OnOff, attributes) == OnOff(on_off=True)


def test_nulls_reach_the_command() -> None:
    """A null in an UpdateState is a null of the property, in both directions."""
    received = MatterCommand(cluster="0x0008", command="0xff01", fields={"0x0011": None})
    decoded = matter.decode_command(received)
    assert isinstance(decoded, UpdateState)
    assert decoded.properties == {"OnLevel": None}
    assert matter.encode_command(decoded).fields == {"0x0011": None}


class Spin(Command):
    """Turn around."""

    number = 0x01

    times: int


class Top(Capability):
    """A spinning top of an application."""

    id, name, version, number = "acme.Top@1.0", "Top", "1", 0xFFF10001

    turns: int | None = attribute(0x0000)

    spin = Spin


def test_a_class_of_the_application_is_found_by_its_number() -> None:
    """Classes of the application are passed, and they come before the declared ones."""
    encoded = matter.encode_command(Top.spin(times=3))
    assert (encoded.cluster, encoded.command) == ("0xfff10001", "0x01")
    assert matter.decode_command(encoded) is encoded
    assert matter.decode_command(encoded, [Top]) == Top.spin(times=3)
    assert matter.find_capability(0x0006, [Top]) is OnOff


def test_a_report_is_checked() -> None:
    """A revision above 10 breaks the service's limit."""

    class Late(Top):
        id, name, version, number = "acme.Late@1.0", "Late", "11", 0xFFF10002

    with pytest.raises(ConstraintError, match="revision"):
        matter.report({"1": [Late]})


def test_a_list_that_is_no_json_stays_as_it_is() -> None:
    """A list may arrive as JSON in a string. Other strings are no list."""
    received = MatterCommand(cluster="0x0004", command="0x02", fields={"0x0000": "[1"})
    assert matter.decode_command(received) is received
    listed = MatterCommand(cluster="0x0004", command="0x02", fields={"0x0000": "[1]"})
    assert matter.decode_command(listed) == Groups.get_group_membership(group_list=[1])
