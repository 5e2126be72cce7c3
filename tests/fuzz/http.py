"""Hostile requests to the emulator's server: it stays up, responds, and keeps its data.

    python -m tests.fuzz.http --requests 10000 --seed 11

Each request is refused (4xx) or, if it happens to be valid, carried out (2xx). After a refusal the
database is unchanged, row by row. Its tables never change, and it stays sound. No response contains
a traceback.
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import define, field
from botocore.loaders import Loader

from iotmi.emulator import Emulator
from iotmi.emulator.server import HEALTH, MAX_BODY, serving
from tests.conformance.service import SERVICE, Service
from tests.fuzz.hostile import Forger, Hostile

_SECONDS: Final = 30
_EVERY: Final = 1000
"""One request in so many has a body that is too large; one is made of no HTTP at all."""


@define
class DatabaseWatch:
    """A connection of its own to the database."""

    connection: sqlite3.Connection
    _version: int = -1
    _seen: str = ""

    def dump(self) -> str:
        """Return every table and row. Read again only if SQLite reports a write."""
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._seen = "\n".join(self.connection.iterdump())
        return self._seen

    def schema(self) -> list[tuple[str, ...]]:
        """Return the tables and indices."""
        return self.connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()

    def require_sound(self) -> None:
        """Raise an error if the database is damaged."""
        found = self.connection.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], found


@define
class Figures:
    """Figures of a run."""

    statuses: Counter[int] = field(factory=Counter)
    kinds: Counter[str] = field(factory=Counter)
    refused_unchanged: int = 0


@define
class Caller:
    """One connection, which reopens after the server closes it."""

    address: str
    _connection: HTTPConnection | None = None

    def send(self, request: Hostile) -> tuple[int, bytes]:
        """Return status and body of the response."""
        if self._connection is None:
            self._connection = HTTPConnection(self.address, timeout=_SECONDS)
        try:
            # http.client's `request` would refuse some of the targets.
            self._connection.putrequest(request.method, request.target, skip_accept_encoding=True)
            self._connection.putheader("Content-Length", str(len(request.body)))
            self._connection.endheaders(request.body)
            response = self._connection.getresponse()
            answer = response.status, response.read()
        except (OSError, HTTPException) as error:
            raise AssertionError(f"{request.kind}: no answer to {request}") from error
        if response.will_close:
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def run(path: Path, *, requests: int, seed: int) -> Figures:
    """Send *requests* hostile requests to a server on a new file.

    Raises:
        AssertionError: a response or its effect is wrong.
    """
    figures = Figures()
    chance = Random(seed)
    theirs = Service(Loader().load_service_model(SERVICE, "service-2"))
    with Emulator(path) as emulator, serving(emulator) as address:
        forger = Forger(theirs, chance, _furnish(emulator))
        with _watch(path) as watch, closing(Caller(urlsplit(address).netloc)) as caller:
            schema = watch.schema()
            for number, request in enumerate(islice(forger.requests(), requests)):
                if number % _EVERY == _EVERY // 2:
                    too_large = Hostile("large", "POST", "/managed-things", b" " * (MAX_BODY + 1))
                    _check(caller, watch, too_large, figures)
                    _send_no_http(urlsplit(address).netloc, chance)
                _check(caller, watch, request, figures)
            assert watch.schema() == schema
            watch.require_sound()
            status, body = caller.send(Hostile("health", "GET", HEALTH))
            assert (status, json.loads(body)["status"]) == (200, "up")
    return figures


def _furnish(emulator: Emulator) -> dict[str, str]:
    """Create some resources, and return the parameters that name them."""
    client: Any = emulator.boto3_client()
    locker = client.create_credential_locker(Name="Elm Street 5", Tags={"a": "b"})
    hub = client.create_managed_thing(
        Role="CONTROLLER",
        AuthenticationMaterial="SN:123456789524;UPC:829576019524",
        AuthenticationMaterialType="WIFI_SETUP_QR_BAR_CODE",
        CredentialLockerId=locker["Id"],
    )
    return {
        "Identifier": hub["Id"],
        "ManagedThingId": hub["Id"],
        "CredentialLockerId": locker["Id"],
        "ResourceArn": locker["Arn"],
    }


@contextmanager
def _watch(path: Path) -> Iterator[DatabaseWatch]:
    with closing(sqlite3.connect(path)) as connection:
        yield DatabaseWatch(connection)


def _check(caller: Caller, watch: DatabaseWatch, request: Hostile, figures: Figures) -> None:
    before = watch.dump()
    status, body = caller.send(request)
    figures.kinds[request.kind] += 1
    figures.statuses[status] += 1
    assert 200 <= status < 300 or 400 <= status < 500, f"{status} {body!r} for {request}"
    assert b"Traceback" not in body
    if status >= 400:
        assert watch.dump() == before, f"{request} was refused, and changed something"
        figures.refused_unchanged += 1


def _send_no_http(address: str, chance: Random) -> None:
    """Send bytes that are no HTTP. Later requests show that the server is up."""
    with closing(HTTPConnection(address, timeout=_SECONDS)) as connection:
        connection.connect()
        connection.sock.sendall(chance.randbytes(100) + b"\r\n\r\n")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        figures = run(Path(folder) / "home.db", requests=arguments.requests, seed=arguments.seed)
        spent = time.monotonic() - began
    sys.stdout.write(f"seed {arguments.seed}: {figures.kinds.total()} requests in {spent:.0f} s\n")
    for title, counts in (("kinds", figures.kinds), ("statuses", figures.statuses)):
        shown = ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()))
        sys.stdout.write(f"{title}: {shown}\n")
    sys.stdout.write(f"{figures.refused_unchanged} refused, and the database unchanged by each\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
