"""A fair comparison: alternating rounds, medians, and ratios within each round.

Other load on the machine varies over seconds. Each round measures every client, and the order
rotates between rounds, so load affects all clients. Ratios are computed within a round, where load
matters least. The result is the median of these ratios.
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
"""The name for a lower bound of all clients."""

Block: TypeAlias = Callable[[], object]
"""The measured work: all calls of a block."""
Preparation: TypeAlias = Callable[[], Block]
"""Prepares a block, and is not measured."""
Preparations: TypeAlias = Mapping[str, Preparation]
"""Preparations by client name."""
Samples: TypeAlias = Mapping[str, list[float]]
"""One figure per round, by client name."""


@frozen
class Bar:
    """An upper limit for iotmi, relative to raw boto3 or in the row's unit."""

    most: float
    of_boto3: bool = True


@frozen
class Row:
    """One line of the results.

    Attributes:
        work: the workload, such as ``list``.
        measure: the measured quantity, such as ``CPU``.
        unit: the unit of the medians.
        medians: the medians by client.
        ratios: the medians of the rounds' ratios to raw boto3, by client.
        spread: the middle half of the rounds' ratios, by client.
        more_is_better: True for quantities such as calls per second.
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
        """Return the row for *samples*, without ratios if *compared* is False."""
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


def rotated(names: Sequence[str], rounds: int) -> Iterator[Sequence[str]]:
    """Yield the names for each round, rotated by one position per round."""
    for number in range(rounds):
        at = number % len(names)
        yield [*names[at:], *names[:at]]


@frozen
class Extent:
    """The amount of measuring.

    Attributes:
        rounds: the rounds of each workload. Long workloads have fewer.
        share: the share of a block's calls.
        pages: the pages of a long listing.
        calls: the calls of a round with concurrent calls.
    """

    rounds: int = 15
    share: float = 1.0
    pages: int = 1000
    calls: int = 1600

    def at_most(self, rounds: int) -> int:
        """Return the number of rounds, limited to *rounds*."""
        return min(self.rounds, rounds)


QUICK: Final = Extent(rounds=2, share=0.1, pages=20, calls=64)
"""An extent that only shows that everything works."""


@frozen
class Times:
    """Seconds per call: CPU time of the process, and elapsed time."""

    processor: Samples
    clock: Samples


def compare(preparations: Preparations, *, rounds: int, calls: int) -> Times:
    """Measure the time of a call of each client.

    Args:
        preparations: by client, each for a block of *calls* calls.
        rounds: the number of rounds after a warm-up round.
        calls: the number of calls in a block.
    """
    processor: dict[str, list[float]] = {name: [] for name in preparations}
    clock: dict[str, list[float]] = {name: [] for name in preparations}
    for name in preparations:
        preparations[name]()()
    for names in rotated(list(preparations), rounds):
        for name in names:
            block = preparations[name]()
            # Collect garbage now, so that it does not count for the next client.
            gc.collect()
            began, began_by_clock = time.process_time(), time.perf_counter()
            block()
            ended, ended_by_clock = time.process_time(), time.perf_counter()
            processor[name].append((ended - began) / calls)
            clock[name].append((ended_by_clock - began_by_clock) / calls)
    return Times(processor, clock)


T = TypeVar("T")


def for_each(function: Callable[[T], object], supply: Iterator[T], calls: int) -> Preparation:
    """Prepare calls of *function* with items that are taken from *supply* beforehand."""

    def prepare() -> Block:
        taken = list(islice(supply, calls))

        def block() -> None:
            for one in taken:
                function(one)

        return block

    return prepare


def repeated(function: Callable[[], object], calls: int) -> Preparation:
    """Prepare repeated calls of *function*."""
    return for_each(lambda _: function(), repeat(None), calls)


def scaled(samples: Samples, factor: float) -> Samples:
    """Return the samples in another unit."""
    return {name: [figure * factor for figure in found] for name, found in samples.items()}
