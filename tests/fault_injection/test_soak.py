"""Short runs of `soak`, and proof that its audit finds violations."""

from typing import Any

import pytest

import iotmi
from iotmi import Client, RetryPolicy
from iotmi.emulator import Emulator
from tests.fault_injection.audit import audit
from tests.fault_injection.ledger import Known, Write, known_from
from tests.fault_injection.soak import POLICIES, Mode, report, run


@pytest.mark.parametrize(
    ("mode", "policy"), [("threads", "patient"), ("threads", "hasty"), ("tasks", "patient")]
)
def test_under_faults_nothing_is_lost_or_done_twice(mode: Mode, policy: str) -> None:
    """In 800 calls, creates exist once, unsafe requests are done once, reads agree."""
    figures = run(mode, callers=20, calls=800, policy=POLICIES[policy], seed=3)
    assert figures.books.findings == [], report(mode, figures)
    assert set(figures.faults) == {"throttled", "5xx", "reset before the effect", "answer lost"}
    assert (figures.books.failed == 0) == (policy == "patient")
    assert figures.books.replayed > 0
    assert figures.agreed > 200
    assert "0 findings" in report(mode, figures)


def locker(mark: str, made: Known, identifier: str = "") -> Write:
    """Return the write of a locker."""
    return Write("CreateCredentialLocker", mark, made, identifier)


def test_the_audit_finds_wrong_creates(emulator: Emulator, client: Client) -> None:
    """The audit finds creates that are lost, doubled, denied or unrequested."""
    here = client.credential_lockers.create(name="here").id
    for name in ("twice", "twice", "denied", "unasked"):
        client.credential_lockers.create(name=name)
    writes = [
        locker("here", Known.DONE, here),
        locker("lost", Known.DONE, "id"),
        locker("twice", Known.UNCERTAIN),
        locker("denied", Known.UNDONE),
        locker("nowhere", Known.UNCERTAIN),
    ]
    findings = "\n".join(audit(emulator, writes, ()).findings)
    assert "lost should be" in findings
    assert "twice is there 2 times" in findings
    assert "denied exists" in findings
    assert "unrequested: 'unasked'" in findings
    assert len(findings.splitlines()) == 4


def test_the_audit_finds_repetitions(emulator: Emulator, client: Client) -> None:
    """The audit finds a repeated unsafe request, and a create with another token."""
    other: Any = emulator.boto3_client()
    for _ in range(2):
        client.account.register_custom_endpoint()
        other.create_credential_locker(Name="home")
    writes = [Write("RegisterCustomEndpoint", "", Known.DONE), locker("home", Known.UNCERTAIN)]
    findings = "\n".join(audit(emulator, writes, emulator.calls).findings)
    assert "RegisterCustomEndpoint was sent again" in findings
    assert "had 2 tokens" in findings


def test_knowledge_comes_from_all_attempts(emulator: Emulator) -> None:
    """A final throttle does not undo the possible effect of an earlier attempt."""
    client = emulator.client(retry=RetryPolicy(max_attempts=2, sleep=lambda _: None))
    emulator.faults.lose_answers("CreateCredentialLocker")
    emulator.faults.fail("CreateCredentialLocker", "ThrottlingException", times=3)
    errors = []
    for name in ("first", "second"):
        with pytest.raises(iotmi.ThrottlingError) as caught:
            client.credential_lockers.create(name=name)
        errors.append(caught.value)
    assert [known_from(error) for error in errors] == [Known.UNCERTAIN, Known.UNDONE]
    writes = [
        Write("CreateCredentialLocker", error.operation, known_from(error), error=error)
        for error in errors
    ]
    assert [promise.misleading for promise in writes] == [True, False]
    assert [each.name for each in client.credential_lockers.list()] == ["first"]
