"""Plain data: values as dicts and lists, as JSON text, and back."""

import json
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, Literal

import attrs
import cattrs
import pytest
from hypothesis import given

import iotmi
from iotmi._schema.schema import schema_of
from iotmi._schema.shapes import SensitiveShape
from iotmi.materials import WiFiSetupCode
from tests.conformance import library, service
from tests.conformance.limits import baseline
from tests.serde.values import FEW, models, values

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

Names = Literal["python", "wire"]
BOTH: tuple[Names, ...] = ("python", "wire")

CREATED = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
THING = iotmi.ManagedThing(
    id="thing1",
    role=iotmi.Role.CONTROLLER,
    serial_number="900000000001",
    created_at=CREATED,
    tags={"street": "Elm Street"},
    name="Hall",
)


def test_there_are_two_hundred_models() -> None:
    """The parametrised tests below run over every request and value."""
    requests = [model for model in models() if issubclass(model, iotmi.Request)]
    assert len(requests) == 83
    assert len(models()) > 180


@pytest.mark.parametrize("names", BOTH)
@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_value_survives_plain_data_and_json(model: type, names: Names) -> None:
    """`from_plain` reverses `to_plain`, and plain data is what JSON holds."""
    # Random values break limits, which only requests are held to.
    checking = iotmi.unchecked if issubclass(model, iotmi.Request) else nullcontext

    @FEW
    @given(values(model))
    def survives(value: object) -> None:
        plain = iotmi.to_plain(value, secrets="show", names=names)
        assert json.loads(iotmi.to_json(value, secrets="show", names=names)) == plain
        with checking():
            assert iotmi.from_plain(model, plain, names=names) == value

    survives()


@cache
def operations() -> dict[str, tuple[type, dict[str, Any]]]:
    """Return the request class of each operation, and its parameters with every member, as JSON."""
    theirs = service.installed()
    return {
        name: (declared.request, baseline(theirs.operations[name]))
        for name, declared in library.installed().operations.items()
    }


@pytest.mark.parametrize("name", operations())
def test_every_request_survives_with_its_limits_checked(name: str) -> None:
    """A full request is read, validated and written back, in both name forms."""
    request, parameters = operations()[name]
    built: object = iotmi.from_plain(request, parameters, names="wire")
    assert isinstance(built, request)
    for names in BOTH:
        plain = iotmi.to_plain(built, secrets="show", names=names)
        assert iotmi.from_plain(request, plain, names=names) == built


def test_members_are_written_by_name_and_none_is_left_out() -> None:
    """Enums are text, times ISO 8601 in UTC, and secrets asterisks."""
    assert iotmi.to_plain(THING) == {
        "id": "thing1",
        "role": "CONTROLLER",
        "serial_number": "***",
        "created_at": "2026-01-31T12:00:00.250000Z",
        "tags": "***",
        "name": "Hall",
    }


def test_wire_names_come_with_times_as_numbers() -> None:
    """The wire form is the service's: its names, and seconds."""
    assert iotmi.to_plain(THING, names="wire", secrets="show") == {
        "Id": "thing1",
        "Role": "CONTROLLER",
        "SerialNumber": "900000000001",
        "CreatedAt": 1769860800.25,
        "Tags": {"street": "Elm Street"},
        "Name": "Hall",
    }


def test_json_can_be_indented() -> None:
    """`indent` is that of `json.dumps`."""
    page = iotmi.Page(items=(iotmi.GetManagedThing("a"),), next_token="t")
    assert iotmi.to_json(page, indent=1) == (
        '{\n "items": [\n  {\n   "identifier": "a"\n  }\n ],\n "next_token": "t"\n}'
    )


