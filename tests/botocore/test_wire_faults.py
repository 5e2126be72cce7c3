"""Broken responses of servers, proxies and networks.

Most tests run for each kind of client in `tests.botocore.ways`. Where urllib3 hides a fault, the
test states what remains visible.
"""

import socket
import threading
from pathlib import Path

import pytest
from urllib3.util import wait_for_read

import iotmi
from iotmi import GetManagedThing, ListManagedThings, NoResponseError, ResponseError, RetryPolicy
from tests.botocore.ways import ALL, BOTOCORES, OWN, Way, name
from tests.support.bad_servers import Cut, Script, listening, raw, reset
from tests.support.certificates import make_certificate
from tests.support.direct_client import connections_of, direct
from tests.support.http_servers import Act, read_request

pytestmark = pytest.mark.usefixtures("keys")

GET = GetManagedThing("x")
THING = raw("200 OK", b'{"Id": "x"}')
every_way = pytest.mark.parametrize("way", ALL, ids=name)
own_ways = pytest.mark.parametrize("way", OWN, ids=name)
NOW = RetryPolicy(initial_backoff=0.001, max_backoff=0.002)


def page(number: int, of: int = 6) -> bytes:
    """Return the response of a page with one item."""
    token = f', "NextToken": "{number + 1}"' if number < of else ""
    body = f'{{"Items": [{{"Id": "t{number}"}}]{token}}}'
    return raw("200 OK", body.encode(), "Content-Type: application/json", "X-Amzn-Requestid: r")


@every_way
@pytest.mark.parametrize("cut", [1, 20, 60, 100])
def test_a_head_that_breaks_off_ends_no_listing(way: Way, cut: int) -> None:
    """W1: the third page's head breaks off, and the page is requested again."""
    pages = [page(1), page(2), Cut(page(3)[:cut]), *map(page, range(3, 7))]
    tokens = [None, *map(str, range(2, 7))]
    requests = [ListManagedThings(next_token=token) for token in tokens]
    with listening(Script(*pages)) as url:
        found = way.run(url, *requests, retry=NOW)
    assert [item.id for each in found for item in each.items] == [f"t{n}" for n in range(1, 7)]


@every_way
def test_a_response_cut_in_its_head_is_no_response(way: Way) -> None:
    """W1: a get ends after one attempt with `NoResponseError`."""
    with listening(Script(Cut(THING[:25]))) as url:
        (error,) = way.run(url, GET)
    assert isinstance(error, NoResponseError)
    assert error.retryable
    assert error.may_have_acted


@every_way
def test_an_empty_body_is_no_empty_page(way: Way) -> None:
    """W2: an empty body is an error. `{}` is an empty page, because the model requires no items."""
    with listening(Script(raw("200 OK"), raw("200 OK", b"{}"))) as url:
        empty, page_ = way.run(url, ListManagedThings(), ListManagedThings())
    assert isinstance(empty, ResponseError)
    assert "the body is empty" in str(empty)
    assert page_.items == ()


