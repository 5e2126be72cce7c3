"""Every kind of member that a declaration may have."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal, TypeVar

import pytest

import iotmi
from iotmi import ConstraintError, Role, evolve
from iotmi._schema.model import Request, camel_model, model
from iotmi._schema.redaction import redactor
from iotmi._schema.schema import schema_of, shape_of
from iotmi._schema.traits import SENSITIVE, Deprecated, Number, Size, Text
from iotmi._serde.decoder import decode
from iotmi._serde.errors import DecodeError

T = TypeVar("T")

Secret = Annotated[str, Text(1, 8), SENSITIVE]


@model
class Everything:
    """One member of each kind."""

    moment: datetime | None = None
    ratio: Annotated[float, Number(0.5, 1.5)] | None = None
    roles: Annotated[Sequence[Role], Size(None, 2)] | None = None
    secrets: Sequence[Secret] | None = None
    secret_numbers: Annotated[Mapping[str, int], SENSITIVE] | None = None
    short: Annotated[str, Text(None, 3)] | None = None
    exact: Annotated[str, Text(3, 3)] | None = None
    long: Annotated[str, Text(3, None)] | None = None
    rooms: Mapping[str, Role] | None = None


@camel_model
class Nest:
    """A value with nested values."""

    inner_values: Sequence[Everything] | None = None
    old_name: Annotated[str, Deprecated("use inner_values")] | None = None


def test_a_datetime_is_converted_to_utc() -> None:
    """A datetime is converted to UTC, and one without a zone is refused."""
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert Everything(moment=noon).moment == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert Everything(moment=noon).moment.tzinfo is UTC  # type: ignore[union-attr]  # it is there
    with pytest.raises(ConstraintError, match="moment: must be a datetime with a time zone"):
        Everything(moment=datetime(2026, 1, 1))  # noqa: DTZ001  (the mistake under test)
    with pytest.raises(ConstraintError, match="moment: must be a datetime"):
        Everything(moment="2026-01-01")  # type: ignore[arg-type]  # the mistake under test


def test_a_number_is_finite_and_within_its_range() -> None:
    """A float member takes an int, and no infinity."""
    ratio = Everything(ratio=1).ratio
    assert isinstance(ratio, float)
    for bad, rule in ((0.4, "from 0.5 to 1.5"), (float("inf"), "finite"), ("1", "a number")):
        with pytest.raises(ConstraintError, match=rule):
            Everything(ratio=bad)  # type: ignore[arg-type]  # mistakes under test


def test_items_of_a_list_are_converted() -> None:
    """Strings in a list of an enum become members; errors name the index."""
    given: list[Role] = ["DEVICE", Role.CONTROLLER]  # type: ignore[list-item]  # accepted at run time
    assert Everything(roles=given).roles == (Role.DEVICE, Role.CONTROLLER)
    with pytest.raises(ConstraintError, match=r"roles\[1\]: must be one of CONTROLLER, DEVICE"):
        Everything(roles=[Role.DEVICE, Role("GATEWAY")])
    with pytest.raises(ConstraintError, match="roles: must hold at most 2 items, got 3"):
        Everything(roles=[Role.DEVICE] * 3)


@pytest.mark.parametrize(
    ("keyword", "value", "rule"),
    [
        ("short", "abcd", "at most 3 characters, has 4"),
        ("exact", "ab", "must have 3 characters, has 2"),
        ("long", "ab", "at least 3 characters, has 2"),
    ],
)
def test_one_sided_limits(keyword: str, value: str, rule: str) -> None:
    """The rule of a one-sided limit names that side."""
    with pytest.raises(ConstraintError, match=rule):
        Everything(**{keyword: value})  # type: ignore[arg-type]  # one of three strings


def test_a_list_of_secrets_is_secret() -> None:
    """No repr, problem or redacted text shows a sensitive list or its items."""
    value = Everything(secrets=["hush"], secret_numbers={"pin": 4711})
    assert repr(value) == "Everything(secrets='***', secret_numbers='***')"
    with pytest.raises(ConstraintError) as caught:
        Everything(secrets=["hush" * 3])
    assert "hush" not in str(caught.value)
    hide = redactor(Nest(inner_values=[value]))
    assert hide("hush, the pin is 4711") == "***, the *** is ***"


def test_evolve_makes_another_value() -> None:
    """`evolve` keeps other members, validates, and refuses unknown names."""
    value = Everything(short="abc")
    assert evolve(value, exact="xyz") == Everything(short="abc", exact="xyz")
    with pytest.raises(ConstraintError):
        evolve(value, exact="toolong")
    with pytest.raises(TypeError):
        evolve(value, nothing=1)
    request = iotmi.UpdateManagedThing("x", name="Hall")
    assert evolve(request, name="Study") == iotmi.UpdateManagedThing("x", name="Study")


def test_the_wire_case_derives_wire_names() -> None:
    """A field without a `WireName` gets its wire name from its class's case."""
    assert [member.wire for member in schema_of(Nest).members] == ["innerValues", "oldName"]
    assert [member.wire for member in schema_of(Everything).members][:2] == ["Moment", "Ratio"]


def test_a_deprecated_member_can_be_found_on_its_class() -> None:
    """Reading a deprecated member from the class does not warn."""
    assert type(vars(Nest)["old_name"]).__get__(Nest.__dict__["old_name"], None, Nest)


def test_an_unsupported_annotation_is_refused() -> None:
    """An unsupported annotation is refused when the class is created."""
    for annotation in (bytes, list, Literal["a"]):
        with pytest.raises(TypeError, match="cannot have a member of type"):
            shape_of(annotation)


def test_values_of_a_map_are_decoded() -> None:
    """Strings in a map of an enum become members; errors name the key."""
    decoded = decode({"Rooms": {"hall": "DEVICE"}}, Everything)
    assert decoded.rooms is not None
    assert decoded.rooms["hall"] is Role.DEVICE
    with pytest.raises(DecodeError) as caught:
        decode({"Rooms": {"hall": 5}}, Everything)
    assert caught.value.path == "rooms['hall']"


def test_a_generic_request_leaves_its_output_open() -> None:
    """A base class of several requests has no output. Each request names its own."""

    class Described(Request[T]):
        """A base of requests."""

    class DescribeThing(Described[iotmi.ManagedThing]):
        """A request."""

    assert DescribeThing.output is iotmi.ManagedThing
    assert "output" not in vars(Described)


def test_a_member_is_required_or_may_be_absent() -> None:
    """A default other than None is refused, because an absent member means None."""

    @model
    class Defaulting:
        level: int = 5

    with pytest.raises(TypeError, match="level must be required"):
        Defaulting()
