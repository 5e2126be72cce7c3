"""A short run of `double_delivery`, and proof that a second arrival is found."""

import pytest

from tests.fault_injection import double_delivery
from tests.fault_injection.double_delivery import OURS, deliver, findings, text


def test_a_command_of_iotmi_arrives_once() -> None:
    """Each way of making a client sends one request when the response is lost."""
    calls = dict(double_delivery.iotmi_calls())
    table = deliver(calls, ["reset"])
    assert table == {name: {"reset": 1} for name in calls}
    assert findings(table) == []
    assert {"iotmi, own-sync", "iotmi, session-sync", "iotmi, own-trio"} < set(table)
    assert "iotmi, handed-in-sync, adaptive, 10" in table


def test_a_command_of_boto3_arrives_again() -> None:
    """The service counts the retries of a client that retries."""
    name = "boto3, standard"
    table = deliver({name: dict(double_delivery.peer_calls())[name]}, ["closed"])
    assert table == {name: {"closed": 3}}
    assert findings(table) == []


@pytest.mark.parametrize("arrived", [0, 2])
def test_each_other_number_is_a_finding(arrived: int) -> None:
    """A command that never arrives proves nothing, and one that arrives twice is a fault."""
    table = {f"{OURS}, own": {"closed": 1, "reset": arrived}, "boto3, legacy": {"closed": 5}}
    assert findings(table) == [f"{OURS}, own: {arrived} arrivals, reset"]


def test_the_table_has_a_column_for_each_scene() -> None:
    """A reader compares clients line by line."""
    lines = text({"boto3": {"closed": 5, "500": 3}}, ["closed", "500"]).splitlines()
    assert [line.split() for line in lines] == [["closed", "500"], ["boto3", "5", "3"]]
