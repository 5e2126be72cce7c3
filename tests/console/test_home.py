"""The view of the home: groups, cards and their controls."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest
from attrs import frozen

from iotmi.emulator import Emulator, VirtualDevice
from tests.console.support import Boto, Console, held_value, thing_id
from tests.support.browser import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser

Use = Callable[["Locator"], None]


@frozen
class Case:
    """A control of a card, and its effect.

    Attributes:
        name: name of the thing.
        label: label of the control.
        use: function that uses the control.
        member: property that it changes.
        value: value of the property afterwards.
    """

    name: str
    label: str
    use: Use
    member: str
    value: object


def click(control: "Locator") -> None:
    """Click a control."""
    control.click()


def fill(text: str) -> Use:
    """Return a function that types a value and leaves the input."""

    def use(control: "Locator") -> None:
        control.fill(text)
        control.press("Tab")

    return use


def choose(text: str) -> Use:
    """Return a function that chooses an option."""

    def use(control: "Locator") -> None:
        control.select_option(text)

    return use


def press(key: str) -> Use:
    """Return a function that presses a key on a control."""
    return lambda control: control.press(key)


CONTROLS: Final = [
    pytest.param(Case("Coffee machine", "Power", click, "OnOff", True), id="switch"),
    pytest.param(
        Case("Coffee machine", "Power", press("Space"), "OnOff", True), id="switch by key"
    ),
    pytest.param(
        Case("Ceiling light", "Level", press("ArrowRight"), "CurrentLevel", 129), id="slider"
    ),
    pytest.param(Case("Kitchen lamp", "Hue", press("End"), "CurrentHue", 254), id="hue"),
    pytest.param(Case("Attic heating", "Mode", choose("Cool"), "SystemMode", "Cool"), id="select"),
    pytest.param(
        Case("Attic heating", "Heat to", fill("21.5"), "OccupiedHeatingSetpoint", 2150), id="number"
    ),
    pytest.param(Case("Attic motion", "Occupancy", click, "Occupancy", {"Occupied": 1}), id="bit"),
    pytest.param(Case("Kitchen window", "State", click, "StateValue", False), id="sensor"),
]


@pytest.mark.parametrize("case", CONTROLS)
def test_a_control_changes_what_the_service_holds(console: Console, boto: Boto, case: Case) -> None:
    """A control of a card reports a value, which boto3 reads and the live events show."""
    case.use(console.card(case.name).get_by_label(case.label))
    shown = console.events().filter(has_text=f"{case.name}: {case.member}")
    shown.first.wait_for()
    assert held_value(boto, thing_id(console.emulator, case.name), case.member) == case.value


def test_the_lock_button_unlocks_and_locks(console: Console, boto: Boto) -> None:
    """The button of a lock is named by what it does, and toggles the lock."""
    door = console.card("Front door")
    door.get_by_role("button", name="Unlock Front door").click()
    door.get_by_role("button", name="Lock Front door", exact=True).wait_for()
    assert held_value(boto, thing_id(console.emulator, "Front door"), "LockState") == "Unlocked"
    door.get_by_role("button", name="Lock Front door", exact=True).click()
    door.get_by_text("Locked", exact=True).wait_for()


def test_two_browsers_stay_in_step(open_console: Callable[..., Console], boto: Boto) -> None:
    """A switch turned in one browser turns in the other, and so does one that boto3 turns."""
    here, there = open_console(), open_console()
    here.card("Coffee machine").get_by_label("Power").click()
    there.card("Coffee machine").get_by_text("On", exact=True).wait_for()
    expect(there.card("Coffee machine").get_by_label("Power")).to_be_checked()

    boto.send_managed_thing_command(
        ManagedThingId=thing_id(here.emulator, "Coffee machine"),
        Endpoints=[
            {
                "endpointId": "1",
                "capabilities": [
                    {
                        "id": "matter.OnOff@1.4",
                        "name": "On/Off",
                        "version": "6",
                        "actions": [{"name": "Off"}],
                    }
                ],
            }
        ],
    )
    for each in (here, there):
        each.card("Coffee machine").get_by_text("Off", exact=True).wait_for()
        expect(each.card("Coffee machine").get_by_label("Power")).not_to_be_checked()


_LATENCY: Final = """(input) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no event")), 30_000);
  const begin = performance.now();
  const log = document.querySelector("#live");
  new MutationObserver(([first], observer) => {
    observer.disconnect();
    resolve(performance.now() - begin);
  }).observe(log, { childList: true, subtree: true });
  input.click();
})"""


def test_an_event_is_shown_within_a_second(console: Console) -> None:
    """Within a second of a click on a switch, its event is in the list of live events."""
    machine = console.card("Coffee machine")
    latencies = []
    for shown in ("On", "Off", "On", "Off", "On"):
        latencies.append(machine.get_by_label("Power").evaluate(_LATENCY))
        machine.get_by_text(shown, exact=True).wait_for()
        console.settled()
    # The best of five: another program may have all cores for a second.
    assert min(latencies) < 1000


def test_a_thing_made_by_boto3_appears(console: Console, boto: Boto) -> None:
    """A managed thing that another client creates appears without a reload."""
    boto.create_managed_thing(
        Role="DEVICE",
        Name="Cellar lamp",
        AuthenticationMaterial="Z:286D9700010F9478$I:83FED3407A939738",
        AuthenticationMaterialType="ZIGBEE_QR_BAR_CODE",
    )
    console.card("Cellar lamp").wait_for()


def test_controls_of_an_unreachable_device_are_disabled(console: Console) -> None:
    """Without its hub, a device is offline and its controls are disabled."""
    console.emulator.devices.power_off(thing_id(console.emulator, "Hall hub"))
    machine = console.card("Coffee machine")
    machine.get_by_text("Offline").wait_for()
    expect(machine.get_by_label("Power")).to_be_disabled()
    expect(console.page.get_by_text("6 offline")).to_be_visible()


def test_a_refused_change_shows_the_error_and_the_old_value(
    console: Console, console_errors: list[str]
) -> None:
    """A control follows the server again if the server refuses the change, and says why."""
    console.emulator.close()
    power = console.card("Coffee machine").get_by_label("Power")
    power.click()
    console.says("The emulator is closed")
    expect(power).not_to_be_checked()
    assert all("503" in each for each in console_errors)
    console_errors.clear()


def test_find_a_device(console: Console) -> None:
    """The search keeps the things whose name, type, brand, model or id has the text."""
    search = console.page.get_by_role("searchbox", name="Find a device")
    search.fill("attic")
    expect(console.page.locator(".card h3")).to_have_text(
        ["Attic hub", "Attic heating", "Attic climate", "Attic motion"]
    )
    search.fill("nothing like this")
    console.page.get_by_text("No device matches.").wait_for()


def test_group_by_hubs(console: Console) -> None:
    """Things are grouped by their lockers or by their hubs; cloud devices by their account."""
    groups = console.page.locator("h2.group")
    expect(groups).to_have_text(["Elm Street 5", "Sunny Cloud"])
    console.page.get_by_label("Group by").select_option("Hubs")
    expect(groups).to_have_text(["Hall hub", "Attic hub", "Sunny Cloud"])


def test_a_large_home_shows_its_first_things(
    emulator: Emulator, open_console: Callable[..., Console]
) -> None:
    """Beyond 60 things, a button shows the rest."""
    emulator.reset(
        {"devices": [{"kind": "plug", "name": f"Plug {number:02}"} for number in range(70)]}
    )
    console = open_console()
    expect(console.page.locator(".card")).to_have_count(60)
    console.button("Show 10 more of 70").click()
    expect(console.page.locator(".card")).to_have_count(70)


def test_an_empty_home_says_what_to_do(
    emulator: Emulator, open_console: Callable[..., Console]
) -> None:
    """An empty home explains how devices get there."""
    emulator.reset("empty")
    expect(open_console().page.get_by_text("This home is empty.")).to_be_visible()


def test_names_are_text(emulator: Emulator, open_console: Callable[..., Console]) -> None:
    """Markup in a name is shown as text."""
    name = "<img src=x onerror=alert(1)>"
    emulator.devices.appear(thing_id(emulator, "Hall hub"), VirtualDevice.plug(name))
    console = open_console("people")
    console.page.get_by_role("heading", name=name).wait_for()
    assert console.page.locator("img").count() == 0


def test_an_edit_in_progress_survives_changes(console: Console) -> None:
    """While a person types, changes from the server leave the input and the focus alone."""
    heat = console.card("Attic heating").get_by_label("Heat to")
    heat.fill("22")
    console.emulator.devices.report(
        thing_id(console.emulator, "Coffee machine"), "OnOff", value=True
    )
    console.card("Coffee machine").get_by_text("On", exact=True).wait_for()
    expect(heat).to_have_value("22")
    expect(heat).to_be_focused()


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("Bulb", "Power"),
        ("Plug", "Power"),
        ("Lock", "Lock"),
        ("Thermostat", "Mode"),
        ("Sensor", "State"),
    ],
)
def test_add_a_ready_device(console: Console, kind: str, label: str) -> None:
    """The dialog adds a ready device, which appears with its controls."""
    console.button("Add device").click()
    dialog = console.dialog()
    dialog.get_by_label("Name").fill("Guest room")
    dialog.get_by_label("Kind").select_option(kind)
    dialog.get_by_label("Where").select_option("Hub: Attic hub")
    dialog.get_by_role("button", name="Add device").click()
    dialog.wait_for(state="detached")
    expect(console.button("Add device")).to_be_focused()
    console.says("The device was added")
    expect(console.card("Guest room").get_by_text(label, exact=True)).to_be_visible()
    home: Any = console.emulator.home()
    (made,) = [each for each in home["devices"] if each["name"] == "Guest room"]
    assert made["hub_id"] == thing_id(console.emulator, "Attic hub")


def test_add_a_device_by_its_capabilities(console: Console) -> None:
    """The dialog adds a device with any capabilities."""
    console.button("Add device").click()
    dialog = console.dialog()
    dialog.get_by_label("Name").fill("Air monitor")
    dialog.get_by_label("Kind").select_option("Own capabilities")
    dialog.get_by_role("button", name="Add device").click()
    console.says("Choose at least one capability.")
    dialog.get_by_label("Air quality", exact=True).check()
    dialog.get_by_label("Relative humidity measurement").check()
    dialog.get_by_label("Device type").fill("Air Quality Sensor")
    dialog.get_by_label("Brand").fill("Elm")
    dialog.get_by_label("Model").fill("A1")
    dialog.get_by_label("Where").select_option("Locker: Elm Street 5")
    dialog.get_by_role("button", name="Add device").click()
    console.card("Air monitor").wait_for()
    home: Any = console.emulator.home()
    (made,) = [each for each in home["devices"] if each["name"] == "Air monitor"]
    assert [each["id"] for each in made["capabilities"]] == [
        "matter.AirQuality@1.4",
        "matter.RelativeHumidityMeasurement@1.4",
    ]
    assert (made["device_type"], made["brand"], made["model"]) == (
        "Air Quality Sensor",
        "Elm",
        "A1",
    )


def test_add_a_hub(console: Console) -> None:
    """The dialog adds a hub."""
    console.button("Add device").click()
    dialog = console.dialog()
    dialog.get_by_label("Name").fill("Cellar hub")
    dialog.get_by_label("Kind").select_option("Hub")
    dialog.get_by_role("button", name="Add device").click()
    console.card("Cellar hub").get_by_text("Hub", exact=True).wait_for()


def test_a_dialog_closes_without_effect(console: Console) -> None:
    """Escape and the close button close a dialog, and the focus returns to its opener."""
    for close in ("Escape", "Close"):
        console.button("Add device").click()
        expect(console.dialog().get_by_label("Name")).to_be_visible()
        if close == "Escape":
            console.page.keyboard.press("Escape")
        else:
            console.dialog().get_by_role("button", name="Close").click()
        console.dialog().wait_for(state="detached")
        expect(console.button("Add device")).to_be_focused()
    expect(console.page.locator(".card")).to_have_count(13)
