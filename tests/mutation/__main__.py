"""Mutation testing with cosmic-ray: the tests fail when the code has a small mistake.

    python -m tests.mutation --modules errors retry
    python -m tests.mutation --quick --seed 11

`cosmic-ray.toml` names the modules, their tests, and the survivors that are accepted with a reason.
In each module, the tests have to kill 90 % of the mutants, and every survivor has to be accepted.
cosmic-ray changes files, so each module is mutated in a copy of the repository. `--quick` takes a
sample of each module, and demands 60 %.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen
from cosmic_ray import commands, plugins
from cosmic_ray.config import ConfigDict
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

from tests.mutation.operators import Provider, expression_spans

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = tomllib.loads((ROOT / "cosmic-ray.toml").read_text())
COPIED: Final = ("iotmi", "tests", "pyproject.toml", "README.md")
DEMANDED: Final = 0.9
DEMANDED_OF_A_SAMPLE: Final = 0.6
SAMPLE: Final = 5


@frozen
class Outcome:
    """The mutants of one module. A survivor reads `line before  ->  line after`."""

    module: str
    total: int
    survivors: Sequence[str]

    @property
    def killed(self) -> float:
        """The share of killed mutants."""
        return 1 - len(self.survivors) / self.total


def mutate(module: str, *, sample: Random | None) -> Outcome:
    """Mutate one module in a copy of the repository, and run its tests on each mutant."""
    with TemporaryDirectory() as folder:
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder, name))
        with chdir(folder), use_db("session.sqlite") as session:
            return _mutate_here(module, session, sample)


def _mutate_here(module: str, session: WorkDB, sample: Random | None) -> Outcome:
    path = Path(CONFIG["modules"][module]["path"])
    tests = CONFIG["modules"][module]["tests"]
    # The copy is imported, and the run has no options of an outer run, such as a coverage gate.
    os.environ["PYTHONPATH"] = str(Path.cwd())
    os.environ.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", "-xq", "-p", "no:cacheprovider", *tests]
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    timeout = 10 + 5 * (time.monotonic() - started)

    plugins.OPERATOR_PROVIDERS["iotmi"] = Provider()
    commands.init([path], session, {})
    _skip_what_never_runs(path, session)
    if sample is not None:
        pending = sorted(
            session.pending_work_items,
            key=lambda item: (item.mutations[0].operator_name, item.mutations[0].occurrence),
        )
        chosen = sample.sample(pending, min(SAMPLE, len(pending)))
        _skip(session, [item.job_id for item in pending if item not in chosen])
    config = {**CONFIG["cosmic-ray"], "test-command": " ".join(command), "timeout": timeout}
    commands.execute(session, ConfigDict(config))

    tried = [result for _, result in session.results if result.worker_outcome != _SKIPPED]
    broken = [result for result in tried if result.worker_outcome != WorkerOutcome.NORMAL]
    if broken:
        raise RuntimeError(f"cosmic-ray failed on {module}: {broken[0].output}")
    survived = [result for result in tried if result.test_outcome == TestOutcome.SURVIVED]
    return Outcome(module, len(tried), sorted(_changed_lines(result) for result in survived))


_SKIPPED: Final = WorkerOutcome.SKIPPED


def _skip_what_never_runs(path: Path, session: WorkDB) -> None:
    spans = expression_spans(path.read_text())
    never = [
        item.job_id
        for item in session.pending_work_items
        for mutation in item.mutations
        if "ReplaceBinaryOperator" in mutation.operator_name
        and not any(begin <= mutation.start_pos < end for begin, end in spans)
    ]
    _skip(session, never)


def _skip(session: WorkDB, job_ids: Sequence[str]) -> None:
    session.set_multiple_results(job_ids, WorkResult(worker_outcome=_SKIPPED))


def _changed_lines(result: WorkResult) -> str:
    lines = (result.diff or "").splitlines()
    changed = [line for line in lines if line[:3] not in ("---", "+++")]
    before, after = (
        " ".join(line[1:].strip() for line in changed if line.startswith(sign)) for sign in "-+"
    )
    return f"{before}  ->  {after}"


def accepted() -> Mapping[tuple[str, str], str]:
    """Return the reason for each accepted survivor, by module and changed lines."""
    return {
        (group["module"], mutant): group["reason"]
        for group in CONFIG.get("accepted", [])
        for mutant in group["mutants"]
    }


def report(outcome: Outcome, *, demanded: float, whole: bool) -> bool:
    """Print the result of one module, and return True if the tests notice enough."""
    killed = outcome.total - len(outcome.survivors)
    _print(f"{outcome.module}: {killed} of {outcome.total} mutants killed, {outcome.killed:.1%}")
    known = accepted()
    unexplained = [each for each in outcome.survivors if (outcome.module, each) not in known]
    for survivor in unexplained:
        _print(f"    survived: {survivor}")
    stale = [
        mutant
        for module, mutant in known
        if whole and module == outcome.module and mutant not in outcome.survivors
    ]
    for mutant in stale:
        _print(f"    accepted, but no survivor: {mutant}")
    return outcome.killed >= demanded and not (whole and (unexplained or stale))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Mutate the modules, two at a time, and return 1 if the tests notice too little."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    modules = list(CONFIG["modules"])
    parser.add_argument("--modules", nargs="+", choices=modules, default=modules)
    parser.add_argument("--quick", action="store_true", help=f"{SAMPLE} mutants of each module")
    parser.add_argument("--seed", type=int, default=11, help="of the sample")
    arguments = parser.parse_args()
    quick: bool = arguments.quick
    demanded = DEMANDED_OF_A_SAMPLE if quick else DEMANDED
    with ProcessPoolExecutor(max_workers=2) as pool:
        sample = Random(arguments.seed) if quick else None
        outcomes = pool.map(partial(mutate, sample=sample), arguments.modules)
        passed = [report(each, demanded=demanded, whole=not quick) for each in outcomes]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
