"""The emulator over HTTP: the same answers, bounds, faults, defects, signatures, health."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import anyio
import boto3
import pytest
from attrs import evolve
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from starlette.types import Message

import iotmi
from iotmi.emulator import Emulator
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator.handlers import HANDLERS
from iotmi.emulator.server import HEALTH, MAX_BODY, Credentials, create_app, serving
from tests.emulator.support.requests import Client, create_thing

KEYS = Credentials("AKIDEXAMPLE", "example-secret")


@pytest.fixture
def address(emulator: Emulator) -> Iterator[str]:
    with serving(emulator) as address:
        yield address


def client_of(address: str, *keys: str, region: str = "eu-west-1", seconds: float = 10) -> Client:
    """A boto3 client that tries once."""
    key, secret, token = (*(keys or ("EXAMPLE", "example")), None)[:3]
    session = boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        region_name=region,
    )
    config = Config(retries={"total_max_attempts": 1}, read_timeout=seconds)
    return session.client("iot-managed-integrations", endpoint_url=address, config=config)


def send(
    address: str, method: str, target: str, body: bytes | None = None
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """One request by hand: status, headers in lower case, and document."""
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=10)) as connection:
        connection.request(method, target, body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, json.loads(response.read() or b"{}")


def test_an_arn_in_a_path_stays_one(emulator: Emulator, address: str) -> None:
    """A path is read as it came, so that the slash inside an ARN parts nothing."""
    client = client_of(address)
    arn = client.create_credential_locker(Name="Elm Street 5")["Arn"]
    client.tag_resource(ResourceArn=arn, Tags={"a b": "c/d"})
    assert client.list_tags_for_resource(ResourceArn=arn)["tags"] == {"a b": "c/d"}
    client.untag_resource(ResourceArn=arn, TagKeys=["a b", "x&y"])
    assert emulator.calls[-1].parameters == {"ResourceArn": arn, "TagKeys": ["a b", "x&y"]}
    assert client.list_tags_for_resource(ResourceArn=arn)["tags"] == {}


def test_a_reply_has_its_headers(address: str) -> None:
    """Status, length, kind and request id are those of the emulator in process."""
    status, headers, document = send(address, "POST", "/credential-lockers", b"{}")
    assert (status, headers["content-type"]) == (201, "application/json")
    assert len(headers["x-amzn-requestid"]) == 36
    assert "server" not in headers
    status, headers, _ = send(address, "DELETE", f"/credential-lockers/{document['Id']}")
    assert (status, headers.get("content-length", "0")) == (200, "0")


@pytest.mark.parametrize(
    ("asked", "body", "status", "code"),
    [
        ("GET /nothing", None, 404, "UnknownOperationException"),
        ("PATCH /managed-things", b"{}", 404, "UnknownOperationException"),
        ("GET /managed-things%0A", None, 404, "UnknownOperationException"),
        (f"GET {HEALTH}/", None, 404, "UnknownOperationException"),
        ("GET /managed-things/" + "0" * 32, None, 404, "ResourceNotFoundException"),
        ("POST /managed-things", b"\xff", 400, "SerializationException"),
        ("POST /managed-things", b"{}", 400, "ValidationException"),
    ],
)
def test_it_fails_closed(
    address: str, asked: str, body: bytes | None, status: int, code: str
) -> None:
    """What is not in order is answered with an error of the service's form."""
    method, target = asked.split()
    found, headers, document = send(address, method, target, body)
    assert (found, headers["x-amzn-errortype"]) == (status, code)
    assert document["Message"]


def test_an_operation_without_a_handler_is_not_implemented(
    emulator: Emulator, address: str
) -> None:
    """An operation that the model has and the emulator has not is answered with 501."""
    emulator._dispatcher = evolve(emulator._dispatcher, handlers={})
    status, headers, _ = send(address, "GET", "/managed-things")
    assert (status, headers["x-amzn-errortype"]) == (501, "NotImplementedException")


