"""Behavior that all families share: pages, client tokens, faults, the call log, the clock."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.clock import Clock, format_iso
from iotmi.emulator._core.json import mapping, number, objects, text
from iotmi.emulator._devices.defaults import default_devices
from iotmi.emulator._dispatch.call_log import CallLog
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import CREDENTIAL_LOCKER
from iotmi.emulator._storage.store import Store
from tests.emulator.support.requests import REPORT, Client, create_thing, expect_error, material


def lockers(client: Client, count: int) -> list[str]:
    return [client.create_credential_locker()["Id"] for _ in range(count)]


def test_pages_are_whole_and_in_order(client: Client) -> None:
    """Pages follow the order of creation, without lost or repeated items."""
    made = lockers(client, 7)
    for size in (1, 2, 3, 7, 1000):
        pages = list(
            client.get_paginator("list_credential_lockers").paginate(
                PaginationConfig={"PageSize": size}
            )
        )
        assert [item["Id"] for page in pages for item in page["Items"]] == made
        assert len(pages) == -(-7 // size)
        assert "NextToken" not in pages[-1]


def test_a_page_has_100_items_by_default(client: Client) -> None:
    """Without MaxResults a page has 100 items."""
    lockers(client, 101)
    response = client.list_credential_lockers()
    assert len(response["Items"]) == 100
    assert len(client.list_credential_lockers(NextToken=response["NextToken"])["Items"]) == 1


def test_a_page_continues_where_the_last_one_ended(client: Client) -> None:
    """Deletions and creations between two pages do not move items."""
    first, second, third = lockers(client, 3)
    response = client.list_credential_lockers(MaxResults=1)
    client.delete_credential_locker(Identifier=first)
    client.delete_credential_locker(Identifier=second)
    (fourth,) = lockers(client, 1)
    rest = client.list_credential_lockers(MaxResults=5, NextToken=response["NextToken"])
    assert [item["Id"] for item in rest["Items"]] == [third, fourth]


def test_a_token_is_bound_to_its_list(client: Client) -> None:
    """A token of another operation, of other filters, or a forged one is invalid."""
    for _ in range(2):
        create_thing(client, Owner="ann")
    token = client.list_managed_things(OwnerFilter="ann", MaxResults=1)["NextToken"]
    assert client.list_managed_things(OwnerFilter="ann", NextToken=token)["Items"]
    made_up = base64.urlsafe_b64encode(f"1:{'0' * 24}".encode()).decode()
    list_calls: tuple[Callable[[], object], ...] = (
        lambda: client.list_managed_things(NextToken=token),
        lambda: client.list_managed_things(OwnerFilter="bob", NextToken=token),
        lambda: client.list_credential_lockers(NextToken=token),
        lambda: client.list_managed_things(NextToken=made_up),
        lambda: client.list_managed_things(NextToken="abc"),
        lambda: client.list_managed_things(NextToken="_____w=="),
        lambda: client.list_managed_things(NextToken="abcd"),
    )
    for list_call in list_calls:
        with expect_error("ValidationException", "NextToken"):
            list_call()


def test_a_repeated_create_is_one_create(client: Client) -> None:
    """The same token and parameters return the same body again."""
    request = {
        "Role": "DEVICE",
        "AuthenticationMaterial": material(),
        "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
        "ClientToken": "token-1",
    }
    first, second = (client.create_managed_thing(**request) for _ in range(2))
    assert first | {"ResponseMetadata": None} == second | {"ResponseMetadata": None}
    assert len(client.list_managed_things()["Items"]) == 1
    client.delete_managed_thing(Identifier=first["Id"], Force=True)
    assert client.create_managed_thing(**request)["Id"] == first["Id"]
    assert client.list_managed_things()["Items"] == []


def test_a_token_is_bound_to_its_request(client: Client) -> None:
    """The same token with other parameters is a conflict. Operations have separate tokens."""
    client.create_credential_locker(ClientToken="t", Name="Ann")
    with expect_error("ConflictException", "ClientToken"):
        client.create_credential_locker(ClientToken="t", Name="Bob")
    assert client.create_provisioning_profile(
        ClientToken="t", ProvisioningType="FLEET_PROVISIONING"
    )
    assert len(client.list_credential_lockers()["Items"]) == 1


def test_a_failed_create_uses_no_token(client: Client) -> None:
    """The token of a failed request can be used again."""
    with expect_error("ValidationException"):
        client.create_credential_locker(ClientToken="t", Tags={"aws:x": ""})
    assert client.create_credential_locker(ClientToken="t", Name="Ann")


def test_without_a_token_each_create_is_new(emulator: Emulator, client: Client) -> None:
    """Two requests without a token create two resources."""
    client.meta.events.register(
        "provide-client-params.iot-managed-integrations.CreateCredentialLocker",
        lambda params, **_: {**params, "ClientToken": None},
    )
    lockers(client, 2)
    assert "ClientToken" not in emulator.calls[-1].parameters
    assert len(client.list_credential_lockers()["Items"]) == 2


def test_a_fault_is_injected_the_given_times(emulator: Emulator, client: Client) -> None:
    """The next calls get the error with the model's status, and later calls succeed."""
    emulator.faults.fail("CreateCredentialLocker", "ThrottlingException", times=2, retry_after=1.5)
    for _ in range(2):
        with expect_error("ThrottlingException") as response:
            client.create_credential_locker()
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1.5"
    assert client.list_credential_lockers()["Items"] == []
    assert client.create_credential_locker()


