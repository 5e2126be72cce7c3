"""Direct sending: the same outcomes as botocore, and the cases in which botocore sends."""

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
from tests.support.direct_client import ONCE, THING, direct, facts_of, failure
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


# -- the same outcomes as botocore ---------------------------------------------------------


def reply(status: str, body: bytes, *headers: str) -> Act:
    """Return an act that sends any response and closes the connection."""

    def act(connection: socket.socket) -> None:
        read_request(connection)
        head = "\r\n".join([f"HTTP/1.1 {status}", *headers])
        connection.sendall(head.encode() + b"\r\n\r\n" + body)

    return act


def modelled(status: str, code: str, body: bytes) -> Act:
    """Return an act that sends an error of the service."""
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
    "an unknown code": modelled("418 No", "TeapotException", b'{"Message": "short"}'),
    "no code": answer("403 No", b'{"Message": "go away"}'),
    "a page of a proxy": answer("502 Bad Gateway", b"<html>bad</html>"),
    "an empty failure": answer("503 No"),
    "no object": answer("400 No", b"[1, 2]"),
    "not even text": answer("400 No", b"\xff\xfe\x00"),
    "a code that is no string": answer("400 No", b'{"code": {"a": 1}, "__type": 7}'),
    "a redirection": reply("301 Moved", b"", "Location: /y", "Content-Length: 0"),
    "more than one thing": reply("300 Many", b"{}", "Content-Length: 2"),
    "half a chunk": reply("200 OK", b"9\r\n{", "Transfer-Encoding: chunked"),
    "no response": hang_up,
    "nonsense": talk_nonsense,
    "no status": reply("abc OK", b"{}"),
    "too many headers": reply("200 OK", b"{}", *(f"X-{number}: y" for number in range(120))),
}


def outcome(client: Client) -> tuple[object, ...]:
    """Return the response of a call, or the facts of its error."""
    with client:
        try:
            response = client.send(iotmi.GetManagedThing("x"))
        except iotmi.CallError as error:
            return facts_of(error)
        return response.value, response.raw, response.request_id, response.http_status


@pytest.mark.parametrize("act", ANSWERS.values(), ids=ANSWERS)
def test_direct_sending_and_botocore_have_the_same_outcome(act: Act) -> None:
    """A response or an error is the same whether this library or botocore sends."""
    with serving([act]) as url:
        found = outcome(direct(url))
    with serving([act]) as url:
        expected = outcome(Client(session=session(), endpoint_url=url, retry=ONCE))
    assert found == expected


def test_half_a_response_is_no_response() -> None:
    """The error has the request id and says how much of the body came."""
    act = reply("200 OK", THING[:4], "Content-Length: 11", "X-Amzn-Requestid: r-2")
    with serving([act]) as url:
        error = failure(url)
    assert isinstance(error, NoResponseError)
    assert error.request_id == "r-2"
    assert "4 of 11 bytes" in str(error)


def test_an_error_with_half_a_body_is_the_services_error() -> None:
    """The head has the error code."""
    code = "X-Amzn-Errortype: ResourceNotFoundException"
    with serving([reply("404 No", b'{"Mess', "Content-Length: 90", code)]) as url:
        assert isinstance(failure(url), iotmi.ResourceNotFoundError)


def test_no_error_holds_a_part_of_the_body() -> None:
    """The received part may be secret, so neither fields nor causes hold it."""
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


def test_a_refused_connection_is_retryable() -> None:
    """Nothing was sent, whether this library or botocore connects."""
    url = closed_port()
    error = failure(url)
    assert isinstance(error, NotSentError)
    assert error.retryable
    with pytest.raises(NotSentError) as caught:
        Client(session=session(), endpoint_url=url, retry=ONCE).managed_things.get("x")
    assert caught.value.retryable


# -- cases in which botocore sends ---------------------------------------------------------


def is_direct() -> bool:
    """Return True if a client made now sends directly."""
    own = Session(None)
    return can_send_directly(own, open_client(own, endpoint_url="http://service.example"))


def with_configuration(text: str) -> Callable[[pytest.MonkeyPatch, Path], None]:
    """Return a function that writes *text* into the configuration file."""

    def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        (folder / "config").write_text(f"[default]\n{text}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))

    return prepare


def with_setting(name: str, value: str) -> Callable[[pytest.MonkeyPatch, Path], None]:
    """Return a function that sets an environment variable."""
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
def test_botocore_sends_if_a_setting_needs_it(
    prepare: Callable[[pytest.MonkeyPatch, Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same client sends directly without the setting."""
    own = Session(None)
    client = open_client(own, endpoint_url="http://service.example")
    assert can_send_directly(own, client)
    prepare(monkeypatch, tmp_path)
    assert not can_send_directly(Session(None), client)


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host in NO_PROXY is sent to directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    assert not is_direct()
    monkeypatch.setenv("NO_PROXY", "service.example")
    assert is_direct()


def test_botocore_sends_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy receives the service's whole URL."""
    answers = Answers(THING)
    with listening(answers) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        with Client(endpoint_url="http://service.invalid", retry=ONCE) as client:
            assert client.managed_things.get("x").id == "x"
    assert answers.requests == [b"GET http://service.invalid/managed-things/x HTTP/1.1"]


def test_a_lambda_function_sends_its_trace_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its unsigned header `X-Amzn-Trace-Id` lets AWS stop recursive functions."""
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


def test_tools_that_wrap_boto3s_calls_see_them(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrapped method returns the metadata that instrumentations read."""
    seen: list[tuple[str, Any]] = []
    # Instrumentations wrap this private method of botocore.
    plain: Callable[..., dict[str, Any]] = vars(BaseClient)["_make_api_call"]

    def wrapped(client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        response = plain(client, operation, parameters)
        seen.append((operation, dict(response["ResponseMetadata"])))
        return response

    monkeypatch.setattr(BaseClient, "_make_api_call", wrapped)
    with direct(service.url) as client:
        client.managed_things.get("x")
    ((operation, metadata),) = seen
    assert operation == "GetManagedThing"
    assert metadata.pop("HTTPHeaders")["content-length"] == "11"
    assert metadata == {"RequestId": None, "HTTPStatusCode": 200, "RetryAttempts": 0}


def test_botocore_sends_the_applications_own_calls(service: Service) -> None:
    """A call on this library's boto3 client, made outside this library, is botocore's."""
    with direct(service.url) as client:
        boto3_client = client._context.transport._client
        found = boto3_client.get_managed_thing(Identifier="x")  # type: ignore[attr-defined]  # made by botocore
    assert found["Id"] == "x"
    assert found["ResponseMetadata"]["RetryAttempts"] == 0
