"""The audit: the state and the call log of the emulator compared with the errors of the callers.

This module owns the record of all calls and the comparison. It does not know who called.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, define, field

import iotmi
from iotmi.emulator import Call, Emulator
from tests.fault_injection.factories import KINDS
from tests.fault_injection.ledger import Known, Write

_EVERY: Final = 4_000
"""The emulator keeps the last 10,000 calls: so often, those are fetched that are new."""

UNSAFE: Final = frozenset(info.name for info in iotmi.operations() if not info.idempotent)


@define
class CallRecorder:
    """All calls that an emulator has served, however many."""

    emulator: Emulator
    attempts: int = 0
    _calls: dict[int, Call] = Factory(dict)
    _lock: Lock = field(factory=Lock)

    def on_attempt_end(self, _: iotmi.Attempt) -> None:
        """Fetch the new calls after each attempt of a client."""
        with self._lock:
            self.attempts += 1
            if self.attempts % _EVERY == 0:
                self._fetch()

    def calls(self) -> list[Call]:
        """Return all calls."""
        with self._lock:
            self._fetch()
            return list(self._calls.values())

    def _fetch(self) -> None:
        # Calls are compared by identity: the log keeps the same objects.
        self._calls.update((id(call), call) for call in self.emulator.calls)


@define
class Audit:
    """The result of an audit.

    Attributes:
        findings: violations.
        asked: writes requested, by operation.
        made: writes that took effect, by operation.
        failed: creates that raised an error.
        exists_uncertain: failed creates whose resource exists.
        misled: those of them whose last error alone would deny that.
        replayed: repeated creates that had been carried out before.
        unsafe_uncertain: unsafe requests with an unknown outcome, and how many were done.
    """

    findings: list[str] = Factory(list)
    asked: Counter[str] = Factory(Counter)
    made: Counter[str] = Factory(Counter)
    failed: int = 0
    exists_uncertain: int = 0
    misled: int = 0
    replayed: int = 0
    unsafe_uncertain: tuple[int, int] = (0, 0)


def audit(emulator: Emulator, writes: Iterable[Write], calls: Iterable[Call]) -> Audit:
    """Compare the writes of the callers with the resources and calls of the emulator."""
    books = Audit()
    by_operation: dict[str, list[Write]] = defaultdict(list)
    for promise in writes:
        by_operation[promise.operation].append(promise)
        books.asked[promise.operation] += 1
    client: Any = emulator.boto3_client()
    for operation in KINDS:
        there = Counter(_marks(client, operation))
        _compare(books, by_operation[operation], there)
    _look_at_calls(books, by_operation, calls)
    return books


def _marks(client: Any, operation: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - boto3's
    """Return the id and mark of every resource of a kind, by plain boto3."""
    kind = KINDS[operation]
    (items,) = client.get_paginator(kind.listing).paginate().result_key_iters()
    for item in items:
        shown = item
        if operation == "StartDeviceDiscovery":
            shown = client.get_device_discovery(Identifier=item["Id"])
        yield item[kind.identifier], shown.get(kind.mark, "")


def _compare(books: Audit, writes: list[Write], there: Counter[tuple[str, str]]) -> None:
    """Check that each create took effect once, or at most once and was reported so."""
    found: dict[str, list[str]] = defaultdict(list)
    for identifier, mark in there.elements():
        found[mark].append(identifier)
    for promise in writes:
        what = f"{promise.operation} of {promise.mark}"
        identifiers = found.pop(promise.mark, [])
        books.made[promise.operation] += bool(identifiers) or promise.deleted is not Known.UNDONE
        books.failed += promise.made is not Known.DONE
        if len(identifiers) > 1:
            books.findings.append(f"{what} is there {len(identifiers)} times")
        elif promise.made is Known.DONE:
            right = _existing(promise)
            if identifiers not in right:
                books.findings.append(f"{what} should be one of {right}, and is {identifiers}")
        elif identifiers and promise.made is Known.UNDONE:
            books.findings.append(f"{what} exists, and its caller got: {promise.error}")
        elif identifiers:
            books.exists_uncertain += 1
            books.misled += promise.misleading
    books.findings += [f"unrequested: {mark!r} {found[mark]}" for mark in found if mark]


def _existing(promise: Write) -> list[list[str]]:
    """Return the resources that may exist for a create, given its error."""
    if promise.deleted is Known.UNDONE:
        return [[promise.identifier]]
    return [[]] if promise.deleted is Known.DONE else [[promise.identifier], []]


def _look_at_calls(books: Audit, writes: Mapping[str, list[Write]], calls: Iterable[Call]) -> None:
    done: Counter[tuple[str, str]] = Counter()
    let_through: Counter[str] = Counter()
    tokens: dict[tuple[str, str], set[object]] = defaultdict(set)
    for call in calls:
        operation = call.operation or ""
        mark_of = _MARKS.get(operation)
        if mark_of is None:
            continue
        mark = operation, mark_of(call.parameters)
        done[mark] += call.carried_out
        let_through[operation] += call.error != "ThrottlingException"
        if operation in KINDS:
            tokens[mark].add(call.parameters["ClientToken"])
            books.replayed += call.carried_out and done[mark] > 1
    books.findings += [
        f"{mark} had {len(sent)} tokens" for mark, sent in tokens.items() if len(sent) != 1
    ]
    uncertain = turned_out_done = 0
    for operation in UNSAFE:
        asked = writes.get(operation, [])
        # After any error but a throttle the effect is possible, so a repetition is a violation.
        if let_through[operation] > len(asked):
            books.findings.append(f"{operation} was sent again after more than a throttle")
        for promise in asked:
            if not promise.mark:
                continue
            times = done[operation, promise.mark]
            books.made[operation] += times
            right = {Known.DONE: (1,), Known.UNDONE: (0,), Known.UNCERTAIN: (0, 1)}[promise.made]
            if times not in right:
                books.findings.append(f"{operation} {promise.mark} was done {times} times")
            uncertain += promise.made is Known.UNCERTAIN
            turned_out_done += promise.made is Known.UNCERTAIN and times == 1
    books.unsafe_uncertain = uncertain, turned_out_done


def _of_command(parameters: Mapping[str, Any]) -> str:
    (endpoint,) = parameters["Endpoints"]
    (action,) = endpoint["capabilities"][0]["actions"]
    return str(action["actionTraceId"]).lstrip("0").rstrip("=")


def _of(member: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda parameters: str(parameters.get(member, ""))


_MARKS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = MappingProxyType(
    {
        **{operation: _of(kind.mark) for operation, kind in KINDS.items()},
        "SendManagedThingCommand": _of_command,
        "StartAccountAssociationRefresh": _of("AccountAssociationId"),
        "PutDefaultEncryptionConfiguration": _of("kmsKeyArn"),
        # Two such calls are equal, so only their number can be checked.
        "RegisterCustomEndpoint": lambda _: "",
    }
)
