"""A short run of `tests.fuzz.answers`, the corpus, and proof that defects are found."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.parsers import RestJSONParser

import iotmi
from tests.fuzz.answers import CORPUS, run
from tests.fuzz.answers_guided import MISSING
from tests.fuzz.answers_reading import Case, Reader

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Yield a reader of cases."""
    with Reader() as reader:
        yield reader


def test_corrupted_responses_are_read_or_refused() -> None:
    """Each of 1,000 responses, mostly corrupted, is decoded or raises an IotmiError."""
    figures = run(inputs=1000, seed=5)
    assert figures.inputs == 1000
    assert figures.read > 200
    assert figures.refused["ResponseError"] > 200
    assert figures.refused["ServiceError"] > 2


def test_a_seed_fixes_the_run() -> None:
    """The same seed gives the same cases, and another seed others."""
    first, again, other = (run(inputs=100, seed=seed).refused for seed in (3, 3, 4))
    assert first == again != other


def test_an_error_outside_the_tree_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error of botocore's parser ends the run with a small case."""

    def parse(*_: object) -> object:
        raise LookupError("a mistake")

    monkeypatch.setattr(RestJSONParser, "parse", parse)
    with pytest.raises(LookupError, match="a mistake") as caught:
        run(inputs=1000, seed=5)
    (note, *_) = caught.value.__notes__
    assert "Case(" in note
    assert len(note) < 300


@pytest.mark.parametrize("file", sorted(CORPUS.iterdir()), ids=lambda file: file.name[:8])
def test_the_corpus_is_read_or_refused(file: Path, reader: Reader) -> None:
    """Each kept case is decoded or refused, and its encoding is stable."""
    case = reader.decode(file.read_bytes())
    outcome = reader.read(case)
    assert outcome.error is None or issubclass(outcome.error, iotmi.IotmiError)
    assert reader.decode(case.encode()) == case


def test_the_corpus_is_small() -> None:
    """The corpus has some hundred files of at most 4 KiB."""
    sizes = [file.stat().st_size for file in CORPUS.iterdir()]
    assert 50 < len(sizes) < 300
    assert max(sizes) <= 4096


def test_any_bytes_are_a_case(reader: Reader) -> None:
    """Any bytes are a case, and a status selects the transport."""
    assert reader.decode(b"").operation in reader.requests
    assert reader.decode(b"GetManagedThing\n\n{}") == Case("GetManagedThing", b"{}")
    assert reader.decode(b"GetManagedThing 429\na: b\n\n{}") == Case(
        "GetManagedThing", b"{}", 429, (("a", "b"),)
    )


def test_without_atheris_the_command_names_the_extra() -> None:
    """Without atheris, the command names the extra and returns 2."""
    script = (
        "import sys; sys.modules['atheris'] = None; from tests.fuzz import answers; "
        "sys.argv[1:] = ['--engine', 'atheris']; sys.exit(answers.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, MISSING)
