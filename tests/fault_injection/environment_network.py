"""Connections that close, cannot be made, or are not trusted, over real sockets.

Each check is a function that returns its figures as text, and raises `AssertionError` on a failure.
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


class ClientFactory(Protocol):
    """A factory of clients of *url* that trust a certificate and make at most three attempts."""

    __name__: str

    def __call__(
        self, url: str, *, trusted: Certificate | None = None, proxy: str | None = None
    ) -> Client: ...


def given_boto3_client(
    url: str, *, trusted: Certificate | None = None, proxy: str | None = None
) -> Client:
    """Return a client over a given boto3 client."""
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


def own_session(
    url: str, *, trusted: Certificate | None = None, proxy: str | None = None
) -> Client:
    """Return a client configured by the environment. Without a proxy it sends directly."""
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
    """Return the error that a call raises."""
    try:
        call()
    except CallError as error:
        return error
    raise AssertionError("it was answered")


def _require_not_sent(client: Client, *expected: str, attempts: int) -> NotSentError:
    error = failure_of(lambda: client.managed_things.get("x"))
    assert isinstance(error, NotSentError), repr(error)
    assert error.attempts == attempts, f"{error.attempts} attempts: {error}"
    assert any(word in str(error) for word in expected), error
    return error


# -- connections that are kept, and close ----------------------------------------------


def closed_after_each_answer(seed: int, client_of: ClientFactory) -> str:
    """Check connections that close without notice after a response."""
    del seed
    return _kept(client_of, lambda _: None, threads=THREADS)


def closed_about_when_the_next_request_comes(seed: int, client_of: ClientFactory) -> str:
    """Check connections that close in a race with the next request."""
    chance = Random(seed)
    return _kept(client_of, lambda _: _wait(chance.uniform(0, 0.002)), threads=THREADS)


def closed_while_idle(seed: int, client_of: ClientFactory) -> str:
    """Check that an orderly close while idle needs no second attempt."""
    del seed
    return _kept_idle(client_of, lambda _: None)


def reset_while_idle(seed: int, client_of: ClientFactory) -> str:
    """Check that a reset while idle needs no second attempt."""
    del seed
    return _kept_idle(client_of, reset)


def _wait(seconds: float) -> None:
    Event().wait(seconds)


def _kept_idle(client_of: ClientFactory, before: Act) -> str:
    """Make one call at a time, each after the previous connection is closed."""
    closed = Semaphore()

    def then(connection: socket.socket) -> None:
        before(connection)
        connection.close()
        closed.release()

    return _kept(
        client_of, then, calls=CALLS // 10, threads=1, idle=lambda: closed.acquire(timeout=10)
    )


def _kept(
    client_of: ClientFactory,
    then: Act,
    *,
    calls: int = CALLS,
    threads: int,
    idle: Callable[[], object] | None = None,
) -> str:
    """Check that reads succeed, and that commands succeed or are uncertain and arrive at most once.

    With *idle*, which waits until no connection is open, no second attempt may be needed.
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
            return _command_outcome(client)

        with ThreadPoolExecutor(threads) as pool:
            attempts = Counter(pool.map(read, range(calls)))
            outcomes = Counter(pool.map(command, range(calls)))
    came = sum(line.startswith(b"POST") for line in answers.requests)
    assert outcomes["answered"] <= came <= calls, f"{outcomes}, and {came} came"
    again = calls - attempts[1]
    if idle is not None:
        assert (again, outcomes["uncertain"]) == (0, 0), (
            f"{again} needed another attempt; {outcomes}"
        )
    return (
        f"{calls} reads answered, {again} not by the first attempt; {calls} commands, of which"
        f" {outcomes['answered']} succeeded, {outcomes['uncertain']} uncertain, {came} arrived"
    )


def _command_outcome(client: Client) -> str:
    try:
        client.managed_things.send_command("x", endpoints=[toggle()])
    except NoResponseError as error:
        return "uncertain" if error.attempts == 1 else f"sent {error.attempts} times"
    return "answered"


def broken_off_in_the_middle_of_an_answer(seed: int, client_of: ClientFactory) -> str:
    """Check that after half a response a read is retried and a command is uncertain."""
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
        assert _command_outcome(client) == "uncertain"
    assert commands == 1, f"{commands} commands came"
    return f"{error}"


# -- connections that cannot be made ---------------------------------------------------


def a_refused_connection(seed: int, client_of: ClientFactory) -> str:
    """Check a refused connection."""
    del seed
    return str(_require_not_sent(client_of(closed_port()), "ould not connect", attempts=3))


def an_unknown_host(seed: int, client_of: ClientFactory) -> str:
    """Check an unknown host name."""
    del seed
    client = client_of("https://iotmi.invalid")
    # Our own connection looks the name up; botocore reports a failed connection.
    return str(_require_not_sent(client, "no address was found", "Could not connect", attempts=3))


