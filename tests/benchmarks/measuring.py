"""A fair comparison: alternating rounds, medians, and ratios within each round.

Other load on the machine varies over seconds. Each round measures every client, and the order
rotates between rounds, so load affects all clients. Ratios are computed within a round, where load
matters least. The result is the median of these ratios.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Final, TypeAlias

from attrs import field, frozen

REFERENCE: Final = "boto3"
FLOOR: Final = "floor"
"""The name for a lower bound of all clients."""

Samples: TypeAlias = Mapping[str, list[float]]
"""One figure per round, by client name."""


@frozen
class Bar:
    """The required result of iotmi.

    Attributes:
        most: an upper limit of the ratio to raw boto3, or of the median.
        of_boto3: True if the limit is of the ratio.
        beats_capo: True if the median must also be better than capo's.
    """

    most: float = float("inf")
    of_boto3: bool = True
    beats_capo: bool = False

    def __str__(self) -> str:
        limits = [f"{self.most:g}"] if isfinite(self.most) else []
        return " and ".join([*limits, *(["capo"] if self.beats_capo else [])])


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
    """Seconds of blocks: CPU time of the process, and elapsed time."""

    processor: Samples
    clock: Samples


def compare(blocks: Mapping[str, Callable[[], tuple[float, float]]], *, rounds: int) -> Times:
    """Run a block of each client in each round.

    Args:
        blocks: by client, a function that runs a block and returns its CPU and elapsed seconds.
        rounds: the number of rounds.
    """
    processor: dict[str, list[float]] = {name: [] for name in blocks}
    clock: dict[str, list[float]] = {name: [] for name in blocks}
    for names in rotated(list(blocks), rounds):
        for name in names:
            used, elapsed = blocks[name]()
            processor[name].append(used)
            clock[name].append(elapsed)
    return Times(processor, clock)


def scaled(samples: Samples, factor: float) -> Samples:
    """Return the samples in another unit."""
    return {name: [figure * factor for figure in found] for name, found in samples.items()}
