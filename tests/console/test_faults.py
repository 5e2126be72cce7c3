"""The view of fault injection."""

from typing import Final

import pytest

from tests.console.support import Boto, Console
from tests.support.browser import expect

pytestmark = pytest.mark.browser

KINDS: Final = [
    pytest.param(
        "fail",
        {"Operation": "CreateManagedThing", "Error": "ConflictException", "Number of calls": "2"}
        | {"Retry after, seconds": "3"},
        {"operation": "CreateManagedThing", "error": "ConflictException", "times": 2}
        | {"retry_after": 3, "before_effect": True},
        id="fail",
    ),
    pytest.param("reset_connections", {}, {"times": 1, "before_effect": True}, id="reset"),
    pytest.param("lose_answers", {}, {"times": 1}, id="lose"),
    pytest.param("refuse_connections", {}, {"times": 1}, id="refuse"),
    pytest.param("garble_answers", {}, {"truncated": False}, id="garble"),
    pytest.param("succeed_next", {"Number of calls": "4"}, {"times": 4}, id="succeed"),
    pytest.param(
        "fail_randomly",
        {"Share of the calls, 0 to 1": "0.5", "Error": "ThrottlingException"},
        {"share": 0.5, "code": "ThrottlingException"},
        id="fail randomly",
    ),
    pytest.param("drop_randomly", {}, {"share": 0.05, "before_effect": True}, id="drop randomly"),
    pytest.param(
        "delay",
        {"Seconds": "0.25", "Jitter, seconds": "0.1"},
        {"seconds": 0.25, "jitter": 0.1},
        id="delay",
    ),
    pytest.param(
        "throttle",
        {"Factor of the quotas": "2", "Calls a second": "5", "Calls at once": "3"},
        {"scale": 2, "rate": 5, "burst": 3},
        id="throttle",
    ),
]


def planned(console: Console) -> list[dict[str, object]]:
    """Return all faults that the emulator has planned."""
    active = console.emulator.faults.active
    every = (*active.queued, *active.random, *active.delays, *active.throttles)
    return [dict(each) for each in every]


@pytest.mark.parametrize(("kind", "inputs", "wanted"), KINDS)
def test_add_a_fault(
    console: Console, kind: str, inputs: dict[str, str], wanted: dict[str, object]
) -> None:
    """Each kind of fault is planned with the values of its inputs, and listed."""
    console.open("faults")
    console.page.get_by_label("Kind").select_option(kind)
    for label, value in inputs.items():
        console.page.get_by_label(label, exact=True).fill(value)
    console.button("Add fault").click()
    console.says("The fault was added")
    (fault,) = planned(console)
    assert {name: fault[name] for name in wanted} == wanted
    assert fault["kind"] == kind
    listed = console.page.locator("section", has_text="Planned").locator(".item")
    expect(listed).to_have_count(1)


def test_options_of_a_fault(console: Console) -> None:
    """The check boxes of a fault reach the emulator."""
    console.open("faults")
    console.page.get_by_label("Kind").select_option("garble_answers")
    console.page.get_by_label("Half of the correct response").check()
    console.button("Add fault").click()
    console.says("The fault was added")
    console.page.get_by_label("Kind").select_option("reset_connections")
    console.page.get_by_label("Before the call takes effect").uncheck()
    console.button("Add fault").click()
    console.says("The fault was added")
    first, second = planned(console)
    assert first["truncated"] is True
    assert second["before_effect"] is False


def test_a_wrong_fault_is_refused_with_its_rule(
    console: Console, console_errors: list[str]
) -> None:
    """An unknown operation is refused by the emulator, and its sentence is shown."""
    console.open("faults")
    console.page.get_by_label("Operation").fill("MakeCoffee")
    console.button("Add fault").click()
    console.says("the service has no operation 'MakeCoffee'")
    assert planned(console) == []
    assert all("400" in each for each in console_errors)
    console_errors.clear()


def test_faults_of_a_test_are_listed_and_cleared(console: Console, boto: Boto) -> None:
    """Faults that a test adds appear, their effects are counted, and one button removes them."""
    console.open("faults")
    expect(console.page.get_by_text("No fault is planned")).to_be_visible()
    console.emulator.faults.fail("ListManagedThings", "ConflictException", times=2)
    console.page.get_by_text("ListManagedThings").first.wait_for()
    with pytest.raises(boto.exceptions.ConflictException):
        boto.list_managed_things()
    counts = console.page.locator("section", has_text="Injected so far").last
    counts.get_by_text("Error").last.wait_for()
    console.button("Clear all").click()
    console.says("All faults were removed")
    assert planned(console) == []
    assert boto.list_managed_things()["ResponseMetadata"]["HTTPStatusCode"] == 200
