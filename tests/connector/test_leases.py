"""The stores of leases: memory, SQLite and DynamoDB behave the same."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from iotmi.connector import (
    Acquired,
    Done,
    DynamoDBLeases,
    Held,
    Leases,
    MemoryLeases,
    SQLiteLeases,
)

Make = Callable[..., Leases]


@pytest.fixture
def dynamodb(keys: None) -> Iterator[Any]:
    """Yield a DynamoDB client with the table of the documentation."""
    del keys
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            TableName="seen",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture(params=["memory", "sqlite", "dynamodb"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return a function that opens a store. The stores of a test share their leases."""
    if request.param == "memory":
        return MemoryLeases
    if request.param == "sqlite":
        return lambda **options: SQLiteLeases(tmp_path / "leases.db", **options)
    client = request.getfixturevalue("dynamodb")
    return lambda **options: DynamoDBLeases("seen", client, **options)


def test_a_lease_has_one_holder(make: Make) -> None:
    """The second owner learns how long the lease is held, and another key is free."""
    leases = make(lease=20)
    assert leases.acquire("a", "first") == Acquired()
    held = leases.acquire("a", "second")
    assert isinstance(held, Held)
    assert 0 < held.seconds <= 20
    assert leases.acquire("b", "second") == Acquired()


def test_a_finished_request_is_remembered(make: Make) -> None:
    """Its response is returned to everyone, and it cannot be renewed or finished again."""
    leases = make()
    leases.acquire("a", "first")
    leases.finish("a", "first", "done")
    for owner in ("first", "second"):
        assert leases.acquire("a", owner) == Done("done")
        assert not leases.renew("a", owner)
    leases.finish("a", "first", "again")
    assert leases.acquire("a", "third") in {Done("done"), Done("again")}


def test_an_expired_lease_is_taken_over(make: Make) -> None:
    """The first owner can then neither renew nor finish."""
    leases = make(lease=0.2)
    leases.acquire("a", "first")
    while not isinstance(leases.acquire("a", "second"), Acquired):
        pass
    assert not leases.renew("a", "first")
    leases.finish("a", "first", "too late")
    assert leases.renew("a", "second")
    leases.finish("a", "second", "done")
    assert leases.acquire("a", "third") == Done("done")


def test_a_finished_request_is_forgotten(make: Make) -> None:
    """After the time to remember, the key is free again."""
    leases = make(remember=0.2)
    leases.acquire("a", "first")
    leases.finish("a", "first", "done")
    while not isinstance(leases.acquire("a", "second"), Acquired):
        pass


def test_a_renewed_lease_does_not_expire(make: Make) -> None:
    """During the block the lease is extended again and again, and after it no more."""
    leases = make(lease=3.0)
    with leases.renewing("a", "first") as acquired:
        assert isinstance(leases.acquire("a", "first"), Acquired)
        acquired.set()
        before = leases.lease
        renewals = 0
        while renewals < 2:
            held = leases.acquire("a", "second")
            assert isinstance(held, Held)
            renewals += held.seconds > before
            before = held.seconds
            time.sleep(0.02)
    while not isinstance(leases.acquire("a", "second"), Acquired):
        time.sleep(0.02)


def test_a_finished_lease_is_not_renewed_any_more() -> None:
    """The thread that renews ends, although the block goes on."""
    leases = MemoryLeases(lease=0.3)
    before = set(threading.enumerate())
    with leases.renewing("a", "first") as acquired:
        assert isinstance(leases.acquire("a", "first"), Acquired)
        acquired.set()
        (renewing,) = set(threading.enumerate()) - before
        leases.finish("a", "first", "done")
        renewing.join(30)
        assert not renewing.is_alive()


def test_one_of_many_threads_acquires(make: Make) -> None:
    """Of 16 threads that start together, one gets the lease."""
    leases = make()
    if isinstance(leases, DynamoDBLeases):
        pytest.skip("moto checks a condition and writes without a lock in between")
    together = threading.Barrier(16)
    outcomes: list[object] = []

    def acquire(owner: str) -> None:
        together.wait()
        outcomes.append(leases.acquire("a", owner))

    threads = [threading.Thread(target=acquire, args=(str(number),)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 16
    assert sum(isinstance(each, Acquired) for each in outcomes) == 1


@pytest.mark.parametrize("options", [{"lease": 0}, {"remember": -1}], ids=str)
def test_times_are_positive(make: Make, options: dict[str, float]) -> None:
    """A lease without duration would be no lease."""
    with pytest.raises(ValueError, match="must be positive"):
        make(**options)


def test_dynamodb_deletes_what_is_forgotten(dynamodb: Any) -> None:  # noqa: ANN401
    """Items have a time to live, and no secret: the key, the owner and the response."""
    leases = DynamoDBLeases("seen", dynamodb, remember=100)
    leases.acquire("AWS.SendCommand c t", "first")
    leases.finish("AWS.SendCommand c t", "first", "{}")
    (item,) = dynamodb.scan(TableName="seen")["Items"]
    assert item.keys() == {"id", "holder", "held_until", "expires_at", "outcome"}
    assert 90 < int(item["expires_at"]["N"]) - time.time() < 110


@pytest.mark.usefixtures("dynamodb")
def test_the_client_of_dynamodb_is_created_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a client, one with boto3's default settings is created."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert DynamoDBLeases("seen").acquire("a", "first") == Acquired()


def test_a_lease_that_expires_during_the_call_is_taken_over(dynamodb: Any) -> None:  # noqa: ANN401
    """An item that another process deletes between the two calls is no held lease."""
    leases = DynamoDBLeases("seen", dynamodb)
    leases.acquire("a", "first")
    left = iter(range(1))

    def delete(**_: object) -> None:
        for _number in left:
            dynamodb.delete_item(TableName="seen", Key={"id": {"S": "a"}})

    dynamodb.meta.events.register("before-call.dynamodb.GetItem", delete)
    assert leases.acquire("a", "second") == Acquired()
    assert leases.renew("a", "second")


def test_other_errors_of_dynamodb_are_raised(dynamodb: Any) -> None:  # noqa: ANN401
    """A missing table is no held lease."""
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        DynamoDBLeases("other", dynamodb).acquire("a", "first")
