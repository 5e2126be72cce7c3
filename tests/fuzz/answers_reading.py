"""A response's way from the connection to the caller, and the promises about it.

A case is the response to one request. Most cases are handed to the client's steps as if the
transport had returned them, which is fast. Cases with a status use the transport and botocore's
parser. Every result is checked as a caller would use it: repr, comparison, hash, pickle. A broken
promise raises an error. An `iotmi.IotmiError` is a valid result.
"""

import pickle
import threading
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any, Self

from attrs import frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import iotmi
from iotmi._botocore.transport import TransportResponse
from iotmi._sansio.steps import RunBlocking
from iotmi._schema.schema import is_model, schema_of
from iotmi._schema.shapes import DocumentShape, ListShape, MapShape, Shape, StructureShape
from tests.conformance import library, service
from tests.conformance.generate import Fill, Maker, chance
from tests.conformance.library import answer_model
from tests.conformance.pairing import bare, pair
from tests.conformance.wire import REQUEST_ID, Line
from tests.support.bad_servers import listening
from tests.support.direct_client import facts_of


@frozen
class Case:
    """The response to one operation.

    Attributes:
        operation: its name.
        body: the bytes.
        status: the HTTP status of a case for the transport, or None.
        headers: the headers of a case for the transport.
    """

    operation: str
    body: bytes
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def encode(self) -> bytes:
        """Return the case as a corpus file: head, empty line, body."""
        first = self.operation if self.status is None else f"{self.operation} {self.status}"
        head = "\n".join([first, *(f"{name}: {value}" for name, value in self.headers)])
        return head.encode("latin-1", "replace") + b"\n\n" + self.body


@frozen
class Outcome:
    """The result of a case.

    Attributes:
        error: the class of the error, or None if the response was decoded.
        value: the decoded value.
    """

    error: type[iotmi.IotmiError] | None
    value: object = None


class Reader:
    """A reader of cases, with one client and one plain request for each operation."""

    def __init__(self) -> None:
        theirs, ours = service.installed(), library.installed()
        self._served = ExitStack()
        self.requests: Mapping[str, iotmi.Request[object]] = {
            name: _plainest(declared.request, theirs.operations[name])
            for name, declared in sorted(ours.operations.items())
        }
        self._hashable = {
            name: (model := answer_model(declared)) is None or always_hashes(model)
            for name, declared in ours.operations.items()
        }
        self._names = tuple(self.requests)
        self._line = _Answering()
        self._client = self._line.client()
        # Serves until the reader is closed.
        self._line.url = self._served.enter_context(listening(self._line.serve))
        self._direct = self._line.own_client()

    def close(self) -> None:
        """Stop the server."""
        self._direct.close()
        self._served.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def decode(self, data: bytes) -> Case:
        """Return the case of *data*, which may be a corpus file or any bytes."""
        head, _, body = data.partition(b"\n\n")
        first, *others = head.decode("latin-1").split("\n")
        name, _, status = first.partition(" ")
        if name not in self.requests:
            name = self._names[zlib.crc32(name.encode()) % len(self._names)]
        if not status.isdecimal():
            return Case(name, body)
        headers = tuple(
            (key, value.strip()) for key, _, value in (o.partition(":") for o in others)
        )
        return Case(name, body, 100 + (int(status[:4]) - 100) % 900, headers)

    def read(self, case: Case) -> Outcome:
        """Return the result of *case*.

        Raises:
            Exception: an error outside `iotmi.IotmiError`, which is a defect.
            AssertionError: a promise about the result is broken.
        """
        try:
            response = self._answered(case)
        except iotmi.IotmiError as error:
            _look_at_error(error)
            return Outcome(type(error))
        # NaN does not equal itself.
        same = b"NaN" not in case.body
        _look_at_value(response, same=same, hashes=self._hashable[case.operation])
        return Outcome(None, response.value)

    def _answered(self, case: Case) -> iotmi.Response[object]:
        request = self.requests[case.operation]
        if case.status is None:
            reply = TransportResponse(
                body=case.body, parsed={}, request_id=REQUEST_ID, http_status=200
            )
            return _brought(self._client, request, reply)
        self._line.body, self._line.status = case.body, case.status
        self._line.headers = case.headers
        if _travels(case):
            assert _ending(self._direct, request) == _ending(self._client, request), (
                "the two transports differ"
            )
        return self._client.send(request)


