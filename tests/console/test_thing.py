"""The view of one thing: power, secrets, all properties, commands and events."""

import json

import pytest
from attrs import frozen

from tests.console.support import Boto, Console, held_value, thing_id
from tests.support.browser import expect

pytestmark = pytest.mark.browser

LAMP = "Kitchen lamp"


def connection_of(boto: Boto, thing: str) -> tuple[bool, str | None]:
    """Return whether the service sees a thing as connected, and why not."""
    found = boto.get_managed_thing_connectivity_data(Identifier=thing)
    return found["Connected"], found.get("DisconnectReason")


def test_a_card_leads_to_its_thing(console: Console) -> None:
    """The name on a card is a link to the thing, and the heading gets the focus."""
    console.card(LAMP).get_by_role("link", name=LAMP).click()
    expect(console.page.get_by_role("heading", name=LAMP, level=1)).to_be_focused()
    expect(console.page).to_have_title(f"{LAMP} · iotmi emulator")
    console.page.get_by_role("link", name="Hall hub").click()
    console.page.get_by_role("heading", name="Hall hub", level=1).wait_for()
    console.page.get_by_role("main").get_by_role("link", name="Home").click()
    console.card(LAMP).wait_for()


def test_power_and_connection(console: Console, boto: Boto) -> None:
    """The buttons switch a device off and on, and disconnect it with a reason."""
    lamp = thing_id(console.emulator, LAMP)
    console.open_thing(LAMP)
    console.button("Power off").click()
    console.button("Power on").wait_for()
    assert connection_of(boto, lamp) == (False, "MQTT_KEEP_ALIVE_TIMEOUT")
    console.button("Power on").click()
    console.button("Go offline…").click()
    console.dialog().get_by_label("Disconnect reason").select_option("CONNECTION_LOST")
    console.dialog().get_by_role("button", name="Go offline").click()
    console.button("Come online").wait_for()
    assert connection_of(boto, lamp) == (False, "CONNECTION_LOST")
    console.button("Come online").click()
    console.button("Power off").wait_for()
    assert connection_of(boto, lamp)[0]


def test_hold_and_decide_a_deletion(console: Console, boto: Boto) -> None:
    """A held thing waits in its deletion, until the person fails it or confirms it."""
    lamp = thing_id(console.emulator, LAMP)
    console.open_thing(LAMP)
    console.button("Hold").click()
    console.page.get_by_text("Held").wait_for()
    boto.delete_managed_thing(Identifier=lamp)
    console.button("Fail deletion").click()
    console.says("The deletion failed")
    assert boto.get_managed_thing(Identifier=lamp)["ProvisioningStatus"] == "DELETION_FAILED"
    console.button("Release").click()
    console.button("Hold").click()
    console.button("Release").wait_for()
    boto.delete_managed_thing(Identifier=lamp)
    console.button("Confirm deletion").click()
    console.page.get_by_role("heading", name="Not in this home").wait_for()
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.get_managed_thing(Identifier=lamp)


def test_secrets_are_fetched_only_when_asked(console: Console) -> None:
    """No secret is on the page or in a response, until the person shows it; hiding removes it."""
    responses: list[str] = []
    console.page.on("response", lambda each: responses.append(each.url))
    console.open_thing("Hall hub")
    secret = "900000000001"
    assert secret not in console.page.content()
    assert not [each for each in responses if each.endswith("/secrets")]
    console.button("Show the secrets").click()
    console.page.get_by_text(secret).wait_for()
    console.button("Hide the secrets").click()
    console.page.get_by_text(secret).wait_for(state="detached")
    assert secret not in console.page.content()


def test_the_home_of_the_api_has_no_secret(console: Console) -> None:
    """The document that the page lives on has no serial number."""
    body = console.page.evaluate("async () => (await fetch('home')).text()")
    assert "Hall hub" in body
    assert "900000000001" not in body


def test_a_command_without_parameters(console: Console, boto: Boto) -> None:
    """A button sends a command through the service, and its event and call are listed."""
    console.open_thing(LAMP)
    console.button("Toggle").click()
    console.says("Toggle was sent")
    console.events().filter(has_text=f"{LAMP}: OnOff = true").first.wait_for()
    assert held_value(boto, thing_id(console.emulator, LAMP), "OnOff") is True
    assert console.emulator.calls[-2].operation == "SendManagedThingCommand"


def test_a_command_with_parameters(console: Console, boto: Boto) -> None:
    """A form sends the parameters that are filled in, and leaves out the others."""
    console.open_thing(LAMP)
    console.page.locator("summary", has_text="Move to level").first.click()
    form = console.page.locator("details[open] form")
    form.get_by_label("Level", exact=True).fill("51")
    form.get_by_label("Options mask").fill('{"ExecuteIfOff": 1}')
    form.get_by_label("Options override").fill('{"ExecuteIfOff": 1}')
    form.get_by_role("button", name="Send").click()
    console.says("Move to level was sent")
    console.page.get_by_text("20 %").first.wait_for()
    assert held_value(boto, thing_id(console.emulator, LAMP), "CurrentLevel") == 51


