"""The connection pool: reuse, limits, certificates, and errors of connections."""

import contextlib
import gc
import signal
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from ssl import SSLSocket
from threading import Event, Thread, get_ident
from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3.util import wait_for_read

import iotmi
from iotmi import NoResponseError, NotSentError
from iotmi._botocore.blocking_io import _poll, _select, do, run
from iotmi._botocore.connection_pool import ConnectionPool
from iotmi._botocore.direct_sender import host_of
from iotmi._botocore.messages import Origin, RawResponse, SignedRequest
from iotmi._sansio.deadline import Deadline
from iotmi._sansio.steps import DeadlineReachedError, LookUp, Step, WaitForSocket, sleep
from tests.support.bad_servers import Answers, listening, never_connecting
from tests.support.certificates import ELSEWHERE, make_certificate
from tests.support.direct_client import THING, connections_of, direct, failure, idle
from tests.support.http_servers import Service, answer, hang_up, read_request, serving

pytestmark = pytest.mark.usefixtures("keys")


# -- connections ---------------------------------------------------------------------------


def test_a_connection_is_kept(service: Service) -> None:
    """Three calls, one after the other, use one connection."""
    with direct(service.url) as client:
        for _ in range(3):
            assert client.managed_things.get("x").id == "x"
        assert idle(client) == 1
    assert len(set(service.ports)) == 1


def test_a_connection_is_reused_at_once(service: Service) -> None:
    """The check for a closed connection does not wait."""
    with direct(service.url) as client:
        began = time.monotonic()
        for _ in range(20):
            client.managed_things.get("x")
        assert time.monotonic() - began < 10


def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """The pool detects the close before it sends, so one attempt is enough."""
    answers = Answers(THING, then=lambda _: None)
    with listening(answers) as url, direct(url) as client:
        for _ in range(5):
            assert client.send(iotmi.GetManagedThing("x")).attempts == 1
            (kept,) = connections_of(client)._idle.values()
            wait_for_read(kept[0]._socket, 10)
            assert not kept[0].is_quiet()
    assert len(answers.requests) == 5


def test_a_connection_that_the_service_will_close_is_not_kept() -> None:
    """A response with `Connection: close` ends its connection."""
    with serving([answer("200 OK", THING)]) as url, direct(url) as client:
        assert client.managed_things.get("x").id == "x"
        assert idle(client) == 0


def test_the_number_of_idle_connections_is_limited(service: Service) -> None:
    """Of forty connections at the same time, 32 are kept."""
    service.open.clear()
    with direct(service.url) as client, ThreadPoolExecutor(40) as pool:
        calls = [pool.submit(client.managed_things.get, "x") for _ in range(40)]
        assert service.asked(40)
        service.open.set()
        assert {call.result(10).id for call in calls} == {"x"}
        assert len(set(service.ports)) == 40
        assert idle(client) == 32
    assert idle(client) == 0


def test_a_closed_client_keeps_no_connection(service: Service) -> None:
    """A call in progress ends normally after close, and leaves no idle connection."""
    service.open.clear()
    client = direct(service.url)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.managed_things.get, "x")
        assert service.asked(1)
        client.close()
        service.open.set()
        assert running.result(10).id == "x"
    assert idle(client) == 0


def test_an_unclosed_client_leaves_no_socket_open(service: Service) -> None:
    """Python emits no ResourceWarning."""
    client = direct(service.url)
    client.managed_things.get("x")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        del client
        gc.collect()
    assert [str(warning.message) for warning in warned] == []


def test_an_interrupted_call_leaves_no_connection_behind(service: Service) -> None:
    """A KeyboardInterrupt closes the connection, so the next call cannot get the late response."""
    with direct(service.url) as client:
        client.managed_things.get("x")
        service.open.clear()
        with interruption(lambda: service.asked(2)), pytest.raises(KeyboardInterrupt):
            client.managed_things.get("y")
        service.open.set()
        assert idle(client) == 0
        assert client.managed_things.get("x").id == "x"


@contextmanager
def interruption(wait: Callable[[], object]) -> Iterator[None]:
    """Raise KeyboardInterrupt in the block when *wait* returns."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def press() -> None:
        wait()
        signal.pthread_kill(main, signal.SIGALRM)

    main = get_ident()
    before = signal.signal(signal.SIGALRM, interrupt)
    presser = Thread(target=press)
    presser.start()
    try:
        yield
    finally:
        presser.join(10)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example/x", "api.example"),
        ("https://api.example:443/x", "api.example"),
        ("http://api.example:80", "api.example"),
        ("http://api.example:443/", "api.example:443"),
        ("http://name:word@api.example:8080/", "api.example:8080"),
        ("http://[::1]:8080/x", "[::1]:8080"),
    ],
)
def test_the_host_is_named_as_headers_name_it(url: str, host: str) -> None:
    """The Host header has neither a default port nor credentials."""
    assert host_of(urlsplit(url)) == host


def test_the_repr_of_a_response_has_no_headers_and_no_body() -> None:
    """A body and a header may hold secrets."""
    assert repr(RawResponse(200, {"x": "hidden"}, b"hidden")) == "RawResponse(status_code=200)"


# -- certificates --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_certificates_are_named_where_botocore_looks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate is trusted only if one of botocore's variables names its file."""
    good = make_certificate(tmp_path)
    answers = Answers(THING)
    with listening(answers, tls=good.context()) as url:
        error = failure(url)
        assert isinstance(error, NotSentError)
        assert not error.retryable
        monkeypatch.setenv(name, str(good.path))
        with direct(url) as client:
            assert client.managed_things.get("x").id == "x"
            assert client.managed_things.get("x").id == "x"
    assert len(answers.requests) == 2


