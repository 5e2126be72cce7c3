"""A thousand creates against an unknown limit, and a limit that changes.

    python -m tests.fault_injection.rate_limit [--creates 1000] [--rate 20] [--burst 20] [--seed 7]
                                        [--phase 30] [--parallel 2]

32 threads create as fast as their client allows. The service accepts a fixed rate, in real time.
The paced client must lose nothing, create nothing twice, use 95 % of the limit once warm (from the
sixth second until a second before the end) and have under 3 % of its calls throttled. The two
shares are checked from a thousand creates on. For comparison, iotmi without pacing and boto3's
retry modes run against emulators of their own.

Then the limit halves and doubles again. The paced client has to follow within five seconds: in
every three seconds from then on, it uses at least nine tenths of the new limit, and after a
decrease at most a tenth of its calls are throttled. ``--phase`` is the duration of each limit, and
0 leaves this part out.
"""

import argparse
import multiprocessing
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import pairwise
from typing import Final

from tests.fault_injection.rate_limit_clients import CONTESTANTS, OURS, Race, chase, race

USE: Final = 0.95
REFUSED: Final = 0.03
FOLLOWED: Final = 5.0
SHARES_FROM: Final = 1000
"""Fewer creations are over while the limit is still being sought."""
_CHASERS: Final = (OURS, "boto3, adaptive, 10 attempts")


def line(name: str, run: Race, *, creates: int, rate: float, burst: float) -> str:
    """Return one client's figures."""
    ideal = max(0.0, (creates - burst) / rate)
    use = run.use(rate)
    return (
        f"  {name:30}{run.seconds:7.1f} s (ideal {ideal:.1f}),{run.attempts:6} attempts,"
        f"{run.refused_share():6.1%} refused,{run.lost:5} lost, {run.doubled} doubled,"
        f" {'none' if use is None else format(use, '.1%')} of the limit once warm"
    )


def broken(run: Race, *, creates: int, rate: float) -> list[str]:
    """Return the rules that a paced client broke."""
    findings = []
    if run.lost or run.doubled or run.given_up:
        findings.append(f"{run.lost} lost, {run.doubled} doubled, {run.given_up} given up")
    if creates < SHARES_FROM:
        return findings
    use = run.use(rate) or 0.0
    if use < USE:
        findings.append(f"{use:.1%} of the limit used once warm")
    if run.refused_share() >= REFUSED:
        findings.append(f"{run.refused_share():.1%} refused")
    return findings


def chased(name: str, run: Race, limits: list[float], changes: list[float]) -> tuple[str, bool]:
    """Return how a client followed each change, and True if it was in time."""
    shown, in_time = [], True
    spans = pairwise(changes[1:])
    for (before, limit), (since, until) in zip(pairwise(limits), spans, strict=True):
        seconds = run.following(before, limit, since=since, until=until)
        took = "never" if seconds is None else f"after {seconds:.1f} s"
        in_time = in_time and seconds is not None and seconds <= FOLLOWED
        first = run.refused_share(since, since + FOLLOWED)
        shown.append(
            f"from {before:g} to {limit:g} a second {took}, refused {first:.1%} in the first"
            f" {FOLLOWED:g} s and {run.refused_share(since, until):.1%} in all"
        )
    return f"  {name}: {'; '.join(shown)}; {run.lost} lost, {run.doubled} doubled", in_time


def main() -> int:
    """Run the comparison, and return 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--creates", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--burst", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--phase", type=float, default=30.0)
    parser.add_argument("--parallel", type=int, default=2)
    given = parser.parse_args()
    limits = [given.rate, given.rate / 2, given.rate]
    sys.stdout.write(
        f"seed {given.seed}: {given.creates} creations from 32 threads,"
        f" {given.rate:g} a second are taken, {given.burst:g} at once\n"
    )
    findings: list[str] = []
    # Each client has its own process, because the GIL would couple their timing.
    with ProcessPoolExecutor(given.parallel, multiprocessing.get_context("spawn")) as pool:
        races: dict[str, Future[Race]] = {
            name: pool.submit(
                race,
                name,
                creates=given.creates,
                limit=given.rate,
                burst=given.burst,
                seed=given.seed,
            )
            for name in CONTESTANTS
        }
        chases = {
            name: pool.submit(
                chase,
                name,
                limits=limits,
                burst=given.burst,
                seconds=given.phase,
                seed=given.seed,
            )
            for name in _CHASERS
            if given.phase
        }
        for name, running in races.items():
            run = running.result()
            shown = line(name, run, creates=given.creates, rate=given.rate, burst=given.burst)
            sys.stdout.write(shown + "\n")
            sys.stdout.flush()
            if name == OURS:
                findings += broken(run, creates=given.creates, rate=given.rate)
        for name, chasing in chases.items():
            shown, in_time = chased(name, chasing.result()[0], limits, chasing.result()[1])
            sys.stdout.write(shown + "\n")
            if name == OURS and not in_time:
                findings.append(f"a change was not followed within {FOLLOWED:g} s")
    for finding in findings:
        sys.stdout.write(f"  DOES NOT HOLD: {OURS}: {finding}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
