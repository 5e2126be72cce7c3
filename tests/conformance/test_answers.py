"""Unknown data in a response is ignored, bad data is refused, and no error quotes it."""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping

import pytest
from botocore import xform_name

import iotmi
from iotmi._schema.responses import Page
from iotmi._schema.schema import schema_of
from tests.conformance.answers import full, places_of, reach
from tests.conformance.generate import Fill, Json, Maker, chance
from tests.conformance.library import Declared, Library
from tests.conformance.limits import Path, with_value
from tests.conformance.pairing import answer_differences, pair
from tests.conformance.service import Operation, Service, Shape
from tests.conformance.wire import REQUEST_ID, Line

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

CANARY = "canary-5e1f"
NUMBER = 918273645


@pytest.fixture
def client(line: Line) -> iotmi.Client:
    """Return a client of ours on the capture."""
    return line.client()


def requests(
    theirs: Service, ours: Library
) -> Iterator[tuple[Declared, Operation, iotmi.Request[object]]]:
    """Return the plainest request of each operation that has a response."""
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        if operation.answered is not None:
            parameters = Maker(Fill.REQUIRED, chance(), odd=False).structure(operation.input)
            arguments = pair(declared.request, operation.input, parameters).arguments
            yield declared, operation, declared.request(**arguments)


def answered(
    line: Line, client: iotmi.Client, request: iotmi.Request[object], body: Json
) -> iotmi.Response[object]:
    """Return the response of *request* to *body*."""
    line.body = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return client.send(request)
    finally:
        line.sent.clear()


def refused(
    line: Line, client: iotmi.Client, request: iotmi.Request[object], body: Json
) -> iotmi.ResponseError:
    """Return the error that *body* causes, after a check of its text."""
    with pytest.raises(iotmi.ResponseError) as caught:
        answered(line, client, request, body)
    error = caught.value
    assert error.operation == type(request).__name__
    assert error.request_id == REQUEST_ID
    shown = "".join(traceback.format_exception(error)) + repr(vars(error))
    link: BaseException | None = error
    while link is not None:
        shown += repr(link)
        link = link.__cause__ or link.__context__
    assert CANARY not in shown, shown
    assert str(NUMBER) not in shown, shown
    return error