def test_certificates_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second connection works after the file of certificates is deleted."""
    good = make_certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(good.path))
    answers = Answers(THING, then=lambda _: None)
    with listening(answers, tls=good.context()) as url, direct(url) as client:
        assert client.managed_things.get("x").id == "x"
        good.path.unlink()
        assert client.managed_things.get("x").id == "x"


@pytest.mark.parametrize(("word", "number"), [("elsewhere.example", 0), ("expired", 1)])
def test_a_certificate_of_another_host_or_time_is_refused(
    word: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent, although the certificate's authority is trusted."""
    shown = (
        make_certificate(tmp_path, name=ELSEWHERE),
        make_certificate(tmp_path, valid=-timedelta(days=1)),
    )[number]
    monkeypatch.setenv("AWS_CA_BUNDLE", str(shown.path))
    answers = Answers(THING)
    with listening(answers, tls=shown.context()) as url:
        error = failure(url)
    assert isinstance(error, NotSentError)
    assert word in str(error) or "IP address mismatch" in str(error)
    assert not answers.requests


def test_certificates_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent, and the error is not retryable."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with listening(Answers(THING)) as url:
        error = failure(url.replace("http:", "https:"))
    assert isinstance(error, NotSentError)
    assert not error.retryable
    assert "none.pem cannot be read: [Errno 2]" in str(error)
    refused = error.__cause__
    assert refused is not None
    assert isinstance(refused, FileNotFoundError)


def test_a_common_name_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate must have the host as a subject alternative name."""
    old = make_certificate(tmp_path, common_name="localhost")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(old.path))
    answers = Answers(THING)
    with listening(answers, tls=old.context()) as url:
        error = failure(url.replace("127.0.0.1", "localhost"))
    assert isinstance(error, NotSentError)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert not answers.requests


def test_alpn_offers_http_1_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The TLS handshake negotiates HTTP/1.1."""
    good = make_certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(good.path))
    context, chosen = good.context(), []
    context.set_alpn_protocols(["h2", "http/1.1"])

    def act(connection: socket.socket) -> None:
        assert isinstance(connection, SSLSocket)
        chosen.append(connection.selected_alpn_protocol())
        answer("200 OK", THING)(connection)

    with listening(act, tls=context) as url, direct(url) as client:
        assert client.managed_things.get("x").id == "x"
    assert chosen == ["http/1.1"]


# -- requests ------------------------------------------------------------------------------


def hasty(connect_timeout: float = 5.0, read_timeout: float = 5.0) -> ConnectionPool:
    """Return a pool with shorter timeouts than botocore's defaults."""
    return ConnectionPool(
        max_idle=1, connect_timeout=connect_timeout, read_timeout=read_timeout, ca_bundle=None
    )


