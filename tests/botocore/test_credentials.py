"""Credentials: when they are fetched and refreshed, and the errors if that fails.

A failure to fetch credentials is `NotSentError`, because nothing was sent to the service. No error
shows a secret.
"""

import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anyio
import boto3
import pytest
from botocore.credentials import Credentials

import iotmi
from iotmi import AsyncClient, Client, GetManagedThing, NotSentError
from iotmi._botocore.blocking_io import do, run
from iotmi._botocore.credentials import Chain, SessionCredentials
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import Step
from tests.support.bad_servers import Answers, Script, listening, raw
from tests.support.direct_client import ONCE, THING
from tests.support.http_servers import KEYS, Act, read_request

GET: Final = GetManagedThing("x")
SECRET: Final = "CANARY0123456789CANARY"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide all credentials except the ones that a test adds."""
    for name in (*KEYS, "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def text_of(error: BaseException) -> str:
    """Return the text of an error's traceback."""
    return "".join(traceback.format_exception(error))


def web_identity(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    """Set up a web identity's token and STS at *url* as the source of credentials."""
    token = folder / "token"
    token.write_text(SECRET)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def sts_error(status: str, code: str) -> bytes:
    """Return an error response of STS."""
    error = f"<Code>{code}</Code><Message>{SECRET}</Message>"
    body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return raw(status, body.encode(), "Content-Type: text/xml")


STS: Final[dict[str, tuple[Act, bool, str]]] = {
    "broken": (Script(sts_error("500 No", "InternalFailure")), True, "InternalFailure"),
    "throttled": (Script(sts_error("400 No", "Throttling")), True, "Throttling"),
    "refused": (Script(sts_error("403 No", "AccessDenied")), False, "AccessDenied"),
    "reset": (lambda connection: connection.close(), True, "http://127.0.0.1"),
}


def ways(url: str) -> list[Callable[[], Any]]:
    """Return a call by each of three clients: direct, over a session, over a boto3 client."""
    own = Client(endpoint_url=url, retry=ONCE)
    session = Client(session=boto3.Session(), endpoint_url=url, retry=ONCE)
    handed_in = Client(
        boto3_client=boto3.Session().client("iot-managed-integrations", endpoint_url=url),
        retry=ONCE,
    )
    return [lambda client=client: client.send(GET) for client in (own, session, handed_in)]  # type: ignore[misc]


@pytest.mark.parametrize("situation", STS)
def test_a_failure_of_sts_is_not_the_services(
    situation: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """W10: the error names the step, and the service received no request."""
    act, retryable, word = STS[situation]
    service = Answers(THING)
    with listening(act) as sts, listening(service) as url:
        web_identity(monkeypatch, tmp_path, sts)
        for call in ways(url):
            with pytest.raises(NotSentError) as caught:
                call()
            error = caught.value
            assert not error.may_have_acted
            assert error.retryable is retryable
            assert word in str(error)
            if word.isalpha():
                assert "AssumeRoleWithWebIdentity" in str(error)
            assert SECRET not in text_of(error)
    assert service.requests == []


def test_a_thing_is_not_gone_because_sts_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """W10: a waiter must not take STS's `ResourceNotFoundException` for the service's."""
    act = Script(sts_error("404 No", "ResourceNotFoundException"))
    with listening(act) as sts, listening(Answers(THING)) as url:
        web_identity(monkeypatch, tmp_path, sts)
        with Client(endpoint_url=url, retry=ONCE) as client, pytest.raises(NotSentError):
            client.managed_things.wait_until_deleted("x")


@pytest.mark.parametrize("ending", ["\n", " ", "\r\n", "\x00", "é"])
def test_malformed_credentials_are_named_and_not_shown(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W11: each kind of client makes one attempt."""
    if ending == "\x00":
        pytest.skip("no environment variable holds a null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_SESSION_TOKEN", SECRET + ending)
    service = Answers(THING)
    with listening(service) as url:
        calls = ways(url)
        for number, call in enumerate(calls):
            if number and ending in (" ", "é"):
                # botocore sends these characters.
                continue
            with pytest.raises(NotSentError, match="session token") as caught:
                call()
            assert not caught.value.retryable
            assert SECRET not in text_of(caught.value)
            assert len(text_of(caught.value).splitlines()) < 60
    assert service.requests == []


def test_boto3s_default_session_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """W12: its credentials and its Region are used."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OFTHEENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    script = Script(raw("200 OK", THING))
    with listening(script) as url:
        with Client(endpoint_url=url) as client:
            client.send(GET)
        boto3.setup_default_session(
            aws_access_key_id="OFTHESESSION",
            aws_secret_access_key="example",
            region_name="ca-central-1",
        )
        with Client(endpoint_url=url) as client:
            client.send(GET)
        with Client(endpoint_url=url, region_name="eu-west-1", timeout=10.0) as client:
            client.send(GET)
    before, default, region = script.requests
    assert b"Credential=OFTHEENVIRONMENT/" in before
    assert b"Credential=OFTHESESSION/" in default
    assert b"/ca-central-1/" in default
    assert b"Credential=OFTHESESSION/" in region
    assert b"/eu-west-1/" in region


def test_a_default_session_has_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """W12: the default session's profile is used unless another is named."""
    (tmp_path / "config").write_text(
        "[profile one]\nregion = me-central-1\naws_access_key_id = ONE\n"
        "aws_secret_access_key = example\n"
        "[profile two]\nregion = ca-central-1\naws_access_key_id = TWO\n"
        "aws_secret_access_key = example\n"
    )
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    boto3.setup_default_session(profile_name="one")
    script = Script(raw("200 OK", THING))
    with listening(script) as url:
        for name in (None, "two"):
            with Client(endpoint_url=url, profile_name=name) as client:
                client.send(GET)
    assert b"Credential=ONE/" in script.requests[0]
    assert b"/me-central-1/" in script.requests[0]
    assert b"Credential=TWO/" in script.requests[1]
    assert b"/ca-central-1/" in script.requests[1]


PROCESSES: Final = {
    "/nowhere/process --token " + SECRET: "No such file or directory",
    f"{sys.executable} -c \"print('{SECRET}')\"": "it printed no JSON",
    f"{sys.executable} -c \"import sys; sys.exit('{SECRET}')\"": "ended with an error",
    f"{sys.executable} -c \"print('{{}}')\"": "ended with an error or printed no credentials",
}


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_that_gives_no_credentials_is_named(process: str, tmp_path: Path) -> None:
    """W13: the error names program and profile, and shows neither arguments nor output."""
    (tmp_path / "config").write_text(f"[profile p]\ncredential_process = {process}\n")
    service = Answers(THING)
    with listening(service) as url:
        for timeout in (None, 30.0):
            client = Client(profile_name="p", endpoint_url=url, timeout=timeout, retry=ONCE)
            with client, pytest.raises(NotSentError, match=PROCESSES[process]) as caught:
                client.send(GET)
            text = text_of(caught.value)
            assert "of profile 'p'" in text
            assert process.partition(" ")[0] in text
            assert SECRET not in text
    assert service.requests == []


def test_a_process_of_a_sessions_profile_is_named(tmp_path: Path) -> None:
    """W13: a boto3 session runs the process when a client is made."""
    config = "[profile {}]\ncredential_process = {}\n"
    (tmp_path / "config").write_text(
        config.format("a", "/nowhere/process")
        + config.format("b", f"{sys.executable} -c \"print('{SECRET}')\"")
    )
    for name in ("a", "b"):
        with pytest.raises(
            NotSentError, match=f"of profile '{name}'.*credential_process"
        ) as caught:
            Client(session=boto3.Session(profile_name=name))
        assert SECRET not in text_of(caught.value)


def test_a_malformed_process_is_named(tmp_path: Path) -> None:
    """W13: without its end, the quotation mark hides the program's name too."""
    (tmp_path / "config").write_text(f"[profile p]\ncredential_process = 'program {SECRET}\n")
    with Client(profile_name="p", retry=ONCE) as client, pytest.raises(NotSentError) as caught:
        client.send(GET)
    assert "the credential_process of profile 'p' failed: a quotation mark in it has no end" in str(
        caught.value
    )
    assert SECRET not in text_of(caught.value)


def test_another_providers_failure_is_not_the_processes(tmp_path: Path) -> None:
    """W13: a profile may have an SSO session, which comes first, next to a process."""
    (tmp_path / "config").write_text(
        "[profile p]\nsso_start_url = https://sso.example/start\nsso_region = eu-west-1\n"
        "sso_account_id = 123456789012\nsso_role_name = role\ncredential_process = program\n"
    )
    with Client(profile_name="p", retry=ONCE) as client, pytest.raises(NotSentError) as caught:
        client.send(GET)
    assert "SSO" in str(caught.value)
    assert "process" not in str(caught.value)


REFRESHES: Final = {
    "sys.exit(SECRET)": "no credentials: the provider custom-process failed",
    "print(SECRET)": "no credentials: JSONDecodeError",
}


@pytest.mark.parametrize("second", REFRESHES)
def test_a_refresh_that_fails_while_botocore_signs_is_not_sent(second: str, tmp_path: Path) -> None:
    """W13: a boto3 session refreshes by its process. The error does not show the output."""
    program = tmp_path / "keys.py"
    program.write_text(
        "import datetime, json, pathlib, sys\n"
        f"SECRET, before = {SECRET!r}, pathlib.Path({str(tmp_path / 'before')!r})\n"
        f"if before.exists(): {second}\n"
        "else:\n"
        "    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)\n"
        "    print(json.dumps({'Version': 1, 'AccessKeyId': 'KEY', 'SecretAccessKey': 'e',\n"
        "        'SessionToken': 't', 'Expiration': until.isoformat()}))\n"
        "before.touch()\n"
    )
    (tmp_path / "config").write_text(
        f"[default]\ncredential_process = {sys.executable} -S {program}\n"
    )
    service = Answers(THING)
    with listening(service) as url, pytest.raises(NotSentError) as caught:
        Client(session=boto3.Session(), endpoint_url=url, retry=ONCE).send(GET)
    assert REFRESHES[second] in str(caught.value)
    assert SECRET not in text_of(caught.value)
    assert service.requests == []


def test_credentials_that_came_meanwhile_are_not_fetched_again() -> None:
    """A call that was about to fetch them uses those that another call has fetched."""
    loads: list[Credentials] = []

    def load() -> Credentials:
        loads.append(Credentials("KEY", "example"))
        return loads[-1]

    credentials = SessionCredentials(lambda: Chain(load, lambda: None))

    def after_another_call(step: Step) -> None:
        run(credentials.ready("Op", Deadline(None)))
        do(step)

    run(credentials.ready("Op", Deadline(None)), after_another_call)
    assert credentials.get_frozen_credentials().access_key == "KEY"
    assert len(loads) == 1


def container(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Set up a container's endpoint as the source of credentials."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/keys")


def keys_after(seconds: float) -> Act:
    """Return an act that serves a container's credentials after *seconds*."""
    body = (
        b'{"AccessKeyId": "OFTHECONTAINER", "SecretAccessKey": "e", "Token": "t", '
        b'"Expiration": "2099-01-01T00:00:00Z"}'
    )

    def act(connection: socket.socket) -> None:
        while read_request(connection):
            threading.Event().wait(seconds)
            connection.sendall(raw("200 OK", body))

    return act


def test_an_applications_own_call_fetches_credentials_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that calls over this library's boto3 client need not wait for a call of ours."""
    script = Script(raw("200 OK", THING))
    with listening(keys_after(0.0)) as keys, listening(script) as url:
        container(monkeypatch, keys)
        with Client(endpoint_url=url) as client:
            theirs = client._context.transport._client
            assert theirs.get_managed_thing(Identifier="x")["Id"] == "x"  # type: ignore[attr-defined]  # made by botocore
    assert b"Credential=OFTHECONTAINER/" in script.requests[0]


def test_credentials_are_fetched_by_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """W14: making a client does not fetch them, and the call keeps its deadline."""
    keys_served = list[int]()
    slow = keys_after(1.0)

    def act(connection: socket.socket) -> None:
        keys_served.append(1)
        slow(connection)

    with listening(act) as keys, listening(Answers(THING)) as url:
        container(monkeypatch, keys)
        with Client(endpoint_url=url, timeout=0.2) as client:
            # Only requests for credentials change the list, so none was sent so far.
            assert keys_served == []
            began = time.monotonic()
            with pytest.raises(iotmi.DeadlineExceededError, match="credentials") as caught:
                client.send(GET)
            assert time.monotonic() - began < 0.8
            assert caught.value.attempts == 0
            assert not caught.value.may_have_acted
            # The thread continues, and its result serves later calls.
            patient = client.with_options(timeout=30.0)
            assert patient.send(GET).value.id == "x"
            assert client.with_options(timeout=5.0).send(GET).value.id == "x"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_event_loop_goes_on_while_credentials_come(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W14: a hundred calls share one thread, and a deadline is kept meanwhile."""

    async def main(url: str) -> None:
        ticks, threads = 0, set[int]()

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                threads.add(threading.active_count())
                await anyio.sleep(0.01)

        before = threading.active_count()
        async with AsyncClient(endpoint_url=url) as client, anyio.create_task_group() as group:
            group.start_soon(tick)
            async with anyio.create_task_group() as calls:
                for _ in range(100):
                    calls.start_soon(client.send, GET)
                with pytest.raises(iotmi.DeadlineExceededError, match="credentials"):
                    await client.with_options(timeout=0.1).send(GET)
            group.cancel_scope.cancel()
        # A blocked event loop would tick once or twice.
        assert ticks > 5
        # Each connection to a server of this test has a thread of the server's.
        assert max(threads) - before < 110

    with listening(keys_after(0.6)) as keys, listening(Answers(THING)) as url:
        container(monkeypatch, keys)
        anyio.run(main, url, backend=backend)


def test_credentials_are_refreshed_before_they_expire(tmp_path: Path) -> None:
    """A call refreshes credentials that are about to expire, and signs with the new ones."""
    counter = tmp_path / "counter"
    counter.write_text("")
    program = tmp_path / "keys.py"
    program.write_text(
        "import datetime, json, pathlib\n"
        f"counter = pathlib.Path({str(counter)!r})\n"
        "counter.write_text(counter.read_text() + 'x')\n"
        "number = len(counter.read_text())\n"
        "minutes = 1 if number == 1 else 600\n"
        "until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)\n"
        "print(json.dumps({'Version': 1, 'AccessKeyId': f'KEY{number}', 'SecretAccessKey': 'e',\n"
        "    'SessionToken': 't', 'Expiration': until.isoformat()}))\n"
    )
    (tmp_path / "config").write_text(
        f"[default]\ncredential_process = {sys.executable} {program}\n"
    )
    script = Script(raw("200 OK", THING))
    with listening(script) as url, Client(endpoint_url=url, timeout=60.0) as client:
        for _ in range(3):
            client.send(GET)
    signed = [request.partition(b"Credential=")[2][:4] for request in script.requests]
    assert signed[1:] == [b"KEY2", b"KEY2"]
    assert counter.read_text() == "xx"


def test_without_credentials_the_error_says_what_to_do() -> None:
    """W20: each kind of client raises the same sentence, without a cause."""
    with listening(Answers(THING)) as url:
        for call in ways(url):
            with pytest.raises(NotSentError, match="set AWS_ACCESS_KEY_ID") as caught:
                call()
            assert not caught.value.retryable
            assert caught.value.__cause__ is None
            assert "During handling" not in text_of(caught.value)
