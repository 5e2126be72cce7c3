"""The run of a fuzzing program from the command line: its duration and its endings."""

import time
from collections import Counter
from collections.abc import Callable


def report(run: Callable[[int, int], Counter[str]], *, inputs: int, seed: int, kept: str) -> None:
    """Run a program, and print how its inputs ended.

    Args:
        run: takes the number of inputs and the seed, and returns the number of each ending.
        inputs: the number of inputs.
        seed: the seed, which repeats the run.
        kept: the promise that no input broke.
    """
    began = time.monotonic()
    endings = run(inputs, seed)
    seconds = time.monotonic() - began
    print(f"{inputs} inputs, seed {seed}, {seconds:.0f} s: {kept}")  # noqa: T201
    for name, count in endings.most_common():
        print(f"  {count:>9} {name}")  # noqa: T201
