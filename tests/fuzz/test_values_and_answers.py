"""Any response and any argument gives a value or an `IotmiError`.

Hypothesis draws responses and arguments. `tests.fuzz.answers` has the long runs.
"""

import inspect
import json
import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import iotmi
from iotmi._schema.schema import is_model, schema_of
from iotmi._schema.shapes import (
    DocumentShape,
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    Shape,
    StructureShape,
)
from iotmi._schema.traits import Number, Size, Text
from tests.conformance.generate import Json
from tests.conformance.pairing import bare, model_in
from tests.conformance.texts import matching
from tests.fuzz.answers_reading import Case, Reader, always_hashes
from tests.fuzz.strategies import (
    ERROR_BODIES,
    ERROR_STATUSES,
    HEADERS,
    JSON,
    TEXTS,
    THEIRS,
    corrupted,
    responses,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

# The same few examples in each run.
FEW: Final = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=(
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ),
)
MORE: Final = settings(FEW, max_examples=200)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Yield a reader of cases."""
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize("name", THEIRS.operations)
def test_a_corrupted_response_is_read_or_refused(reader: Reader, name: str) -> None:
    """A corrupted response gives a value with repr and pickle, or ResponseError."""
    shape = THEIRS.operations[name].answered
    answer = corrupted(responses(shape)) if shape is not None else JSON

    @FEW
    @given(answer)
    def read(document: Json) -> None:
        outcome = reader.read(Case(name, json.dumps(document).encode()))
        assert outcome.error in (None, iotmi.ResponseError)

    read()


@pytest.mark.parametrize("name", THEIRS.operations)
def test_a_response_of_the_model_is_read(reader: Reader, name: str) -> None:
    """A response of the model's types is decoded, whatever its sizes and characters."""
    shape = THEIRS.operations[name].answered

    @settings(FEW, max_examples=4)
    @given(responses(shape) if shape is not None else st.just({}))
    def read(document: Json) -> None:
        sendable = json.dumps(document)
        if "1" + "0" * 400 not in sendable:
            assert reader.read(Case(name, sendable.encode())).error is None

    read()


@MORE
@given(name=st.sampled_from(sorted(THEIRS.operations)), body=st.binary() | TEXTS.map(json.dumps))
def test_bytes_are_read_or_refused(reader: Reader, name: str, body: bytes | str) -> None:
    """A body that is no JSON raises ResponseError, unless the response has no members."""
    octets = body if isinstance(body, bytes) else body.encode()
    outcome = reader.read(Case(name, octets))
    assert outcome.error in (None, iotmi.ResponseError)
    if octets.strip() and THEIRS.operations[name].answered is not None:
        assert outcome.error is iotmi.ResponseError


@MORE
@given(
    name=st.sampled_from(sorted(THEIRS.operations)),
    status=ERROR_STATUSES,
    headers=HEADERS,
    body=ERROR_BODIES,
)
def test_an_error_of_any_form_is_a_service_error(
    reader: Reader, name: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Any error body and headers give a ServiceError."""
    error = reader.read(Case(name, body, status, tuple(headers.items()))).error
    assert error is not None
    assert issubclass(error, iotmi.ServiceError)


def test_a_deeply_nested_error_is_a_service_error(reader: Reader) -> None:
    """Errors nested near the parser's recursion limit give a ServiceError."""
    for depth in range(860, 1000):
        for inner in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            for body in (inner, b'{"Message": "no", "a": ' + inner + b"}"):
                assert reader.read(Case("GetManagedThing", body, 404)).error is iotmi.ServiceError


class StringSubclass(str):
    """A subclass of str."""

    __slots__ = ()


CYCLE: Final[list[object]] = []
CYCLE.append(CYCLE)


def nested(depth: int) -> object:
    """Return nested lists."""
    made: object = "core"
    for _ in range(depth):
        made = [made]
    return made


EARLIEST: Final = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
LATEST: Final = datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))

ODD: Final[tuple[object, ...]] = (
    object(),
    int,
    len,
    ...,
    {1, 2},
    frozenset({"a"}),
    range(3),
    bytearray(b"a"),
    Decimal("1.5"),
    Decimal("NaN"),
    1 + 2j,
    10**400,
    10**5000,
    nested(3000),
    float("inf"),
    date(2026, 1, 1),
    datetime(2026, 1, 1),  # noqa: DTZ001  # a datetime without a zone
    datetime(2026, 1, 1, tzinfo=UTC),
    EARLIEST,
    LATEST,
    StringSubclass("a"),
    iotmi.Role.DEVICE,
    iotmi.GetManagedThing("a"),
    [iotmi.GetManagedThing("a")],
    {"a": iotmi.Role.DEVICE},
    {1: 2, None: 3},
    {("a",): "b"},
    nested(300),
    CYCLE,
    {"a": CYCLE},
)
GARBAGE: Final[st.SearchStrategy[object]] = st.sampled_from(ODD) | JSON | st.binary(max_size=4)


@cache
def models() -> list[type]:
    """Return every class of a request or of a value inside one."""
    found: dict[type, None] = {}
    waiting = [info.request for info in iotmi.operations()]
    while waiting:
        model: Any = waiting.pop()
        if model not in found:
            found[model] = None
            inner = (model_in(member.shape) for member in schema_of(model).members)
            waiting += [kind for kind in inner if kind is not None and is_model(kind)]
    return sorted(found, key=lambda model: model.__name__)


