"""Credentials that expire during a run and are fetched again, or cannot be, or do not exist.

The service is a server that knows when each key expires and refuses expired ones. The client's
side is botocore's: refreshable credentials, and a ``credential_process`` in a configuration file.
"""

import os
import re
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

import boto3
from botocore.credentials import RefreshableCredentials
from botocore.session import Session

from iotmi import (
    Client,
    DeadlineExceededError,
    ExpiredTokenError,
    GetManagedThing,
    NotSentError,
    RetryPolicy,
)
from tests.fault_injection.deadlines import ALLOWED
from tests.fault_injection.environment_network import failure_of
from tests.support.bad_servers import listening
from tests.support.http_servers import read_request

SECONDS: Final = 6.0
LIFE: Final = 2.0
THREADS: Final = 8
_KEY: Final = re.compile(rb"Credential=(\w+)/")


class Issuer:
    """An issuer of keys, and the service that accepts them until they expire.

    Attributes:
        good_until: the keys so far, with the moment at which each expires.
        used: the number of accepted requests of each key.
        refused: the number of requests with an expired key.
    """

    def __init__(self) -> None:
        self.good_until: dict[bytes, float] = {}
        self.used: Counter[bytes] = Counter()
        self.refused = 0

    def issue(self) -> dict[str, str]:
        """Return a new key in botocore's form."""
        key = f"KEY{len(self.good_until)}"
        self.good_until[key.encode()] = time.monotonic() + LIFE
        return {
            "access_key": key,
            "secret_key": "example",
            "token": "example",
            "expiry_time": (datetime.now(UTC) + timedelta(seconds=LIFE)).isoformat(),
        }

    def load_credentials(self) -> RefreshableCredentials:
        """Return credentials that botocore fetches again shortly before they expire."""
        return RefreshableCredentials.create_from_metadata(
            self.issue(), self.issue, "issuer", advisory_timeout=1, mandatory_timeout=0
        )

    def session(self) -> boto3.Session:
        """Return a session with credentials of this issuer."""
        core = Session()
        core.register_component("credential_provider", self)
        return boto3.Session(botocore_session=core, region_name="eu-west-1")

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        while request := read_request(connection):
            found = _KEY.search(request)
            key = b"" if found is None else found[1]
            if self.good_until.get(key, 0.0) > time.monotonic():
                self.used[key] += 1
                status, body = "200 OK", b'{"Id": "x"}'
            else:
                self.refused += 1
                status, body = "403 No", b'{"Message": "The security token has expired"}'
            head = (
                f"HTTP/1.1 {status}\r\nX-Amzn-Errortype: ExpiredTokenException\r\n"
                f"X-Amzn-Requestid: r\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode() + body)


def credentials_that_expire_in_mid_run(seed: int) -> str:
    """Check that eight threads call over several lives of a key and are never refused."""
    del seed
    issuer = Issuer()
    with listening(issuer) as url:
        client = Client(session=issuer.session(), endpoint_url=url)
        end = time.monotonic() + SECONDS

        def call(_: int) -> int:
            calls = 0
            while time.monotonic() < end:
                assert client.send(GetManagedThing("x")).attempts == 1
                calls += 1
            return calls

        with ThreadPoolExecutor(THREADS) as pool:
            calls = sum(pool.map(call, range(THREADS)))
    assert len(issuer.used) >= SECONDS / LIFE, f"{len(issuer.used)} keys in {SECONDS} s"
    assert issuer.refused == 0, f"{issuer.refused} refused"
    assert calls == issuer.used.total()
    return f"{calls} calls in {SECONDS:g} s with {len(issuer.used)} keys, none refused"


def a_key_that_the_service_finds_expired(seed: int) -> str:
    """Check that an expired key raises at once: botocore refreshes by time, not by error."""
    del seed
    issuer = Issuer()
    with listening(issuer) as url:
        client = Client(session=issuer.session(), endpoint_url=url)
        client.managed_things.get("x")
        # Revoked before it expires.
        issuer.good_until = dict.fromkeys(issuer.good_until, 0.0)
        error = failure_of(lambda: client.managed_things.get("x"))
        assert isinstance(error, ExpiredTokenError), repr(error)
        assert error.attempts == issuer.refused == 1, error
        began = time.monotonic()
        # The next key may be fetched in another thread while calls still have the old one.
        while not issuer.used.keys() & {b"KEY1", b"KEY2"}:
            assert time.monotonic() - began < 30, "no next key was used"
            Event().wait(0.05)
            with suppress(ExpiredTokenError):
                client.managed_things.get("x")
    return f"{error}; answered again {time.monotonic() - began:.1f} s later, with the next key"


# -- a program that hands out keys -----------------------------------------------------

_PROGRAM: Final = """
import json, pathlib, sys, time
folder = pathlib.Path({folder!r})
number = len(list(folder.glob("handed-*")))
(folder / f"handed-{{number}}").touch()
if (folder / "hang").exists():
    time.sleep(3)
if (folder / "fail").exists() and (number % 3 or (folder / "for-good").exists()):
    sys.exit("the vault is sealed")
expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
print(json.dumps({{
    "Version": 1, "AccessKeyId": f"KEY{{number}}", "SecretAccessKey": "example",
    "SessionToken": "example", "Expiration": expiry,
}}))
"""


@contextmanager
def _profile() -> Iterator[Path]:
    """Return the folder of a configuration file whose profile has a ``credential_process``.

    The keys live for a minute. botocore wants new ones ten minutes before the end, so it asks for
    one with each call.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "program.py").write_text(_PROGRAM.format(folder=name))
        config = folder / "config"
        config.write_text(
            f"[profile short]\ncredential_process = {sys.executable} {folder / 'program.py'}\n"
        )
        before = os.environ.copy()
        os.environ |= {"AWS_CONFIG_FILE": str(config), "AWS_EC2_METADATA_DISABLED": "true"}
        try:
            yield folder
        finally:
            os.environ.clear()
            os.environ |= before


def _client(url: str, *, timeout: float | None = None) -> Client:
    return Client(
        profile_name="short",
        region_name="eu-west-1",
        endpoint_url=url,
        retry=RetryPolicy(max_attempts=4, initial_backoff=0.01),
        timeout=timeout,
    )


class _Keys:
    """A service that accepts every key and remembers it."""

    def __init__(self) -> None:
        self.used: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        while request := read_request(connection):
            self.used += _KEY.findall(request)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"Id": "x"}')


def a_program_that_hands_out_keys(seed: int) -> str:
    """Check that each call has a new key."""
    del seed
    keys = _Keys()
    with _profile(), listening(keys) as url, _client(url) as client:
        for _ in range(5):
            client.managed_things.get("x")
    assert len(keys.used) == len(set(keys.used)) == 5, keys.used
    return f"5 calls with {len(set(keys.used))} keys"


def a_program_that_fails(seed: int) -> str:
    """Check that two failures are survived, and that a lasting one is NotSentError."""
    del seed
    keys = _Keys()
    with _profile() as folder, listening(keys) as url, _client(url) as client:
        client.managed_things.get("x")
        (folder / "fail").touch()
        attempts = client.send(GetManagedThing("x")).attempts
        assert attempts > 1, "the program did not fail"
        (folder / "for-good").touch()
        error = failure_of(lambda: client.managed_things.get("x"))
    assert isinstance(error, NotSentError), repr(error)
    # The program's own words may hold a secret.
    assert "the vault is sealed" not in str(error), error
    assert "of profile 'short' failed: it ended with an error" in str(error), error
    assert error.attempts == 4, error
    assert len(keys.used) == 2, keys.used
    return f"answered by attempt {attempts}; then {error}".strip()


def a_program_that_hangs(seed: int) -> str:
    """Check that the deadline includes the program."""
    del seed
    with _profile() as folder, listening(_Keys()) as url, _client(url, timeout=1.0) as client:
        client.managed_things.get("x")
        (folder / "hang").touch()
        late: list[float] = []
        # Try again on a busy machine.
        for _ in range(6):
            began = time.monotonic()
            error = failure_of(lambda: client.managed_things.get("x"))
            late.append(time.monotonic() - began - 1.0)
            assert isinstance(error, DeadlineExceededError), repr(error)
            if late[-1] <= ALLOWED:
                return f"late by {late[-1] * 1000:.0f} ms: {error}"
    raise AssertionError(f"late by {min(late):.3f} s")


def no_credentials(seed: int) -> str:
    """Check that missing credentials are named."""
    del seed
    with _profile() as folder:
        (folder / "config").write_text("[profile short]\n")
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(folder / "none")
        with listening(_Keys()) as url, _client(url) as client:
            error = failure_of(lambda: client.managed_things.get("x"))
    assert isinstance(error, NotSentError), repr(error)
    assert error.attempts == 1, error
    return str(error)


CHECKS: Final = (
    credentials_that_expire_in_mid_run,
    a_key_that_the_service_finds_expired,
    a_program_that_hands_out_keys,
    a_program_that_fails,
    a_program_that_hangs,
    no_credentials,
)
