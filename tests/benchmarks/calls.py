"""Calls as in an application: a page of a listing, a creation, a get."""

from collections.abc import Callable, Iterable
from functools import partial

from tests.benchmarks.clients import CLIENTS
from tests.benchmarks.devices import Device, of_few_models, of_new_models
from tests.benchmarks.measuring import Preparations, for_each, repeated
from tests.benchmarks.responses import THING_ID


def listing(url: str, calls: int) -> Preparations:
    """Prepare requests of one page with 100 things."""
    return {kind.name: repeated(kind(url).page, calls) for kind in CLIENTS}


def getting(url: str, calls: int) -> Preparations:
    """Prepare requests of one thing."""
    return {kind.name: repeated(partial(kind(url).get, THING_ID), calls) for kind in CLIENTS}


def creating(url: str, calls: int) -> Preparations:
    """Prepare creations with 40 capabilities of eight models, as when onboarding a fleet."""
    return _creations(url, calls, of_few_models)


def creating_new(url: str, calls: int) -> Preparations:
    """Prepare creations with 40 capabilities, each of a new model with new names."""
    return _creations(url, calls, of_new_models)


def _creations(url: str, calls: int, supply: Callable[[], Iterable[Device]]) -> Preparations:
    return {kind.name: for_each(kind(url).create, iter(supply()), calls) for kind in CLIENTS}
