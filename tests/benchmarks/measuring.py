"""Fair comparison: rounds in turn, medians, and ratios taken round by round.

What else the machine does comes and goes over seconds. Each round measures every contestant, and
the order turns from round to round, so it falls on all of them; a ratio is taken within a round,
where it matters least, and the median of the rounds' ratios is told.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Final, TypeAlias, TypeVar

from attrs import field, frozen

REFERENCE: Final = "boto3"
FLOOR: Final = "floor"
"""Stands among the contestants for what none of them can go below."""

Block: TypeAlias = Callable[[], object]
"""Work to be measured, its calls all together."""
Preparation: TypeAlias = Callable[[], Block]
"""Makes what a block needs, which is not measured."""
Preparations: TypeAlias = Mapping[str, Preparation]
"""By the contestants' names."""
Samples: TypeAlias = Mapping[str, list[float]]
"""A figure for each round, by the contestants' names."""


@frozen
class Bar:
    """The most that iotmi may take: of what raw boto3 takes, or in the row's own unit."""

    most: float
    of_boto3: bool = True


@frozen
class Row:
    """One line of the outcome.

    Attributes:
        work: what was done, such as ``list``.
        measure: what was measured of it, such as ``CPU``.
        unit: of the medians.
        medians: by contestant.
        ratios: to raw boto3, the medians of the rounds' ratios, by contestant.
        spread: the middle half of the rounds' ratios, by contestant.
        more_is_better: as of calls in a second.
    """

    work: str
    measure: str
    unit: str
    medians: Mapping[str, float]
    ratios: Mapping[str, float] = field(factory=dict)
    spread: Mapping[str, tuple[float, float]] = field(factory=dict)
    more_is_better: bool = False

    @classmethod
    def of(
        cls,
        work: str,
        measure: str,
        unit: str,
        samples: Samples,
        *,
        more_is_better: bool = False,
        compared: bool = True,
    ) -> "Row":
        """The row that *samples* make; not *compared* where raw boto3 may well have nothing."""
        against = {
            name: [one / other for one, other in zip(found, samples[REFERENCE], strict=True)]
            for name, found in samples.items()
            if compared and name != REFERENCE
        }
        return cls(
            work,
            measure,
            unit,
            {name: statistics.median(found) for name, found in samples.items()},
            {name: statistics.median(found) for name, found in against.items()},
            {name: _middle_half(found) for name, found in against.items()},
            more_is_better,
        )


def _middle_half(found: Sequence[float]) -> tuple[float, float]:
    if len(found) < 2:
        return found[0], found[0]
    low, _, high = statistics.quantiles(found, n=4, method="inclusive")
    return low, high


def in_turn(names: Sequence[str], rounds: int) -> Iterator[Sequence[str]]:
    """The names for each round, the first of one the last of the next."""
    for number in range(rounds):
        at = number % len(names)
        yield [*names[at:], *names[:at]]


@frozen
class Extent:
    """How much is measured.

    Attributes:
        rounds: of each work; works that take long do with fewer.
        share: of a block's calls.
        pages: of a long listing.
        calls: of a round in which many are made at a time.
    """

    rounds: int = 15
    share: float = 1.0
    pages: int = 1000
    calls: int = 1600

    def at_most(self, rounds: int) -> int:
        """The rounds, or fewer."""
        return min(self.rounds, rounds)


QUICK: Final = Extent(rounds=2, share=0.1, pages=20, calls=64)
"""Shows that all works, and no more."""


@frozen
class Times:
    """Seconds per call: the process's CPU time, and by the clock."""

    processor: Samples
    clock: Samples


def compare(preparations: Preparations, *, rounds: int, calls: int) -> Times:
    """What a call takes of each contestant.

    Args:
        preparations: by contestant, each for a block of *calls* calls.
        rounds: how many, after one that is not counted.
        calls: what to divide by.
    """
    processor: dict[str, list[float]] = {name: [] for name in preparations}
    clock: dict[str, list[float]] = {name: [] for name in preparations}
    for name in preparations:
        preparations[name]()()
    for names in in_turn(list(preparations), rounds):
        for name in names:
            block = preparations[name]()
            # One's garbage is not collected at another's expense.
            gc.collect()
            began, began_by_clock = time.process_time(), time.perf_counter()
            block()
            ended, ended_by_clock = time.process_time(), time.perf_counter()
            processor[name].append((ended - began) / calls)
            clock[name].append((ended_by_clock - began_by_clock) / calls)
    return Times(processor, clock)


T = TypeVar("T")


def each_of(function: Callable[[T], object], supply: Iterator[T], calls: int) -> Preparation:
    """Takes so much from *supply*, and calls *function* with each: only that is measured."""

    def prepare() -> Block:
        taken = list(islice(supply, calls))

        def block() -> None:
            for one in taken:
                function(one)

        return block

    return prepare


def again(function: Callable[[], object], calls: int) -> Preparation:
    """Calls *function* so often."""
    return each_of(lambda _: function(), repeat(None), calls)


def scaled(samples: Samples, factor: float) -> Samples:
    """The same in another unit."""
    return {name: [figure * factor for figure in found] for name, found in samples.items()}
