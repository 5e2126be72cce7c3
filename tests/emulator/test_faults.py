"""Faults: what they do to calls, whom they strike, and what of it the emulator tells."""

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
def ours(emulator: Emulator) -> iotmi.Client:
    """Our own client, which tries once."""
    return emulator.client(retry=ONCE)


@pytest.fixture
def patient(emulator: Emulator) -> iotmi.Client:
    """Our own client with its usual persistence, not waiting."""
    return emulator.client(retry=iotmi.RetryPolicy(seed=1, sleep=lambda _seconds: None))


# -- broken connections and answers ----------------------------------------------------


def test_a_reset_before_the_effect_leaves_no_trace(
    emulator: Emulator, client: Client, ours: iotmi.Client
) -> None:
    """The connection closes, nothing was done, and botocore's error is the one of a real reset."""
    emulator.faults.reset_connections("CreateCredentialLocker")
    with pytest.raises(iotmi.NoResponseError) as caught:
        ours.credential_lockers.create(name="Ann")
    assert isinstance(caught.value.__cause__, ConnectionClosedError)
    assert last_call(emulator) == (0, None, False, "reset")
    assert locker_names(client) == []


def test_a_reset_after_the_effect_leaves_the_effect(
    emulator: Emulator, client: Client, ours: iotmi.Client
) -> None:
    """The call was carried out, though the caller cannot know."""
    emulator.faults.reset_connections("CreateCredentialLocker", before_effect=False)
    with pytest.raises(iotmi.NoResponseError):
        ours.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (201, None, True, "reset")
    assert locker_names(client) == ["Ann"]


def test_a_lost_answer_is_a_timeout_and_the_retry_makes_no_second_thing(
    emulator: Emulator, client: Client, ours: iotmi.Client, patient: iotmi.Client
) -> None:
    """The client token makes one locker of two attempts."""
    emulator.faults.lose_answers("CreateCredentialLocker", times=2)
    with pytest.raises(iotmi.NoResponseError, match="Read timeout"):
        ours.credential_lockers.create(name="Ann")
    patient.credential_lockers.create(name="Bob")
    assert locker_names(client) == ["Ann", "Bob"]
    assert [call.fault for call in emulator.calls[:3]] == ["lost", "lost", None]
    assert [call.carried_out for call in emulator.calls[:3]] == [True, True, True]


def test_a_refused_connection_was_never_sent(
    emulator: Emulator, ours: iotmi.Client, patient: iotmi.Client
) -> None:
    """Even what must not be repeated is repeated after it."""
    emulator.faults.refuse_connections("RegisterCustomEndpoint", times=2)
    with pytest.raises(iotmi.NotSentError) as caught:
        ours.account.register_custom_endpoint()
    assert isinstance(caught.value.__cause__, EndpointConnectionError)
    assert patient.send(iotmi.RegisterCustomEndpoint()).attempts == 2
    assert [call.fault for call in emulator.calls] == ["unreachable", "unreachable", None]