def a_proxy_that_refuses(seed: int, client_of: ClientFactory) -> str:
    """Check a proxy that does not listen or refuses: nothing was sent."""
    del seed

    def refuse(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    client = client_of("https://iotmi.invalid", proxy=closed_port())
    _require_not_sent(client, "proxy", attempts=3)
    with listening(refuse) as proxy:
        client = client_of("https://iotmi.invalid", proxy=proxy)
        return str(_require_not_sent(client, "proxy", attempts=3))


def a_proxy_through_which_the_service_hangs_up(seed: int, client_of: ClientFactory) -> str:
    """Check that a request is not reported as unsent although botocore blames the proxy."""
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
            assert _command_outcome(client) == "uncertain"
    assert commands == 1, f"{commands} commands came"
    return f"the command came once, and was uncertain: {error}"


def a_proxy_that_answers_itself(seed: int, client_of: ClientFactory) -> str:
    """Check the error page of a proxy over plain HTTP."""
    del seed
    denied, broken = _by_a_proxy(client_of, 403), _by_a_proxy(client_of, 502)
    assert type(denied) is ServiceError, repr(denied)
    assert type(broken) is ServiceUnavailableError, repr(broken)
    return f"{denied}; {broken}"


def _by_a_proxy(client_of: ClientFactory, status: int) -> CallError:
    def act(connection: socket.socket) -> None:
        read_request(connection)
        head = f"HTTP/1.1 {status} No\r\nContent-Length: 9\r\n\r\n<b>no</b>"
        connection.sendall(head.encode())

    with listening(act) as proxy:
        client = client_of("http://iotmi.invalid", proxy=proxy)
        return failure_of(lambda: client.managed_things.get("x"))


# -- connections that are not trusted --------------------------------------------------


def certificates_that_are_refused(seed: int, client_of: ClientFactory) -> str:
    """Check that each bad certificate is named after one attempt, and a good one works."""
    del seed
    reasons = []
    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(Path(folder))
        elsewhere = make_certificate(Path(folder), name=ELSEWHERE)
        expired = make_certificate(Path(folder), valid=-timedelta(days=1))
        for shown, trusted, words in (
            (good, None, ("self-signed", "self signed")),
            # urllib3 names the host in the certificate, the standard library the requested one.
            (elsewhere, elsewhere, ("elsewhere.example", "mismatch")),
            (expired, expired, ("expired",)),
        ):
            answers = Answers(_THING)
            with listening(answers, tls=shown.context()) as url:
                client = client_of(url, trusted=trusted)
                _require_not_sent(client, *words, attempts=1)
            assert answers.requests == []
            reasons.append(words[0])
        with listening(Answers(_THING), tls=good.context()) as url:
            assert client_of(url, trusted=good).managed_things.get("x").id == "x"
    return f"NotSentError for {', '.join(reasons)}, after one attempt"


def handshakes_that_are_refused(seed: int, client_of: ClientFactory) -> str:
    """Check failed handshakes: no common cipher, a client certificate, no TLS."""
    del seed
    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(Path(folder))
        ciphers, asking = good.context(), good.context()
        for context in (ciphers, asking):
            context.maximum_version = TLSVersion.TLSv1_2
        ciphers.set_ciphers("AES128-GCM-SHA256")
        asking.verify_mode = CERT_REQUIRED
        asking.load_verify_locations(good.path)
        reasons = []
        for context in (ciphers, asking):
            with listening(Answers(_THING), tls=context) as url:
                client = client_of(url, trusted=good)
                reasons.append(_require_not_sent(client, "handshake failure", attempts=1))
        with listening(talk_nonsense) as url:
            client = client_of(url.replace("http:", "https:"), trusted=good)
            _require_not_sent(client, "SSL", attempts=1)
    return str(reasons[0])


_CHECKS: Final = (
    closed_after_each_answer,
    closed_about_when_the_next_request_comes,
    closed_while_idle,
    reset_while_idle,
    broken_off_in_the_middle_of_an_answer,
    a_refused_connection,
    an_unknown_host,
    a_proxy_that_refuses,
    a_proxy_through_which_the_service_hangs_up,
    a_proxy_that_answers_itself,
    certificates_that_are_refused,
    handshakes_that_are_refused,
)


def _by(check: Callable[[int, ClientFactory], str], way: ClientFactory) -> Callable[[int], str]:
    def checked(seed: int) -> str:
        return check(seed, way)

    checked.__name__ = f"{check.__name__}, client_{way.__name__}"
    return checked


CHECKS: Final = tuple(
    _by(check, way) for check in _CHECKS for way in (given_boto3_client, own_session)
)
