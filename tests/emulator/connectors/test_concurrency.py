"""Connectors over HTTP and from several threads: nothing waits for itself."""

from concurrent.futures import ThreadPoolExecutor

import boto3

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.emulator.support.connectors import Cloud, discover, onboard, open_home, sign_in
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.requests import FUNCTION, Client


def test_a_function_answers_over_http(emulator: Emulator, cloud: Cloud) -> None:
    """A function that calls the emulator's server while the server invokes it is answered."""
    with serving(emulator) as address:
        session = boto3.Session("any", "any", region_name="eu-west-1")
        client: Client = session.client("iot-managed-integrations", endpoint_url=address)
        cloud.client = client
        association = sign_in(emulator, client, open_home(emulator, cloud, client))
        lamp = onboard(client, association, discover(client, association), "lamp")
        send_command(client, lamp, "OnOff", "On")
        assert state_of(client, lamp) == {"OnOff": {"OnOff": True}}
        assert emulator.connectors[FUNCTION].invocations[-1].outcome == "responded"


def test_commands_from_many_threads(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """Each thread finds its own command done when its call returns."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    discovery = discover(client, association)
    things = [onboard(client, association, discovery, name) for name in ("lamp", "plug")]

    def turn_on(number: int) -> str:
        return send_command(client, things[number % 2], "OnOff", "On")

    with ThreadPoolExecutor(8) as pool:
        traces = list(pool.map(turn_on, range(40)))
    sent = [each["payload"]["traceId"] for each in cloud.events if "traceId" in each["payload"]]
    assert sorted(sent) == sorted(traces)
    made = emulator.connectors[FUNCTION].invocations
    assert [each.outcome for each in made if each.operation == "AWS.SendCommand"] == [
        "responded"
    ] * 40


def test_a_function_that_sends_a_command(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A command from within a function is delivered after it, to the same function."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    discovery = discover(client, association)
    lamp, plug = (onboard(client, association, discovery, name) for name in ("lamp", "plug"))

    def pass_on(event: dict[str, object]) -> None:
        payload = event["payload"]
        assert isinstance(payload, dict)
        if payload["connectorDeviceId"] == "lamp":
            send_command(client, plug, "OnOff", "On")

    cloud.before = pass_on
    send_command(client, lamp, "OnOff", "On")
    on = {"OnOff": {"OnOff": True}}
    assert (state_of(client, lamp), state_of(client, plug)) == (on, on)