def test_tuples_lists_maps_and_pages_of_values() -> None:
    """Containers of values are written, and read back by their type."""
    plain = iotmi.to_plain((THING, THING), secrets="show")
    assert plain == [iotmi.to_plain(THING, secrets="show")] * 2
    assert iotmi.from_plain(tuple[iotmi.ManagedThing, ...], plain) == (THING, THING)
    assert iotmi.from_plain(list[iotmi.ManagedThing], plain) == [THING, THING]
    mapped = iotmi.to_plain({"a": [THING.role, THING.created_at, None, 1.5]})
    assert mapped == {"a": ["CONTROLLER", "2026-01-31T12:00:00.250000Z", None, 1.5]}
    page = iotmi.Page(items=(THING,), next_token="t")
    for names in BOTH:
        written = iotmi.to_plain(page, secrets="show", names=names)
        assert iotmi.from_plain(iotmi.Page[iotmi.ManagedThing], written, names=names) == page
    held = iotmi.ReadOnlyMap({"a": iotmi.Role.DEVICE})
    assert iotmi.to_plain(held) == {"a": "DEVICE"}
    assert iotmi.from_plain(iotmi.ReadOnlyMap[str, iotmi.Role], {"a": "DEVICE"}) == held


def test_values_in_plain_data_stay_as_they_are() -> None:
    """Data may hold values that were read before, alone or in containers, and None for absent."""
    assert iotmi.from_plain(iotmi.ManagedThing, THING) is THING
    assert iotmi.from_plain(list[iotmi.ManagedThing], [THING])[0] is THING
    held = iotmi.ReadOnlyMap({"a": iotmi.Role.DEVICE})
    assert iotmi.from_plain(iotmi.ReadOnlyMap[str, iotmi.Role], held) is held
    assert iotmi.from_plain(iotmi.ManagedThing, {"id": "a", "name": None}).name is None


def test_a_number_is_read_as_its_member_needs_it() -> None:
    """JSON need not write 5 as 5.0. A text, a bool and a number beyond a float are problems."""
    kind, rest = (
        iotmi.ExponentialRolloutRate,
        {"base_rate_per_minute": 1, "rate_increase_criteria": {}},
    )
    read = iotmi.from_plain(kind, {**rest, "increment_factor": 2})
    assert isinstance(read.increment_factor, float)
    assert read.increment_factor == 2.0
    for bad, rule in (
        (10**400, "too large"),
        ("2", "must be a number"),
        (True, "must be a number"),
    ):
        with pytest.raises(iotmi.ConstraintError, match=f"increment_factor: .*{rule}"):
            iotmi.from_plain(kind, {**rest, "increment_factor": bad})


@pytest.mark.parametrize(
    ("given", "when"),
    [
        ("2026-01-31T12:00:00.25Z", CREATED),
        ("2026-01-31T13:00:00.250+01:00", CREATED),
        ("2026-01-31T12:00:00.25", CREATED),
        ("1769860800.25", CREATED),
        (1769860800.25, CREATED),
        (1769860800, CREATED.replace(microsecond=0)),
        ("Sat, 31 Jan 2026 12:00:00 GMT", CREATED.replace(microsecond=0)),
        (CREATED.astimezone(timezone(timedelta(hours=5))), CREATED),
    ],
)
def test_times_are_read_from_text_numbers_and_datetimes(given: object, when: datetime) -> None:
    """Each common form gives the same time, in UTC."""
    thing = iotmi.from_plain(iotmi.ManagedThing, {"id": "a", "created_at": given})
    assert thing.created_at is not None
    assert thing.created_at == when
    assert thing.created_at.tzinfo is UTC
    assert type(thing.created_at) is datetime