def test_a_wrong_parameter_is_named(console: Console) -> None:
    """Text that is not JSON is refused at the page, with the text."""
    console.open_thing(LAMP)
    console.page.locator("summary", has_text="Move to level").first.click()
    form = console.page.locator("details[open] form")
    form.get_by_label("Level", exact=True).fill("51")
    form.get_by_label("Options mask").fill("{oops")
    form.get_by_role("button", name="Send").click()
    console.says("This is not JSON: {oops")


def test_emit_an_event(console: Console) -> None:
    """A form emits an event of the device, which changes no state."""
    console.open_thing("Front door")
    console.page.locator("summary", has_text="Door lock alarm").click()
    form = console.page.locator("details[open] form")
    form.get_by_label("Value").fill(json.dumps({"AlarmCode": "LockJammed"}))
    form.get_by_role("button", name="Emit").click()
    console.says("Door lock alarm was emitted")
    console.events().filter(has_text="Device event").first.wait_for()


def test_a_property_without_a_value(console: Console, boto: Boto) -> None:
    """Properties without a value are folded, and can be reported all the same."""
    console.open_thing("Ceiling light")
    panel = console.page.locator("section", has=console.page.get_by_role("heading", name="On/Off"))
    panel.get_by_text("Without a value").click()
    panel.get_by_label("Start up on off").select_option("Toggle")
    console.events().filter(has_text="StartUpOnOff").first.wait_for()
    assert held_value(boto, thing_id(console.emulator, "Ceiling light"), "StartUpOnOff") == "Toggle"


@frozen
class Typed:
    """A value that a person types, and its effect.

    Attributes:
        capability: capability of the device.
        label: label of the input.
        text: text to type.
        member: property that it changes.
        value: value of the property afterwards.
    """

    capability: str
    label: str
    text: str
    member: str
    value: object


@pytest.mark.parametrize(
    "typed",
    [
        Typed("PowerSource", "Description", "Mains", "Description", "Mains"),
        Typed("PowerSource", "Endpoint list", "[1, 2]", "EndpointList", [1, 2]),
        Typed("Thermostat", "Occupied heating setpoint", "2150", "OccupiedHeatingSetpoint", 2150),
    ],
    ids=["text", "JSON", "number"],
)
def test_type_a_value(console: Console, boto: Boto, typed: Typed) -> None:
    """Text is reported as it is typed, JSON as its value, and a number as the protocol has it."""
    console.emulator.reset({"devices": [{"name": "Box", "capabilities": [typed.capability]}]})
    console.open_thing("Box")
    control = console.page.get_by_label(typed.label, exact=True)
    if not control.is_visible():
        console.page.get_by_text("Without a value").click()
    control.fill(typed.text)
    control.press("Enter")
    console.settled()
    thing = thing_id(console.emulator, "Box")
    assert held_value(boto, thing, typed.member) == typed.value


def test_several_bits(console: Console, boto: Boto) -> None:
    """A bitmap has a check box for each bit, and keeps the bits that a person leaves alone."""
    console.emulator.reset({"devices": [{"name": "Fan", "capabilities": ["FanControl"]}]})
    console.open_thing("Fan")
    bits = console.page.get_by_role("group", name="Wind setting")
    for bit in ("Sleep wind", "Natural wind"):
        bits.get_by_label(bit).check()
        console.settled()
    wind = {"SleepWind": 1, "NaturalWind": 1}
    assert held_value(boto, thing_id(console.emulator, "Fan"), "WindSetting") == wind


def test_connect_a_device_to_a_bare_thing(console: Console, boto: Boto) -> None:
    """A thing made from a bar code becomes a device that a person chooses."""
    thing = boto.create_managed_thing(
        Role="DEVICE",
        Name="Cellar lamp",
        AuthenticationMaterial="Z:286D9700010F9478$I:83FED3407A939738",
        AuthenticationMaterialType="ZIGBEE_QR_BAR_CODE",
    )["Id"]
    console.open(f"things/{thing}")
    console.button("Connect a device").click()
    console.dialog().get_by_label("Kind").select_option("Bulb")
    console.dialog().get_by_role("button", name="Connect").click()
    console.says("The device was connected")
    console.page.get_by_role("heading", name="Level Control").wait_for()


def test_an_unknown_thing(console: Console) -> None:
    """The address of a thing that does not exist says so."""
    console.open("things/none")
    expect(console.page.get_by_role("heading", name="Not in this home")).to_be_visible()
