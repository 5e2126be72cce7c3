"""The machinery of `mutations`: what a mutant is, that it is really tried, what the list does."""

import ast
from pathlib import Path

import pytest

from tests.mutation.__main__ import Outcome, report, survivors_listed
from tests.mutation.operators import Mutant, mutants
from tests.mutation.running import Fate, MachineryError, Target, Trial, attempt, tree_of

SOURCE = '''
"""Words."""
from typing import TYPE_CHECKING, TypeVar
T = TypeVar("T")
if TYPE_CHECKING:
    import os
LIMIT: Final = 5
class FirstError(Exception):
    """Words."""
    __slots__ = ("a",)
    code: str | None = None
class SecondError(FirstError):
    def does(self, a: int = 0.5, *, b: "str | None") -> float | None:
        if a and b is not None:
            raise FirstError("words") from None
        with self.lock:
            self.c = max(a, 1)
        return f"words {a}: {b}" if a < LIMIT else -a
'''

EXPECTED = """
FirstError.code: code: str | None = None  ->  code: str | None = 'XX'
LIMIT: LIMIT: Final = 5  ->  LIMIT: Final = 6
SecondError: class SecondError(FirstError):  ->  class SecondError(Exception):
SecondError.does: if a and b is not None:  ->  if False:
SecondError.does: if a and b is not None:  ->  if True:
SecondError.does: if a and b is not None:  ->  if a and b is None:
SecondError.does: if a and b is not None:  ->  if a:
SecondError.does: if a and b is not None:  ->  if b is not None:
SecondError.does: raise FirstError('words') from None  ->  pass
SecondError.does: raise FirstError('words') from None  ->  raise FirstError('words')
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return -a
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return None
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words : {b}' if a < LIMIT else -a
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words {a}: ' if a < LIMIT else -a
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words {a}: {b}'
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words {a}: {b}' if a < LIMIT else a
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words {a}: {b}' if a <= LIMIT else -a
SecondError.does: return f'words {a}: {b}' if a < LIMIT else -a  ->  return f'words {a}: {b}' if a >= LIMIT else -a
SecondError.does: self.c = max(a, 1)  ->  pass
SecondError.does: self.c = max(a, 1)  ->  self.c = max(a, 2)
SecondError.does: self.c = max(a, 1)  ->  self.c = min(a, 1)
SecondError.does: with self.lock:  ->  if True:
"""  # noqa: E501 - one mutant, one line


def test_what_a_mutant_is() -> None:
    """A mistake in what a program does; no docstring, annotation, import or wording is touched."""
    found = sorted(str(mutant) for mutant in mutants(ast.parse(SOURCE)))
    defaults = [line for line in found if "def does" in line]
    assert [line for line in found if line not in defaults] == sorted(EXPECTED.strip().splitlines())
    assert len(defaults) == 1
    assert "a: int=0.55" in defaults[0]


def test_one_mistake_at_a_time() -> None:
    """While a mutant is looked at the tree is that mutant, and afterwards it is whole."""
    tree = ast.parse(SOURCE)
    whole = ast.dump(tree)
    seen = set()
    for mutant in mutants(tree):
        compile(tree, "mutant", "exec")
        seen.add(ast.dump(tree))
        assert mutant.was != mutant.now
    assert whole not in seen
    assert len(seen) == len(list(mutants(tree)))
    assert ast.dump(tree) == whole


def test_mistakes_that_look_alike_are_numbered() -> None:
    """Each has a name of its own in the list of survivors."""
    tree = ast.parse("def f():\n    g()\n    g()\n")
    assert [mutant.where for mutant in mutants(tree)] == ["f", "f (2)"]


@pytest.fixture
def _root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets are named from the root of the tree."""
    monkeypatch.chdir(Path(__file__).parents[2])


def number_of(target: Target, where: str, now: str) -> int:
    """Which mutant it is."""
    return next(
        number
        for number, mutant in enumerate(mutants(tree_of(target.path)))
        if (mutant.where, mutant.now) == (where, now)
    )


@pytest.mark.usefixtures("_root")
def test_a_mutant_is_really_tried() -> None:
    """Tests that look at it notice, others do not; one that cannot be imported is told apart."""
    looking = Target("errors", ["tests/test_errors.py"])
    elsewhere = Target("errors", ["tests/schema/test_enums.py"])
    given_up = number_of(looking, "InternalFailureError", "worth_repeating = False")
    broken = number_of(looking, "FailedAttempt", "@frozen()")
    assert attempt(looking, None).fate is Fate.SURVIVED
    trial = attempt(looking, given_up)
    assert trial.fate is Fate.KILLED
    assert trial.by == "tests/test_errors.py::test_which_errors_are_worth_repeating"
    assert attempt(elsewhere, given_up).fate is Fate.SURVIVED
    assert attempt(elsewhere, broken).fate is Fate.KILLED_AT_IMPORT


@pytest.mark.usefixtures("_root")
def test_tests_that_cannot_be_run_say_nothing() -> None:
    """Where pytest finds nothing, or never loads the module, that is no mutant that survived."""
    with pytest.raises(MachineryError, match="pytest ended with 4"):
        attempt(Target("errors", ["tests/test_nothing.py"]), None)


def outcome(now: str, fate: Fate) -> Outcome:
    """What became of a mutant."""
    return Outcome("errors", Mutant("f", "x", now), Trial(fate))


def test_survivors_count_against_the_run_unless_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one that is not listed the line to write is said; of the list, what does not fit."""
    killed = [outcome(f"killed {number}", Fate.KILLED) for number in range(20)]
    survived = outcome("survived", Fate.SURVIVED)
    key = (survived.module, survived.mutant)
    assert not report([*killed, survived], {}, whole=True)
    told = capsys.readouterr().out
    assert "errors: 20 of 21 killed, 95.2% (20 killed, 1 survived)" in told
    assert "{ where = 'f', was = '''x''', now = '''survived''' }," in told
    assert report([*killed, survived], {key: "reason"}, whole=True)
    assert "not listed" not in capsys.readouterr().out
    assert report(killed, {key: "reason", ("errors", killed[0].mutant): "reason"}, whole=True)
    told = capsys.readouterr().out
    assert "is listed, and is no mutant any more: errors, f: x  ->  survived" in told
    assert "is listed, and was killed: errors, f: x  ->  killed 0" in told


def test_too_few_that_are_noticed_are_a_failure() -> None:
    """Even where each survivor is listed; of a sample, only where hardly any is noticed."""
    killed = [outcome(f"killed {number}", Fate.KILLED) for number in range(8)]
    survived = [outcome(f"survived {number}", Fate.SURVIVED) for number in range(2)]
    listed = {(one.module, one.mutant): "reason" for one in survived}
    assert not report([*killed, *survived], listed, whole=True)
    assert report([*killed, *survived], {}, whole=False)
    assert not report([killed[0], *survived], {}, whole=False)


def test_each_survivor_that_is_listed_has_a_reason() -> None:
    """The list can be read, and says why."""
    listed = survivors_listed()
    assert listed
    assert all(len(reason) > 20 for reason in listed.values())
