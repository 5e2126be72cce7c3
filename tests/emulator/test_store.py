"""The database: transactions, threads, files, and foreign files."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from iotmi.emulator import Emulator, EmulatorClosedError, EmulatorError, EmulatorFileError
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject
from iotmi.emulator._model.resource_types import CREDENTIAL_LOCKER
from iotmi.emulator._storage.store import Store
from iotmi.emulator.handlers import HANDLERS
from tests.emulator.support.requests import Client, create_thing, expect_error, material


def test_a_defect_rolls_back() -> None:
    """An exception in a handler reaches the caller, and its changes are rolled back."""
    with Emulator() as emulator:

        def broken(account: AccountState, _parameters: JsonObject) -> None:
            account.create(CREDENTIAL_LOCKER, {})
            raise ZeroDivisionError

        backend = emulator._dispatcher
        handlers = {**HANDLERS, "GetCredentialLocker": broken}
        emulator._dispatcher = evolve(backend, handlers=handlers)
        client: Any = emulator.boto3_client()
        with pytest.raises(ZeroDivisionError):
            client.get_credential_locker(Identifier="x")
        assert client.list_credential_lockers()["Items"] == []
        call = emulator.calls[0]
        assert (call.operation, call.status, call.error) == (
            "GetCredentialLocker",
            500,
            "ZeroDivisionError",
        )


def test_a_fault_rolls_back(client: Client) -> None:
    """A request that fails halfway changes nothing."""
    thing = create_thing(client, Name="Old")
    with expect_error("ResourceNotFoundException"):
        client.update_managed_thing(Identifier=thing, Name="New", CredentialLockerId="0")
    assert client.get_managed_thing(Identifier=thing)["Name"] == "Old"


@pytest.mark.parametrize("in_file", [False, True])
def test_many_threads_work_at_once(tmp_path: Path, *, in_file: bool) -> None:
    """64 threads create as many things, each with its own time and one recorded call."""
    with Emulator(tmp_path / "home.db" if in_file else None) as emulator:
        client: Any = emulator.boto3_client()
        with ThreadPoolExecutor(64) as pool:
            made = list(pool.map(lambda _: create_thing(client), range(256)))
        items = client.list_managed_things(MaxResults=1000)["Items"]
        assert {item["Id"] for item in items} == set(made)
        assert len({item["CreatedAt"] for item in items}) == 256
        assert len(emulator.calls) == 257


def test_one_of_many_gets_a_device(emulator: Emulator, client: Client) -> None:
    """Of 32 threads with one material, one creates the thing and the others get a conflict."""
    sent = material()
    with ThreadPoolExecutor(32) as pool:
        futures = [
            pool.submit(create_thing, client, AuthenticationMaterial=sent) for _ in range(32)
        ]
    errors = [future.exception() for future in futures]
    assert sum(error is None for error in errors) == 1
    assert [call.error for call in emulator.calls].count("ConflictException") == 31


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    """Resources, their order, due transitions and client tokens are in a reopened file."""
    path = tmp_path / "home.db"
    with Emulator(path) as emulator:
        client: Any = emulator.boto3_client()
        first = client.create_credential_locker(Name="Ann", ClientToken="t", Tags={"a": "b"})
        thing = create_thing(client)
        client.get_managed_thing(Identifier=thing)
    with Emulator(str(path)) as emulator:
        client = emulator.boto3_client()
        assert client.get_managed_thing(Identifier=thing)["ProvisioningStatus"] == "DISCOVERED"
        again = client.create_credential_locker(Name="Ann", ClientToken="t", Tags={"a": "b"})
        assert again["Id"] == first["Id"]
        second = client.create_credential_locker()["Id"]
        listed = client.list_credential_lockers()["Items"]
        assert [item["Id"] for item in listed] == [first["Id"], second]
        assert emulator.calls[0].operation == "GetManagedThing"


def test_two_emulators_may_share_a_file(tmp_path: Path) -> None:
    """Each emulator reads the other's changes, and both can write."""
    path = tmp_path / "home.db"
    with Emulator(path) as one, Emulator(path) as other:
        first: Any = one.boto3_client()
        second: Any = other.boto3_client()
        made = [client.create_credential_locker()["Id"] for client in (first, second, first)]
        for client in (first, second):
            items = client.list_credential_lockers()["Items"]
            assert [item["Id"] for item in items] == made


