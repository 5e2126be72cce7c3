"""A thousand creations against a limit that nobody was told of, and a limit that changes.

    python -m tests.fault_injection.rate_limit [--creates 1000] [--rate 20] [--burst 20] [--seed 7]
                                        [--phase 30] [--beside 2]

32 threads create as fast as their client lets them; the service takes so many a second, in real
time. iotmi's paced client has to lose nothing, make nothing twice, use 95 % of the limit once warm
(from the sixth second until a second before the end) and have under 3 % of its calls refused; the
two shares are held from a thousand creations on.
Beside it, against emulators of their own: iotmi without pacing, and boto3 in its ways to retry.

Then the limit halves and doubles again in mid-run, which the paced client has to follow within five
seconds. It has followed when at least nine tenths of the new limit are taken and, where the limit
fell, at most a tenth of its calls are refused: over every three seconds from then on until the next
change. ``--phase`` is how long each limit holds; 0 leaves this part out.
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
    """One contestant's figures."""
    ideal = max(0.0, (creates - burst) / rate)
    use = run.use(rate)
    return (
        f"  {name:30}{run.seconds:7.1f} s (ideal {ideal:.1f}),{run.attempts:6} attempts,"
        f"{run.refused_share():6.1%} refused,{run.lost:5} lost, {run.doubled} doubled,"
        f" {'none' if use is None else format(use, '.1%')} of the limit once warm"
    )


def broken(run: Race, *, creates: int, rate: float) -> list[str]:
    """What a paced client promises and this one did not keep."""
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
    """How the contestant followed each change, and whether it did so in time."""
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
    """Run what the command line says; 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--creates", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--burst", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--phase", type=float, default=30.0)
    parser.add_argument("--beside", type=int, default=2)
    given = parser.parse_args()
    limits = [given.rate, given.rate / 2, given.rate]
    sys.stdout.write(
        f"seed {given.seed}: {given.creates} creations from 32 threads,"
        f" {given.rate:g} a second are taken, {given.burst:g} at once\n"
    )
    findings: list[str] = []
    # Each in a process of its own: they would wait for each other's turn to compute.
    with ProcessPoolExecutor(given.beside, multiprocessing.get_context("spawn")) as pool:
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
