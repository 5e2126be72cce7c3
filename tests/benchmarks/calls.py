"""Calls as an application makes them: a page of a listing, a creation, a get."""

from collections.abc import Callable, Iterable
from functools import partial

from tests.benchmarks.answers import THING_ID
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.devices import Device, of_few_models, of_new_models
from tests.benchmarks.measuring import Preparations, again, each_of


def listing(url: str, calls: int) -> Preparations:
    """One page of 100 things."""
    return {kind.name: again(kind(url).page, calls) for kind in CONTESTANTS}


def getting(url: str, calls: int) -> Preparations:
    """One thing."""
    return {kind.name: again(partial(kind(url).get, THING_ID), calls) for kind in CONTESTANTS}


def creating(url: str, calls: int) -> Preparations:
    """A thing with 40 capabilities, of eight models in turn, as when a fleet is brought in."""
    return _creations(url, calls, of_few_models)


def creating_new(url: str, calls: int) -> Preparations:
    """The same, each time of a model whose names were never seen before."""
    return _creations(url, calls, of_new_models)


def _creations(url: str, calls: int, supply: Callable[[], Iterable[Device]]) -> Preparations:
    return {kind.name: each_of(kind(url).create, iter(supply()), calls) for kind in CONTESTANTS}
