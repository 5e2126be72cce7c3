"""Every limit of the service's model holds exactly, before a request is sent."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

import iotmi
from iotmi._schema.traits import Text
from tests.conformance.generate import Json
from tests.conformance.library import Declared, Library
from tests.conformance.limits import NOTHING, Limit, baseline, limits_of, stated, with_value
from tests.conformance.pairing import call, pair
from tests.conformance.service import Operation, Service
from tests.conformance.wire import Line

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")

WORDS = {
    "shortest": "characters",
    "longest": "characters",
    "pattern": "must match",
    "least": "must be ",
    "greatest": "must be ",
    "fewest": "items",
    "most": "items",
    "enum": "must be one of",
    "required": "is required",
}
"""The rule in a problem with each kind of limit."""


BEGIN = "-----BEGIN CERTIFICATE-----"


def all_limits(
    theirs: Service, ours: Library
) -> Iterator[tuple[Declared, Operation, dict[str, Json], Limit]]:
    """Return every limit, with its operation and a valid request."""
    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        for limit in limits_of(operation, declared):
            yield declared, operation, baseline(operation), limit


def arguments(declared: Declared, operation: Operation, parameters: Json) -> Mapping[str, object]:
    """Return the arguments of a method. Nested values are made unchecked."""
    with iotmi.unchecked():
        return pair(declared.request, operation.input, parameters).arguments


def limit_at(spot: str, error: iotmi.ConstraintError) -> str:
    """Return the problems at *spot*."""
    return next((each.rule for each in error.problems if each.path == spot), "nothing")


def test_both_sides_have_the_same_limits(theirs: Service, ours: Library) -> None:
    """The model and our declarations have the same number of limits of each kind."""
    for name, declared in ours.operations.items():
        found = Counter(limit.kind for limit in limits_of(theirs.operations[name], declared))
        assert found == +stated(declared.request), name


def test_a_value_outside_a_limit_is_refused_and_not_sent(
    theirs: Service, ours: Library, line: Line, tell: Callable[[str], None]
) -> None:
    """A value just outside raises ConstraintError with its path, and nothing is sent."""
    client = line.client()
    refused: Counter[str] = Counter()
    unbreakable: Counter[str] = Counter()
    for declared, operation, parameters, limit in all_limits(theirs, ours):
        if limit.outside is NOTHING:
            # Strings and lists cannot be shorter than empty.
            assert limit.kind in ("shortest", "fewest")
            assert limit.bound == 0
            unbreakable[limit.kind] += 1
            continue
        changed = with_value(parameters, limit.path, limit.outside)
        given = arguments(declared, operation, changed)
        with pytest.raises(iotmi.ConstraintError) as caught:
            call(client, declared.method, declared.request, given)
        assert caught.value.subject == declared.name
        assert WORDS[limit.kind] in limit_at(limit.spot, caught.value), (declared.name, limit)
        refused[limit.kind] += 1
    assert not line.sent
    expected = sum((stated(each.request) for each in ours.operations.values()), Counter())
    assert refused + unbreakable == expected
    tell(f"{refused.total()} limits refuse: {dict(refused)}; {unbreakable.total()} never could")


def test_a_nested_value_is_validated_when_made(theirs: Service, ours: Library) -> None:
    """A nested value is validated when it is made, under its own name."""
    refused = 0
    for declared, operation, parameters, limit in all_limits(theirs, ours):
        if limit.model is declared.request or limit.outside is NOTHING:
            continue
        with pytest.raises(iotmi.ConstraintError) as caught:
            pair(
                declared.request,
                operation.input,
                with_value(parameters, limit.path, limit.outside),
            )
        assert caught.value.subject == limit.model.__name__
        assert WORDS[limit.kind] in limit_at(limit.spot.rpartition(".")[2], caught.value)
        refused += 1
    assert refused


def test_a_value_just_inside_a_limit_is_accepted(
    theirs: Service, ours: Library, tell: Callable[[str], None]
) -> None:
    """A value at the limit is accepted, and so is each member of an enum."""
    accepted = 0
    for declared, operation, parameters, limit in all_limits(theirs, ours):
        for value in limit.inside:
            changed = with_value(parameters, limit.path, value)
            paired = pair(declared.request, operation.input, changed)
            assert declared.request(**paired.arguments) is not None
            accepted += 1
    tell(f"{accepted} values at a limit accepted")


def test_no_string_takes_long_to_refuse(theirs: Service, tell: Callable[[str], None]) -> None:
    """A string that fails a pattern at its last character is refused in linear time."""
    shapes = [theirs.shape(name) for name in theirs.document["shapes"]]
    slowest = 0.0
    for shape in shapes:
        if shape.pattern is None:
            continue
        longest = int(shape.max if shape.max is not None else 10_000)
        limit = Text(None, longest, shape.pattern)
        for start in ("", "arn:aws:iotmanagedintegrations:", "https://", BEGIN):
            for fill, end in product(("a", "-", "a-", "a/", "a:", "a.", " ", "\n"), "\n~\0"):
                text = (start + fill * longest)[: longest - 1] + end
                began = time.process_time()
                limit.violation(text)
                slowest = max(slowest, time.process_time() - began)
    tell(f"{slowest * 1000:.1f} ms the slowest")
    assert slowest < 0.1


def test_a_simplified_pattern_allows_the_same() -> None:
    """Each simplified pattern allows the same strings as the model's."""
    allows = {
        ".*[a-z/]*.*": ("", "a", "É a-z", "!"),
        ".*[a-z/]+.*": ("a", "!a!"),
        "x.*[a-z]*.*y": ("xy", "x!y"),
        ".*[^a]*.*": ("", "\n", "a\nb"),
        r"\.*[a]*.*": ("", "..a!", "a!"),
        r"x.*(.|\n)*y": ("xy", "x\ny", "x!\n\ny", "xy\ny"),
        r"x\.*(.|\n)*y": ("xy", "x.!y"),
    }
    refuses = {
        ".*[a-z/]*.*": ("\n", "a\n", "\na"),
        ".*[a-z/]+.*": ("", "!"),
        "x.*[a-z]*.*y": ("x", "ay", "x\ny"),
        ".*[^a]*.*": ("a\na\na",),
        r"\.*[a]*.*": ("\n",),
        r"x.*(.|\n)*y": ("x", "xy\n", "\nxy"),
        r"x\.*(.|\n)*y": ("x.",),
    }
    for expected, texts in (True, allows), (False, refuses):
        for pattern, each in texts.items():
            assert {Text(pattern=pattern).violation(text) is None for text in each} == {expected}, (
                pattern
            )


def test_a_required_member_left_out_is_a_type_error_that_names_it(
    theirs: Service, ours: Library, line: Line, tell: Callable[[str], None]
) -> None:
    """A missing required argument raises TypeError, in methods and in values."""
    client = line.client()
    named = 0
    for declared, operation, parameters, limit in all_limits(theirs, ours):
        if limit.kind != "required":
            continue
        given = dict(arguments(declared, operation, parameters))
        if limit.model is declared.request:
            del given[limit.member]
            with pytest.raises(TypeError, match=f"'{limit.member}'"):
                call(client, declared.method, declared.request, given)
        else:
            with pytest.raises(TypeError, match=f"'{limit.member}'"):
                limit.model()
        named += 1
    tell(f"{named} required members named")
    assert named == sum(stated(each.request)["required"] for each in ours.operations.values())
