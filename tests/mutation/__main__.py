"""Small mistakes in the modules that decide on repeating: do the tests notice?

    python -m tests.mutation --modules retrying pacing errors
    python -m tests.mutation --quick --seed 11

Each mutant is a module with one mistake in it, run under the tests that look at that module. At
least 85 of 100 must be noticed, in each module, and those that are not stand with a reason in
``mutations_survivors.toml``, of which what does not fit any more is said. The run works on a copy
of the tree, which may change meanwhile. ``--quick`` takes a sample.

Why no library: mutmut 3.8 mutates the bodies of functions only, and not where they are properties,
so that it leaves out what these modules say outside of them: the constants of the pacing, the
defaults and bounds of the policies, which errors are worth repeating, the table of codes; nor does
it leave out a statement. cosmic-ray 8.7 mutates annotations and the star of a signature (154 of its
221 mutants of ``errors.py``), which no program does, and counts them as killed.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import inf
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from attrs import asdict, evolve, frozen

from tests.mutation.operators import Mutant, mutants
from tests.mutation.running import (
    PACKAGE,
    Fate,
    MachineryError,
    Target,
    Trial,
    attempt,
    tree_of,
)

_ROOT: Final = Path(__file__).parents[2]
_LISTED: Final = Path(__file__).with_name("survivors.toml")
_COPIED: Final = (PACKAGE, "tests", "pyproject.toml")
_CALLS: Final = ("tests/runtime/test_call.py", "tests/runtime/test_attempts.py")
_TESTS: Final[Mapping[str, Sequence[str]]] = {
    "errors": ("tests/test_errors.py",),
    "pacing": ("tests/runtime/test_rate_limiter.py", "tests/runtime/test_pacing.py"),
    "retrying": ("tests/runtime/test_retry.py", *_CALLS),
    "_call": (*_CALLS, "tests/runtime/test_retry.py", "tests/runtime/test_deadline.py"),
    "_deadline": ("tests/runtime/test_time_left.py", *_CALLS, "tests/runtime/test_deadline.py"),
    "_cancelling": ("tests/botocore/test_cancellation.py",),
    "_connections": (
        "tests/botocore/test_connection_pool.py",
        "tests/botocore/test_direct_sender.py",
        "tests/botocore/test_cancellation.py",
    ),
    "_direct": (
        "tests/botocore/test_direct_sender.py",
        "tests/botocore/test_connection_pool.py",
        "tests/botocore/test_hooks.py",
    ),
    "_leaving": ("tests/runtime/test_time_left.py", "tests/runtime/test_deadline.py"),
}
_DEMANDED: Final = 0.85
_ABSURD: Final = 0.6
_SAMPLE: Final = 25
_QUICK_SECONDS: Final = 45.0


@frozen
class Outcome:
    """A mutant and what became of it."""

    module: str
    mutant: Mutant
    trial: Trial

    @property
    def survived(self) -> bool:
        """Whether no test noticed."""
        return self.trial.fate is Fate.SURVIVED


Survivors: TypeAlias = Mapping[tuple[str, Mutant], str]
"""The mutants that are known to survive, each by its module, with the reason."""


def survivors_listed(path: Path = _LISTED) -> Survivors:
    """Those in the list."""
    with path.open("rb") as file:
        listed = tomllib.load(file)
    return {
        (module, Mutant(entry["where"], entry["was"], entry["now"])): group["reason"]
        for module, groups in listed.items()
        for group in groups
        for entry in group["mutants"]
    }


def run(
    modules: Sequence[str], *, sample: Random | None, workers: int, seconds: float = inf
) -> Iterator[Outcome]:
    """Try all mutants of *modules*, or a *sample* of them, and begin none after so many seconds.

    Raises:
        MachineryError: the tests of a module could not be run, or fail without a mistake.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        targets = list(pool.map(_measured, modules))
        mutated = [
            (target, number, mutant)
            for target in targets
            for number, mutant in enumerate(mutants(tree_of(target.path)))
        ]
        if sample is not None:
            mutated = sample.sample(mutated, _SAMPLE)

        def outcome(chosen: tuple[Target, int, Mutant]) -> Outcome | None:
            target, number, mutant = chosen
            if time.monotonic() - began > seconds:
                return None
            return Outcome(target.module, mutant, attempt(target, number))

        yield from filter(None, pool.map(outcome, mutated))


