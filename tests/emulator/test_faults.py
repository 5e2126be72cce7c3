"""Fault injection: effects on calls, selection of calls, and counts."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

import iotmi
from iotmi.emulator import Delivery, Emulator, FaultKind, Faults, HttpRequest
from iotmi.emulator._model.operations import load_service
from tests.emulator.support.clock import ManualClock
from tests.emulator.support.requests import Client, http, last_call, locker_names

ONCE = iotmi.RetryPolicy.none()


@pytest.fixture
def single_attempt(emulator: Emulator) -> iotmi.Client:
    """Return a client of iotmi that tries once."""
    return emulator.client(retry=ONCE)


@pytest.fixture
def retrying(emulator: Emulator) -> iotmi.Client:
    """Return a client of iotmi with its default retries, and without sleeping."""
    return emulator.client(retry=iotmi.RetryPolicy(seed=1, sleep=lambda _seconds: None))


# -- broken connections and responses --------------------------------------------------


def test_a_reset_before_the_effect_changes_nothing(
    emulator: Emulator, client: Client, single_attempt: iotmi.Client
) -> None:
    """The call is not executed, and botocore raises the error of a real reset."""
    emulator.faults.reset_connections("CreateCredentialLocker")
    with pytest.raises(iotmi.NoResponseError) as caught:
        single_attempt.credential_lockers.create(name="Ann")
    assert isinstance(caught.value.__cause__, ConnectionClosedError)
    assert last_call(emulator) == (0, None, False, "reset")
    assert locker_names(client) == []


def test_a_reset_after_the_effect_keeps_the_effect(
    emulator: Emulator, client: Client, single_attempt: iotmi.Client
) -> None:
    """The call is executed although its response is lost."""
    emulator.faults.reset_connections("CreateCredentialLocker", before_effect=False)
    with pytest.raises(iotmi.NoResponseError):
        single_attempt.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (201, None, True, "reset")
    assert locker_names(client) == ["Ann"]


def test_a_lost_response_is_a_timeout_and_its_retry_is_idempotent(
    emulator: Emulator, client: Client, single_attempt: iotmi.Client, retrying: iotmi.Client
) -> None:
    """The client token makes one locker from two attempts."""
    emulator.faults.lose_answers("CreateCredentialLocker", times=2)
    with pytest.raises(iotmi.NoResponseError, match="Read timeout"):
        single_attempt.credential_lockers.create(name="Ann")
    retrying.credential_lockers.create(name="Bob")
    assert locker_names(client) == ["Ann", "Bob"]
    assert [call.fault for call in emulator.calls[:3]] == ["lost", "lost", None]
    assert [call.carried_out for call in emulator.calls[:3]] == [True, True, True]


def test_a_refused_connection_was_never_sent(
    emulator: Emulator, single_attempt: iotmi.Client, retrying: iotmi.Client
) -> None:
    """A call that is not idempotent is retried after a refused connection."""
    emulator.faults.refuse_connections("RegisterCustomEndpoint", times=2)
    with pytest.raises(iotmi.NotSentError) as caught:
        single_attempt.account.register_custom_endpoint()
    assert isinstance(caught.value.__cause__, EndpointConnectionError)
    assert retrying.send(iotmi.RegisterCustomEndpoint()).attempts == 2
    assert [call.fault for call in emulator.calls] == ["unreachable", "unreachable", None]


@pytest.mark.parametrize("truncated", [False, True])
def test_a_garbled_response_cannot_be_decoded(
    emulator: Emulator,
    client: Client,
    single_attempt: iotmi.Client,
    truncated: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """The call is executed, and the body is not JSON."""
    emulator.faults.garble_answers("CreateCredentialLocker", truncated=truncated)
    with pytest.raises(iotmi.ResponseError):
        single_attempt.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (201, None, True, "truncated" if truncated else "garbled")
    assert locker_names(client) == ["Ann"]


def test_a_replaced_body_has_its_own_length(emulator: Emulator) -> None:
    """The HTTP of a garbled response is valid."""
    whole, _ = http(emulator, "GET", "/credential-lockers")
    emulator.faults.garble_answers(truncated=True)
    with pytest.raises(json.JSONDecodeError):
        http(emulator, "GET", "/credential-lockers")
    emulator.faults.garble_answers(truncated=True)
    half = emulator.handle(plain_get("/credential-lockers"))
    assert half.body == whole.body[: len(whole.body) // 2]
    assert half.headers["Content-Length"] == str(len(half.body))


def test_a_response_without_a_body_is_not_garbled(
    emulator: Emulator, single_attempt: iotmi.Client
) -> None:
    """A response without a body stays as it is."""
    thing = _hub(single_attempt)
    for truncated in (False, True):
        emulator.faults.garble_answers("UpdateManagedThing", truncated=truncated)
        single_attempt.managed_things.update(thing, name="Hall")
        assert last_call(emulator)[0] == 204


def test_the_response_has_its_delivery(emulator: Emulator) -> None:
    """The response tells its carrier the way of delivery."""
    emulator.faults.reset_connections()
    emulator.faults.lose_answers()
    emulator.faults.refuse_connections()
    replies = [emulator.handle(plain_get("/credential-lockers")) for _ in range(4)]
    assert [reply.delivery for reply in replies] == [
        Delivery.CLOSED,
        Delivery.NEVER,
        Delivery.REFUSED,
        Delivery.WHOLE,
    ]


# -- order -----------------------------------------------------------------------------


def test_faults_are_injected_in_order(emulator: Emulator, client: Client) -> None:
    """Faults and successes follow each other as they were added."""
    emulator.faults.fail("ListCredentialLockers", "ThrottlingException")
    emulator.faults.succeed_next("ListCredentialLockers", times=2)
    emulator.faults.fail("ListCredentialLockers", "ServiceUnavailableException")
    for _ in range(5):
        with suppress(ClientError):
            client.list_credential_lockers()
    seen = [call.status for call in emulator.calls]
    assert seen == [429, 200, 200, 503, 200]


def test_a_fault_for_one_operation_comes_first(faults: Faults) -> None:
    """A fault for all operations waits for a later call."""
    faults.refuse_connections()
    faults.reset_connections("GetManagedThing")
    met = [faults.next_fault("GetManagedThing").fault for _ in range(3)]
    assert [fault and fault.kind for fault in met] == ["reset", "unreachable", None]


def test_random_faults_skip_succeeding_calls(faults: Faults) -> None:
    """A call of `succeed_next` meets no random fault."""
    faults.fail_randomly(1.0)
    faults.succeed_next()
    assert [bool(faults.next_fault("GetManagedThing").fault) for _ in range(2)] == [False, True]


def test_a_throttled_call_uses_up_no_fault(faults: Faults, clock: ManualClock) -> None:
    """A throttled call leaves the queued faults for later calls."""
    faults.throttle(rate=1, burst=1)
    faults.succeed_next()
    faults.fail("GetManagedThing", "InternalServerException")
    kinds = []
    for now in (0.0, 0.5, 1.0, 2.0):
        clock.now = now
        fault = faults.next_fault("GetManagedThing").fault
        kinds.append(fault and fault.kind)
    assert kinds == ["error", "throttled", None, None]


# -- random faults and delays ----------------------------------------------------------


def faulty_calls(faults: Faults, calls: int = 400, operation: str = "GetManagedThing") -> list[int]:
    """Return the numbers of the calls that meet a fault."""
    return [number for number in range(calls) if faults.next_fault(operation).fault is not None]


def test_a_share_of_calls_fails(faults: Faults) -> None:
    """The share is about as given, and the same seed hits the same calls."""
    faults.fail_randomly(share=0.25)
    first = faulty_calls(faults)
    assert 70 <= len(first) <= 130
    faults.seed(0)
    assert faulty_calls(faults) == first
    faults.seed(8)
    assert faulty_calls(faults) != first


def test_random_faults_are_independent() -> None:
    """Each random fault has its own random numbers."""
    one, other = Faults(load_service(), seed=5), Faults(load_service(), seed=5)
    one.fail_randomly(share=0.1, operation="GetManagedThing")
    other.fail_randomly(share=0.1, operation="GetManagedThing")
    other.drop_randomly(share=0.5, operation="ListManagedThings")
    other.delay(0.0, operation="ListManagedThings")
    assert 0 < len(faulty_calls(other, 50, "ListManagedThings")) < 50
    assert faulty_calls(one) == faulty_calls(other)


def test_random_faults_can_hit_one_operation_after_the_effect(
    emulator: Emulator, client: Client, single_attempt: iotmi.Client
) -> None:
    """Calls of other operations succeed, and failed calls are executed."""
    emulator.faults.fail_randomly(
        1.0, "ServiceUnavailableException", operation="CreateCredentialLocker", before_effect=False
    )
    with pytest.raises(iotmi.ServiceUnavailableError):
        single_attempt.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (503, "ServiceUnavailableException", True, "error")
    assert locker_names(client) == ["Ann"]


def test_a_share_of_connections_drops(emulator: Emulator, retrying: iotmi.Client) -> None:
    """iotmi retries the dropped calls, and the emulator counts them."""
    emulator.faults.drop_randomly(0.3)
    for number in range(20):
        retrying.credential_lockers.create(name=f"Locker {number}")
    emulator.faults.clear()
    kept = [locker.name for locker in retrying.credential_lockers.list()]
    assert kept == [f"Locker {number}" for number in range(20)]
    dropped = sum(call.fault is FaultKind.RESET for call in emulator.calls)
    assert emulator.faults.counts == {FaultKind.RESET: dropped}
    assert dropped > 0


def test_the_seed_selects_the_calls() -> None:
    """Two emulators with one seed fail the same calls, and with two seeds different ones."""

    def broken(seed: int) -> list[int]:
        with Emulator(seed=seed) as emulator:
            emulator.faults.fail_randomly(0.3)
            return [http(emulator, "GET", "/managed-things")[0].status for _ in range(60)]

    assert broken(3) == broken(3) != broken(4)
    assert {200, 500} == set(broken(3))


def test_calls_are_delayed(faults: Faults, clock: ManualClock) -> None:
    """The delay is as given, within the jitter, and the same in each run."""
    faults.delay(1.0, 0.5)
    faults.delay(0.0, operation="ListManagedThings")
    for _ in range(50):
        faults.next_fault("GetManagedThing")
        faults.next_fault("ListManagedThings")
    drawn = list(clock.slept)
    assert len(drawn) == 50
    assert all(0.5 <= seconds <= 1.5 for seconds in drawn)
    assert max(drawn) - min(drawn) > 0.5
    faults.seed(0)
    faults.next_fault("GetManagedThing")
    assert clock.slept[50] == drawn[0]
    assert faults.counts == {FaultKind.DELAYED: 51}


def test_a_delay_is_real_and_recorded(emulator: Emulator, client: Client) -> None:
    """The calling thread really sleeps."""
    emulator.faults.delay(0.01)
    client.list_credential_lockers()
    assert emulator.calls[-1].delay == 0.01
    assert emulator.calls[-1].fault is None


# -- the plan as a whole ---------------------------------------------------------------


def test_clear_removes_everything(faults: Faults, clock: ManualClock) -> None:
    """No fault, throttle or delay is left. The counts stay."""
    faults.throttle(rate=1)
    faults.delay(3.0)
    faults.fail_randomly(1.0)
    faults.reset_connections(times=9)
    faults.next_fault("GetManagedThing")
    faults.clear()
    assert faulty_calls(faults, 50) == []
    assert clock.slept == [3.0]
    assert faults.counts == {FaultKind.RESET: 1, FaultKind.DELAYED: 1}


WRONG: dict[str, Callable[[Faults], None]] = {
    "no operation 'get'": lambda faults: faults.throttle(operation="get"),
    "no operation 'GetThing'": lambda faults: faults.delay(1, operation="GetThing"),
    "no operation 'Reset'": lambda faults: faults.reset_connections("Reset"),
    "no operation 'Drop'": lambda faults: faults.drop_randomly(operation="Drop"),
    "no error 'Broken'": lambda faults: faults.fail_randomly(0.5, "Broken"),
    "times must": lambda faults: faults.lose_answers(times=0),
    "share must be more": lambda faults: faults.fail_randomly(0),
    "share must be more than 0 and at most 1": lambda faults: faults.drop_randomly(1.5),
    "seconds and jitter": lambda faults: faults.delay(-1),
    "jitter must": lambda faults: faults.delay(1, -0.5),
    "scale and rate": lambda faults: faults.throttle(0),
    "rate must": lambda faults: faults.throttle(rate=0),
    "burst must": lambda faults: faults.throttle(burst=0.5),
}


@pytest.mark.parametrize("said", WRONG)
def test_invalid_faults_are_rejected(faults: Faults, said: str) -> None:
    """A wrong name or number raises at once, and adds no fault."""
    with pytest.raises(ValueError, match=said):
        WRONG[said](faults)
    assert faulty_calls(faults, 5) == []


def plain_get(path: str) -> HttpRequest:
    """Return a plain GET request."""
    return HttpRequest("GET", path)


def _hub(client: iotmi.Client) -> str:
    return client.managed_things.create(
        role=iotmi.Role.CONTROLLER,
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    ).id
