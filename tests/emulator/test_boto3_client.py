"""Connection of boto3 clients to the emulator, without any network."""

import io
import socket
from pathlib import Path
from typing import Any

import anyio
import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config

import iotmi.emulator
from iotmi.emulator import Emulator
from iotmi.emulator._boto3_client import _to_bytes, _to_request
from iotmi.errors import ThrottlingError
from iotmi.retrying import RetryPolicy
from tests.emulator.support.requests import Client, expect_error


def foreign_client(service: str = "iot-managed-integrations") -> Client:
    return boto3.Session(
        aws_access_key_id="a",
        aws_secret_access_key="s",
        region_name="eu-west-1",
    ).client(service)  # type: ignore[call-overload]


def test_public_names_are_exact() -> None:
    """`__all__` names every public object and nothing else."""
    assert iotmi.emulator.__all__ == sorted(iotmi.emulator.__all__)
    for name in iotmi.emulator.__all__:
        assert hasattr(iotmi.emulator, name)


def test_an_existing_boto3_client_can_be_attached(emulator: Emulator) -> None:
    """The emulator handles the calls of an attached client, and returns the client."""
    client = foreign_client()
    assert emulator.attach(client) is client
    client.create_credential_locker()
    assert [call.operation for call in emulator.calls] == ["CreateCredentialLocker"]


def test_attaching_twice_sends_once(emulator: Emulator) -> None:
    """A client attached twice sends each call once, to the emulator attached last."""
    client = emulator.attach(emulator.attach(foreign_client()))
    client.create_credential_locker()
    assert len(emulator.calls) == 1
    with Emulator() as other:
        other.attach(client)
        assert client.list_credential_lockers()["Items"] == []
        assert len(other.calls) == 1
    assert len(emulator.calls) == 1


def test_only_a_client_of_the_service_is_attached(emulator: Emulator) -> None:
    """A client of another service is rejected."""
    with pytest.raises(ValueError, match="iot-managed-integrations"):
        emulator.attach(foreign_client("sts"))


def test_nothing_reaches_a_network(
    emulator: Emulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No call opens a socket: neither a success, an error nor an unknown operation."""

    def no_socket(*_args: object, **_options: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    client.create_credential_locker()
    with expect_error("ResourceNotFoundException"):
        client.get_managed_thing(Identifier="unknown")
    with expect_error("UnknownOperationException"):
        client.get_managed_thing(Identifier="")
    emulator.close()
    with pytest.raises(iotmi.emulator.EmulatorClosedError):
        client.list_managed_things()


def test_the_environment_is_not_read(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Profiles, files, credentials, Region and endpoint of the environment are ignored."""
    broken = tmp_path / "config"
    broken.write_text("[profile x\n")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(broken))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://example.invalid")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    client: Any = emulator.boto3_client()
    sent: list[AWSPreparedRequest] = []
    client.meta.events.register(
        "before-send.iot-managed-integrations", lambda request, **_: sent.append(request)
    )
    client.list_managed_things()
    assert client.meta.region_name == "eu-west-1"
    assert "EMULATED" in str(sent[0].headers["Authorization"])
    assert "X-Amz-Security-Token" not in sent[0].headers
    assert "fips" not in sent[0].url
    assert "example.invalid" not in sent[0].url


def test_a_client_can_have_its_own_settings(emulator: Emulator) -> None:
    """Region and configuration are passed to boto3."""
    client: Any = emulator.boto3_client(
        region_name="ca-central-1", config=Config(retries={"total_max_attempts": 1})
    )
    assert client.meta.region_name == "ca-central-1"
    emulator.faults.fail("ListManagedThings", "ThrottlingException")
    with expect_error("ThrottlingException"):
        client.list_managed_things()


@pytest.mark.parametrize(
    "body", [b"abc", bytearray(b"abc"), "abc", io.BytesIO(b"abc"), io.StringIO("abc")]
)
def test_a_body_of_any_kind_is_read(
    body: bytes | bytearray | str | io.BytesIO | io.StringIO,
) -> None:
    """A body in botocore may be text, bytes or a file."""
    assert _to_bytes(body) == b"abc"
    assert _to_bytes(None) == b""


def test_a_request_is_converted_completely() -> None:
    """Method, path, query, headers and body are converted, and the repr hides secrets."""
    headers = HTTPHeaders()
    headers["X-One"] = "1"
    prepared = AWSPreparedRequest(
        "PUT", "https://host/a%2Fb/c?x=1&y=%20", headers, "secret", stream_output=False
    )
    request = _to_request(prepared)
    assert (request.method, request.path, request.query) == ("PUT", "/a%2Fb/c", "x=1&y=%20")
    assert request.headers == {"X-One": "1"}
    assert request.body == b"secret"
    assert "secret" not in repr(request)
    prepared.headers = {"X-Two": b"2"}  # type: ignore[assignment]
    assert _to_request(prepared).headers == {"X-Two": "2"}


def test_the_typed_client_works(emulator: Emulator) -> None:
    """The library's own client works with the emulator, with all options."""
    with emulator.client() as client:
        made = client.credential_lockers.create(name="Ann")
        assert client.credential_lockers.get(made.id).name == "Ann"
    with emulator.client(retry=RetryPolicy(max_attempts=1), timeout=60) as client:
        emulator.faults.fail("GetCredentialLocker", "ThrottlingException")
        with pytest.raises(ThrottlingError):
            client.credential_lockers.get(made.id)


async def _awaited(emulator: Emulator) -> None:
    async with emulator.async_client() as client:
        made = await client.credential_lockers.create(name="Ann")
        assert (await client.credential_lockers.get(made.id)).name == "Ann"
    async with emulator.async_client(retry=RetryPolicy(max_attempts=1), timeout=60) as client:
        emulator.faults.fail("GetCredentialLocker", "ThrottlingException")
        with pytest.raises(ThrottlingError):
            await client.credential_lockers.get(made.id)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_async_client_works(emulator: Emulator, backend: str) -> None:
    """The async client works with the emulator on both event loops."""
    anyio.run(_awaited, emulator, backend=backend)


def test_no_client_sleeps_under_a_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A boto3 client does not retry, so botocore does not sleep. Settings of the test win."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    with Emulator() as emulator:
        emulator.faults.fail(None, "ThrottlingException", times=9)
        plain: Client = emulator.boto3_client()
        with expect_error("ThrottlingException"):
            plain.list_managed_things()
        assert (len(emulator.calls), slept) == (1, [])
        config = Config(retries={"total_max_attempts": 3, "mode": "standard"})
        stubborn: Client = emulator.boto3_client(config=config)
        with expect_error("ThrottlingException"):
            stubborn.list_managed_things()
        assert (len(emulator.calls), len(slept)) == (4, 2)


def test_retries_on_the_real_clock() -> None:
    """On the real clock, a boto3 client has botocore's own retries."""
    with Emulator(clock="real") as emulator:
        emulator.faults.fail(None, "ThrottlingException")
        plain: Client = emulator.boto3_client()
        assert plain.list_managed_things()["Items"] == []
        assert len(emulator.calls) == 2
