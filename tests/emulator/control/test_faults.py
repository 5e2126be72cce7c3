"""Faults over HTTP, and the list of planned faults."""

import threading
from typing import Any

import pytest

from iotmi.emulator import Emulator
from tests.emulator.control.api import Api

PLANS: list[dict[str, Any]] = [
    {
        "kind": "fail",
        "operation": "GetManagedThing",
        "error": "ConflictException",
        "times": 2,
        "retry_after": 1.5,
        "before_effect": False,
    },
    {"kind": "reset_connections", "operation": None, "before_effect": True, "times": 1},
    {"kind": "lose_answers", "operation": None, "times": 3},
    {"kind": "refuse_connections", "operation": None, "times": 1},
    {"kind": "garble_answers", "operation": None, "truncated": True, "times": 1},
    {"kind": "garble_answers", "operation": None, "truncated": False, "times": 1},
    {"kind": "succeed_next", "operation": "ListManagedThings", "times": 4},
    {
        "kind": "fail_randomly",
        "share": 0.5,
        "code": "InternalServerException",
        "operation": None,
        "before_effect": True,
    },
    {"kind": "drop_randomly", "share": 1, "operation": None, "before_effect": False},
    {"kind": "delay", "operation": None, "seconds": 1.5, "jitter": 0.5},
    {"kind": "throttle", "operation": None, "scale": 2.0, "burst": None, "rate": 7},
]


def _plans(faults: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for name in ("queued", "random", "delays", "throttles") for each in faults[name]]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: str(plan["kind"]))
def test_each_plan_is_shown_as_it_was_sent(api: Api, plan: dict[str, Any]) -> None:
    """The list has the members of the request, so that it can be sent again."""
    made = api.post("/faults", 201, **plan)
    assert _plans(made) == [plan]
    assert api.get("/faults") == made


def test_all_plans_are_shown_in_order(api: Api) -> None:
    """Queued faults keep their order, and equal ones in a row are one entry."""
    for plan in PLANS:
        api.post("/faults", 201, **plan)
    api.post("/faults", 201, **PLANS[0])
    shown = _plans(api.get("/faults"))
    assert shown[0] == {**PLANS[0], "times": 4}
    assert shown[1:] == PLANS[1:]
    assert api.send("DELETE", "/faults").status == 204
    assert _plans(api.get("/faults")) == []


def test_the_shortest_plans_have_the_methods_defaults(api: Api, emulator: Emulator) -> None:
    """A plan without options is the method without arguments."""
    for kind in ("fail_randomly", "throttle", "reset_connections"):
        api.post("/faults", 201, kind=kind)
    api.post("/faults", 201, kind="fail", error="ThrottlingException")
    active = emulator.faults.active
    emulator.faults.clear()
    emulator.faults.fail_randomly()
    emulator.faults.throttle()
    emulator.faults.reset_connections()
    emulator.faults.fail(None, "ThrottlingException")
    assert emulator.faults.active == active


def test_a_planned_fault_hits_a_call(api: Api, emulator: Emulator) -> None:
    """The call fails, is counted, and the fault is taken from the list."""
    api.post("/faults", 201, kind="fail", operation="ListManagedThings", error="ConflictException")
    answer = api.send("GET", "/managed-things", at="")
    assert answer.headers["x-amzn-errortype"] == "ConflictException"
    shown = api.get("/faults")
    assert (shown["queued"], shown["counts"]) == ([], {"error": 1})
    (call,) = api.get("/calls")["calls"]
    assert (call["fault"], call["error"]) == ("error", "ConflictException")
    assert emulator.faults.counts == {"error": 1}


def test_a_delay_of_nothing_is_no_plan(api: Api) -> None:
    """Zero seconds remove a delay."""
    api.post("/faults", 201, kind="delay", seconds=2)
    assert api.post("/faults", 201, kind="delay", seconds=0)["delays"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "kind must be one of fail, reset_connections"),
        ({"kind": "explode"}, "kind must be one of"),
        ({"kind": "fail"}, "error is required"),
        ({"kind": "fail", "error": "Nope"}, "error must be one of"),
        ({"kind": "fail", "error": "ConflictException", "times": 0}, "times must be at least 1"),
        ({"kind": "fail", "error": "ConflictException", "times": 1.5}, "times must be a whole"),
        ({"kind": "lose_answers", "times": 10_001}, "times must be at most 10000"),
        ({"kind": "lose_answers", "operation": "Nope"}, "no operation"),
        ({"kind": "delay", "seconds": 301}, "seconds must be at most 300"),
        ({"kind": "delay"}, "seconds is required"),
        ({"kind": "throttle", "scale": 0}, "scale must be more than 0"),
        ({"kind": "drop_randomly", "share": 1.1}, "share must be at most 1"),
        ({"kind": "drop_randomly", "times": 1}, "'times' is unknown"),
    ],
)
def test_wrong_plans_are_refused(
    api: Api, emulator: Emulator, body: dict[str, Any], said: str
) -> None:
    """The error names the member and the rule, and nothing is planned."""
    before = emulator.faults.revision
    answer = api.send("POST", "/faults", body)
    assert answer.status == 400
    assert said in answer.message
    assert emulator.faults.revision == before


def test_a_delay_of_the_service_leaves_the_control_api_free(api: Api) -> None:
    """While calls are delayed, the plan can be changed."""
    api.post("/faults", 201, kind="delay", seconds=2, operation="ListManagedThings")
    threads = [
        threading.Thread(target=lambda: api.send("GET", "/managed-things", at=""))
        for _ in range(45)
    ]
    for thread in threads:
        thread.start()
    assert api.send("DELETE", "/faults").status == 204
    assert any(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(20)