def test_a_file_is_in_wal_mode(tmp_path: Path) -> None:
    """A file has write-ahead logging, our application id and our version."""
    path = tmp_path / "home.db"
    with Emulator(path):
        connection = sqlite3.connect(path)
        values = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "application_id", "user_version")
        ]
        connection.close()
    assert values == ["wal", 0x696F746D, 1]


def _no_database(path: Path) -> None:
    path.write_text("This is a letter, and no database at all." * 50)


def _foreign(path: Path) -> None:
    _execute(path, "CREATE TABLE letters (text TEXT)")


def _foreign_marked(path: Path) -> None:
    _execute(path, "PRAGMA application_id = 7")


def _future(path: Path) -> None:
    Emulator(path).close()
    _execute(path, "PRAGMA user_version = 99")


def _elsewhere(path: Path) -> None:
    Emulator(path, region_name="ca-central-1").close()


def _folder(path: Path) -> None:
    path.mkdir()


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_no_database, "not a database"),
        (_foreign, "not a database of the emulator"),
        (_foreign_marked, "not a database of the emulator"),
        (_future, "another version of the emulator: schema 99, not 1"),
        (_elsewhere, "ca-central-1"),
        (_folder, "cannot be opened"),
    ],
)
def test_a_foreign_file_is_rejected_unchanged(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    """The error names the file and the reason, and the file does not change."""
    path = tmp_path / "theirs.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(EmulatorFileError, match=reason) as caught:
        Emulator(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, EmulatorError)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_closed_emulator_raises() -> None:
    """After close, calls of all clients raise. Closing again is no error."""
    with Emulator() as emulator:
        client: Any = emulator.boto3_client()
        client.create_credential_locker()
    emulator.close()
    with pytest.raises(EmulatorClosedError, match="closed"):
        client.list_credential_lockers()
    assert len(emulator.calls) == 1


def test_a_closed_store_opens_no_transaction() -> None:
    """A request that waited while the store closed does not touch the database."""
    store = Store(None, owner="tests")
    store.close()
    with pytest.raises(EmulatorClosedError), store.transaction():
        pass


def test_only_member_names_become_sql() -> None:
    """A text that is not a member's name raises before it is part of a query."""
    store = Store(None, owner="tests")
    with (
        store.transaction() as transaction,
        pytest.raises(ValueError, match="not the name of a member"),
    ):
        transaction.select("kind", {"x') OR 1=1 --": "1"}, limit=1)
    store.close()


def query_plan(where: dict[str, str]) -> str:
    """Return SQLite's query plan for a selection."""
    store = Store(None, owner="tests")
    statements: list[str] = []
    with store.transaction() as transaction:
        connection = transaction._connection
        connection.set_trace_callback(statements.append)
        transaction.select("kind", where, after=5, limit=1)
        connection.set_trace_callback(None)
        plan = str(connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall())
    store.close()
    return plan


@pytest.mark.parametrize(
    "member",
    [
        "AccountAssociationId",
        "CredentialLockerId",
        "DeviceDiscoveryId",
        "DeviceKey",
        "ManagedThingId",
        "OtaTaskId",
        "ParentControllerId",
    ],
)
def test_filters_use_an_index(member: str) -> None:
    """Filters within a request use the index of their member."""
    plan = query_plan({member: "x"})
    assert f"resource_by_{member}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("where", [{}, {"Owner": "ann"}])
def test_lists_are_read_in_order(where: dict[str, str]) -> None:
    """A page is read from its beginning without sorting."""
    plan = query_plan(where)
    assert "resource_by_kind (kind=? AND sequence>?)" in plan
    assert "TEMP B-TREE" not in plan
