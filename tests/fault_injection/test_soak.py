"""Short runs of `nothing_lost`, and that its witness sees what it should."""

from typing import Any

import pytest

import iotmi
from iotmi import Client, RetryPolicy
from iotmi.emulator import Emulator
from tests.fault_injection.audit import audit
from tests.fault_injection.ledger import Known, Promise, known_from
from tests.fault_injection.soak import POLICIES, Colour, report, run


@pytest.mark.parametrize(
    ("colour", "policy"), [("threads", "patient"), ("threads", "hasty"), ("tasks", "patient")]
)
def test_amid_faults_nothing_is_lost_or_done_twice(colour: Colour, policy: str) -> None:
    """800 calls: creations exist once, unsafe requests are done once, reads show what was left."""
    figures = run(colour, callers=20, calls=800, policy=POLICIES[policy], seed=3)
    assert figures.books.findings == [], report(colour, figures)
    assert set(figures.faults) == {"throttled", "5xx", "reset before the effect", "answer lost"}
    assert (figures.books.failed == 0) == (policy == "patient")
    assert figures.books.replayed > 0
    assert figures.agreed > 200
    assert "0 findings" in report(colour, figures)


def locker(mark: str, made: Known, identifier: str = "") -> Promise:
    """A promise of a locker."""
    return Promise("CreateCredentialLocker", mark, made, identifier)


def test_the_witness_sees_what_is_wrong_with_creations(emulator: Emulator, client: Client) -> None:
    """Lost, there twice, there though it surely was not made, there unasked."""
    here = client.credential_lockers.create(name="here").id
    for name in ("twice", "twice", "denied", "unasked"):
        client.credential_lockers.create(name=name)
    promises = [
        locker("here", Known.DONE, here),
        locker("lost", Known.DONE, "id"),
        locker("twice", Known.UNCERTAIN),
        locker("denied", Known.UNDONE),
        locker("nowhere", Known.UNCERTAIN),
    ]
    findings = "\n".join(audit(emulator, promises, ()).findings)
    assert "lost should be" in findings
    assert "twice is there 2 times" in findings
    assert "denied is there" in findings
    assert "nobody asked for 'unasked'" in findings
    assert len(findings.splitlines()) == 4


def test_the_witness_sees_what_was_done_twice(emulator: Emulator, client: Client) -> None:
    """An unsafe request that came again, and a creation that came with another token."""
    other: Any = emulator.boto3_client()
    for _ in range(2):
        client.account.register_custom_endpoint()
        other.create_credential_locker(Name="home")
    promises = [Promise("RegisterCustomEndpoint", "", Known.DONE), locker("home", Known.UNCERTAIN)]
    findings = "\n".join(audit(emulator, promises, emulator.calls).findings)
    assert "RegisterCustomEndpoint was sent again" in findings
    assert "had 2 tokens" in findings


def test_all_attempts_tell_what_is_known(emulator: Emulator) -> None:
    """A throttle at last does not undo what an attempt before it may have done."""
    client = emulator.client(retry=RetryPolicy(max_attempts=2, sleep=lambda _: None))
    emulator.faults.lose_answers("CreateCredentialLocker")
    emulator.faults.fail("CreateCredentialLocker", "ThrottlingException", times=3)
    errors = []
    for name in ("first", "second"):
        with pytest.raises(iotmi.ThrottlingError) as caught:
            client.credential_lockers.create(name=name)
        errors.append(caught.value)
    assert [known_from(error) for error in errors] == [Known.UNCERTAIN, Known.UNDONE]
    promises = [
        Promise("CreateCredentialLocker", error.operation, known_from(error), error=error)
        for error in errors
    ]
    assert [promise.misleading for promise in promises] == [True, False]
    assert [each.name for each in client.credential_lockers.list()] == ["first"]
