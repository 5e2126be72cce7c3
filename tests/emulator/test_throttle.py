"""Throttling: the published quotas, and token buckets."""

from datetime import timedelta

import pytest

from iotmi.emulator import Emulator, FaultKind, Faults
from iotmi.emulator._faults.throttle import published_rate
from iotmi.emulator._model.operations import load_service
from tests.emulator.support.clock import ManualClock
from tests.emulator.support.requests import Client, expect_error, http, last_call, locker_names


def admitted(faults: Faults, operation: str, calls: int) -> int:
    """Return how many of the calls made at once are not throttled."""
    return sum(faults.next_fault(operation).fault is None for _ in range(calls))


@pytest.mark.parametrize(
    ("operation", "rate"),
    [
        ("GetManagedThing", 10),
        ("CreateOtaTask", 5),
        ("DeleteOtaTask", 5),
        ("RegisterCustomEndpoint", 1),
        ("SendManagedThingCommand", 100),
    ],
)
def test_the_published_rates_hold(
    faults: Faults, clock: ManualClock, operation: str, rate: int
) -> None:
    """The calls of one second are admitted at once, and then the published rate applies."""
    faults.throttle()
    assert admitted(faults, operation, 200) == rate
    clock.now = 0.5
    assert admitted(faults, operation, 200) == rate // 2
    clock.now = 1.0 if rate > 1 else 2.0
    assert admitted(faults, operation, 200) >= rate // 2
    clock.now = 1000.0
    assert admitted(faults, operation, 200) == rate


def test_every_operation_but_one_has_a_published_rate(faults: Faults) -> None:
    """An operation without a published rate is throttled only at a given rate."""
    without = [name for name in load_service().operations if published_rate(name) is None]
    assert without == ["GetManagedThingCertificate"]
    faults.throttle()
    assert admitted(faults, "GetManagedThingCertificate", 500) == 500
    faults.throttle(rate=3)
    assert admitted(faults, "GetManagedThingCertificate", 500) == 3


def test_each_operation_has_its_own_bucket(faults: Faults) -> None:
    """Calls of one operation take no tokens from another."""
    faults.throttle()
    assert admitted(faults, "GetManagedThing", 50) == 10
    assert admitted(faults, "ListManagedThings", 50) == 10


def test_scale_burst_and_operation_of_a_throttle(faults: Faults) -> None:
    """The throttle of one operation takes precedence over the one for all."""
    faults.throttle(scale=2.0)
    faults.throttle(burst=25, operation="GetManagedThing")
    assert admitted(faults, "ListManagedThings", 99) == 20
    assert admitted(faults, "GetManagedThing", 99) == 25


def test_a_throttled_call_takes_no_token(faults: Faults, clock: ManualClock) -> None:
    """Constant calls do not keep the bucket empty."""
    faults.throttle(rate=10, burst=1)
    assert admitted(faults, "GetManagedThing", 1000) == 1
    for step in range(1, 10):
        clock.now = step / 100
        assert admitted(faults, "GetManagedThing", 1) == 0
    clock.now = 0.1
    assert admitted(faults, "GetManagedThing", 1) == 1


def test_a_slow_rate_admits_a_call_eventually(faults: Faults, clock: ManualClock) -> None:
    """A rate below one per second still admits single calls."""
    faults.throttle(scale=0.05)
    assert admitted(faults, "GetManagedThing", 5) == 1
    clock.now = 2.0
    assert admitted(faults, "GetManagedThing", 5) == 1


def test_buckets_fill_with_emulated_time() -> None:
    """Advancing the emulated time refills the buckets."""
    with Emulator(clock="emulated") as emulator:
        emulator.faults.throttle(rate=0.01, burst=1)

        def ask() -> int:
            return http(emulator, "GET", "/managed-things")[0].status

        assert [ask(), ask()] == [200, 429]
        emulator.advance(timedelta(seconds=100))
        assert [ask(), ask()] == [200, 429]


def test_a_throttled_call_gets_the_services_error(emulator: Emulator, client: Client) -> None:
    """The call gets 429, is counted, and is not executed."""
    emulator.faults.throttle(rate=0.001, burst=1)
    client.create_credential_locker(Name="Ann")
    with expect_error("ThrottlingException", "Rate exceeded"):
        client.create_credential_locker(Name="Bob")
    assert last_call(emulator) == (429, "ThrottlingException", False, "throttled")
    assert emulator.faults.counts == {FaultKind.THROTTLED: 1}
    assert locker_names(client) == ["Ann"]