def test_faults_come_in_the_order_added(emulator: Emulator, client: Client) -> None:
    """Faults of one operation are queued. Only those with retry_after have the header."""
    emulator.faults.fail("ListManagedThings", "InternalServerException")
    emulator.faults.fail("ListManagedThings", "ServiceUnavailableException", retry_after=2)
    with expect_error("InternalServerException") as response:
        client.list_managed_things()
    assert "retry-after" not in response["ResponseMetadata"]["HTTPHeaders"]
    with expect_error("ServiceUnavailableException") as response:
        client.list_managed_things()
    assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "2"


def test_a_fault_may_come_after_the_effect(emulator: Emulator, client: Client) -> None:
    """With before_effect=False the call is executed, and only its response is lost."""
    emulator.faults.fail("CreateCredentialLocker", "InternalServerException", before_effect=False)
    with expect_error("InternalServerException"):
        client.create_credential_locker(ClientToken="t")
    (item,) = client.list_credential_lockers()["Items"]
    assert client.create_credential_locker(ClientToken="t")["Id"] == item["Id"]
    emulator.faults.fail("GetCredentialLocker", "ThrottlingException", before_effect=False)
    with expect_error("ThrottlingException"):
        client.get_credential_locker(Identifier="unknown")


def test_faults_can_be_cleared(emulator: Emulator, client: Client) -> None:
    """No fault is left after clear."""
    emulator.faults.fail("ListManagedThings", "ThrottlingException", times=9)
    emulator.faults.clear()
    assert client.list_managed_things()["Items"] == []


def test_a_fault_must_exist_in_the_service(emulator: Emulator) -> None:
    """Unknown names and counts below 1 raise at once."""
    with pytest.raises(ValueError, match="create_managed_thing"):
        emulator.faults.fail("create_managed_thing", "ThrottlingException")
    with pytest.raises(ValueError, match="Throttling"):
        emulator.faults.fail("CreateManagedThing", "Throttling")
    with pytest.raises(ValueError, match="times"):
        emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=0)
    emulator.faults.fail("CreateManagedThing", "ExpiredTokenException")


def test_calls_are_recorded(emulator: Emulator, client: Client) -> None:
    """Each call is recorded in order with its parameters, status and error."""
    locker = client.create_credential_locker(Name="Ann", ClientToken="t")["Id"]
    with expect_error("ResourceNotFoundException"):
        client.get_managed_thing(Identifier="unknown")
    client.delete_credential_locker(Identifier=locker)
    assert [(call.operation, call.status, call.error) for call in emulator.calls] == [
        ("CreateCredentialLocker", 201, None),
        ("GetManagedThing", 404, "ResourceNotFoundException"),
        ("DeleteCredentialLocker", 200, None),
    ]
    assert emulator.calls[0].parameters == {"Name": "Ann", "ClientToken": "t"}
    assert "Ann" not in repr(emulator.calls[0])
    assert hash(emulator.calls[0]) != hash(emulator.calls[1])


def test_the_last_ten_thousand_calls_are_kept() -> None:
    """The log is bounded, and in order of arrival even if responses overtake each other."""
    call_log = CallLog()
    first, second = call_log.start(), call_log.start()
    second.operation = "Second"
    call_log.finish(second, 200)
    call_log.finish(first, 200)
    assert [call.operation for call in call_log.calls] == [None, "Second"]
    for _ in range(10_000):
        call_log.finish(call_log.start(), 200)
    assert len(call_log.calls) == 10_000
    assert {call.operation for call in call_log.calls} == {None}


def test_moments_always_rise() -> None:
    """Moments rise by at least a millisecond, even if the system clock goes back."""
    seconds = iter([5.0, 5.0, 4.0, 6.5])
    clock = Clock(lambda: next(seconds))
    assert [clock.now() for _ in range(4)] == [5000, 5001, 5002, 6500]
    assert abs(Clock().now() - time.time() * 1000) < 60_000


def test_a_moment_is_written_in_utc() -> None:
    """A moment inside a document is ISO 8601 to the millisecond."""
    moment = round(datetime(2024, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC).timestamp() * 1000)
    assert format_iso(moment) == "2024-01-02T03:04:05.678Z"


def test_a_member_of_another_type_is_a_defect() -> None:
    """Reading a member with the wrong type raises TypeError."""
    for read in (text, mapping, objects):
        with pytest.raises(TypeError, match="size is not"):
            read({"size": 1}, "size")
    with pytest.raises(TypeError, match="size is not an integer"):
        number({"size": "1"}, "size")


def test_a_type_without_a_lifecycle_has_no_status() -> None:
    """A type without a lifecycle cannot enter a status, and its reads have no effect."""
    store = Store(None, owner="tests")
    operation = load_service().operations["GetCredentialLocker"]
    with store.transaction() as transaction:
        scope = AccountScope("eu-west-1", "1")
        account = AccountState(transaction, Clock(), scope, operation, default_devices)
        made = account.create(CREDENTIAL_LOCKER, {})
        assert account.read(CREDENTIAL_LOCKER, text(made, "Id")) == made
        with pytest.raises(TypeError, match="credential-locker has no status"):
            account.set_status(CREDENTIAL_LOCKER, made, "ACTIVATED")
    store.close()


def test_large_reports_are_kept_whole(client: Client) -> None:
    """A report of the model's largest size is returned as given."""
    capability = {**REPORT["endpoints"][0]["capabilities"][0], "properties": ["P"] * 100}
    report = {
        "version": "1.0.0",
        "endpoints": [
            {"id": str(number), "deviceTypes": [], "capabilities": [capability] * 40}
            for number in range(40)
        ],
    }
    thing = create_thing(client, CapabilityReport=report)
    assert client.get_managed_thing_capabilities(Identifier=thing)["CapabilityReport"] == report