def _measured(module: str) -> Target:
    """The module, with the time that each of its tests takes."""
    target = Target(module, _TESTS[module])
    trial = attempt(target, None)
    if trial.fate is not Fate.SURVIVED:
        # A test of time may fail where the machine has much else to do.
        trial = attempt(target, None)
    if trial.fate is not Fate.SURVIVED:
        raise MachineryError(f"{module}: {trial.by} fails without any mistake ({trial.fate})")
    return evolve(target, seconds=trial.seconds)


def report(outcomes: Sequence[Outcome], listed: Survivors, *, whole: bool) -> bool:
    """Print what came of it; gives whether the tests notice enough."""
    enough = True
    for module in dict.fromkeys(outcome.module for outcome in outcomes):
        ours = [outcome for outcome in outcomes if outcome.module == module]
        fates = Counter(outcome.trial.fate for outcome in ours)
        killed = len(ours) - fates[Fate.SURVIVED]
        reasons = sum(outcome.survived and (module, outcome.mutant) in listed for outcome in ours)
        shown = ", ".join(f"{number} {fate}" for fate, number in fates.most_common())
        _say(f"{module}: {killed} of {len(ours)} killed, {killed / len(ours):.1%} ({shown})")
        _say(f"    of the survivors {reasons} are listed, {len(ours) - killed - reasons} are not")
        enough &= killed / len(ours) >= _DEMANDED
    known = [one for one in outcomes if (one.module, one.mutant) in listed]
    unlisted = [one for one in outcomes if one.survived and one not in known]
    for one in unlisted:
        _say(f"survived, and is not listed: {one.module}, {one.mutant}")
        _say(f"    {one.mutant.line()}")
    for one in known:
        if not one.survived:
            by = f" by {one.trial.by}" if one.trial.by else ""
            _say(f"is listed, and was {one.trial.fate}{by}: {one.module}, {one.mutant}")
    if not whole:
        return len(unlisted) <= (1 - _ABSURD) * len(outcomes)
    tried = {one.module for one in outcomes}
    for module, mutant in listed.keys() - {(one.module, one.mutant) for one in outcomes}:
        if module in tried:
            _say(f"is listed, and is no mutant any more: {module}, {mutant}")
    return enough and not unlisted


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Try what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--modules", nargs="+", choices=_TESTS, default=["retrying", "pacing", "errors"]
    )
    parser.add_argument("--quick", action="store_true", help=f"a sample of {_SAMPLE}")
    parser.add_argument("--seed", type=int, default=11, help="of the sample")
    parser.add_argument("--workers", type=int, default=2, help="mutants tried at a time")
    parser.add_argument("--write", type=Path, help="a file for what became of each, as JSON lines")
    parser.add_argument("--in-place", action="store_true", help="on this tree, not on a copy")
    arguments = parser.parse_args()
    if not arguments.in_place:
        with tempfile.TemporaryDirectory() as folder:
            for name in _COPIED:
                _copy(_ROOT / name, Path(folder) / name)
            command = [sys.executable, "-m", "tests.mutation", *sys.argv[1:], "--in-place"]
            return subprocess.run(command, cwd=folder, check=False).returncode
    began = time.monotonic()
    quick: bool = arguments.quick
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        written = arguments.write and stack.enter_context(
            arguments.write.open("w", encoding="utf-8")
        )
        for one in run(
            arguments.modules,
            sample=Random(arguments.seed) if quick else None,
            workers=arguments.workers,
            seconds=_QUICK_SECONDS if quick else inf,
        ):
            outcomes.append(one)
            if written:
                told = {"module": one.module, **asdict(one.mutant)}
                told |= {"fate": one.trial.fate, "by": one.trial.by}
                written.write(f"{json.dumps(told)}\n")
                written.flush()
    spent = time.monotonic() - began
    drawn = f", a sample with seed {arguments.seed}" if quick else ""
    _say(f"{len(outcomes)} mutants in {spent:.0f} s{drawn}")
    return 0 if report(outcomes, survivors_listed(), whole=not quick) else 1


def _copy(source: Path, goal: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, goal, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, goal)


if __name__ == "__main__":
    sys.exit(main())
