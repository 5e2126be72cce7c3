"""Answers and errors of every kind, right and wrong: each is read, or refused by an `IotmiError`.

    python -m tests.fuzz.answers --inputs 1000000 --seed 7
    python -m tests.fuzz.answers --seed 7 --only 4711
    python -m tests.fuzz.answers --engine atheris --inputs 200000

The engine ``random`` spoils right answers of all operations at random places; one seed makes one
run. The engine ``atheris`` (the extra ``fuzz``) mutates octets by what they
reach in the code. It begins with the kept corpus, and with ``--keep`` puts in what it found that
reaches further. Whatever is read must show, compare, hash and pickle.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from attrs import define, field

CORPUS: Final = Path(__file__).parent / "corpus" / "answers"


@define
class Figures:
    """What came of a run.

    Attributes:
        read: how many answers were read.
        refused: how many were not, by the class of the error.
        failed: the numbers of those that broke a promise, by how.
        slowest: seconds and number of the slowest.
    """

    read: int = 0
    refused: Counter[str] = field(factory=Counter)
    failed: dict[str, list[int]] = field(factory=dict)
    slowest: tuple[float, int] = (0.0, -1)

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.read + self.refused.total() + sum(map(len, self.failed.values()))


def run(*, inputs: int, seed: int, first: int = 0) -> Figures:
    """Read so many cases. What breaks a promise is counted and does not end the run."""
    # Beneath the functions, for atheris must see iotmi imported.
    from tests.fuzz.answers_mutation import Mutator
    from tests.fuzz.answers_reading import Reader

    mutator, figures = Mutator.of(seed), Figures()
    with Reader() as reader:
        for number in range(first, first + inputs):
            case = mutator.case(number)
            began = time.perf_counter()
            try:
                outcome = reader.read(case)
            # That there is none is what is looked for.
            except Exception as error:  # noqa: BLE001
                kind = f"{type(error).__name__} at {_place_of(error)}"
                figures.failed.setdefault(kind, []).append(number)
            else:
                if outcome.error is None:
                    figures.read += 1
                else:
                    figures.refused[outcome.error.__name__] += 1
            figures.slowest = max(figures.slowest, (time.perf_counter() - began, number))
    return figures


def _place_of(error: BaseException) -> str:
    """Where it was raised: the same mistake is shown once."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def explain(seed: int, number: int) -> str:
    """The case of that number as small as it can be made, and what it does."""
    from tests.fuzz.answers_mutation import Mutator
    from tests.fuzz.answers_reading import SHOWN, Reader, shortened

    case = Mutator.of(seed).case(number)
    with Reader() as reader:
        try:
            outcome = reader.read(case)
        except Exception as error:  # noqa: BLE001
            small = shortened(reader, case, type(error)).encode()
            lines = traceback.format_exception(error, chain=False)[-4:]
            told = "".join(lines).encode("ascii", "backslashreplace").decode()
            return f"--seed {seed} --only {number}\n{small[:SHOWN]!r}\n{told}"
    did = "is read" if outcome.error is None else f"is refused by {outcome.error.__name__}"
    return f"--seed {seed} --only {number} {did}\n{case.encode()[:SHOWN]!r}\n"


def main() -> int:
    """Read what the command line says; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, help="show the case of this number, and do no more")
    parser.add_argument("--engine", choices=("random", "atheris"), default="random")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="of atheris")
    parser.add_argument("--keep", action="store_true", help="put into the corpus what is new")
    arguments = parser.parse_args()
    if arguments.engine == "atheris":
        from tests.fuzz.answers_guided import guided

        return guided(
            inputs=arguments.inputs,
            seed=arguments.seed,
            corpus=arguments.corpus,
            keep=arguments.keep,
        )
    if arguments.only is not None:
        sys.stdout.write(explain(arguments.seed, arguments.only))
        return 0
    began = time.monotonic()
    figures = run(inputs=arguments.inputs, seed=arguments.seed)
    spent = time.monotonic() - began
    _tell(figures, arguments.seed, spent)
    return 1 if figures.failed else 0


def _tell(figures: Figures, seed: int, spent: float) -> None:
    rate = figures.inputs / spent
    seconds, number = figures.slowest
    refused = ", ".join(f"{name} {count}" for name, count in figures.refused.most_common())
    sys.stdout.write(
        f"seed {seed}: {figures.inputs} inputs in {spent:.0f} s, {rate:.0f} a second\n"
        f"read: {figures.read}\n"
        f"refused: {figures.refused.total()} ({refused})\n"
        f"slowest: {seconds * 1000:.1f} ms, number {number}\n"
        f"outside IotmiError, or a broken promise: {sum(map(len, figures.failed.values()))}\n"
    )
    for kind, numbers in figures.failed.items():
        sys.stdout.write(f"\n{kind}, {len(numbers)} times\n{explain(seed, numbers[0])}")


if __name__ == "__main__":
    sys.exit(main())
