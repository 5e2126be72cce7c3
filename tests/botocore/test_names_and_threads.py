"""Host names, Regions and threads: the threads that a call may start, and its errors."""

import socket
import threading
import traceback
from typing import Any, Final

import boto3
import pytest

import iotmi
from iotmi import Client, GetManagedThing, NotSentError, RetryPolicy
from tests.botocore.ways import Way
from tests.support.bad_servers import Answers, listening
from tests.support.direct_client import ONCE, THING
from tests.support.http_servers import KEYS
from tests.support.threads import comes_true

GET: Final = GetManagedThing("x")


@pytest.fixture(autouse=True)
def no_default_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the boto3 default session of other tests."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def test_no_thread_is_started_but_for_credentials_and_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """W15: a call with a deadline and botocore's handlers run in the caller's thread."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    started: list[str] = []
    start = threading.Thread.start

    def counted(thread: threading.Thread) -> None:
        if thread.name.startswith("iotmi"):
            started.append(thread.name)
        start(thread)

    with listening(Answers(THING)) as url:
        monkeypatch.setattr(threading.Thread, "start", counted)
        with Client(endpoint_url=url, timeout=10.0) as client:
            seen: list[int] = []
            client._context.transport._client.meta.events.register(
                "before-sign.*", lambda **_: seen.append(threading.get_ident())
            )
            client.send(GET)
            assert seen == [threading.get_ident()]
            assert started == []
        by_name = url.replace("127.0.0.1", "localhost")
        with Client(endpoint_url=by_name, timeout=10.0) as client:
            client.send(GET)
            client.send(GET)
        assert started == ["iotmi-resolve"]


def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a process at its limit of threads."""
    start = threading.Thread.start

    def refused(thread: threading.Thread) -> None:
        # The server's threads still start.
        if thread.name.startswith(("iotmi", "AnyIO", "Trio", "asyncio")):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)


@pytest.mark.parametrize(
    "way",
    [
        Way(source, is_async)
        for source in ("own", "session", "handed-in")
        for is_async in (False, True)
    ],
    ids=lambda w: w.name,
)
def test_where_no_thread_can_be_started(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """W16: a name is resolved in the caller's thread. The error says if botocore needs a thread."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with listening(Answers(THING)) as url:
        no_threads(monkeypatch)
        (found,) = way.run(url.replace("127.0.0.1", "localhost"), GET, timeout=10.0)
    if way.source == "own":
        assert found.id == "x"
    else:
        assert isinstance(found, NotSentError)
        assert "no thread could be started" in str(found)
        assert not found.may_have_acted


def test_without_a_region_the_error_names_the_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """W20: making the client raises a short error with the known Regions."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for session in (None, boto3.Session()):
        with pytest.raises(NotSentError, match="ca-central-1, eu-west-1, me-central-1") as caught:
            Client(session=session)
        assert len("".join(traceback.format_exception(caught.value)).splitlines()) < 30


def test_the_error_names_a_region_without_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """W20: if the Region's host has no address, the error lists the known Regions."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    policy = RetryPolicy.none()
    with Client(region_name="us-east-1", retry=policy) as client:
        with pytest.raises(NotSentError, match=r"us-east-1.*ca-central-1, eu-west-1"):
            client.send(GET)
    with Client(region_name="eu-west-1", retry=policy) as client:
        with pytest.raises(NotSentError) as caught:
            client.send(GET)
    assert "me-central-1" not in str(caught.value)


def test_slow_names_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline is kept while a name is resolved in one thread for all calls."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    resolve, over, calls = socket.getaddrinfo, threading.Event(), list[int]()

    def slow(host: str, *args: Any, **options: Any) -> object:  # noqa: ANN401
        if options.get("flags") or host != "slow.example":
            return resolve(host, *args, **options)
        calls.append(1)
        over.wait(10)
        return resolve("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with listening(Answers(THING)) as url:
        by_name = url.replace("127.0.0.1", "slow.example")
        with Client(endpoint_url=by_name, timeout=0.1, retry=ONCE) as client:
            for _ in range(5):
                with pytest.raises(iotmi.DeadlineExceededError) as caught:
                    client.send(GET)
                assert not caught.value.may_have_acted
            assert len(calls) == 1
            over.set()
            alive = threading.enumerate
            assert comes_true(lambda: all(each.name != "iotmi-resolve" for each in alive()))
            assert client.with_options(timeout=10.0).send(GET).value.id == "x"
            assert len(calls) == 1
