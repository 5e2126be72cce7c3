"""Servers killed in the middle of writes lose no acknowledged write.

    python -m tests.fault_injection.crash_recovery --kills 50 --seed 7

A server starts on a file. Writers create, rename and delete managed things over HTTP, until SIGKILL
ends the server. Then the file is opened again: acknowledged writes are there, and each write under
way is there completely or not at all. Only the process is killed. After a loss of power, SQLite
writes a sound file but not the last writes (WAL with ``synchronous = NORMAL``).
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Condition, Thread
from typing import Any, Final

from attrs import define, field, frozen

from iotmi.emulator import Emulator
from iotmi.emulator._model.resource_types import CAPABILITIES, MANAGED_THING, REGISTRATION
from tests.support.emulator_process import address_of, started

WRITERS: Final = 4
_REPORT: Final = {"version": "1.0.0", "endpoints": []}
_SECONDS: Final = 30


@define
class Thing:
    """The writers' knowledge of one managed thing.

    Attributes:
        names: its possible names: the acknowledged one, and one that is under way.
        identifier: its id, once known.
        may_be_gone: True if a create or a delete was under way.
        gone: True if its delete was acknowledged.
    """

    names: list[str]
    identifier: str | None = None
    may_be_gone: bool = True
    gone: bool = False


@define
class Figures:
    """Figures of a run."""

    kills: int = 0
    acknowledged: int = 0
    under_way: int = 0
    done: int = 0
    started: int = 0


@define
class Ledger:
    """All things by their client token, with the number of acknowledgements."""

    association: str
    things: dict[str, Thing] = field(factory=dict)
    acknowledged: int = 0
    changed: Condition = field(factory=Condition)

    def acknowledge(self) -> None:
        """Count an acknowledgement."""
        with self.changed:
            self.acknowledged += 1
            self.changed.notify_all()

    def wait_for(self, number: int) -> None:
        """Return when *count* acknowledgements have arrived."""
        with self.changed:
            enough = self.changed.wait_for(lambda: self.acknowledged >= number, _SECONDS)
        assert enough, "the server does not answer"


@frozen
class Writer:
    """A client that writes until the server is gone."""

    number: int
    address: str
    ledger: Ledger
    chance: Random

    def run(self) -> None:
        """Write until the connection breaks."""
        with closing(HTTPConnection(self.address, timeout=_SECONDS)) as connection:
            with suppress(OSError, HTTPException):
                while True:
                    self._write(connection)

    def _write(self, connection: HTTPConnection) -> None:
        mine = [
            thing
            for token, thing in self.ledger.things.copy().items()
            if token.startswith(f"{self.number}-") and thing.identifier and not thing.gone
        ]
        share = self.chance.random()
        if not mine or share < 0.4:
            self._create(connection)
        elif share < 0.8:
            self._rename(connection, self.chance.choice(mine))
        else:
            self._delete(connection, self.chance.choice(mine))

    def _create(self, connection: HTTPConnection) -> None:
        """Send one request that writes four rows: thing, capabilities, registration, token."""
        token = f"{self.number}-{self.chance.getrandbits(64):016x}"
        thing = self.ledger.things[token] = Thing([token])
        answer = _send(
            connection,
            "POST",
            "/managed-things",
            {
                "Role": "DEVICE",
                "Name": token,
                "ClientToken": token,
                "AuthenticationMaterial": f"CLOUD:{token}:{self.ledger.association}",
                "AuthenticationMaterialType": "PRE_ONBOARDED_CLOUD",
                "CapabilityReport": _REPORT,
            },
        )
        thing.identifier, thing.may_be_gone = str(answer["Id"]), False
        self.ledger.acknowledge()

    def _rename(self, connection: HTTPConnection, thing: Thing) -> None:
        name = f"{self.chance.getrandbits(64):016x}"
        thing.names.append(name)
        _send(connection, "PUT", f"/managed-things/{thing.identifier}", {"Name": name})
        thing.names = [name]
        self.ledger.acknowledge()

    def _delete(self, connection: HTTPConnection, thing: Thing) -> None:
        thing.may_be_gone = True
        _send(connection, "DELETE", f"/managed-things/{thing.identifier}?Force=true", None)
        thing.gone = True
        self.ledger.acknowledge()


def _send(connection: HTTPConnection, method: str, path: str, body: object) -> dict[str, Any]:
    connection.request(method, path, None if body is None else json.dumps(body))
    response = connection.getresponse()
    octets = response.read()
    if response.status >= 300:
        raise AssertionError(f"{method} {path}: {response.status} {octets!r}")
    answer: dict[str, Any] = json.loads(octets or b"{}")
    return answer


def run(path: Path, *, kills: int, seed: int, longest_start: float = 1.0) -> Figures:
    """Kill servers one after the other on one file, and check the file after each.

    Raises:
        AssertionError: an acknowledged write is lost, or a write is partial.
    """
    chance = Random(seed)
    figures = Figures()
    ledger = Ledger(_prepare(path))
    for number in range(kills):
        with started("--port", "0", "--data", str(path)) as process:
            if number % 5 == 4:
                # In the middle of the server's start.
                time.sleep(chance.uniform(0, longest_start))
                figures.started += 1
                process.kill()
            else:
                _write_until_killed(process.kill, address_of(process), ledger, chance)
        figures.kills += 1
        figures.acknowledged = ledger.acknowledged
        _verify(path, ledger, figures)
    return figures


def _prepare(path: Path) -> str:
    with Emulator(path) as emulator:
        client: Any = emulator.boto3_client()
        connector = client.create_cloud_connector(
            Name="Lamps", EndpointConfig={"lambda": {"arn": "lamps"}}
        )["Id"]
        secret = {
            "arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamps-secret",
            "versionId": "0" * 32,
        }
        material = {"AuthMaterialName": "material", "SecretsManager": secret}
        destination = client.create_connector_destination(
            CloudConnectorId=connector, AuthConfig={"GeneralAuthorization": [material]}
        )["Id"]
        association: str = client.create_account_association(
            ConnectorDestinationId=destination,
            GeneralAuthorization={"AuthMaterialName": "material"},
        )["AccountAssociationId"]
    return association


def _write_until_killed(
    kill: Callable[[], None], address: str, ledger: Ledger, chance: Random
) -> None:
    writers = [
        Writer(number, address, ledger, Random(chance.random())) for number in range(WRITERS)
    ]
    threads = [Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    ledger.wait_for(ledger.acknowledged + chance.randint(0, 60))
    # About the duration of a write, so that the kill may hit any moment of one.
    time.sleep(chance.uniform(0, 0.004))
    kill()
    for thread in threads:
        thread.join()


def _verify(path: Path, ledger: Ledger, figures: Figures) -> None:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], found
        kept = {name: dict(_documents(connection, name)) for name in _PARTS}
        tokens = {
            token: json.loads(body)["Id"]
            for token, body in connection.execute(
                "SELECT token, body FROM answered WHERE operation = 'CreateManagedThing'"
            )
        }
    things = kept[MANAGED_THING.name]
    parts = {
        name: sorted(document["ManagedThingId"] for document in kept[name].values())
        for name in (CAPABILITIES.name, REGISTRATION.name)
    }
    for name, owners in parts.items():
        assert owners == sorted(things), f"{name} and things are not one to one"
    _settle(ledger, things, tokens, figures)
    with Emulator(path) as emulator:
        client: Any = emulator.boto3_client()
        for identifier in list(things)[:3]:
            assert client.get_managed_thing(Identifier=identifier)["Id"] == identifier


_PARTS: Final = (MANAGED_THING.name, CAPABILITIES.name, REGISTRATION.name)


def _documents(connection: sqlite3.Connection, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    query = "SELECT id, document FROM resource WHERE kind = ?"
    for identifier, document in connection.execute(query, (kind,)):
        yield identifier, json.loads(document)


def _settle(
    ledger: Ledger,
    things: dict[str, dict[str, Any]],
    tokens: dict[str, str],
    figures: Figures,
) -> None:
    """Compare the stored things with the acknowledged ones, and settle the rest."""
    for token, thing in list(ledger.things.items()):
        identifier = tokens.get(token)
        assert thing.identifier in (None, identifier), f"the token of {token} is lost"
        document = things.pop(identifier, None) if identifier is not None else None
        uncertain = (thing.may_be_gone and not thing.gone) or len(thing.names) > 1
        figures.under_way += uncertain
        if document is None:
            # A thing's token is deleted with it, so an unacknowledged thing was not deleted.
            wholly = thing.identifier is not None or identifier is None
            assert wholly, f"{token} was answered for, and is lost"
            assert thing.gone or thing.may_be_gone, f"{token} is lost"
            figures.done += uncertain and thing.identifier is not None
            del ledger.things[token]
            continue
        assert not thing.gone, f"{token} was deleted, and is back"
        assert document["Name"] in thing.names, f"the name of {token} is lost"
        figures.done += uncertain and (
            thing.identifier is None or document["Name"] != thing.names[0]
        )
        thing.identifier, thing.may_be_gone = identifier, False
        thing.names = [document["Name"]]
    assert not things, f"{len(things)} unrequested things"


def main() -> int:
    """Kill servers as often as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        figures = run(Path(folder) / "home.db", kills=arguments.kills, seed=arguments.seed)
        spent = time.monotonic() - began
    sys.stdout.write(
        f"seed {arguments.seed}: {figures.kills} kills in {spent:.0f} s, {figures.started} of them"
        f" during the start; {figures.acknowledged} writes acknowledged, none lost;"
        f" {figures.under_way} under way, {figures.done} of them wholly done, none by halves\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