@every_way
def test_an_interim_response_is_not_the_final_one(way: Way) -> None:
    """W3: 409 follows 103. The next call receives its own response."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    conflict = raw("409 No", b"{}", "X-Amzn-Errortype: ConflictException")

    def act(connection: socket.socket) -> None:
        while request := read_request(connection):
            if request.startswith(b"DELETE"):
                connection.sendall(early)
                threading.Event().wait(0.1)
            connection.sendall(conflict if request.startswith(b"DELETE") else THING)

    with listening(act) as url:
        deleted, thing = way.run(url, iotmi.DeleteManagedThing("x"), GET)
    # urllib3 takes 103 for the final status.
    expected = iotmi.ConflictError if way in OWN else NoResponseError
    assert type(deleted) is expected
    assert thing.id == "x"


@own_ways
def test_a_switch_of_protocols_is_no_response(way: Way) -> None:
    """W3: 101 was not requested, and after it the connection no longer carries HTTP."""
    script = Script(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", THING)
    with listening(script) as url:
        error, thing = way.run(url, GET, GET)
    assert isinstance(error, NoResponseError)
    assert thing.id == "x"
    assert script.connections == 2


@own_ways
def test_interim_responses_without_end_are_no_response(way: Way) -> None:
    """W3: their number is limited, so that a server cannot keep a call waiting for ever."""
    with listening(Script(b"HTTP/1.1 102 Processing\r\n\r\n" * 50 + THING)) as url:
        (error,) = way.run(url, GET)
    assert isinstance(error, NoResponseError)


@own_ways
@pytest.mark.parametrize("over_tls", [False, True])
def test_bytes_after_a_response_end_the_connection(
    way: Way, *, over_tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W4: a response of exactly 8,192 bytes and a second one in the same TLS record."""
    forged = raw("200 OK", b'{"Id": "forged"}')
    head = raw("200 OK", length="0000")
    body = b'{"Id": "x"}'.ljust(8192 - len(head))
    first = raw("200 OK", body)
    assert len(first) == 8192
    script = Script(first + forged, THING)
    tls = None
    if over_tls:
        certificate = make_certificate(tmp_path)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate.path))
        tls = certificate.context()
    with listening(script, tls=tls) as url:
        things = way.run(url, GET, GET, GET)
    assert [thing.id for thing in things] == ["x", "x", "x"]
    assert script.connections == 2


