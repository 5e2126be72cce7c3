"""boto3 and iotmi give the same result for every operation, in process and over HTTP.

The command ``python -m tests.parity`` adds the AWS CLI.
"""

from contextlib import ExitStack

import pytest

from tests.parity.comparison import load, operations_that_agree, run, ways
from tests.parity.runners import Runner
from tests.parity.steps import STEPS, Step


def test_every_operation_gives_the_same_result(capsys: pytest.CaptureFixture[str]) -> None:
    """All 83 operations give the same responses and errors, except for ids and times."""
    theirs = load()
    with ExitStack() as stack:
        runners: dict[str, Runner] = {}
        for over_http in (False, True):
            runners |= stack.enter_context(ways(theirs, over_http=over_http))
        results = {way: run(STEPS, runner, theirs) for way, runner in runners.items()}
    assert operations_that_agree(theirs, results) == set(theirs.operations)
    assert len(theirs.operations) == 83
    assert capsys.readouterr().err == ""


def test_a_difference_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """An operation with a different result in one step is named."""
    theirs = load()
    same = [f"{number}" for number in range(len(STEPS))]
    agreed = operations_that_agree(theirs, {"one": same, "other": ["odd", *same[1:]]})
    assert set(theirs.operations) - agreed == {STEPS[0].operation}
    assert capsys.readouterr().err.splitlines() == [
        f"{STEPS[0].operation} by one: 0",
        f"{STEPS[0].operation} by other: odd",
    ]


def test_a_missing_error_is_found() -> None:
    """A step that should fail and succeeds is an error."""
    theirs = load()
    steps = [Step("ListCredentialLockers", error="ConflictException")]
    with ways(theirs, over_http=False) as runners:
        for runner in runners.values():
            with pytest.raises(AssertionError, match="gave an answer"):
                run(steps, runner, theirs)
