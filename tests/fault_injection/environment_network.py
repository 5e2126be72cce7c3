"""Connections that close, cannot be made, or are not trusted: real sockets, and what comes of it.

Each check is a function that gives its figures in words, and raises `AssertionError` where
something does not hold.
"""

import socket
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from ssl import CERT_REQUIRED, TLSVersion
from threading import Event, Semaphore
from typing import Final, Protocol

import pytest
from botocore.config import Config

from iotmi import (
    CallError,
    Client,
    GetManagedThing,
    NoResponseError,
    NotSentError,
    RetryPolicy,
    ServiceError,
    ServiceUnavailableError,
)
from tests.support.bad_servers import Answers, Tunnel, listening, reset
from tests.support.certificates import ELSEWHERE, Certificate, make_certificate
from tests.support.factories import toggle
from tests.support.http_servers import (
    Act,
    closed_port,
    read_request,
    session,
    talk_nonsense,
    with_keys,
)

CALLS: Final = 200
THREADS: Final = 8
_THING: Final = b'{"Id": "x", "TraceId": "t"}'
_THREE: Final = RetryPolicy(max_attempts=3, initial_backoff=0.01, quota=None)
_MANY: Final = RetryPolicy(max_attempts=20, initial_backoff=0.01, max_backoff=0.05, quota=None)


class Making(Protocol):
    """A way to a client that calls *url*, trusts one certificate, and tries three times at most."""

    __name__: str

    def __call__(
        self, url: str, *, trusted: Certificate | None = None, proxy: str | None = None
    ) -> Client: ...


def handed_in(url: str, *, trusted: Certificate | None = None, proxy: str | None = None) -> Client:
    """Upon a boto3 client that is told."""
    theirs = session().client(
        "iot-managed-integrations",
        endpoint_url=url,
        verify=None if trusted is None else str(trusted.path),
        config=Config(
            retries={"total_max_attempts": 1},
            proxies=None if proxy is None else {url.partition(":")[0]: proxy},
            max_pool_connections=32,
        ),
    )
    return Client(boto3_client=theirs, retry=_THREE)


