"""Responses and errors of every kind: each is decoded, or refused by an `IotmiError`.

    python -m tests.fuzz.answers --inputs 1000000 --seed 7
    python -m tests.fuzz.answers --engine atheris --inputs 200000

The engine ``hypothesis`` draws cases from `strategies`, and a seed fixes the run. It shrinks a case
that breaks a promise. The engine ``atheris`` (the extra ``fuzz``) mutates bytes by the code that
they reach. It begins with the kept corpus, and ``--keep`` adds inputs that reach further. A decoded
value must have a repr, compare, hash and pickle.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from attrs import define, field
from hypothesis import HealthCheck, Phase, given, seed as seeded, settings

CORPUS: Final = Path(__file__).parent / "corpus" / "answers"
# Hypothesis remembers every example of a run, so a long run has many short ones.
_BATCH: Final = 5000
_SETTINGS: Final = settings(
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=(
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
    ),
)


@define
class Figures:
    """Figures of a run.

    Attributes:
        read: the number of decoded responses.
        refused: the number of errors, by class.
        slowest: the seconds of the slowest case.
    """

    read: int = 0
    refused: Counter[str] = field(factory=Counter)
    slowest: float = 0.0

    @property
    def inputs(self) -> int:
        """The number of cases."""
        return self.read + self.refused.total()


def run(*, inputs: int, seed: int) -> Figures:
    """Read *inputs* cases.

    Raises:
        Exception: the smallest case found broke a promise. A note of the error has the case.
    """
    # Imported here, because atheris must see the import of iotmi.
    from tests.fuzz.answers_reading import Case, Reader
    from tests.fuzz.strategies import cases

    figures = Figures()
    with Reader() as reader:

        def read(case: Case) -> None:
            began = time.perf_counter()
            outcome = reader.read(case)
            if outcome.error is None:
                figures.read += 1
            else:
                figures.refused[outcome.error.__name__] += 1
            figures.slowest = max(figures.slowest, time.perf_counter() - began)

        for first in range(0, inputs, _BATCH):
            limited = settings(_SETTINGS, max_examples=min(_BATCH, inputs - first))
            seeded(f"{seed}, from {first}")(limited(given(cases())(read)))()
    return figures


def main() -> int:
    """Run the command, and return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="of atheris")
    parser.add_argument("--keep", action="store_true", help="add new inputs to the corpus")
    arguments = parser.parse_args()
    if arguments.engine == "atheris":
        from tests.fuzz.answers_guided import guided

        return guided(
            inputs=arguments.inputs,
            seed=arguments.seed,
            corpus=arguments.corpus,
            keep=arguments.keep,
        )
    began = time.monotonic()
    try:
        figures = run(inputs=arguments.inputs, seed=arguments.seed)
    # Any error outside `IotmiError` is a finding.
    except Exception:  # noqa: BLE001
        sys.stdout.write(f"seed {arguments.seed}: a promise is broken\n{traceback.format_exc()}")
        return 1
    spent = time.monotonic() - began
    refused = ", ".join(f"{name} {count}" for name, count in figures.refused.most_common())
    sys.stdout.write(
        f"seed {arguments.seed}: {figures.inputs} inputs in {spent:.0f} s\n"
        f"decoded: {figures.read}\n"
        f"refused: {figures.refused.total()} ({refused})\n"
        f"slowest: {figures.slowest * 1000:.1f} ms\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
