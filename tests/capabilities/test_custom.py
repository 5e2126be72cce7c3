"""Custom capabilities that derive from the public base classes."""

import json
from collections.abc import Sequence
from typing import Annotated, Final

import pytest

from iotmi import (
    AuthenticationMaterialType,
    Client,
    ConstraintError,
    JsonValue,
    OpenEnum,
    ReadOnlyMap,
    Role,
    capabilities,
)
from iotmi._schema.traits import DOCUMENT
from iotmi.capabilities import (
    Bitmap,
    Capability,
    ClusterEnum,
    Command,
    Number,
    OnOff,
    Size,
    Struct,
    Text,
    Unit,
    WireName,
    attribute,
)
from iotmi.emulator import Emulator, VirtualDevice
from tests.capabilities.support import activated_thing


class Scent(ClusterEnum):
    """A scent."""

    ROSE = "Rose", 0
    PINE = "Pine", 1


class Parts(Bitmap):
    """The parts of a sprayer."""

    TANK = 1 << 0
    NOZZLE = 1 << 1


class Shot(Struct):
    """One spraying."""

    seconds: Annotated[int, Number(1, 60)]
    scent: Scent | None = None


class Spray(Command):
    """Spray for a number of seconds."""

    number = 0x00

    shots: Annotated[Sequence[Shot], Size(max=3)]
    note: Annotated[str, Text(max=5), WireName("NOTE")] | None = None


class Sprayer(Capability):
    """A sprayer of scents."""

    id = "acme.Sprayer@1.0"
    name = "Sprayer"
    version = "2"
    number = 0xFFF10001
    events = ReadOnlyMap({"Empty": 0x00})

    spraying: bool | None = attribute(0x0000)
    strength: Annotated[float, Number(0, 1), Unit("part")] | None = attribute(0x0001, writable=True)
    scent: Scent | None = attribute(0x0002, writable=True)
    broken: Parts | None = attribute(0x0003)
    last: Shot | None = attribute(0x0004)

    spray = Spray


class LoudSprayer(Sprayer):
    """A sprayer with a horn, derived from another custom capability."""

    id = "acme.LoudSprayer@1.0"
    name = "Loud Sprayer"
    number = 0xFFF10002

    loud: bool | None = attribute(0x0005, writable=True)


class Mood(OpenEnum):
    """A mood, without numbers."""

    CALM = "Calm"
    LIVELY = "Lively"


class Mixer(Capability):
    """A capability with kinds of values that no cluster has."""

    id = "acme.Mixer@1.0"
    name = "Mixer"
    version = "1"
    number = 0xFFF10003

    mood: Mood | None = attribute(0x0000, writable=True)
    recipe: Annotated[JsonValue, DOCUMENT] | None = attribute(0x0001, writable=True)
    parts: Annotated[Parts, Number(0, 1)] | None = attribute(0x0002, writable=True)


def test_values_of_any_json_are_copied_and_checked() -> None:
    """A free-form property holds JSON, and only JSON."""
    drops: list[JsonValue] = [1, 2.5, None]
    mixer = Mixer(recipe={"drops": drops}, mood=Mood.CALM)
    drops.clear()
    assert mixer.to_wire() == {"Mood": "Calm", "Recipe": {"drops": [1, 2.5, None]}}
    with pytest.raises(ConstraintError, match=r"recipe\['drops'\]: must be JSON"):
        Mixer(recipe={"drops": {1, 2}})  # type: ignore[dict-item]  # the mistake under test
    document = json.loads(json.dumps(capabilities.schema(Mixer).schema))
    assert document["properties"]["Recipe"]["value"] == {}
    assert "extrinsicIdMap" not in document["properties"]["Mood"]["value"]


def test_a_range_limits_the_bits_of_a_bitmap() -> None:
    """The number of a bitmap has to be in the declared range."""
    assert Mixer(parts=Parts.TANK).to_wire() == {"Parts": {"Tank": 1, "Nozzle": 0}}
    with pytest.raises(ConstraintError, match="parts: must be from 0 to 1"):
        Mixer(parts=Parts.NOZZLE)


@pytest.mark.parametrize("value", [None, 1.5])
def test_an_enum_has_no_member_for_another_type(value: object) -> None:
    """Unknown names are members, and values that are no names are none."""
    assert not Scent("Mint").known
    with pytest.raises(ValueError, match="is not a valid Scent"):
        Scent(value)  # type: ignore[arg-type]  # the mistake under test