def secret(answer: Json) -> Json:
    """Return a copy of *answer* with a canary for every string and number."""
    if isinstance(answer, dict):
        return {key: secret(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [secret(value) for value in answer]
    if isinstance(answer, str):
        return CANARY
    return NUMBER if type(answer) in (int, float) else answer


WRONG: Mapping[str, tuple[Json, ...]] = {
    "string": ({CANARY: NUMBER}, [CANARY], NUMBER, True),
    "enum": ({CANARY: NUMBER}, [CANARY], NUMBER),
    "integer": (CANARY, True, NUMBER + 0.5, {}),
    "double": (CANARY, True, 10**400, []),
    "boolean": (CANARY, NUMBER, 0, {}),
    "timestamp": (CANARY, True, NUMBER * 1e9, 1e300, {}),
    "list": ({CANARY: NUMBER}, {}, CANARY, ""),
    "map": ([CANARY], [], CANARY, 0),
    "structure": (CANARY, [CANARY], [], NUMBER),
    "document": (),
}
"""JSON that a member of each kind cannot hold."""


def held_at(answer: Json, path: Path) -> Json:
    """Return the part of *answer* at *path*."""
    for step in path:
        answer = answer[step]
    return answer


def test_unknown_members_are_ignored(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """A member that the service adds changes no value at any depth, and is in `raw`."""
    looked = 0
    for declared, operation, request in requests(theirs, ours):
        answer = full(operation)
        expected = answered(line, client, request, answer).value
        bodies = [{**answer, "NeverHeardOf": {"deep": [1]}}]
        for place in places_of(operation, declared, answer):
            if place.shape.kind == "structure":
                held = {**held_at(answer, place.path), "NeverHeardOf": {"deep": [1]}}
                bodies.append(with_value(answer, place.path, held))
        for body in bodies:
            response = answered(line, client, request, body)
            assert response.value == expected
            assert response.raw == body
            looked += 1
    assert looked > len(ours.operations) // 2


def test_an_unknown_enum_value_is_kept(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """A value that the service adds to an enum is kept, and `is_known` is False."""
    looked = 0
    for declared, operation, request in requests(theirs, ours):
        answer = full(operation)
        for place in places_of(operation, declared, answer):
            if place.shape.kind == "enum":
                body = with_value(answer, place.path, "NEVER_HEARD_OF")
                found = reach(answered(line, client, request, body).value, place.path)
                assert isinstance(found, iotmi.OpenEnum)
                assert (found, found.known) == ("NEVER_HEARD_OF", False)
                looked += 1
    assert looked


def over(shape: Shape, held: Json) -> Json:
    """Return a value beyond a limit of *shape*, or None if it has none."""
    if shape.max is None or shape.kind in ("enum", "map"):
        return None
    match shape.kind:
        case "string":
            return "\0" * (int(shape.max) + 1)
        case "list":
            return [held[0]] * (int(shape.max) + 1)
        case _:
            return shape.max + 1


def test_limits_do_not_apply_to_responses(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """A response member that breaks a limit of the model is decoded unchanged."""
    looked = 0
    plain = line.boto3_client()
    for declared, operation, request in requests(theirs, ours):
        answer = full(operation)
        parameters = Maker(Fill.REQUIRED, chance(), odd=False).structure(operation.input)
        for place in places_of(operation, declared, answer):
            broken = over(place.shape, held_at(answer, place.path))
            if broken is not None:
                body = with_value(answer, place.path, broken)
                value = answered(line, client, request, body).value
                parsed = getattr(plain, xform_name(operation.name))(**parameters)
                assert not list(answer_differences(operation, value, parsed))
                looked += 1
    line.sent.clear()
    assert looked


def test_an_empty_object_is_a_response_without_members(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """`{}` gives None members or an empty page, or an error for required ones."""
    for declared, operation, request in requests(theirs, ours):
        needed = [
            each.spot
            for each in places_of(operation, declared, full(operation))
            if each.needed and len(each.path) == 1
        ]
        if needed:
            assert refused(line, client, request, b"{}").path in needed
        else:
            value = answered(line, client, request, b"{}").value
            if isinstance(value, Page):
                assert value == Page[object](items=())
            else:
                members = schema_of(type(value)).members
                assert {getattr(value, each.name) for each in members} == {None}


def test_an_empty_body_cannot_be_decoded(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """An operation with a value needs a JSON object: nothing at all is an error."""
    for _, _, request in requests(theirs, ours):
        assert refused(line, client, request, b"").request_id is not None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'{{"Id": "{CANARY}"', id="cut short"),
        pytest.param(f"<html>{CANARY}</html>", id="a proxy's page"),
        pytest.param(b"\xff\xfe" + CANARY.encode(), id="not text"),
        pytest.param(f'["{CANARY}"]', id="an array"),
        pytest.param(f'"{CANARY}"', id="a string"),
        pytest.param("null", id="null"),
    ],
)
def test_a_body_that_is_no_object_is_refused(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client, body: str | bytes
) -> None:
    """A body that is no JSON object raises ResponseError, which does not quote it."""
    octets = body.encode() if isinstance(body, str) else body
    for _, _, request in requests(theirs, ours):
        assert refused(line, client, request, octets).path in (None, "the body")


def test_a_missing_required_member_is_named(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """A response without a required member raises ResponseError with its path."""
    looked = 0
    for declared, operation, request in requests(theirs, ours):
        answer = secret(full(operation))
        for place in places_of(operation, declared, answer):
            if place.needed:
                body = json.loads(json.dumps(answer))
                holder = body
                for step in place.path[:-1]:
                    holder = holder[step]
                del holder[place.path[-1]]
                error = refused(line, client, request, body)
                assert (error.path, operation.name) == (place.spot, operation.name)
                assert "is missing" in str(error)
                looked += 1
    assert looked


def test_a_wrong_kind_of_json_is_named_and_not_shown(
    theirs: Service,
    ours: Library,
    line: Line,
    client: iotmi.Client,
    tell: Callable[[str], None],
) -> None:
    """A string for a list or an object for a string raises ResponseError with the path."""
    looked = 0
    for declared, operation, request in requests(theirs, ours):
        answer = secret(full(operation))
        for place in places_of(operation, declared, answer):
            for wrong in WRONG[place.shape.kind]:
                body = with_value(answer, place.path, wrong)
                error = refused(line, client, request, body)
                assert (error.path, operation.name) == (place.spot, operation.name)
                assert "year" not in str(error)
                looked += 1
    tell(f"{looked} answers of a wrong kind refused")
    assert looked


def test_the_key_of_a_sensitive_map_is_not_shown(
    theirs: Service, ours: Library, line: Line, client: iotmi.Client
) -> None:
    """The error of a bad entry in a sensitive map does not quote the key."""
    looked = 0
    for declared, operation, request in requests(theirs, ours):
        answer = full(operation)
        for place in places_of(operation, declared, answer):
            if place.shape.kind == "map" and place.shape.sensitive:
                refused(line, client, request, with_value(answer, place.path, {CANARY: 5}))
                looked += 1
    assert looked
