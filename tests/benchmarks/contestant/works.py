"""Timed workloads: the calls of a block, and their time."""

import cProfile
import gc
import io
import pstats
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, repeat
from typing import Final, TypeAlias, TypeVar

from tests.benchmarks.contestant.client import BenchmarkClient
from tests.benchmarks.contestant.devices import of_few_models, of_new_models
from tests.benchmarks.contestant.responses import THING_ID, page

Block: TypeAlias = Callable[[], object]
"""The measured work: all calls of a block."""
Preparation: TypeAlias = Callable[[], Block]
"""Prepares a block, and is not measured."""

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


def _get(client: BenchmarkClient, calls: int) -> Preparation:
    return for_each(client.get, repeat(THING_ID), calls)


WORKS: Final[Mapping[str, Callable[[BenchmarkClient, int], Preparation]]] = {
    "list": lambda client, calls: repeated(client.page, calls),
    # 40 capabilities of eight models, as when onboarding a fleet.
    "create": lambda client, calls: for_each(client.create, iter(of_few_models()), calls),
    # 40 capabilities, each time of a new model with new names.
    "create-new": lambda client, calls: for_each(client.create, iter(of_new_models()), calls),
    "get": _get,
    "connect": _get,
    "build": lambda client, calls: for_each(client.build, iter(of_new_models()), calls),
    "build-unchecked": lambda client, calls: for_each(
        client.build_unchecked, iter(of_new_models()), calls
    ),
    "decode": lambda client, calls: for_each(client.decode, repeat(page(0, 1)), calls),
}


def seconds(prepare: Preparation) -> tuple[float, float]:
    """Return the CPU seconds of this process and the elapsed seconds of one block."""
    block = prepare()
    # Collect garbage now, so that the preparation's does not count.
    gc.collect()
    began, began_by_clock = time.process_time(), time.perf_counter()
    block()
    ended, ended_by_clock = time.process_time(), time.perf_counter()
    return ended - began, ended_by_clock - began_by_clock


def profile(prepare: Preparation) -> str:
    """Return a profile of one block."""
    # Exclude one-time initialization from the profile.
    prepare()()
    block = prepare()
    profiler = cProfile.Profile()
    profiler.runcall(block)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(25)
    return text.getvalue()