@pytest.mark.parametrize("truncated", [False, True])
def test_a_garbled_answer_cannot_be_read(
    emulator: Emulator,
    client: Client,
    ours: iotmi.Client,
    truncated: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """The call was carried out, and the body is no JSON."""
    emulator.faults.garble_answers("CreateCredentialLocker", truncated=truncated)
    with pytest.raises(iotmi.ResponseError):
        ours.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (201, None, True, "truncated" if truncated else "garbled")
    assert locker_names(client) == ["Ann"]


def test_a_spoilt_body_is_sent_with_its_own_length(emulator: Emulator) -> None:
    """HTTP stays in order: only what it carries is not."""
    whole, _ = http(emulator, "GET", "/credential-lockers")
    emulator.faults.garble_answers(truncated=True)
    with pytest.raises(json.JSONDecodeError):
        http(emulator, "GET", "/credential-lockers")
    emulator.faults.garble_answers(truncated=True)
    half = emulator.handle(plain_get("/credential-lockers"))
    assert half.body == whole.body[: len(whole.body) // 2]
    assert half.headers["Content-Length"] == str(len(half.body))


def test_an_answer_without_a_body_cannot_be_garbled(emulator: Emulator, ours: iotmi.Client) -> None:
    """There is nothing in it to spoil."""
    thing = _hub(ours)
    for truncated in (False, True):
        emulator.faults.garble_answers("UpdateManagedThing", truncated=truncated)
        ours.managed_things.update(thing, name="Hall")
        assert last_call(emulator)[0] == 204


def test_the_core_tells_a_carrier_what_not_to_send(emulator: Emulator) -> None:
    """Whatever carries HTTP sees from the reply how it is to be delivered."""
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


# -- the order of things ---------------------------------------------------------------


def test_a_script_is_played_in_the_order_written(emulator: Emulator, client: Client) -> None:
    """Faults and calls that pass follow each other as planted."""
    emulator.faults.fail("ListCredentialLockers", "ThrottlingException")
    emulator.faults.succeed_next("ListCredentialLockers", times=2)
    emulator.faults.fail("ListCredentialLockers", "ServiceUnavailableException")
    for _ in range(5):
        with suppress(ClientError):
            client.list_credential_lockers()
    seen = [call.status for call in emulator.calls]
    assert seen == [429, 200, 200, 503, 200]


def test_what_is_planted_for_one_operation_goes_first(faults: Faults) -> None:
    """The one for any operation waits for the next call of any."""
    faults.refuse_connections()
    faults.reset_connections("GetManagedThing")
    met = [faults.next_fault("GetManagedThing").fault for _ in range(3)]
    assert [fault and fault.kind for fault in met] == ["reset", "unreachable", None]


def test_a_call_that_is_let_pass_is_spared_by_chance(faults: Faults) -> None:
    """Not even a share of all strikes it."""
    faults.fail_randomly(1.0)
    faults.succeed_next()
    assert [bool(faults.next_fault("GetManagedThing").fault) for _ in range(2)] == [False, True]


def test_a_throttled_call_uses_up_nothing_planted(faults: Faults, clock: ManualClock) -> None:
    """A call beyond the quota never reaches the script."""
    faults.throttle(rate=1, burst=1)
    faults.succeed_next()
    faults.fail("GetManagedThing", "InternalServerException")
    kinds = []
    for now in (0.0, 0.5, 1.0, 2.0):
        clock.now = now
        fault = faults.next_fault("GetManagedThing").fault
        kinds.append(fault and fault.kind)
    assert kinds == ["error", "throttled", None, None]


# -- shares and delays -----------------------------------------------------------------


def struck(faults: Faults, calls: int = 400, operation: str = "GetManagedThing") -> list[int]:
    """Which of so many calls meet a fault."""
    return [number for number in range(calls) if faults.next_fault(operation).fault is not None]


def test_a_share_of_calls_breaks(faults: Faults) -> None:
    """About as many as was said, and always the same ones."""
    faults.fail_randomly(share=0.25)
    first = struck(faults)
    assert 70 <= len(first) <= 130
    faults.seed(0)
    assert struck(faults) == first
    faults.seed(8)
    assert struck(faults) != first


def test_what_else_is_planted_changes_nothing_for_a_share() -> None:
    """Each share has a chance of its own."""
    alone, beside = Faults(load_service(), seed=5), Faults(load_service(), seed=5)
    alone.fail_randomly(share=0.1, operation="GetManagedThing")
    beside.fail_randomly(share=0.1, operation="GetManagedThing")
    beside.drop_randomly(share=0.5, operation="ListManagedThings")
    beside.delay(0.0, operation="ListManagedThings")
    assert 0 < len(struck(beside, 50, "ListManagedThings")) < 50
    assert struck(alone) == struck(beside)


def test_a_share_may_be_of_one_operation_and_after_the_effect(
    emulator: Emulator, client: Client, ours: iotmi.Client
) -> None:
    """Others stay whole, and what breaks was carried out."""
    emulator.faults.fail_randomly(
        1.0, "ServiceUnavailableException", operation="CreateCredentialLocker", before_effect=False
    )
    with pytest.raises(iotmi.ServiceUnavailableError):
        ours.credential_lockers.create(name="Ann")
    assert last_call(emulator) == (503, "ServiceUnavailableException", True, "error")
    assert locker_names(client) == ["Ann"]


def test_a_share_of_connections_drops(emulator: Emulator, patient: iotmi.Client) -> None:
    """Our client gets through them, and the emulator knows how many there were."""
    emulator.faults.drop_randomly(0.3)
    for number in range(20):
        patient.credential_lockers.create(name=f"Locker {number}")
    emulator.faults.clear()
    kept = [locker.name for locker in patient.credential_lockers.list()]
    assert kept == [f"Locker {number}" for number in range(20)]
    dropped = sum(call.fault is FaultKind.RESET for call in emulator.calls)
    assert emulator.faults.counts == {FaultKind.RESET: dropped}
    assert dropped > 0


def test_the_seed_of_the_emulator_is_the_seed_of_its_chance() -> None:
    """Two emulators of one seed break the same calls, and of two seeds others."""

    def broken(seed: int) -> list[int]:
        with Emulator(seed=seed) as emulator:
            emulator.faults.fail_randomly(0.3)
            return [http(emulator, "GET", "/managed-things")[0].status for _ in range(60)]

    assert broken(3) == broken(3) != broken(4)
    assert {200, 500} == set(broken(3))


def test_calls_are_kept_waiting(faults: Faults, clock: ManualClock) -> None:
    """As long as was said, give or take the jitter; the same in each run."""
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
    """Nothing is injected here: the call is kept waiting in its own thread."""
    emulator.faults.delay(0.01)
    client.list_credential_lockers()
    assert emulator.calls[-1].delay == 0.01
    assert emulator.calls[-1].fault is None


# -- the plan --------------------------------------------------------------------------


def test_clear_lifts_everything(faults: Faults, clock: ManualClock) -> None:
    """No fault, no throttle and no delay is left; the counts are."""
    faults.throttle(rate=1)
    faults.delay(3.0)
    faults.fail_randomly(1.0)
    faults.reset_connections(times=9)
    faults.next_fault("GetManagedThing")
    faults.clear()
    assert struck(faults, 50) == []
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
def test_a_plan_that_cannot_be_is_refused(faults: Faults, said: str) -> None:
    """A test with a slip in it fails where the slip is, and nothing is planted."""
    with pytest.raises(ValueError, match=said):
        WRONG[said](faults)
    assert struck(faults, 5) == []


def plain_get(path: str) -> HttpRequest:
    """A plain GET."""
    return HttpRequest("GET", path)


def _hub(client: iotmi.Client) -> str:
    return client.managed_things.create(
        role=iotmi.Role.CONTROLLER,
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    ).id
