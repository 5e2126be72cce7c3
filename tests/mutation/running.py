"""One mutant, one process: the tests that can tell it from the module, until one of them does.

Owns the processes. They come from a server that has loaded pytest, boto3 and the like, and nothing
of this library; each puts the mutant in the module's place by an import hook, so that no file is
written. The tests are sorted by the time that they take without any mistake.
"""

import ast
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from enum import StrEnum, auto
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Timer
from types import CodeType, ModuleType
from typing import Final

import pytest
from attrs import define, field, frozen

from tests.mutation.operators import mutants

PACKAGE: Final = "iotmi"
_PRELOADED: Final = ("pytest", "boto3", "botocore.session", "cattrs", "tenacity", "sybil", "trio")
# Plain, for the hook that rewrites assertions would find our modules before ours does.
_OPTIONS: Final = (
    *("-q", "-x", "--no-header", "--assert=plain"),
    *("-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
)
_LEAST_SECONDS: Final = 5.0
_SECONDS_UNMEASURED: Final = 20.0
_MOST_SECONDS: Final = 600.0


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = auto()
    KILLED_AT_IMPORT = "killed at import"
    TIMED_OUT = "killed by time"
    SURVIVED = auto()


class MachineryError(Exception):
    """The tests could not be run; that says nothing of the mutant."""


@frozen
class Target:
    """A module, and what is known of the tests that look at it.

    Attributes:
        module: its name, below the package.
        tests: the files, with the most telling first.
        seconds: what each test takes without a mistake, by its id.
    """

    module: str
    tests: Sequence[str]
    seconds: Mapping[str, float] = field(factory=dict[str, float])

    @property
    def path(self) -> Path:
        """Where the module is."""
        return Path(PACKAGE, f"{self.module}.py")

    def patience(self, test: str) -> float:
        """The seconds after which a test counts as hanging."""
        return _LEAST_SECONDS + 3 * self.seconds.get(test, _SECONDS_UNMEASURED)


@frozen
class Trial:
    """What one run of the tests has shown.

    Attributes:
        fate: what became of the mutant.
        by: the test that failed, if one did.
        seconds: what each test took that was run.
    """

    fate: Fate
    by: str | None = None
    seconds: Mapping[str, float] = field(factory=dict[str, float])


def tree_of(path: Path) -> ast.Module:
    """The module as it was written."""
    return ast.parse(path.read_text(encoding="utf-8"))


def attempt(target: Target, number: int | None) -> Trial:
    """Run the tests on mutant *number* of the module, or, where it is None, on the module itself.

    Raises:
        MachineryError: they could not be run.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    ours, theirs = context.Pipe(duplex=False)
    with ours:
        process = context.Process(target=_run, args=(target, number, theirs))
        process.start()
        theirs.close()
        try:
            # Far more than the tests take, which look at the clock themselves.
            ended = ours.poll(_MOST_SECONDS)
            told: Trial | str = ours.recv() if ended else Trial(Fate.TIMED_OUT)
        except EOFError:
            told = "the process ended without a word"
        process.kill()
        process.join()
    if isinstance(told, str):
        raise MachineryError(f"{target.module}, mutant {number}: {told}")
    return told


def _run(target: Target, number: int | None, teller: "Connection[Trial | str, None]") -> None:
    """In the new process: put the mutant in place, run the tests, tell what they showed."""
    watcher = _Watcher(target, teller)
    finder = _Finder(target, number, teller)
    sys.meta_path.insert(0, finder)
    # What the caller adds for a run of its own, such as a gate on coverage, is none of ours.
    os.environ.pop("PYTEST_ADDOPTS", None)
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
        try:
            status = pytest.main([*_OPTIONS, *target.tests], plugins=[watcher])
        except Exception:  # noqa: BLE001
            # Of a warning that comes when all is over, such as that of a socket left open.
            status = pytest.ExitCode.TESTS_FAILED
        watcher.rest()
        fates = {pytest.ExitCode.OK: Fate.SURVIVED, pytest.ExitCode.TESTS_FAILED: Fate.KILLED}
        if number is not None:
            # The mutant may do no harm until a file of tests, or one that all need, imports it.
            fates[pytest.ExitCode.INTERRUPTED] = Fate.KILLED_AT_IMPORT
            fates[pytest.ExitCode.USAGE_ERROR] = Fate.KILLED_AT_IMPORT
        if finder.used and status in fates:
            teller.send(Trial(fates[pytest.ExitCode(status)], watcher.failed, watcher.seconds))
        else:
            output.seek(0)
            text = output.read().decode(errors="replace")
            teller.send(f"pytest ended with {status}, module loaded: {finder.used}\n{text[-2000:]}")
    # Without the threads that a mutant may have left hanging.
    os._exit(0)


class _Loader(SourceFileLoader):
    """Runs a mutant as the module; who imports it finds the module's own name and file."""

    def __init__(self, finder: "_Finder", fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._finder = finder

    def get_code(self, fullname: str) -> CodeType:
        """The mutant, compiled."""
        return self._finder.code(self.get_filename(fullname))

    def exec_module(self, module: ModuleType) -> None:
        """Run it, and end the process where it cannot even be imported."""
        try:
            super().exec_module(module)
        except BaseException:  # noqa: BLE001 - a mutant may raise anything, and the process ends
            self._finder.teller.send(Trial(Fate.KILLED_AT_IMPORT))
            os._exit(0)
        self._finder.used = True


@define(eq=False)
class _Finder(MetaPathFinder):
    """Finds the mutant in the place of its module."""

    target: Target
    number: int | None
    teller: "Connection[Trial | str, None]"
    used: bool = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own specification with another loader."""
        if fullname != f"{PACKAGE}.{self.target.module}":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(self, fullname, spec.origin)
        return spec

    def code(self, path: str) -> CodeType:
        """The mutant, compiled."""
        tree = tree_of(Path(path))
        if self.number is not None:
            # The tree is the mutant for as long as it is looked at.
            looked_at = mutants(tree)
            next(islice(looked_at, self.number, None))
        return compile(tree, path, "exec", dont_inherit=True)


@define(eq=False)
class _Watcher:
    """A plugin of pytest: sorts the tests, and writes down what came of them."""

    target: Target
    teller: "Connection[Trial | str, None]"
    seconds: dict[str, float] = field(factory=dict[str, float])
    failed: str | None = None
    _alarm: Timer | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The quick ones first."""
        items.sort(key=lambda item: self.target.seconds.get(item.nodeid, 0.0))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins, and may not take for ever."""
        self.rest()
        self._alarm = Timer(self.target.patience(nodeid), self._give_up, (nodeid,))
        self._alarm.daemon = True
        self._alarm.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test was set up, run or cleared away."""
        before = self.seconds.get(report.nodeid, 0.0)
        self.seconds[report.nodeid] = before + report.duration
        if report.failed:
            self.failed = self.failed or report.nodeid

    def rest(self) -> None:
        """Nothing is waited for any more."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _give_up(self, test: str) -> None:
        self.teller.send(Trial(Fate.TIMED_OUT, test))
        os._exit(0)
