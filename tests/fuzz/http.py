"""Hostile requests to the emulator's server, which stays up, answers, and keeps what it has.

    python -m tests.fuzz.http --requests 10000 --seed 11

Each request is answered with a refusal (4xx) or, where it happens to be in order, carried out
(2xx). After a refusal the database is as it was before, row by row; it always has its own tables
and is sound. No answer shows a traceback.
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
class Witness:
    """Looks at the database from outside, by a connection of its own."""

    connection: sqlite3.Connection
    _version: int = -1
    _seen: str = ""

    def dump(self) -> str:
        """Every table and row. Read anew only where SQLite says that somebody has written."""
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._seen = "\n".join(self.connection.iterdump())
        return self._seen

    def schema(self) -> list[tuple[str, ...]]:
        """The tables and indices."""
        return self.connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()

    def require_sound(self) -> None:
        """Raise where the database is damaged."""
        found = self.connection.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], found


@define
class Figures:
    """What came of the requests."""

    statuses: Counter[int] = field(factory=Counter)
    kinds: Counter[str] = field(factory=Counter)
    refused_unchanged: int = 0


@define
class Caller:
    """One connection, opened again where the server closed it."""

    address: str
    _connection: HTTPConnection | None = None

    def send(self, request: Hostile) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._connection is None:
            self._connection = HTTPConnection(self.address, timeout=_SECONDS)
        try:
            # Written by hand: http.client would refuse some of the targets itself.
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
    """Send so many hostile requests to a server on a new file.

    Raises:
        AssertionError: One was answered otherwise than it may be, or did what it must not.
    """
    figures = Figures()
    chance = Random(seed)
    theirs = Service(Loader().load_service_model(SERVICE, "service-2"))
    with Emulator(path) as emulator, serving(emulator) as address:
        forger = Forger(theirs, chance, _furnish(emulator))
        with _witness(path) as witness, closing(Caller(urlsplit(address).netloc)) as caller:
            schema = witness.schema()
            for number, request in enumerate(islice(forger.requests(), requests)):
                if number % _EVERY == _EVERY // 2:
                    too_large = Hostile("large", "POST", "/managed-things", b" " * (MAX_BODY + 1))
                    _check(caller, witness, too_large, figures)
                    _send_no_http(urlsplit(address).netloc, chance)
                _check(caller, witness, request, figures)
            assert witness.schema() == schema
            witness.require_sound()
            status, body = caller.send(Hostile("health", "GET", HEALTH))
            assert (status, json.loads(body)["status"]) == (200, "up")
    return figures


def _furnish(emulator: Emulator) -> dict[str, str]:
    """Something to be hostile to, and the parameters that name it."""
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
def _witness(path: Path) -> Iterator[Witness]:
    with closing(sqlite3.connect(path)) as connection:
        yield Witness(connection)


def _check(caller: Caller, witness: Witness, request: Hostile, figures: Figures) -> None:
    before = witness.dump()
    status, body = caller.send(request)
    figures.kinds[request.kind] += 1
    figures.statuses[status] += 1
    assert 200 <= status < 300 or 400 <= status < 500, f"{status} {body!r} for {request}"
    assert b"Traceback" not in body
    if status >= 400:
        assert witness.dump() == before, f"{request} was refused, and changed something"
        figures.refused_unchanged += 1


def _send_no_http(address: str, chance: Random) -> None:
    """Octets that are no request; whatever the answer, the next requests show that all is well."""
    with closing(HTTPConnection(address, timeout=_SECONDS)) as connection:
        connection.connect()
        connection.sock.sendall(chance.randbytes(100) + b"\r\n\r\n")


def main() -> int:
    """Send what the command line says."""
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