def test_bytes_that_come_later_end_the_connection() -> None:
    """W4: bytes between two calls are not taken for the next response."""

    def act(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(THING)
            connection.sendall(raw("200 OK", b'{"Id": "forged"}'))

    with listening(act) as url, direct(url) as client:
        for _ in range(3):
            assert client.managed_things.get("x").id == "x"
            for kept in connections_of(client)._idle.values():
                for each in kept:
                    assert wait_for_read(each._socket, 10)


LENGTHS = ["1000000000000", "9" * 20, "9" * 5000, "-5", "+12", "abc", "1_1", "0x2", "11 11", " "]


@every_way
@pytest.mark.parametrize("length", LENGTHS, ids=[each[:20] for each in LENGTHS])
def test_an_invalid_length_is_an_error(way: Way, length: str) -> None:
    """W5: the length is too large or not a number, and the next call succeeds."""
    with listening(Script(Cut(raw("200 OK", b"{}", length=length)), THING)) as url:
        error, thing = way.run(url, ListManagedThings(), GET)
    assert isinstance(error, NoResponseError | ResponseError)
    assert thing.id == "x"


@own_ways
def test_a_body_has_a_largest_size(way: Way) -> None:
    """W5, W22: the client stops reading chunks after 32 MiB."""

    def act(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        for _ in range(64):
            connection.sendall(piece)

    with listening(act) as url:
        (error,) = way.run(url, GET)
    assert isinstance(error, ResponseError)
    assert "larger than 33554432 bytes" in str(error)


@own_ways
def test_two_lengths_that_differ_are_an_error(way: Way) -> None:
    """W6: the connection is closed. Two equal lengths are accepted."""
    two = raw("200 OK", b'{"Id": "x"}', "Content-Length: 9000")
    both = raw("200 OK", b'{"Id": "x"}', "Transfer-Encoding: chunked")
    same = raw("200 OK", b'{"Id": "x"}', "Content-Length: 11")
    script = Script(two, both, same)
    with listening(script) as url:
        different, chunked, equal = way.run(url, GET, GET, GET)
    assert isinstance(different, NoResponseError)
    assert isinstance(chunked, NoResponseError)
    assert equal.id == "x"
    assert script.connections == 3


@every_way
def test_no_content_has_no_body(way: Way) -> None:
    """W7: a gateway sends a length or a body with 204, and no request is repeated."""
    script = Script(raw("204 No Content", b"{}"), raw("204 No Content", length="2"), THING)
    updates = [iotmi.UpdateManagedThing("x", name="Hall")] * 2
    with listening(script) as url:
        first, second, thing = way.run(url, *updates, GET, retry=NOW)
    assert (first, second, thing.id) == (None, None, "x")
    assert len(script.requests) == 3


def large() -> iotmi.Request[None]:
    """Return an unchecked request of 4 MB."""
    with iotmi.unchecked():
        return iotmi.UpdateManagedThing("x", metadata={"x": "y" * 4_000_000})


TOO_LARGE = raw("413 No", b'{"Message": "4 MB"}', "X-Amzn-Errortype: ValidationException")


def close_early(connection: socket.socket) -> None:
    """Read the head, respond and close while the body is being sent."""
    received = connection.recv(65536)
    assert received
    connection.sendall(TOO_LARGE)
    connection.shutdown(socket.SHUT_WR)
    connection.recv(65536)


def answer_early(connection: socket.socket) -> None:
    """Read the head, respond and read no more, without closing."""
    connection.recv(65536)
    connection.sendall(TOO_LARGE)
    threading.Event().wait(1.0)


@every_way
@pytest.mark.parametrize("act", [close_early, answer_early])
def test_a_response_that_comes_early_is_read(way: Way, act: Act) -> None:
    """W8: 413 comes while 4 MB are sent. botocore reads it only if the server closes."""
    if way in BOTOCORES and act is answer_early:
        pytest.skip("urllib3 sends to the end before it reads")
    with listening(act) as url:
        (error,) = way.run(url, large())
    assert isinstance(error, iotmi.ValidationError)
    assert error.http_status == 413


@own_ways
def test_an_early_response_over_tls_is_read(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W8: the same over TLS."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate.path))
    with listening(answer_early, tls=certificate.context()) as url:
        (error,) = way.run(url, large())
    assert isinstance(error, iotmi.ValidationError)


def reset_early(connection: socket.socket) -> None:
    """Read the head, and reset the connection while the body is being sent."""
    connection.recv(65536)
    reset(connection)


@every_way
def test_a_reset_while_a_request_is_sent_is_no_response(way: Way) -> None:
    """The service may have received the request, although its end could not be sent."""
    with listening(reset_early) as url:
        (error,) = way.run(url, large())
    assert isinstance(error, NoResponseError)
    assert error.may_have_acted


@every_way
def test_a_large_request_arrives_whole(way: Way) -> None:
    """The server receives more than 4 MB."""
    script = Script(raw("204 No Content", length=None))
    with listening(script) as url:
        (value,) = way.run(url, large())
    assert value is None
    assert len(script.requests[0]) > 4_000_000


@every_way
def test_a_response_without_length_and_chunks_is_no_response(way: Way) -> None:
    """Without either, half a body looks the same as a whole one."""
    with listening(Script(Cut(raw("200 OK", b'{"Id": "x"}', length=None)))) as url:
        (error,) = way.run(url, GET)
    assert isinstance(error, NoResponseError)


@every_way
def test_an_error_with_half_a_body_is_the_services_error(way: Way) -> None:
    """The head has the error code. urllib3 takes half a body for a whole one."""
    code = "X-Amzn-Errortype: ResourceNotFoundException"
    with listening(Script(Cut(raw("404 No", b"{", code, length="90")))) as url:
        (error,) = way.run(url, GET)
    # The oldest supported botocore reports a closed connection instead.
    by_botocore = () if way.source == "own" else (NoResponseError,)
    assert isinstance(error, (iotmi.ResourceNotFoundError, *by_botocore))


@every_way
def test_a_request_id_cannot_forge_a_line(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """W23: control characters and folded lines become spaces, in the log and in errors."""
    caplog.set_level("DEBUG", "iotmi")
    refused = raw(
        "409 No",
        b'{"Message": "a\\nERROR forged"}',
        "X-Amzn-Errortype: ConflictException",
        "X-Amzn-Requestid: r\x85\x1b[31m\r\n ERROR forged",
    )
    accepted = raw("200 OK", b'{"Id": "x"}', "X-Amzn-Requestid: r\x1f\r\n ERROR forged")
    with listening(Script(refused, accepted)) as url:
        error, thing = way.run(url, GET, GET)
    assert isinstance(error, iotmi.ConflictError)
    assert thing.id == "x"
    lines = [record.getMessage() for record in caplog.records] + [str(error), f"{error.request_id}"]
    assert lines
    assert all(line.isprintable() for line in lines), lines
