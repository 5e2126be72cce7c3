"""Small frozen classes share their comparison, hash and repr."""

from collections.abc import Callable

import pytest

import iotmi
from iotmi import Pacing, Page, PollInterval, RetryPolicy
from iotmi._schema.traits import Size, Text

MAKERS: list[Callable[[int], object]] = [
    lambda number: RetryPolicy(max_attempts=number),
    lambda number: Pacing(burst=number),
    lambda number: PollInterval(initial=number),
    lambda number: Page(items=(number,)),
    lambda number: Text(number, 64),
]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: type(make(1)).__name__)
def test_equal_fields_make_equal_values(make: Callable[[int], object]) -> None:
    """Values with equal fields are equal and have one hash. Other fields make another value."""
    assert make(1) == make(1)
    assert hash(make(1)) == hash(make(1))
    assert make(1) != make(2)
    assert len({make(1), make(1), make(2)}) == 2


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: type(make(1)).__name__)
def test_a_repr_makes_the_value_again(make: Callable[[int], object]) -> None:
    """The repr of a value is the expression that makes an equal one."""
    assert eval(repr(make(1)), {**vars(iotmi), **globals()}) == make(1)  # noqa: S307 - our own text


def test_values_of_other_classes_are_different() -> None:
    """Equal fields do not make values of two classes equal."""
    assert Size(1, 64) != Text(1, 64)
    assert Pacing() != PollInterval()
    assert Pacing() != object()


def test_hidden_fields_are_not_printed() -> None:
    """The repr leaves out what its class hides."""
    response = iotmi.Response(
        value=None, request_id="1", http_status=200, attempts=1, elapsed=0.5, raw={"secret": "x"}
    )
    assert "secret" not in repr(response)
    assert repr(response).startswith("Response(value=None, request_id='1', http_status=200")


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: type(make(1)).__name__)
def test_no_class_has_methods_of_its_own(make: Callable[[int], object]) -> None:
    """attrs would compile them, which takes time in a cold start."""
    assert {"__eq__", "__hash__", "__repr__"}.isdisjoint(vars(type(make(1))))