def exchange(connections: ConnectionPool, url: str, method: str = "GET", body: bytes = b"") -> None:
    """Send a request over *connections*."""
    split = urlsplit(url)
    origin = Origin(split.scheme, split.hostname or "", split.port or 80)
    headers = [("Host", split.netloc), ("X-Extra", "yes")]
    target = url.removeprefix(f"{split.scheme}://{split.netloc}") or "/"
    request = SignedRequest("Op", origin, method, target, headers, body)
    run(connections.exchange(request, Deadline(None)))
    connections.close()


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", b"", None), ("POST", b"", b"0"), ("POST", b"{}", b"2"), ("DELETE", b"", b"0")],
)
def test_a_body_comes_with_its_length(method: str, body: bytes, length: bytes | None) -> None:
    """Every request except GET has a Content-Length, also with an empty body."""
    seen: list[bytes] = []

    def act(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 204 No\r\n\r\n")

    with listening(act) as url:
        exchange(hasty(), url, method, body)
    head, _, came = seen[0].partition(b"\r\n\r\n")
    headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert (came, headers.get(b"Content-Length")) == (body, length)
    assert headers[b"X-Extra"] == b"yes"


def test_a_connection_that_broke_off_is_not_kept() -> None:
    """The error says how much of the body came, and the connection is closed."""

    def act(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{")

    with listening(act) as url, direct(url) as client:
        with pytest.raises(iotmi.NoResponseError, match="1 of 11 bytes"):
            client.managed_things.get("x")
        assert idle(client) == 0


# -- failures ------------------------------------------------------------------------------


def test_an_impossible_name_is_not_looked_up() -> None:
    """A label of more than 63 characters is an error, and nothing was sent."""
    with pytest.raises(NotSentError) as caught:
        exchange(hasty(), f"http://{'x' * 70}.example")
    assert isinstance(caught.value.__cause__, UnicodeError)


def test_a_slow_name_does_not_delay_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each host has its own look-up, so no call connects to the addresses of another host."""
    resolve, over = socket.getaddrinfo, Event()

    def slow(host: str, *args: Any, **options: Any) -> object:  # noqa: ANN401
        if host == "slow.example" and not options.get("flags"):
            over.wait(10)
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    connections = hasty()
    with listening(Answers(THING)) as url:
        port = urlsplit(url).port or 0
        slow_host, fast_host = (
            SignedRequest("Op", Origin("http", host, port), "GET", "/", [("Host", host)], b"")
            for host in ("slow.example", "localhost")
        )
        with pytest.raises(DeadlineReachedError):
            run(connections.exchange(slow_host, Deadline(0.05)))
        assert run(connections.exchange(fast_host, Deadline(5.0))).body == THING
    connections.close()
    over.set()


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call uses the addresses that another call has found, also while it waited for a look-up."""
    resolve, found = socket.getaddrinfo, list[str]()

    def counted(host: str, *args: Any, **options: Any) -> object:  # noqa: ANN401
        if not options.get("flags"):
            found.append(host)
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    connections = hasty()
    with listening(Answers(THING, then=lambda _: None)) as url:
        origin = Origin("http", "localhost", urlsplit(url).port or 0)
        request = SignedRequest("Op", origin, "GET", "/", [("Host", "localhost")], b"")

        def send() -> bytes:
            return run(connections.exchange(request, Deadline(None))).body

        def after_another_call(step: Step) -> None:
            if isinstance(step, LookUp):
                assert send() == THING
            do(step)

        delayed = run(connections.exchange(request, Deadline(None)), after_another_call)
        assert delayed.body == THING
        connections.close()
        assert send() == THING
    assert found == ["localhost"]


@pytest.mark.parametrize("path", ["/caf\u00e9", "/a\u00a0b"])
def test_an_address_that_http_cannot_carry_is_not_sent(path: str) -> None:
    """The error does not quote the address, which may hold a secret."""
    answers = Answers(THING)
    with listening(answers) as url:
        error = failure(url + path)
    assert isinstance(error, NotSentError)
    assert "a header or the address cannot be sent over HTTP" in str(error)
    assert path not in str(error)
    assert not error.retryable
    assert not answers.requests


def test_a_step_of_another_kind_is_an_error() -> None:
    """An exchange that yields it ends, instead of going on without its outcome."""
    with pytest.raises(TypeError, match="Sleep is not a step of an exchange"):
        run(sleep(1.0))


@pytest.mark.parametrize("wait", [_poll, _select])
@pytest.mark.parametrize("write", [False, True])
def test_both_ways_of_waiting_agree(wait: Callable[[WaitForSocket], bool], *, write: bool) -> None:
    """Windows has no `select.poll`. A socket is ready, or the timeout passes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if write:
            assert wait(WaitForSocket(ours, 5.0, read=False, write=True))
        assert not wait(WaitForSocket(ours, 0.0, read=True, write=False))
        theirs.send(b"x")
        assert wait(WaitForSocket(ours, None, read=True, write=write))
        ours.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                ours.send(b"x" * 65536)
        assert not wait(WaitForSocket(ours, 0.0, read=False, write=True))


def test_the_error_says_that_the_connection_was_closed() -> None:
    """A close after the request is `NoResponseError`."""
    with serving([hang_up]) as url, pytest.raises(NoResponseError, match="was closed before"):
        exchange(hasty(), url)


def test_silence_after_the_request_ends_by_the_read_timeout() -> None:
    """A server that accepts the request and never responds is `NoResponseError`."""

    def keep_silent(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    began = time.monotonic()
    with listening(keep_silent) as url, pytest.raises(NoResponseError):
        exchange(hasty(read_timeout=0.1), url)
    assert time.monotonic() - began < 4


def test_silence_during_the_handshake_ends_by_the_connect_timeout() -> None:
    """The kernel has connected, and the server never starts TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(NotSentError):
            exchange(hasty(connect_timeout=0.1), url)


def test_silence_while_connecting_ends_by_the_connect_timeout() -> None:
    """The kernel neither accepts nor refuses the connection."""
    with never_connecting() as url, pytest.raises(NotSentError):
        exchange(hasty(connect_timeout=0.2), url)
