"""The emulator over HTTP: responses, limits, faults, defects, signatures and health."""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
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
    """Return a boto3 client that tries once."""
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
    """Send one raw request. Return status, headers in lower case, and document."""
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=10)) as connection:
        connection.request(method, target, body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, json.loads(response.read() or b"{}")


def test_an_encoded_arn_in_a_path_is_one_label(emulator: Emulator, address: str) -> None:
    """A path is matched encoded, so the slash inside an ARN does not split it."""
    client = client_of(address)
    arn = client.create_credential_locker(Name="Elm Street 5")["Arn"]
    client.tag_resource(ResourceArn=arn, Tags={"a b": "c/d"})
    assert client.list_tags_for_resource(ResourceArn=arn)["tags"] == {"a b": "c/d"}
    client.untag_resource(ResourceArn=arn, TagKeys=["a b", "x&y"])
    assert emulator.calls[-1].parameters == {"ResourceArn": arn, "TagKeys": ["a b", "x&y"]}
    assert client.list_tags_for_resource(ResourceArn=arn)["tags"] == {}


def test_a_response_has_its_headers(address: str) -> None:
    """Status, length, content type and request id are those of the emulator in process."""
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
        ("GET /_emulators", None, 404, "UnknownOperationException"),
        ("GET /managed-things/" + "0" * 32, None, 404, "ResourceNotFoundException"),
        ("POST /managed-things", b"\xff", 400, "SerializationException"),
        ("POST /managed-things", b"{}", 400, "ValidationException"),
    ],
)
def test_bad_requests_get_service_errors(
    address: str, asked: str, body: bytes | None, status: int, code: str
) -> None:
    """Every bad request gets an error in the service's format."""
    method, target = asked.split()
    found, headers, document = send(address, method, target, body)
    assert (found, headers["x-amzn-errortype"]) == (status, code)
    assert document["Message"]


def test_an_operation_without_a_handler_is_not_implemented(
    emulator: Emulator, address: str
) -> None:
    """An operation without a handler returns 501."""
    emulator._dispatcher = evolve(emulator._dispatcher, handlers={})
    status, headers, _ = send(address, "GET", "/managed-things")
    assert (status, headers["x-amzn-errortype"]) == (501, "NotImplementedException")


@pytest.mark.parametrize("over", [1, 5 * MAX_BODY])
def test_a_large_body_is_rejected(emulator: Emulator, address: str, over: int) -> None:
    """A larger body, also a chunked one, is rejected and never reaches the emulator."""

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


def test_a_body_of_the_largest_size_is_accepted(address: str) -> None:
    """The limit itself is allowed."""
    body = b"{}".ljust(MAX_BODY)
    assert send(address, "POST", "/credential-lockers", body)[0] == 201


def test_an_endless_body_is_cut_off(address: str) -> None:
    """A client that keeps sending far beyond the limit gets a response and is not read further."""
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        length = 100 * MAX_BODY
        connection.sendall(
            b"POST /managed-things HTTP/1.1\r\nHost: localhost\r\n"
            + f"Content-Length: {length}\r\n\r\n".encode()
        )
        sent = 0
        try:
            while sent < length:
                connection.sendall(b" " * MAX_BODY)
                sent += MAX_BODY
        except OSError:
            pass
    assert MAX_BODY < sent < 50 * MAX_BODY


def test_a_client_that_disconnects_is_ignored(emulator: Emulator, address: str) -> None:
    """Half a body is not a request."""
    host, port = urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /managed-things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
        )
    assert send(address, "GET", "/managed-things")[0] == 200
    assert [call.operation for call in emulator.calls] == ["ListManagedThings"]


