"""The connectors in the view of faults, and the discoveries that they find."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from iotmi.emulator import Emulator
from tests.console.support import Console
from tests.emulator.support.requests import FUNCTION, create_association
from tests.support.browser import expect

pytestmark = pytest.mark.browser


def connector(_event: object, _context: object) -> dict[str, Any]:
    """Respond to each invocation, without the members that the service needs."""
    return {"header": {"responseCode": 200, "responseMessage": "Fine"}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Yield an account with a connector that is invoked."""
    with Emulator(connectors={FUNCTION: connector}) as emulator:
        yield emulator


def test_faults_of_a_connector(console: Console) -> None:
    """A fault of a connector is planned with its operation and number, listed, and removed."""
    console.open("faults")
    panel = console.page.get_by_role("region", name="Connectors")
    panel.get_by_label("Kind").select_option("Malformed")
    panel.get_by_label("Operation").select_option("AWS.SendCommand")
    panel.get_by_label("Number of invocations").fill("2")
    panel.get_by_role("button", name="Add fault").click()
    console.says("The fault was added")
    function = console.emulator.connectors[FUNCTION]
    planned = [(each.kind, each.operation) for each in function.faults]
    assert planned == [("malformed", "AWS.SendCommand")] * 2
    expect(panel.get_by_text("Malformed · AWS.SendCommand")).to_have_count(2)
    panel.get_by_role("button", name="Clear").click()
    console.says("The connector's faults were removed")
    assert function.faults == ()


def test_invocations_of_a_connector(open_console: Callable[..., Console]) -> None:
    """An invocation appears with its operation, its delivery and its outcome."""
    console = open_console("faults")
    create_association(console.emulator.boto3_client())
    panel = console.page.get_by_role("region", name="Connectors")
    panel.get_by_text("Invocations (").click()
    panel.get_by_text("AWS.ActivateUser · delivery 1").first.wait_for()
