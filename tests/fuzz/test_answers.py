"""A short run of `fuzz_answers`, the corpus read again, and that a broken promise is seen."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.parsers import RestJSONParser

import iotmi
from tests.fuzz.answers import CORPUS, explain, run
from tests.fuzz.answers_guided import MISSING
from tests.fuzz.answers_mutation import Mutator
from tests.fuzz.answers_reading import Case, Reader

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Reads cases."""
    with Reader() as reader:
        yield reader


def test_spoilt_answers_are_read_or_refused() -> None:
    """2,000 answers, most of them spoilt: each is read, or refused by an IotmiError."""
    figures = run(inputs=2000, seed=5)
    assert not figures.failed
    assert figures.inputs == 2000
    assert figures.read > 500
    assert figures.refused["ResponseError"] > 500
    assert figures.refused["ServiceError"] > 5


def test_one_seed_makes_one_run() -> None:
    """A case depends on the seed and its number only, so that it can be had again."""
    first = [Mutator.of(3).case(number) for number in (7, 8, 9)]
    again = Mutator.of(3)
    assert [again.case(number) for number in (9, 8, 7)] == first[::-1]
    assert Mutator.of(4).case(7) != first[0]
    assert "--seed 3 --only 7" in explain(3, 7)


def test_what_is_outside_the_tree_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where botocore's parser fails in a way of its own, the run says so, with a small case."""

    def parse(*_: object) -> object:
        raise LookupError("a mistake")

    monkeypatch.setattr(RestJSONParser, "parse", parse)
    figures = run(inputs=300, seed=5)
    ((kind, numbers),) = figures.failed.items()
    assert kind.startswith("LookupError at test_answers.py")
    told = explain(5, numbers[0])
    assert f"--seed 5 --only {numbers[0]}" in told
    assert "LookupError: a mistake" in told


@pytest.mark.parametrize("file", sorted(CORPUS.iterdir()), ids=lambda file: file.name[:8])
def test_the_corpus_is_read_or_refused(file: Path, reader: Reader) -> None:
    """What atheris found to reach further ends as it should, and under its own operation."""
    case = reader.decode(file.read_bytes())
    outcome = reader.read(case)
    assert outcome.error is None or issubclass(outcome.error, iotmi.IotmiError)
    assert reader.decode(case.encode()) == case


def test_the_corpus_is_small() -> None:
    """A few hundred files of a few kilobytes, some that are read and some of each refusal."""
    sizes = [file.stat().st_size for file in CORPUS.iterdir()]
    assert 50 < len(sizes) < 300
    assert max(sizes) <= 4096


def test_any_octets_are_a_case(reader: Reader) -> None:
    """Whatever a fuzzer comes up with stands for a case; a status sends it the whole way."""
    assert reader.decode(b"").operation in reader.requests
    assert reader.decode(b"GetManagedThing\n\n{}") == Case("GetManagedThing", b"{}")
    assert reader.decode(b"GetManagedThing 429\na: b\n\n{}") == Case(
        "GetManagedThing", b"{}", 429, (("a", "b"),)
    )


def test_without_atheris_the_command_says_what_to_do() -> None:
    """The guided engine is an extra; without it the command names the extra and ends with 2."""
    script = (
        "import sys; sys.modules['atheris'] = None; from tests.fuzz import answers; "
        "sys.argv[1:] = ['--engine', 'atheris']; sys.exit(answers.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, MISSING)
