"""pydantic: our classes as fields of its models."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import BaseModel, TypeAdapter, ValidationError

import iotmi
from iotmi._schema.schema import schema_of
from iotmi._schema.shapes import SensitiveShape
from tests.serde.values import FEW, models, values

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

THING = iotmi.ManagedThing(id="a", serial_number="S3CRET", role=iotmi.Role.DEVICE, tags={"k": "v"})
PAGE = iotmi.Page(items=(iotmi.ManagedThingSummary(id="x", serial_number="S3CRET"),))


class Home(BaseModel):
    """A model of an application, with one field of each kind of ours."""

    thing: iotmi.ManagedThing
    roles: list[iotmi.Role]
    rooms: iotmi.ReadOnlyMap[str, iotmi.Role]
    page: iotmi.Page[iotmi.ManagedThingSummary] | None = None


HOME = Home(
    thing=THING,
    roles=["DEVICE", "NEW"],  # type: ignore[list-item]  # as JSON has them
    rooms={"hall": "DEVICE"},  # type: ignore[arg-type]
    page=PAGE,
)


def test_values_are_fields() -> None:
    """Values are taken as they are, and plain data becomes values."""
    assert HOME.thing is THING
    assert HOME.roles == [iotmi.Role.DEVICE, iotmi.Role("NEW")]
    assert isinstance(HOME.rooms, iotmi.ReadOnlyMap)
    assert HOME.rooms["hall"] is iotmi.Role.DEVICE
    read = Home.model_validate(
        {"thing": {"id": "a"}, "roles": [], "rooms": {}, "page": {"items": [{"id": "x"}]}}
    )
    assert read.thing == iotmi.ManagedThing(id="a")
    assert read.page == iotmi.Page(items=(iotmi.ManagedThingSummary(id="x"),))


def test_what_is_written_hides_secrets() -> None:
    """As Python data, as JSON, and in the repr."""
    written = {
        "thing": {"id": "a", "role": "DEVICE", "serial_number": "***", "tags": "***"},
        "roles": ["DEVICE", "NEW"],
        "rooms": {"hall": "DEVICE"},
        "page": {"items": [{"id": "x", "serial_number": "***"}]},
    }
    assert HOME.model_dump() == written
    assert json.loads(HOME.model_dump_json()) == written
    assert "S3CRET" not in repr(HOME)


def test_an_error_has_places_and_no_secret() -> None:
    """Each problem has its place in the document, and the document is not shown."""
    with pytest.raises(ValidationError) as caught:
        Home.model_validate_json(
            '{"thing": {"serial_number": 5, "model": "S3CRET\\u0000", "created_at": "x",'
            ' "tags": {"S3CRET": 1}}, "roles": [], "rooms": {}}'
        )
    assert {error["loc"] for error in caught.value.errors()} == {
        ("thing", "id"),
        ("thing", "serial_number"),
        ("thing", "tags", "***"),
        ("thing", "created_at"),
    }
    assert "S3CRET" not in str(caught.value) + repr(caught.value.errors())


def test_limits_hold_for_all_that_comes_from_outside() -> None:
    """A request's limits, and those of a value that a request can hold; not in `unchecked`."""
    adapter: TypeAdapter[iotmi.CapabilityReport] = TypeAdapter(iotmi.CapabilityReport)
    data = {"version": "", "endpoints": []}
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(data)
    assert {error["loc"] for error in caught.value.errors()} == {("version",)}
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python({"version": "1", "endpoints": [5]})
    assert {error["loc"] for error in caught.value.errors()} == {("endpoints", 0)}
    with iotmi.unchecked():
        assert adapter.validate_python(data).version == ""
    requests: TypeAdapter[iotmi.CreateManagedThing] = TypeAdapter(iotmi.CreateManagedThing)
    with pytest.raises(ValidationError) as caught:
        requests.validate_python({"metadata": {"a.b'[0]": 5}})
    assert ("metadata", "a.b'[0]") in {error["loc"] for error in caught.value.errors()}


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_model_has_a_json_schema_that_its_json_fits(model: type) -> None:
    """The JSON that pydantic writes fits its schema, and equals that of `to_plain`."""
    adapter: TypeAdapter[object] = TypeAdapter(model)
    validator = Draft202012Validator(adapter.json_schema(mode="serialization"))
    Draft202012Validator.check_schema(adapter.json_schema(mode="validation"))

    @FEW
    @given(values(model))
    def fits(value: object) -> None:
        assert adapter.validate_python(value) is value
        written = json.loads(adapter.dump_json(value))
        validator.validate(written)
        assert written == iotmi.to_plain(value) == adapter.dump_python(value)

    fits()


def test_the_schema_of_what_is_read_states_the_limits() -> None:
    """Required members, limits, enums; and sensitive members as they are, not as asterisks."""
    schema = TypeAdapter(iotmi.CreateManagedThing).json_schema()
    assert set(schema["required"]) == {
        "role",
        "authentication_material",
        "authentication_material_type",
    }
    assert schema["properties"]["authentication_material"]["maxLength"] == 512
    assert schema["$defs"]["Role"]["enum"] == ["CONTROLLER", "DEVICE"]
    assert schema["properties"]["capabilities"]["deprecated"]
    assert schema["title"] == "CreateManagedThing"


def test_sensitive_members_are_text_in_the_schema_of_what_is_written() -> None:
    """A map of tags too is written as asterisks."""
    for model in models():
        properties = TypeAdapter(model).json_schema(mode="serialization")["properties"]
        for member in schema_of(model).members:
            if isinstance(member.shape, SensitiveShape):
                stated = properties[member.name]
                first = stated.get("anyOf", [stated])[0]
                assert (first["type"], first["examples"]) == ("string", ["***"])


def test_pydantic_is_imported_on_its_own_first_use_only() -> None:
    """Neither the library nor its plain data needs pydantic."""
    program = (
        "import sys, iotmi\n"
        "iotmi.to_plain(iotmi.GetManagedThing('a'))\n"
        "assert not {name for name in sys.modules if name.startswith('pydantic')}\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