def of_its_own(url: str, *, trusted: Certificate | None = None, proxy: str | None = None) -> Client:
    """Which finds all of it in the environment, and sends directly where there is no proxy."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            environment.delenv(name.lower(), raising=False)
            environment.setenv(name, proxy or "")
        if trusted is not None:
            environment.setenv("AWS_CA_BUNDLE", str(trusted.path))
        client = with_keys(Client, endpoint_url=url, retry=_THREE)
    assert (client._context.transport._direct is None) == (proxy is not None)
    return client


def failure_of(call: Callable[[], object]) -> CallError:
    """The error that a call ends with."""
    try:
        call()
    except CallError as error:
        return error
    raise AssertionError("it was answered")


def _require_not_sent(client: Client, *told: str, attempts: int) -> NotSentError:
    error = failure_of(lambda: client.managed_things.get("x"))
    assert isinstance(error, NotSentError), repr(error)
    assert error.attempts == attempts, f"{error.attempts} attempts: {error}"
    assert any(word in str(error) for word in told), error
    return error


# -- connections that are kept, and close ----------------------------------------------


def closed_after_each_answer(seed: int, client_of: Making) -> str:
    """Without a word in the answer that it will be."""
    del seed
    return _kept(client_of, lambda _: None, threads=THREADS)


def closed_about_when_the_next_request_comes(seed: int, client_of: Making) -> str:
    """Which is what no client can see coming."""
    chance = Random(seed)
    return _kept(client_of, lambda _: _wait(chance.uniform(0, 0.002)), threads=THREADS)


def closed_while_idle(seed: int, client_of: Making) -> str:
    """In order: the client finds out before it sends, and no second attempt is needed."""
    del seed
    return _kept_idle(client_of, lambda _: None)


def reset_while_idle(seed: int, client_of: Making) -> str:
    """Not in order; likewise."""
    del seed
    return _kept_idle(client_of, reset)


def _wait(seconds: float) -> None:
    Event().wait(seconds)


def _kept_idle(client_of: Making, before: Act) -> str:
    """One call at a time, each when the connection of the one before it is known to be closed."""
    closed = Semaphore()

    def then(connection: socket.socket) -> None:
        before(connection)
        connection.close()
        closed.release()

    return _kept(
        client_of, then, calls=CALLS // 10, threads=1, idle=lambda: closed.acquire(timeout=10)
    )


def _kept(
    client_of: Making,
    then: Act,
    *,
    calls: int = CALLS,
    threads: int,
    idle: Callable[[], object] | None = None,
) -> str:
    """Reads are answered; commands are answered or said to be uncertain, and come once at most.

    With *idle*, which waits until nothing is open, no second attempt may be needed.
    """
    answers = Answers(_THING, then=then)
    wait = idle if idle is not None else lambda: None
    with listening(answers) as url:
        client = client_of(url).with_options(retry=_MANY)

        def read(_: int) -> int:
            wait()
            return client.send(GetManagedThing("x")).attempts

        def command(_: int) -> str:
            wait()
            return _told_of_a_command(client)

        with ThreadPoolExecutor(threads) as pool:
            attempts = Counter(pool.map(read, range(calls)))
            told = Counter(pool.map(command, range(calls)))
    came = sum(line.startswith(b"POST") for line in answers.requests)
    assert told["answered"] <= came <= calls, f"{told}, and {came} came"
    again = calls - attempts[1]
    if idle is not None:
        assert (again, told["uncertain"]) == (0, 0), f"{again} needed another attempt; {told}"
    return (
        f"{calls} reads answered, {again} not by the first attempt; {calls} commands, of which"
        f" {told['answered']} answered, {told['uncertain']} uncertain, {came} came to the service"
    )


def _told_of_a_command(client: Client) -> str:
    try:
        client.managed_things.send_command("x", endpoints=[toggle()])
    except NoResponseError as error:
        return "uncertain" if error.attempts == 1 else f"sent {error.attempts} times"
    return "answered"


def broken_off_in_the_middle_of_an_answer(seed: int, client_of: Making) -> str:
    """Half an answer is none: a read is repeated, and a command uncertain."""
    del seed
    commands = 0

    def act(connection: socket.socket) -> None:
        nonlocal commands
        request = read_request(connection)
        commands += request.startswith(b"POST")
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Id": ')

    with listening(act) as url:
        client = client_of(url)
        error = failure_of(lambda: client.managed_things.get("x"))
        assert isinstance(error, NoResponseError), repr(error)
        assert error.attempts == 3, error
        assert _told_of_a_command(client) == "uncertain"
    assert commands == 1, f"{commands} commands came"
    return f"{error}"


# -- connections that cannot be made ---------------------------------------------------


def nobody_listens(seed: int, client_of: Making) -> str:
    """The connection is refused."""
    del seed
    return str(_require_not_sent(client_of(closed_port()), "Could not connect", attempts=3))


def a_name_that_nobody_knows(seed: int, client_of: Making) -> str:
    """Names under .invalid belong to nobody."""
    del seed
    client = client_of("https://iotmi.invalid")
    return str(_require_not_sent(client, "Could not connect", attempts=3))


def a_proxy_that_refuses(seed: int, client_of: Making) -> str:
    """It does not listen, or will not connect to the service; nothing was sent, either way."""
    del seed

    def refuse(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    client = client_of("https://iotmi.invalid", proxy=closed_port())
    _require_not_sent(client, "proxy", attempts=3)
    with listening(refuse) as proxy:
        client = client_of("https://iotmi.invalid", proxy=proxy)
        return str(_require_not_sent(client, "proxy", attempts=3))


def a_proxy_through_which_the_service_hangs_up(seed: int, client_of: Making) -> str:
    """botocore says of it that it could not connect to the proxy. The request was sent."""
    del seed
    commands = 0

    def act(connection: socket.socket) -> None:
        nonlocal commands
        commands += read_request(connection).startswith(b"POST")

    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(Path(folder))
        with listening(act, tls=good.context()) as url, listening(Tunnel(url)) as proxy:
            client = client_of(url, trusted=good, proxy=proxy)
            error = failure_of(lambda: client.managed_things.get("x"))
            assert isinstance(error, NoResponseError), repr(error)
            assert _told_of_a_command(client) == "uncertain"
    assert commands == 1, f"{commands} commands came"
    return f"the command came once, and was uncertain: {error}"


def a_proxy_that_answers_itself(seed: int, client_of: Making) -> str:
    """With a page of its own, where the service is called over plain HTTP."""
    del seed
    denied, broken = _by_a_proxy(client_of, 403), _by_a_proxy(client_of, 502)
    assert type(denied) is ServiceError, repr(denied)
    assert type(broken) is ServiceUnavailableError, repr(broken)
    return f"{denied}; {broken}"


def _by_a_proxy(client_of: Making, status: int) -> CallError:
    def act(connection: socket.socket) -> None:
        read_request(connection)
        head = f"HTTP/1.1 {status} No\r\nContent-Length: 9\r\n\r\n<b>no</b>"
        connection.sendall(head.encode())

    with listening(act) as proxy:
        client = client_of("http://iotmi.invalid", proxy=proxy)
        return failure_of(lambda: client.managed_things.get("x"))


# -- connections that are not trusted --------------------------------------------------


def certificates_that_are_refused(seed: int, client_of: Making) -> str:
    """Each is named, tried once, and the request is not sent; a good one is the counter-proof."""
    del seed
    told = []
    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(Path(folder))
        elsewhere = make_certificate(Path(folder), name=ELSEWHERE)
        expired = make_certificate(Path(folder), valid=-timedelta(days=1))
        for shown, trusted, words in (
            (good, None, ("self-signed", "self signed")),
            # urllib3 names the host that is shown, and the standard library the one that is not.
            (elsewhere, elsewhere, ("elsewhere.example", "mismatch")),
            (expired, expired, ("expired",)),
        ):
            answers = Answers(_THING)
            with listening(answers, tls=shown.context()) as url:
                client = client_of(url, trusted=trusted)
                _require_not_sent(client, *words, attempts=1)
            assert answers.requests == []
            told.append(words[0])
        with listening(Answers(_THING), tls=good.context()) as url:
            assert client_of(url, trusted=good).managed_things.get("x").id == "x"
    return f"NotSentError for {', '.join(told)}, after one attempt"


def handshakes_that_are_refused(seed: int, client_of: Making) -> str:
    """No cipher in common, a certificate asked for, no TLS at all: nothing was sent."""
    del seed
    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(Path(folder))
        ciphers, asking = good.context(), good.context()
        for context in (ciphers, asking):
            context.maximum_version = TLSVersion.TLSv1_2
        ciphers.set_ciphers("AES128-GCM-SHA256")
        asking.verify_mode = CERT_REQUIRED
        asking.load_verify_locations(good.path)
        told = []
        for context in (ciphers, asking):
            with listening(Answers(_THING), tls=context) as url:
                client = client_of(url, trusted=good)
                told.append(_require_not_sent(client, "handshake failure", attempts=1))
        with listening(talk_nonsense) as url:
            client = client_of(url.replace("http:", "https:"), trusted=good)
            _require_not_sent(client, "SSL", attempts=1)
    return str(told[0])


_CHECKS: Final = (
    closed_after_each_answer,
    closed_about_when_the_next_request_comes,
    closed_while_idle,
    reset_while_idle,
    broken_off_in_the_middle_of_an_answer,
    nobody_listens,
    a_name_that_nobody_knows,
    a_proxy_that_refuses,
    a_proxy_through_which_the_service_hangs_up,
    a_proxy_that_answers_itself,
    certificates_that_are_refused,
    handshakes_that_are_refused,
)


def _by(check: Callable[[int, Making], str], way: Making) -> Callable[[int], str]:
    def checked(seed: int) -> str:
        return check(seed, way)

    checked.__name__ = f"{check.__name__}, client_{way.__name__}"
    return checked


CHECKS: Final = tuple(_by(check, way) for check in _CHECKS for way in (handed_in, of_its_own))