@pytest.mark.parametrize("over", [1, 5 * MAX_BODY])
def test_a_body_has_a_bound(emulator: Emulator, address: str, over: int) -> None:
    """A larger body is refused, also one that comes in parts, and never reaches the emulator."""

    def parts() -> Iterator[bytes]:
        for _ in range((MAX_BODY + over) // 2**20):
            yield b" " * 2**20
        yield b" " * 2**20

    with closing(HTTPConnection(urlsplit(address).netloc, timeout=30)) as connection:
        connection.request("POST", "/managed-things", parts(), encode_chunked=True)
        response = connection.getresponse()
        assert response.status == 413
        assert response.getheader("x-amzn-errortype") == "RequestEntityTooLargeException"
        response.read()
        connection.request("GET", "/managed-things")
        assert connection.getresponse().status == 200
    assert len(emulator.calls) == 1


def test_a_body_at_the_bound_is_read(address: str) -> None:
    """The bound itself is allowed."""
    body = b"{}".ljust(MAX_BODY)
    assert send(address, "POST", "/credential-lockers", body)[0] == 201


def test_a_body_without_end_is_cut_off(address: str) -> None:
    """Who goes on sending long after the bound is answered, and not read any further."""
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        length = 100 * MAX_BODY
        connection.sendall(
            f"POST /managed-things HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        sent = 0
        try:
            while sent < length:
                connection.sendall(b" " * MAX_BODY)
                sent += MAX_BODY
        except OSError:
            pass
    assert MAX_BODY < sent < 50 * MAX_BODY


def test_a_client_that_leaves_is_let_go(emulator: Emulator, address: str) -> None:
    """Half a body is no request."""
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /managed-things HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"
        )
    assert send(address, "GET", "/managed-things")[0] == 200
    assert [call.operation for call in emulator.calls] == ["ListManagedThings"]


def test_a_defect_is_answered_and_not_shown(
    emulator: Emulator, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect is a 500 with a request id; the log says where, and quotes nothing that was sent."""

    def broken(_account: AccountState, parameters: JsonObject) -> None:
        raise KeyError(parameters["Name"])

    handlers = {**HANDLERS, "CreateCredentialLocker": broken}
    emulator._dispatcher = evolve(emulator._dispatcher, handlers=handlers)
    with caplog.at_level(logging.ERROR, "iotmi.emulator"):
        status, headers, document = send(
            address, "POST", "/credential-lockers", b'{"Name": "CANARY"}'
        )
    assert (status, headers["x-amzn-errortype"]) == (500, "InternalFailure")
    assert document == {"Message": "The emulator has a defect. See its log."}
    (record,) = caplog.records
    message = record.getMessage()
    assert headers["x-amzn-requestid"] in message
    assert "KeyError" in message
    assert "in broken" in message
    assert "CANARY" not in caplog.text


def test_a_closed_emulator_is_unavailable(emulator: Emulator, address: str) -> None:
    """A server that outlives its emulator says that there is no service."""
    emulator.close()
    status, headers, _ = send(address, "GET", "/managed-things")
    assert (status, headers["x-amzn-errortype"]) == (503, "ServiceUnavailableException")


def test_faults_break_real_connections(emulator: Emulator, address: str) -> None:
    """A reset closes the connection, a lost answer does not come, and the next call is served."""
    client = client_of(address)
    emulator.faults.reset_connections("ListManagedThings")
    with pytest.raises(ConnectionClosedError):
        client.list_managed_things()
    emulator.faults.refuse_connections("ListManagedThings")
    with pytest.raises(ConnectionClosedError):
        client.list_managed_things()
    emulator.faults.lose_answers("CreateCredentialLocker")
    with pytest.raises(ReadTimeoutError):
        client_of(address, seconds=0.2).create_credential_locker()
    assert len(client.list_credential_lockers()["Items"]) == 1
    emulator.faults.reset_connections()
    with pytest.raises(RemoteDisconnected):
        send(address, "GET", "/managed-things")


def test_another_server_says_that_it_cannot_close(emulator: Emulator) -> None:
    """Behind a server that gives no way to close a connection, such a fault is an error in it."""
    emulator.faults.reset_connections()

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def keep(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/managed-things",
        "raw_path": b"/managed-things",
        "query_string": b"",
        "headers": [],
    }

    async def ask() -> None:
        await create_app(emulator)(scope, receive, keep)

    with pytest.raises(ConnectionAbortedError):
        anyio.run(ask)
    assert [message.get("status") for message in sent] == [500, None]


def test_many_clients_are_served_at_once(address: str) -> None:
    """16 threads with a connection each make things over HTTP, and all are there."""
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(create_thing(client_of(address))))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    items = client_of(address).list_managed_things(MaxResults=100)["Items"]
    assert {item["Id"] for item in items} == set(made)
    assert len(made) == 16


def test_health_is_told(emulator: Emulator) -> None:
    """Health needs no signature and is no call; calls are counted, those refused too."""
    with serving(emulator, credentials=KEYS) as address:
        assert send(address, "GET", "/managed-things")[0] == 403
        status, _, document = send(address, "GET", HEALTH)
    assert status == 200
    assert document == {
        "status": "up",
        "version": iotmi.__version__,
        "region": "eu-west-1",
        "operations": 83,
        "calls": 1,
    }
    assert emulator.calls == ()


@pytest.mark.parametrize(
    ("keys", "region", "code"),
    [
        (("AKIDEXAMPLE", "another"), "eu-west-1", "InvalidSignatureException"),
        (("AKIDOTHER", "example-secret"), "eu-west-1", "UnrecognizedClientException"),
        (("AKIDEXAMPLE", "example-secret", "t"), "eu-west-1", "UnrecognizedClientException"),
        (("AKIDEXAMPLE", "example-secret"), "ca-central-1", "InvalidSignatureException"),
    ],
)
def test_iotmi_hears_of_a_bad_signature(
    emulator: Emulator, keys: tuple[str, ...], region: str, code: str
) -> None:
    """Each is an AuthenticationError, once: trying again would change nothing."""
    with serving(emulator, credentials=KEYS) as address:
        client = iotmi.Client(boto3_client=client_of(address, *keys, region=region))
        with pytest.raises(iotmi.AuthenticationError) as caught:
            client.credential_lockers.create(name="Elm Street 5")
    assert (caught.value.code, caught.value.http_status) == (code, 403)
    assert (caught.value.attempts, len(caught.value.request_id or "")) == (1, 36)
    assert emulator.calls == ()


def test_a_good_signature_is_taken(emulator: Emulator) -> None:
    """boto3 with the right keys gets through, with every place a parameter may stand in."""
    with serving(emulator, credentials=KEYS) as address:
        client = client_of(address, KEYS.access_key, KEYS.secret_key)
        arn = client.create_credential_locker(Name="Elm Street 5")["Arn"]
        client.tag_resource(ResourceArn=arn, Tags={"ü": "~*"})
        client.untag_resource(ResourceArn=arn, TagKeys=["ü", "a b", "~*+/"])
        client.list_credential_lockers(MaxResults=1)
    assert {call.error for call in emulator.calls} == {None}


def test_it_listens_on_ipv6_too(emulator: Emulator) -> None:
    """An address with colons stands in brackets."""
    with serving(emulator, host="::1") as address:
        assert address.startswith("http://[::1]:")
        with closing(HTTPConnection("::1", int(address.rpartition(":")[2]))) as connection:
            connection.request("GET", HEALTH)
            assert connection.getresponse().status == 200


def test_a_taken_port_is_an_error(emulator: Emulator, address: str) -> None:
    """Two servers do not share a port."""
    port = int(address.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), serving(emulator, port=port):
        pass


def test_it_ends_with_its_block(emulator: Emulator) -> None:
    """After the block nobody listens, no thread is left, and the emulator goes on."""
    before = set(threading.enumerate())
    with serving(emulator) as address:
        client_of(address).create_credential_locker()
    for thread in set(threading.enumerate()) - before:
        # A worker may still be on its way out.
        thread.join(10)
        assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        send(address, "GET", HEALTH)
    client: Any = emulator.boto3_client()
    assert len(client.list_credential_lockers()["Items"]) == 1