def test_a_defect_is_logged_and_not_returned(
    emulator: Emulator, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect is a 500 with a request id. The log has its place, and no part of the request."""

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
    """A server whose emulator is closed returns ServiceUnavailableException."""
    emulator.close()
    status, headers, _ = send(address, "GET", "/managed-things")
    assert (status, headers["x-amzn-errortype"]) == (503, "ServiceUnavailableException")


def test_faults_break_real_connections(emulator: Emulator, address: str) -> None:
    """A reset closes the connection, a lost response never arrives, and the next call succeeds."""
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


def test_a_server_without_a_close_function_fails(emulator: Emulator) -> None:
    """Without a function that closes a connection, such a fault is an error in the server."""
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
        "headers": [(b"host", b"localhost")],
    }

    async def ask() -> None:
        await create_app(emulator)(scope, receive, keep)

    with pytest.raises(ConnectionAbortedError):
        anyio.run(ask)
    assert [message.get("status") for message in sent] == [500, None]


def test_many_clients_are_served_at_once(address: str) -> None:
    """16 threads with one connection each create things over HTTP, and all exist."""
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


def test_health_counts_calls(emulator: Emulator) -> None:
    """Health needs no signature and is not a call. Rejected calls are counted too."""
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
def test_iotmi_does_not_retry_a_bad_signature(
    emulator: Emulator, keys: tuple[str, ...], region: str, code: str
) -> None:
    """iotmi raises AuthenticationError after one attempt."""
    with serving(emulator, credentials=KEYS) as address:
        client = iotmi.Client(boto3_client=client_of(address, *keys, region=region))
        with pytest.raises(iotmi.AuthenticationError) as caught:
            client.credential_lockers.create(name="Elm Street 5")
    assert (caught.value.code, caught.value.http_status) == (code, 403)
    assert (caught.value.attempts, len(caught.value.request_id or "")) == (1, 36)
    assert emulator.calls == ()


def test_a_good_signature_is_accepted(emulator: Emulator) -> None:
    """boto3 with the right keys succeeds, with parameters in every location."""
    with serving(emulator, credentials=KEYS) as address:
        client = client_of(address, KEYS.access_key, KEYS.secret_key)
        arn = client.create_credential_locker(Name="Elm Street 5")["Arn"]
        client.tag_resource(ResourceArn=arn, Tags={"ü": "~*"})
        client.untag_resource(ResourceArn=arn, TagKeys=["ü", "a b", "~*+/"])
        client.list_credential_lockers(MaxResults=1)
    assert {call.error for call in emulator.calls} == {None}


def test_it_listens_on_ipv6_too(emulator: Emulator) -> None:
    """An IPv6 address is in brackets."""
    with serving(emulator, host="::1") as address:
        assert address.startswith("http://[::1]:")
        with closing(HTTPConnection("::1", int(address.rpartition(":")[2]))) as connection:
            connection.request("GET", HEALTH)
            assert connection.getresponse().status == 200


def test_a_taken_port_is_an_error(emulator: Emulator, address: str) -> None:
    """Two servers cannot share a port."""
    port = int(address.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), serving(emulator, port=port):
        pass


def test_the_server_does_not_wait_for_the_rest_of_a_body(emulator: Emulator) -> None:
    """A client that stops in the middle of a request is disconnected at the end."""
    with socket.socket() as connection:
        connection.settimeout(10)
        with serving(emulator) as address:
            host, port = urlsplit(address).netloc.split(":")
            connection.connect((host, int(port)))
            head = b"POST /managed-things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
            connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
            # The server reads the body, now that it asks for it.
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            began = time.monotonic()
        assert time.monotonic() - began < 3
        assert connection.recv(100) == b""
    assert emulator.calls == ()


def test_the_server_ends_with_its_block(emulator: Emulator) -> None:
    """After the block no socket listens, no thread is left, and the emulator still works."""
    before = set(threading.enumerate())
    with serving(emulator) as address:
        client_of(address).create_credential_locker()
    for thread in set(threading.enumerate()) - before:
        # A worker thread may still be ending.
        thread.join(10)
        assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        send(address, "GET", HEALTH)
    client: Any = emulator.boto3_client()
    assert len(client.list_credential_lockers()["Items"]) == 1


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_without_its_extra_the_server_names_it(missing: str) -> None:
    """The import says what to install."""
    program = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "try: import iotmi.emulator.server\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "python -m pip install 'iotmi[emulator]'" in ran.stdout