@pytest.mark.parametrize(
    "given",
    [
        "",
        "yesterday",
        "2026-13-01",
        1e300,
        "1e300",
        "nan",
        True,
        [],
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_no_other_time_is_read(given: object) -> None:
    """A time that cannot be read is a problem of its member."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.from_plain(iotmi.ManagedThing, {"id": "a", "created_at": given})
    assert [problem.path for problem in caught.value.problems] == ["created_at"]


def test_every_problem_has_its_path() -> None:
    """All problems are found at once, nested ones included, and limits next to kinds."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.from_plain(
            iotmi.CreateManagedThing,
            {
                "role": 5,
                "name": "x" * 500,
                "nmae": "Hall",
                "authentication_material": None,
                "capability_report": {"version": "1", "endpoints": [{"id": 1}, 5]},
                "metadata": [],
            },
        )
    assert caught.value.subject == "CreateManagedThing"
    assert {problem.path: problem.rule for problem in caught.value.problems} == {
        "role": "must be a string",
        "name": "must have from 1 to 128 characters, has 500",
        "nmae": "is no member of CreateManagedThing",
        "authentication_material": "is required",
        "authentication_material_type": "is required",
        "capability_report.endpoints[0].id": "must be a string",
        "capability_report.endpoints[0].device_types": "is required",
        "capability_report.endpoints[0].capabilities": "is required",
        "capability_report.endpoints[1]": "must be an object",
        "metadata": "must be a mapping",
    }


@pytest.mark.parametrize(
    ("kind", "data", "paths"),
    [
        (iotmi.ManagedThing, 5, [""]),
        (iotmi.ManagedThing, {}, ["id"]),
        (iotmi.ManagedThing, {"id": None}, ["id"]),
        (list[iotmi.ManagedThing], [{"id": "a"}, {"id": 5}], ["[1].id"]),
        (dict[str, iotmi.ManagedThing], {"a": {"id": 5}}, ["['a'].id"]),
        (
            iotmi.Page[iotmi.ManagedThing],
            {"items": [{}], "next_token": 1},
            ["next_token", "items[0].id"],
        ),
        (iotmi.Page[iotmi.ManagedThing], [], [""]),
        (iotmi.Role, 5, [""]),
        (int, "a", [""]),
        (iotmi.CapabilityReport, {"version": "1", "endpoints": "1"}, ["endpoints"]),
        (iotmi.CapabilityReport, {"version": "1", "endpoints": {}}, ["endpoints"]),
    ],
)
def test_a_path_begins_at_the_data(kind: type[object], data: object, paths: list[str]) -> None:
    """The path of a problem leads from the data that was passed, through containers too."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.from_plain(kind, data)
    assert [problem.path for problem in caught.value.problems] == paths


def test_what_was_hidden_is_not_read_back() -> None:
    """Asterisks at a sensitive member are refused, alone or inside a list or map; elsewhere not."""
    for sensitive in ({"serial_number": "***"}, {"tags": "***"}, {"tags": {"a": "***"}}):
        with pytest.raises(iotmi.ConstraintError, match="hidden value"):
            iotmi.from_plain(iotmi.ManagedThing, {"id": "a", **sensitive})
    assert iotmi.from_plain(iotmi.ManagedThing, {"id": "a", "name": "***"}).name == "***"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_no_sensitive_member_of_any_model_is_read_from_asterisks(model: type) -> None:
    """`from_plain` refuses asterisks at every member that `to_plain` hides."""
    for member in schema_of(model).members:
        if isinstance(member.shape, SensitiveShape):
            with pytest.raises(iotmi.ConstraintError) as caught:
                iotmi.from_plain(model, {member.name: "***"})
            assert member.name in {problem.path for problem in caught.value.problems}


def test_a_broken_secret_is_not_told() -> None:
    """Problems of sensitive members show neither the value nor a key."""
    with pytest.raises(iotmi.ConstraintError) as caught:
        iotmi.from_plain(
            iotmi.ManagedThing, {"id": "a", "tags": {"c4nary": ["c4nary"]}, "serial_number": 12345}
        )
    assert "c4nary" not in str(caught.value)
    assert "12345" not in str(caught.value)
    assert [problem.value for problem in caught.value.problems] == ["***", "***"]


def test_a_response_value_is_read_beyond_its_limits() -> None:
    """The service breaks its own limits, so a stored value of it can be read back."""
    stored = iotmi.to_plain(iotmi.from_plain(iotmi.ManagedThing, {"id": "x" * 999}))
    assert iotmi.from_plain(iotmi.ManagedThing, stored).id == "x" * 999


def test_a_value_that_was_read_is_validated_by_its_request() -> None:
    """A request holds what it is given to the limits, however it was made."""
    report = iotmi.from_plain(iotmi.CapabilityReport, {"version": "", "endpoints": []})
    with pytest.raises(iotmi.ConstraintError, match=r"capability_report\.version"):
        iotmi.UpdateManagedThing("a", capability_report=report)


def test_unchecked_reads_a_request_beyond_its_limits() -> None:
    """`iotmi.unchecked` is the way past a limit here too, and kinds are still checked."""
    with iotmi.unchecked():
        assert iotmi.from_plain(iotmi.GetManagedThing, {"identifier": ""}).identifier == ""
        with pytest.raises(iotmi.ConstraintError, match="must be a string"):
            iotmi.from_plain(iotmi.GetManagedThing, {"identifier": 5})


def test_unknown_members_are_ignored_on_the_wire_only() -> None:
    """The service adds members; a name of ours that does not exist is a mistake."""
    assert iotmi.from_plain(iotmi.ManagedThing, {"Id": "a", "New": 1}, names="wire").id == "a"
    with pytest.raises(iotmi.ConstraintError, match="new: is no member of ManagedThing"):
        iotmi.from_plain(iotmi.ManagedThing, {"id": "a", "new": 1})


@pytest.mark.parametrize("value", [object(), date(2026, 1, 1), b"a", iotmi.ManagedThing])
def test_nothing_else_is_written(value: object) -> None:
    """A value that JSON cannot hold is a TypeError and not a repr."""
    with pytest.raises(TypeError):
        iotmi.to_json(value)


def test_what_holds_unmarked_secrets_is_not_written(client: iotmi.Client) -> None:
    """A response has the raw document, and a bar code is a secret as a whole."""
    response = client.send(iotmi.ListManagedThings())
    with pytest.raises(TypeError, match=r"pass response\.value"):
        iotmi.to_plain([response])
    code = WiFiSetupCode(serial_number="900000000001", universal_product_code="829576019524")
    with pytest.raises(TypeError, match="WiFiSetupCode"):
        iotmi.to_plain(code)


def test_a_kind_that_cannot_be_read_is_named() -> None:
    """A class that is no value of this library is a TypeError."""
    with pytest.raises(TypeError, match="cannot make object"):
        iotmi.from_plain(object, {})


def test_options_are_checked() -> None:
    """A misspelt option is refused and does not show secrets."""
    with pytest.raises(ValueError, match="secrets"):
        iotmi.to_plain(THING, secrets="no")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="names"):
        iotmi.from_plain(iotmi.ManagedThing, {}, names="camel")  # type: ignore[arg-type]


@attrs.frozen
class Household:
    """A class of an application."""

    hub: iotmi.ManagedThing
    roles: tuple[iotmi.Role, ...]
    since: datetime


def test_an_application_has_a_converter_of_its_own() -> None:
    """Values are members of the application's classes, and each converter is separate."""
    home = Household(hub=THING, roles=(iotmi.Role.DEVICE,), since=CREATED)
    converter = iotmi.converter(secrets="show")
    plain = converter.unstructure(home)
    assert plain == {
        "hub": iotmi.to_plain(THING, secrets="show"),
        "roles": ["DEVICE"],
        "since": "2026-01-31T12:00:00.250000Z",
    }
    assert converter.structure(plain, Household) == home
    assert iotmi.converter().unstructure(home)["hub"]["serial_number"] == "***"
    assert iotmi.converter() is not iotmi.converter()
    with pytest.raises(cattrs.ClassValidationError) as caught:
        converter.structure({**plain, "hub": {}}, Household)
    assert isinstance(caught.value.exceptions[0], iotmi.ConstraintError)


def test_a_deprecated_member_warns_at_the_line_that_reads_it() -> None:
    """The warning names this file, not cattrs or the library."""
    data = {
        "role": "DEVICE",
        "authentication_material": "a" * 20,
        "capabilities": "[]",
        "authentication_material_type": "ZIGBEE_QR_BAR_CODE",
    }
    with pytest.warns(DeprecationWarning, match="capabilities") as caught:
        iotmi.from_plain(iotmi.CreateManagedThing, data)
    assert {warning.filename for warning in caught} == {__file__}


def test_cattrs_is_imported_on_first_use_only() -> None:
    """A client and its calls do without cattrs."""
    program = (
        "import sys, iotmi; from iotmi.emulator import Emulator\n"
        "with Emulator() as e: list(e.client().managed_things.list())\n"
        "assert 'cattrs' not in sys.modules\n"
        "iotmi.to_plain(iotmi.GetManagedThing('a'))\n"
        "assert 'cattrs' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_document_that_no_json_holds_is_refused() -> None:
    """Deep nesting and foreign types are problems with their paths, and no other errors."""
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    for parameters, rule in (({"a": deep}, "nested so deeply"), ({"a": {1, 2}}, "JSON")):
        with pytest.raises(iotmi.ConstraintError, match=rule):
            iotmi.from_plain(
                iotmi.CapabilityAction, {"name": "UpdateState", "parameters": parameters}
            )
