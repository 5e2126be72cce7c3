"""Requests and responses are byte for byte those of boto3."""

import json
from collections.abc import Callable, Iterator

import anyio
import pytest
from botocore import xform_name

import iotmi
from tests.conformance.generate import Fill, Json, Maker, chance
from tests.conformance.ledger import promised
from tests.conformance.library import Declared, Library
from tests.conformance.limits import baseline, limits_of, with_value
from tests.conformance.pairing import answer_differences, call, pair
from tests.conformance.service import Operation, Service
from tests.conformance.wire import REQUEST_ID, Boto3Client, Line, Sent

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

FILLS = (Fill.REQUIRED, Fill.LOW, Fill.HIGH, Fill.ANY, Fill.ANY, Fill.ANY)


def bodies(theirs: Service, operation: Operation) -> Iterator[bytes]:
    """Return response bodies of *operation* with all members that we require."""
    known = promised(theirs)
    if operation.answered is None:
        yield b""
        return
    for number, fill in enumerate(FILLS):
        maker = Maker(fill, chance(operation.name, number), known=known)
        yield json.dumps(maker.structure(operation.answered)).encode()


def through_boto3(line: Line, plain: Boto3Client, name: str, parameters: Json) -> Sent:
    """Return the request that a plain boto3 client sends."""
    getattr(plain, xform_name(name))(**parameters)
    return line.last()


def plainest(declared: Declared, operation: Operation) -> iotmi.Request[object]:
    """Return a request with only the required members."""
    parameters = Maker(Fill.REQUIRED, chance(), odd=False).structure(operation.input)
    return declared.request(**pair(declared.request, operation.input, parameters).arguments)


def test_requests_equal_those_of_boto3(
    theirs: Service, ours: Library, line: Line, tell: Callable[[str], None]
) -> None:
    """Method, path, query and body of a request are those of a plain boto3 client."""
    plain = line.boto3_client()
    clients = line.own_client(), line.own_client_by_botocore(), line.client()
    compared = 0
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        line.body = next(bodies(theirs, operation))
        for number, fill in enumerate(FILLS):
            parameters = Maker(fill, chance(name, number)).structure(operation.input)
            paired = pair(declared.request, operation.input, parameters)
            expected = through_boto3(line, plain, name, paired.parameters)
            for client in clients:
                client.send(declared.request(**paired.arguments))
                assert line.last() == expected, name
                call(client, declared.method, declared.request, paired.arguments)
                assert line.last() == expected, declared.method
                compared += 2
    tell(f"{compared} requests compared")
    assert compared == 2 * len(clients) * len(FILLS) * len(theirs.operations)


def test_values_at_limits_are_sent_as_boto3_sends_them(
    theirs: Service, ours: Library, line: Line, tell: Callable[[str], None]
) -> None:
    """Values at each limit are sent unchanged: longest, fewest, greatest."""
    plain, client = line.boto3_client(), line.own_client()
    compared = 0
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        line.body = next(bodies(theirs, operation))
        for limit in limits_of(operation, declared):
            if limit.bound is None:
                continue
            parameters = with_value(baseline(operation), limit.path, limit.inside[0])
            paired = pair(declared.request, operation.input, parameters)
            expected = through_boto3(line, plain, name, paired.parameters)
            client.send(declared.request(**paired.arguments))
            assert line.last() == expected, (name, limit)
            compared += 1
    tell(f"{compared} requests at a limit compared")
    assert compared


def test_a_missing_client_token_is_generated(theirs: Service, ours: Library, line: Line) -> None:
    """A request without a client token is sent with one, and is otherwise the same."""
    plain, client = line.boto3_client(), line.own_client()
    minting = 0
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        if not any(each.token for each in operation.input.properties):
            continue
        parameters = Maker(Fill.LOW, chance()).structure(operation.input)
        del parameters["ClientToken"]
        paired = pair(declared.request, operation.input, parameters)
        line.body = next(bodies(theirs, operation))
        expected = through_boto3(line, plain, name, paired.parameters)
        client.send(declared.request(**paired.arguments))
        sent = line.last()
        mine, yours = json.loads(sent.body), json.loads(expected.body)
        assert len(mine.pop("ClientToken")) == len(yours.pop("ClientToken")) == 36
        assert mine == yours
        minting += 1
    assert minting


def test_responses_equal_those_of_boto3(
    theirs: Service, ours: Library, line: Line, tell: Callable[[str], None]
) -> None:
    """Each member of a response equals botocore's parse of the same bytes."""
    plain, client = line.boto3_client(), line.own_client()
    compared = 0
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        request = plainest(declared, operation)
        for body in bodies(theirs, operation):
            line.body = body
            parameters = Maker(Fill.REQUIRED, chance(), odd=False).structure(operation.input)
            parsed = getattr(plain, xform_name(name))(**parameters)
            del parsed["ResponseMetadata"]
            response = client.send(request)
            assert not list(answer_differences(operation, response.value, parsed))
            assert response.raw == (json.loads(body) if body else {})
            assert response.request_id == REQUEST_ID
            compared += 1
    line.sent.clear()
    tell(f"{compared} answers compared")


def test_the_async_client_sends_and_returns_the_same(
    theirs: Service, ours: Library, line: Line
) -> None:
    """`AsyncClient` sends and returns the same as `Client`."""
    client, awaiting = line.client(), line.async_client()

    async def compare() -> int:
        compared = 0
        for name, declared in ours.operations.items():
            operation = theirs.operations[name]
            request = plainest(declared, operation)
            *_, line.body = bodies(theirs, operation)
            expected = client.send(request)
            sent = line.sent.pop()
            response = await awaiting.send(request)
            # A generated token differs each time.
            if not any(each.token for each in operation.input.properties):
                assert line.sent[-1] == sent
            assert response.value == expected.value
            line.sent.clear()
            compared += 1
        return compared

    assert anyio.run(compare) == len(ours.operations)
