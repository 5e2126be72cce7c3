"""The live lists of events and calls."""

import pytest

from tests.console.support import Boto, Console, thing_id
from tests.support.browser import expect

pytestmark = pytest.mark.browser


def turn_on(console: Console, name: str) -> None:
    """Turn a device on in the home."""
    console.emulator.devices.report(thing_id(console.emulator, name), "OnOff", value=True)


def test_events_and_calls_are_live(console: Console, boto: Boto) -> None:
    """An event and a call appear within a second, the newest first."""
    console.open("activity")
    turn_on(console, "Coffee machine")
    console.events().filter(has_text="Coffee machine: OnOff = true").wait_for()
    boto.list_managed_things()
    boto.list_credential_lockers()
    expect(console.calls().first).to_contain_text("ListCredentialLockers")
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.get_managed_thing(Identifier="none")
    console.calls().filter(has_text="404 · ResourceNotFoundException").wait_for()


def test_earlier_events_are_there(console: Console) -> None:
    """A console that opens later shows what happened before."""
    turn_on(console, "Coffee machine")
    console.open("activity")
    console.page.reload()
    console.events().filter(has_text="Coffee machine: OnOff = true").wait_for()


def test_filter_events(console: Console) -> None:
    """The filter of events reads their type, their device and what they say."""
    console.open("activity")
    for name in ("Coffee machine", "Kitchen lamp"):
        turn_on(console, name)
    console.events().nth(1).wait_for()
    search = console.page.get_by_role("searchbox", name="Filter by type or device")
    search.fill("kitchen")
    expect(console.events()).to_have_count(1)
    expect(console.events()).to_contain_text("Kitchen lamp")
    search.fill("no such event")
    console.page.get_by_text("Nothing matches the filter.").wait_for()
    search.fill("device state")
    console.events().nth(1).wait_for()


def test_filter_calls(console: Console, boto: Boto) -> None:
    """The filter of calls reads their operation, status and error."""
    console.open("activity")
    boto.list_managed_things()
    boto.list_credential_lockers()
    console.calls().nth(1).wait_for()
    console.page.get_by_role("searchbox", name="Filter by operation or error").fill("lockers")
    expect(console.calls()).to_have_count(1)
    expect(console.calls()).to_contain_text("ListCredentialLockers")


def test_pause_and_continue(console: Console) -> None:
    """While paused, the lists stay, and the button counts what arrived meanwhile."""
    console.open("activity")
    console.button("Pause").click()
    turn_on(console, "Coffee machine")
    console.button("Continue (1)").wait_for()
    expect(console.events()).to_have_count(0)
    console.button("Continue (1)").click()
    console.events().first.wait_for()


def test_expand_an_event(console: Console) -> None:
    """An event opens to its envelope by keyboard, and stays open when others arrive."""
    console.open("activity")
    turn_on(console, "Coffee machine")
    console.events().first.wait_for()
    console.events().first.locator("summary").press("Enter")
    envelope = console.page.get_by_role("region", name="JSON")
    expect(envelope).to_contain_text('"messageType": "DEVICE_STATE"')
    turn_on(console, "Kitchen lamp")
    console.events().nth(1).wait_for()
    expect(envelope).to_be_visible()


def test_expand_a_call(console: Console, boto: Boto) -> None:
    """A call opens to its facts."""
    console.open("activity")
    boto.list_managed_things()
    console.calls().first.locator("summary").click()
    facts = console.page.get_by_role("region", name="JSON")
    expect(facts).to_contain_text('"operation": "ListManagedThings"')


def test_secrets_of_an_event_are_hidden_until_asked(console: Console, boto: Boto) -> None:
    """The cloud's id of a device is hidden in an event, until a person shows it."""
    console.open("activity")
    lights = boto.get_managed_thing(Identifier=thing_id(console.emulator, "Garden lights"))
    secret = lights["ConnectorDeviceId"]
    boto.send_connector_event(
        ConnectorId=boto.list_cloud_connectors()["Items"][0]["Id"],
        Operation="DEVICE_COMMAND_RESPONSE",
        ConnectorDeviceId=secret,
        TraceId="1=_1",
        StatusCode=500,
        Message="No power",
    )
    report = console.events().filter(has_text="Connector error report")
    report.locator("summary").click()
    expect(report).to_contain_text('"connectorDeviceId": "***"')
    assert secret not in console.page.content()
    console.button("Show the secrets").click()
    report.get_by_text(secret).wait_for()
    console.button("Hide the secrets").click()
    report.get_by_text(secret).wait_for(state="detached")
