"""Thousands of calls under faults, from threads or tasks: none is lost and none is done twice.

    python -m tests.fault_injection.soak [--calls 20000] [--seed 7] [--threads 32] [--tasks 300]
                                       [--kind threads|tasks|both] [--policy NAME|all]

The emulator throttles a tenth of all calls and fails 5 % (half of them after the effect). It closes
the connection of 3 % before the effect and of 3 % after it. At the end the state, read by plain
boto3, is compared with each caller's results. Each successful create exists once. A failed create
does not exist, or its error says that it may. No unsafe request was done twice. Every read shows
the caller's own writes.

The seed decides the requests and the faults. Threads decide the order. Pauses are simulated.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from types import MappingProxyType
from typing import Final, Literal, get_args

import anyio
from attrs import Factory, define, evolve

from iotmi import RetryPolicy
from iotmi.emulator import Call, Emulator, Faults
from tests.fault_injection.audit import UNSAFE, Audit, CallRecorder, audit
from tests.fault_injection.callers import serve, serve_awaited
from tests.fault_injection.factories import KINDS
from tests.fault_injection.ledger import Known, Write
from tests.fault_injection.workload import Household
from tests.support.connectors import destination_request, make_connector

Mode = Literal["threads", "tasks"]

POLICIES: Final[Mapping[str, RetryPolicy]] = MappingProxyType(
    {
        # Every call is to succeed, however many attempts it takes.
        "patient": RetryPolicy(max_attempts=20, quota=None),
        # The defaults of a client.
        "default": RetryPolicy(),
        # Many calls fail, and their errors have to be right.
        "hasty": RetryPolicy(max_attempts=2, quota=None),
    }
)
_SHARES: Final = (
    ("ThrottlingException", 0.10, True),
    ("InternalServerException", 0.025, True),
    ("ServiceUnavailableException", 0.025, False),
    ("reset", 0.03, True),
    ("lost", 0.03, False),
)


@define
class Figures:
    """Figures of a run."""

    policy: RetryPolicy
    seconds: float = 0.0
    calls: int = 0
    attempts: int = 0
    agreed: int = 0
    faults: Counter[str] = Factory(Counter)
    failed: Counter[str] = Factory(Counter)
    books: Audit = Factory(Audit)


def run(mode: Mode, *, callers: int, calls: int, policy: RetryPolicy, seed: int) -> Figures:
    """Run the callers, and audit the result of each call."""
    with Emulator(seed=seed) as emulator:
        connector, destination = _furnish(emulator)
        before = len(emulator.calls)
        _plant(emulator.faults)
        recorder = CallRecorder(emulator)
        households = [
            Household(
                f"{mode[0]}{number}",
                calls // callers + (number < calls % callers),
                destination,
                Random(f"{seed} {mode} {number}"),
            )
            for number in range(callers)
        ]
        seeded = evolve(policy, seed=seed, sleep=lambda _: None, on_attempt=recorder.on_attempt_end)
        began = time.monotonic()
        if mode == "threads":
            _in_threads(emulator, seeded, households)
        else:
            asyncio.run(_in_tasks(emulator, seeded, households))
        seconds = time.monotonic() - began
        emulator.faults.clear()
        seen = recorder.calls()
        writes = [connector, *(each for household in households for each in household.writes)]
        books = audit(emulator, writes, seen)
    figures = Figures(policy, seconds, attempts=len(seen) - before, books=books)
    for household in households:
        figures.calls += household.sent
        figures.agreed += household.agreed
        figures.failed += household.failed
        books.findings += household.findings
    figures.faults = Counter(filter(None, map(_fault_of, seen)))
    if figures.calls != calls:
        books.findings.append(f"{calls} calls were to be made, and {figures.calls} were")
    if recorder.attempts != figures.attempts:
        books.findings.append(
            f"the client reported {recorder.attempts} attempts, the service saw {figures.attempts}"
        )
    return figures


def _furnish(emulator: Emulator) -> tuple[Write, str]:
    """Create the resources that all accounts need, before any fault."""
    client = emulator.client()
    connector = make_connector(client)
    promise = Write("CreateCloudConnector", "Elm lights", Known.DONE, connector)
    return promise, client.send(destination_request(connector)).value.id


def _plant(faults: Faults) -> None:
    """Plant the faults. Each takes its share of the calls that earlier ones left."""
    left = 1.0
    for what, share, before_effect in _SHARES:
        if what in ("reset", "lost"):
            faults.drop_randomly(share / left, before_effect=before_effect)
        else:
            faults.fail_randomly(share / left, what, before_effect=before_effect)
        left -= share


def _fault_of(call: Call) -> str | None:
    if call.fault is None:
        return None
    if call.fault == "error":
        return "throttled" if call.error == "ThrottlingException" else "5xx"
    return "answer lost" if call.carried_out or call.error else "reset before the effect"


def _in_threads(emulator: Emulator, policy: RetryPolicy, households: list[Household]) -> None:
    barrier = Barrier(len(households))
    with emulator.client(retry=policy) as client, ThreadPoolExecutor(len(households)) as pool:

        def live(household: Household) -> None:
            barrier.wait()
            serve(client, household.live())

        for _ in pool.map(live, households):
            """Raises here what a household did not expect."""


async def _in_tasks(emulator: Emulator, policy: RetryPolicy, households: list[Household]) -> None:
    async with emulator.async_client(retry=policy) as client:
        async with anyio.create_task_group() as group:
            for household in households:
                group.start_soon(serve_awaited, client, household.live())


def report(title: str, figures: Figures) -> str:
    """Return the run in a few lines."""
    books, policy = figures.books, figures.policy
    creations = {name: number for name, number in books.asked.items() if name in KINDS}
    unsafe = {name: number for name, number in books.asked.items() if name in UNSAFE}
    uncertain, done = books.unsafe_uncertain
    lines = [
        (
            f"{title} (attempts={policy.max_attempts}, quota={policy.quota}):"
            f" {figures.calls} calls, {figures.attempts} attempts in {figures.seconds:.0f} s"
        ),
        f"faults: {_shares(figures.faults, figures.attempts)}",
        f"ended in an error: {figures.failed.total()} calls ({_listed(figures.failed)})",
        (
            f"creations: {sum(creations.values())} asked for,"
            f" {sum(books.made[name] for name in creations)} made;"
            f" {books.replayed} were carried out and asked for again, and the token was known"
        ),
        (
            f"creations that failed for good: {books.failed};"
            f" {books.exists_uncertain} of them exist,"
            f" each reported as uncertain ({books.misled} of them only by `may_have_acted`,"
            " the last attempt having been throttled)"
        ),
        (
            f"not to be repeated: {sum(unsafe.values())} asked for ({_listed(Counter(unsafe))});"
            f" {uncertain} uncertain, of which {done} were done"
        ),
        f"reads that showed what their caller knew: {figures.agreed}",
        *(f"DOES NOT HOLD: {finding}" for finding in books.findings[:_SHOWN]),
        f"{len(books.findings)} findings",
    ]
    return "\n  ".join(lines)


_SHOWN: Final = 20


def _shares(counts: Counter[str], total: int) -> str:
    return ", ".join(
        f"{name} {number} ({number / total:.1%})" for name, number in sorted(counts.items())
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"


def main() -> int:
    """Run the soak, and return 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--kind", choices=(*get_args(Mode), "both"), default="both")
    parser.add_argument("--policy", choices=(*POLICIES, "all"), default="all")
    given = parser.parse_args()
    colours = get_args(Mode) if given.kind == "both" else (given.kind,)
    policies = POLICIES if given.policy == "all" else (given.policy,)
    sys.stdout.write(f"seed {given.seed}\n")
    findings = 0
    for name in policies:
        for mode in colours:
            callers = given.threads if mode == "threads" else given.tasks
            figures = run(
                mode,
                callers=callers,
                calls=given.calls,
                policy=POLICIES[name],
                seed=given.seed,
            )
            if name == "patient" and figures.books.failed:
                figures.books.findings.append(f"{figures.books.failed} creations were given up")
            sys.stdout.write(report(f"{callers} {mode}, {name}", figures) + "\n")
            sys.stdout.flush()
            findings += len(figures.books.findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