def _plainest(
    model: type[iotmi.Request[object]], operation: service.Operation
) -> iotmi.Request[object]:
    parameters = Maker(Fill.REQUIRED, chance(), odd=False).structure(operation.input)
    return model(**pair(model, operation.input, parameters).arguments)


def _brought(
    client: iotmi.Client, request: iotmi.Request[object], reply: TransportResponse
) -> iotmi.Response[object]:
    """Return the client's response to *reply*. Its steps run without the transport."""
    flow = client._context.execute(request)
    step = next(flow)
    assert isinstance(step, RunBlocking)
    step.result = reply
    try:
        next(flow)
    except StopIteration as stop:
        response: iotmi.Response[object] = stop.value
        return response
    raise AssertionError("the steps made more than one attempt")


def _travels(case: Case) -> bool:
    """Return True if HTTP can carry *case* exactly."""
    return (
        case.status is not None
        and case.status >= 200
        and case.status not in (204, 304)
        and all(_is_a_header(name, value) for name, value in case.headers)
        # The recursion limits of the two readers differ.
        and case.body.count(b"[") + case.body.count(b"{") < 500
    )


def _is_a_header(name: str, value: str) -> bool:
    return (
        name.replace("-", "").isalnum()
        and name.lower() not in ("connection", "content-length", "transfer-encoding")
        and value.isprintable()
        # HTTP drops spaces around a value.
        and value == value.strip()
        and all(ord(letter) < 256 for letter in name + value)
    )


def _ending(client: iotmi.Client, request: iotmi.Request[object]) -> object:
    """Return the result of a call, as a caller sees it."""
    try:
        response = client.send(request)
    except iotmi.CallError as error:
        return facts_of(error)
    # NaN does not equal itself, but its repr does.
    return repr(response.raw), repr(response.value), response.request_id, response.http_status


def _look_at_value(response: iotmi.Response[object], *, same: bool, hashes: bool) -> None:
    value = response.value
    assert isinstance(repr(response), str)
    again = pickle.loads(pickle.dumps(value))
    assert not same or again == value, "a pickle changes the value"
    if hashes:
        assert not same or hash(again) == hash(value), "equal values have different hashes"


def _look_at_error(error: iotmi.IotmiError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error)), "a pickle changes the error"
    if isinstance(error, iotmi.ServiceError):
        wait = error.retry_after
        assert wait is None or 0 <= wait <= threading.TIMEOUT_MAX, f"no thread can wait for {wait}"


@cache
def always_hashes(model: type) -> bool:
    """Return True if every value of *model* is hashable, because it has no document."""
    return (
        all(_hashes(member.shape) for member in schema_of(model).members)
        if _is_ours(model)
        else True
    )


def _hashes(shape: Shape) -> bool:
    match bare(shape):
        case DocumentShape():
            return False
        case StructureShape(model=model):
            return always_hashes(model)
        case ListShape(item=item):
            return _hashes(item)
        case MapShape(value=value):
            return _hashes(value)
        case _:
            return True


def _is_ours(model: type) -> bool:
    return is_model(model)


class _Answering(Line):
    """A capture that sends headers too, and stores no requests."""

    headers: tuple[tuple[str, str], ...] = ()

    def _head(self) -> str:
        self.sent.clear()
        headers = {
            "content-type": "application/json",
            "x-amzn-requestid": REQUEST_ID,
            **{name.lower(): value for name, value in self.headers},
            "content-length": str(len(self.body)),
        }
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} No\r\n{''.join(lines)}\r\n"

    def _answer(self, request: AWSPreparedRequest, **event: object) -> AWSResponse:
        response = super()._answer(request, **event)
        self.sent.clear()
        headers: Any = response.headers
        for name, value in self.headers:
            headers[name] = value
        return response
