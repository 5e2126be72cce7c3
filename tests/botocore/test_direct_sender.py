"""The direct way to the service: what it does as botocore does, and what it leaves to botocore."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.client import BaseClient

import iotmi
from iotmi import Client, NoResponseError, NotSentError
from iotmi._botocore.direct_sender import can_send_directly
from iotmi._botocore.session import Session, open_client
from tests.support.bad_servers import Answers, listening
from tests.support.direct_client import ONCE, THING, direct, failure, told_of
from tests.support.http_servers import (
    Act,
    Service,
    answer,
    closed_port,
    hang_up,
    read_request,
    serving,
    session,
    talk_nonsense,
)

pytestmark = pytest.mark.usefixtures("keys")


# -- the same as botocore's ----------------------------------------------------------------


def reply(status: str, body: bytes, *headers: str) -> Act:
    """An answer of any kind, after which the connection is closed."""

    def act(connection: socket.socket) -> None:
        read_request(connection)
        head = "\r\n".join([f"HTTP/1.1 {status}", *headers])
        connection.sendall(head.encode() + b"\r\n\r\n" + body)

    return act


def modelled(status: str, code: str, body: bytes) -> Act:
    """An error as the service answers it."""
    return reply(
        status,
        body,
        f"X-Amzn-Errortype: {code}",
        "X-Amzn-Requestid: r-1",
        f"Content-Length: {len(body)}",
    )


ANSWERS: Final[dict[str, Act]] = {
    "a thing": answer("200 OK", THING),
    "in chunks": reply(
        "200 OK",
        b"5\r\n" + THING[:5] + b"\r\n6\r\n" + THING[5:] + b"\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked",
    ),
    "without a length": reply("200 OK", THING),
    "a header that comes twice": reply(
        "503 No", b"{}", "X-Amzn-Requestid: a", "x-amzn-requestid: b", "Content-Length: 2"
    ),
    "nothing": answer("200 OK"),
    "no JSON": answer("200 OK", b"<html>"),
    "not found": modelled(
        "404 Not Found",
        "ResourceNotFoundException:http://internal.amazon.com/x/",
        b'{"Message": "no x", "ResourceId": "x", "ResourceType": "ManagedThing"}',
    ),
    "throttled": reply(
        "429 Slow",
        b"{}",
        "X-Amzn-Errortype: ThrottlingException",
        "Retry-After: 7",
        "Content-Length: 2",
    ),
    "quota": modelled("402 No", "ServiceQuotaExceededException", b'{"Message": "no more"}'),
    "limit": modelled("410 No", "LimitExceededException", b'{"Message": "too many"}'),
    "a code in the body": answer("400 No", b'{"code": "ValidationException", "message": "hm"}'),
    "a code that nobody knows": modelled("418 No", "TeapotException", b'{"Message": "short"}'),
    "no code": answer("403 No", b'{"Message": "go away"}'),
    "a page of a proxy": answer("502 Bad Gateway", b"<html>bad</html>"),
    "an empty failure": answer("503 No"),
    "no object": answer("400 No", b"[1, 2]"),
    "not even text": answer("400 No", b"\xff\xfe\x00"),
    "a code that is no string": answer("400 No", b'{"code": {"a": 1}, "__type": 7}'),
    "a redirection": reply("301 Moved", b"", "Location: /y", "Content-Length: 0"),
    "more than one thing": reply("300 Many", b"{}", "Content-Length: 2"),
    "half a chunk": reply("200 OK", b"9\r\n{", "Transfer-Encoding: chunked"),
    "no answer": hang_up,
    "nonsense": talk_nonsense,
    "no status": reply("abc OK", b"{}"),
    "too many headers": reply("200 OK", b"{}", *(f"X-{number}: y" for number in range(120))),
}


def outcome(client: Client) -> tuple[object, ...]:
    """All that a user can tell of a call."""
    with client:
        try:
            response = client.send(iotmi.GetManagedThing("x"))
        except iotmi.CallError as error:
            return told_of(error)
        return response.value, response.raw, response.request_id, response.http_status


@pytest.mark.parametrize("act", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_the_same_by_either_way(act: Act) -> None:
    """Directly, or sent and read by botocore."""
    with serving([act]) as url:
        found = outcome(direct(url))
    with serving([act]) as url:
        expected = outcome(Client(session=session(), endpoint_url=url, retry=ONCE))
    assert found == expected


def test_half_an_answer_is_no_answer() -> None:
    """The request id is told. botocore has told of it in one way and another."""
    act = reply("200 OK", THING[:4], "Content-Length: 11", "X-Amzn-Requestid: r-2")
    with serving([act]) as url:
        error = failure(url)
    assert isinstance(error, NoResponseError)
    assert error.request_id == "r-2"
    assert "4 of 11 bytes" in str(error)


def test_half_an_error_is_one() -> None:
    """What it is stands in its head."""
    code = "X-Amzn-Errortype: ResourceNotFoundException"
    with serving([reply("404 No", b'{"Mess', "Content-Length: 90", code)]) as url:
        assert isinstance(failure(url), iotmi.ResourceNotFoundError)


def test_what_came_of_an_answer_is_in_no_error() -> None:
    """Neither in a field nor in one of its causes: it may be secret."""
    act = reply("200 OK", b'9\r\n{"Secret', "Transfer-Encoding: chunked")
    with serving([act]) as url:
        link: BaseException | None = failure(url)
    assert isinstance(link, NoResponseError)
    links: list[str] = []
    while link is not None:
        links.append(f"{link!r} {link.args} {vars(link)}")
        link = link.__cause__ or link.__context__
    assert "Secret" not in "\n".join(links)
    assert len(links) == 1


def test_nobody_listens_by_either_way() -> None:
    """Nothing was sent, and it is worth another attempt."""
    url = closed_port()
    error = failure(url)
    assert isinstance(error, NotSentError)
    assert error.retryable
    with pytest.raises(NotSentError) as caught:
        Client(session=session(), endpoint_url=url, retry=ONCE).managed_things.get("x")
    assert caught.value.retryable


# -- what is left to botocore --------------------------------------------------------------


def is_direct() -> bool:
    """Whether a client made here and now sends directly."""
    own = Session(None)
    return can_send_directly(own, open_client(own, endpoint_url="http://service.example"))


def with_configuration(text: str) -> Callable[[pytest.MonkeyPatch, Path], None]:
    """Somebody wrote it into the configuration file."""

    def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        (folder / "config").write_text(f"[default]\n{text}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))

    return prepare


def with_setting(name: str, value: str) -> Callable[[pytest.MonkeyPatch, Path], None]:
    """Somebody set it in the environment."""
    return lambda monkeypatch, _: monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "prepare",
    [
        with_setting("HTTP_PROXY", "http://proxy.example"),
        with_setting("http_proxy", "http://proxy.example"),
        with_setting("AWS_CSM_ENABLED", "true"),
        with_setting("BOTOCORE_EXPERIMENTAL__PLUGINS", "mine=tests.nowhere"),
        with_configuration("tcp_keepalive = true"),
        with_configuration("csm_enabled = true"),
    ],
)
def test_what_asks_more_of_botocore_is_left_to_it(
    prepare: Callable[[pytest.MonkeyPatch, Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether the direct way is taken depends on it alone."""
    own = Session(None)
    client = open_client(own, endpoint_url="http://service.example")
    assert can_send_directly(own, client)
    prepare(monkeypatch, tmp_path)
    assert not can_send_directly(Session(None), client)