def near(shape: Shape) -> st.SearchStrategy[object]:
    """Return values just inside and just outside of the limits of *shape*."""
    match bare(shape):
        case EnumShape(enum=enum):
            return st.sampled_from([*enum, "NEVER_HEARD_OF", ""])
        case ScalarShape(kind=kind, constraints=limits):
            return st.sampled_from(
                [each for limit in limits for each in _around(kind, limit)] or _PLAIN[kind]
            )
        case ListShape(item=item, size=size):
            items = near(item)
            return _sizes(size).flatmap(lambda n: st.lists(items, min_size=n, max_size=n))
        case MapShape(key=key, value=value, size=size):
            keys, values = near(key), near(value)
            return _sizes(size).flatmap(lambda n: st.dictionaries(keys, values, max_size=n))
        case StructureShape(model=model):
            return arguments(model).map(lambda given: _unchecked(model, given))
        case DocumentShape():
            return JSON | st.just(nested(3000))
        case _:
            raise AssertionError(f"no values for {shape}")


_PLAIN: Final[Mapping[type, list[object]]] = {
    str: ["", "a", "\ud800", "\x00"],
    int: [0, 1, -(2**63)],
    float: [0, 1.5, float("nan")],
    bool: [True, False],
    datetime: [datetime(2026, 1, 1, tzinfo=UTC), EARLIEST, LATEST],
}


def _around(kind: type, limit: object) -> Iterator[object]:
    match limit:
        case Text(min=low, max=high, pattern=pattern):
            for bound in (low, high):
                for length in () if bound is None else (bound - 1, bound, bound + 1):
                    if length >= 0:
                        yield "é" * length
                        yield matching(pattern, length) or "a" * length
            yield from (matching(pattern, 20) or "a", "a\n", "\ud800")
        case Number(min=low, max=high):
            for edge in (low, high):
                if edge is not None:
                    yield from (kind(edge), kind(edge) - 1, kind(edge) + 1)


def _sizes(size: Size | None) -> st.SearchStrategy[int]:
    bounds = [] if size is None else [each for each in (size.min, size.max) if each is not None]
    around = {max(0, bound + more) for bound in bounds for more in (-1, 0, 1)}
    # The conformance suite tests lists at limits of hundreds.
    return st.sampled_from(sorted({0, 1, *(count for count in around if count < 12)}))


def arguments(model: type) -> st.SearchStrategy[dict[str, Any]]:
    """Return arguments of *model*: near the limits, and some of any type."""
    made = {
        m.name: st.one_of(near(m.shape), near(m.shape), GARBAGE) for m in schema_of(model).members
    }
    needed = {member.name for member in schema_of(model).members if member.required}
    return st.fixed_dictionaries(
        {name: each for name, each in made.items() if name in needed},
        optional={name: each for name, each in made.items() if name not in needed},
    )


def _unchecked(model: type, given: Mapping[str, Any]) -> object:
    with iotmi.unchecked():
        return model(**given)


def _checked(model: type, given: Mapping[str, Any]) -> object:
    """Return the value or the ConstraintError. Any other error is a defect."""
    try:
        return model(**given)
    except iotmi.ConstraintError as error:
        return error


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_any_argument_is_accepted_or_refused(model: type) -> None:
    """A class accepts its arguments or raises ConstraintError; unchecked, it accepts."""
    hashes = always_hashes(model)

    @FEW
    @given(arguments(model))
    def build(arguments: dict[str, Any]) -> None:
        loose = _unchecked(model, arguments)
        value = _checked(model, arguments)
        if isinstance(value, iotmi.ConstraintError):
            assert value.subject == model.__name__
            assert value.problems
            assert model.__name__ in str(value)
        else:
            assert repr(value).startswith(f"{model.__name__}(")
            assert value == loose
            # Nested values were validated at creation, or unchecked on purpose.
            if issubclass(model, iotmi.Request):
                assert pickle.loads(pickle.dumps(value)) == value
                assert not hashes or hash(value) == hash(loose)

    build()


def test_any_object_in_any_member_is_accepted_or_refused() -> None:
    """Each odd object in each member is accepted or raises ConstraintError."""
    refused = 0
    for model in models():
        needed = {member.name: None for member in schema_of(model).members if member.required}
        for member, odd in product(schema_of(model).members, ODD):
            arguments = {**needed, member.name: odd}
            _unchecked(model, arguments)
            made = _checked(model, arguments)
            assert isinstance(made, model | iotmi.ConstraintError)
            refused += not isinstance(made, model)
    assert refused > 10_000


def filled(shape: Shape, text: str) -> object:
    """Return a value of *shape* with *text* in every string, or None without one."""
    match bare(shape):
        case ScalarShape(kind=kind) if kind is str:
            return text
        case ListShape(item=item):
            inner = filled(item, text)
            return inner and [inner]
        case MapShape(key=key, value=value):
            return {filled(key, text): filled(value, text)}
        case _:
            return None


def test_a_string_that_cannot_be_sent_is_refused() -> None:
    """A lone surrogate breaks a constraint in every string member."""
    looked = 0
    for model in models():
        needed = {member.name: None for member in schema_of(model).members if member.required}
        for member in schema_of(model).members:
            value = filled(member.shape, "\ud800")
            if value is not None:
                with pytest.raises(iotmi.ConstraintError) as caught:
                    model(**{**needed, member.name: value})
                found = [each for each in caught.value.problems if member.name in each.path]
                assert "must be text that UTF-8 can encode" in {each.rule for each in found}
                looked += 1
    assert looked > 200


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_an_unknown_keyword_is_a_type_error(model: type) -> None:
    """An unknown keyword raises TypeError, unchecked or not."""
    needed = {
        name: None
        for name, each in inspect.signature(model).parameters.items()
        if each.default is each.empty
    }
    with pytest.raises(TypeError, match="never_heard_of"):
        model(**needed, never_heard_of=1)
    with iotmi.unchecked(), pytest.raises(TypeError, match="never_heard_of"):
        model(**needed, never_heard_of=1)