def test_commands_and_values_are_validated() -> None:
    """The paths of problems lead into lists and structs."""
    command = Sprayer.spray(shots=[Shot(seconds=5, scent=Scent.PINE)], note="now")
    assert command.parameters() == {"Shots": [{"Seconds": 5, "Scent": "Pine"}], "NOTE": "now"}
    with pytest.raises(ConstraintError) as caught:
        Sprayer.spray(shots=["x", Shot(seconds=1)] * 2)  # type: ignore[list-item]
    assert [(each.path, each.value) for each in caught.value.problems] == [
        ("shots", "***"),
        ("shots[0]", "***"),
        ("shots[2]", "***"),
    ]
    with pytest.raises(ConstraintError, match="Shot has 1 problem:\n  seconds: must be from 1"):
        Shot(seconds=0)
    with pytest.raises(ConstraintError, match="must be a finite number"):
        Sprayer(strength=float("nan"))
    assert Sprayer(strength=1).write().parameters() == {"Strength": 1.0}


def test_a_derived_capability_has_its_own_identity() -> None:
    """Inherited commands belong to the class through which they are built."""
    assert LoudSprayer.spray(shots=[]).capability is LoudSprayer
    assert LoudSprayer(loud=True, strength=0.5).to_wire() == {"Strength": 0.5, "Loud": True}
    schema = capabilities.schema(LoudSprayer)
    assert (schema.capability_id, schema.extrinsic_id) == ("acme.LoudSprayer@1.0", "0xFFF10002")


def test_a_schema_describes_the_declaration() -> None:
    """The schema has the declared numbers, types, ranges, enums and bits."""
    item = capabilities.schema(Sprayer)
    assert (item.format, item.capability_id) == ("AWS", "acme.Sprayer@1.0")
    assert (item.extrinsic_id, item.extrinsic_version) == ("0xFFF10001", 2)
    # A free-form document: plain JSON for the look-ups below.
    document = json.loads(json.dumps(item.schema))
    assert document["$id"] == "/schema-versions/capability/acme.Sprayer@1.0"
    assert document["properties"]["Strength"] == {
        "extrinsicId": "0x0001",
        "value": {"type": "number", "minimum": 0, "maximum": 1},
        "mutable": True,
        "retrievable": True,
        "reportable": True,
    }
    assert document["properties"]["Scent"]["value"]["extrinsicIdMap"] == {"Rose": "0", "Pine": "1"}
    assert list(document["properties"]["Broken"]["value"]["properties"]) == ["Tank", "Nozzle"]
    (spray,) = document["actions"]
    assert (spray["name"], spray["extrinsicId"]) == ("Spray", "0x00")
    assert spray["request"]["parameters"]["Shots"]["value"]["maxItems"] == 3
    assert document["events"] == [{"name": "Empty", "extrinsicId": "0x00"}]


def test_a_thing_can_be_created_with_the_schema(emulator: Emulator, client: Client) -> None:
    """The service accepts the report and the schema, and commands and states are typed."""
    thing_id = client.managed_things.create(
        role=Role.DEVICE,
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        capability_report=capabilities.report({"1": [Sprayer, OnOff]}),
        capability_schemas=[capabilities.schema(Sprayer)],
    ).id
    emulator.devices.power_on(thing_id)
    client.managed_things.wait_until_activated(thing_id)
    client.managed_things.control(
        thing_id,
        Sprayer.spray(shots=[Shot(seconds=5)]),
        Sprayer(strength=0.5, scent=Scent.PINE).write(),
    )
    sprayer = Sprayer.of(client.managed_things.get_state(thing_id))
    assert sprayer is not None
    assert (sprayer.strength, sprayer.scent, sprayer.spraying) == (0.5, Scent.PINE, None)


def test_an_emulated_device_can_have_a_custom_capability(
    emulator: Emulator, client: Client
) -> None:
    """The device starts with the properties of the value, and commands change nothing."""
    thing_id = activated_thing(
        emulator, client, VirtualDevice.of(Sprayer(spraying=False), LoudSprayer)
    )
    client.managed_things.control(thing_id, Sprayer.spray(shots=[]), Sprayer.read())
    sprayer = Sprayer.of(client.managed_things.get_state(thing_id))
    assert sprayer is not None
    assert dict(sprayer.raw) == {"Spraying": False}


WRONG: Final[list[tuple[str, dict[str, JsonValue], str]]] = [
    ("Fly", {}, "must be an action of Sprayer"),
    ("Spray", {"Shots": [], "Loud": True}, "Loud: is not a field of Spray"),
    ("Spray", {"Shots": 5}, "shots: must be a list"),
    ("Spray", {"Shots": [{"Seconds": 99}]}, r"shots\[0\]\.seconds: must be from 1 to 60"),
    ("Spray", {"Shots": [{}]}, "shots: must hold Seconds"),
    ("Spray", {}, "shots: is required"),
]


def test_command_for_decodes_a_received_command() -> None:
    """A connector or a device decodes and validates a received command."""
    command = capabilities.command_for(Sprayer, "Spray", {"Shots": [{"Seconds": 5}]})
    assert command == Sprayer.spray(shots=[Shot(seconds=5)])
    assert isinstance(command, Spray)
    for name, parameters, message in WRONG:
        with pytest.raises(ConstraintError, match=message):
            capabilities.command_for(Sprayer, name, parameters)