def test_no_proxy_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is said that the service is to be reached without, it is."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    assert not is_direct()
    monkeypatch.setenv("NO_PROXY", "service.example")
    assert is_direct()


def test_a_proxy_is_spoken_to_by_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for the service's whole address."""
    answers = Answers(THING)
    with listening(answers) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        with Client(endpoint_url="http://service.invalid", retry=ONCE) as client:
            assert client.managed_things.get("x").id == "x"
    assert answers.requests == [b"GET http://service.invalid/managed-things/x HTTP/1.1"]


def test_a_function_that_calls_itself_tells_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the trace that it was called with."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "ring")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    seen: list[bytes] = []

    def act(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + THING)

    with listening(act) as url, direct(url) as client:
        client.managed_things.get("x")
    (request,) = seen
    assert b"Root=1-2-3" in request
    assert (
        b"x-amzn-trace-id" not in request.lower().partition(b"signedheaders=")[2].partition(b",")[0]
    )


def test_who_wraps_the_calls_of_boto3_sees_them(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As instrumentations do; what they read of an answer is there."""
    seen: list[tuple[str, Any]] = []
    # What they wrap is no part of what botocore publishes.
    plain: Callable[..., dict[str, Any]] = vars(BaseClient)["_make_api_call"]

    def wrapped(client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = plain(client, operation, parameters)
        seen.append((operation, dict(answer["ResponseMetadata"])))
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", wrapped)
    with direct(service.url) as client:
        client.managed_things.get("x")
    ((operation, metadata),) = seen
    assert operation == "GetManagedThing"
    assert metadata.pop("HTTPHeaders")["content-length"] == "11"
    assert metadata == {"RequestId": None, "HTTPStatusCode": 200, "RetryAttempts": 0}


def test_a_call_that_is_not_ours_is_botocores(service: Service) -> None:
    """Whoever got at our boto3 client is answered as by any other."""
    with direct(service.url) as client:
        theirs = client._context.transport._client
        found = theirs.get_managed_thing(Identifier="x")  # type: ignore[attr-defined]  # made by botocore
    assert found["Id"] == "x"
    assert found["ResponseMetadata"]["RetryAttempts"] == 0
