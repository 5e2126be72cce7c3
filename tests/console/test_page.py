"""The page as a whole: security, accessibility, themes, keyboard, connection."""

import base64
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

import pytest
import urllib3

from iotmi import DiscoveryType
from iotmi.emulator import Emulator
from iotmi.emulator.server import Credentials, serving
from tests.console.support import VIEWS, Console, thing_id
from tests.support.browser import expect, screenshot, serious_axe_findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

NARROW: Final = {"width": 360, "height": 800}
MODES: Final[Mapping[str, Mapping[str, object]]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": NARROW},
}
SOURCES: Final = list(files("iotmi.emulator").joinpath("console").iterdir())

MEDIA: Final = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}


def furnish(console: Console) -> None:
    """Let something happen of every kind, so that no list is empty."""
    emulator = console.emulator
    client = emulator.client()
    hub = thing_id(emulator, "Hall hub")
    search = client.device_discoveries.start(
        discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub
    )
    client.device_discoveries.wait_until_finished(search.id)
    client.device_discoveries.start(discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub)
    emulator.devices.report(thing_id(emulator, "Kitchen lamp"), "OnOff", value=True)
    emulator.devices.power_off(thing_id(emulator, "Attic climate"))
    emulator.devices.hold(thing_id(emulator, "Roof blind"))
    emulator.faults.fail("CreateManagedThing", "ConflictException", times=2)
    emulator.faults.delay(0.0, operation="ListOtaTasks")


@pytest.mark.browser
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("view", VIEWS)
def test_no_serious_accessibility_finding(
    open_console: Callable[..., Console], view: str, mode: str
) -> None:
    """axe-core has no serious finding in any view, light, dark and narrow; nothing overflows."""
    console = open_console(**MODES[mode])
    furnish(console)
    console.open(
        f"things/{thing_id(console.emulator, 'Kitchen lamp')}" if view == "things" else view
    )
    unfold = "() => document.querySelectorAll('main details').forEach((each) => (each.open = true))"
    console.page.evaluate(unfold)
    screenshot(console.page, f"console-{view or 'home'}-{mode}")
    assert serious_axe_findings(console.page) == []
    too_wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert console.page.evaluate(too_wide) == 0


@pytest.mark.browser
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("view", "opener"), [("", "Add device"), ("people", "Place a device…")])
def test_no_serious_finding_in_a_dialog(
    open_console: Callable[..., Console], mode: str, view: str, opener: str
) -> None:
    """axe-core has no serious finding in a dialog."""
    console = open_console(view, **MODES[mode])
    console.button(opener).click()
    console.dialog().get_by_label("Kind").select_option("Own capabilities")
    screenshot(console.page, f"console-dialog-{view or 'home'}-{mode}")
    assert serious_axe_findings(console.page) == []


@pytest.mark.browser
def test_the_theme_is_remembered(console: Console) -> None:
    """The button goes through system, light and dark, and a reload keeps the choice."""
    console.page.emulate_media(color_scheme="light")
    light = console.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    body = console.page.locator("body")
    for now in ("Theme: system", "Theme: light"):
        console.button(now).click()
    console.button("Theme: dark").wait_for()
    expect(body).not_to_have_css("background-color", light)
    console.page.reload()
    console.button("Theme: dark").wait_for()
    expect(body).not_to_have_css("background-color", light)
    console.button("Theme: dark").click()
    console.button("Theme: system").wait_for()
    expect(body).to_have_css("background-color", light)


@pytest.mark.browser
def test_reduced_motion_is_honored(console: Console) -> None:
    """Nothing moves for a person who asks for reduced motion."""
    switch = console.page.get_by_role("switch").first
    expect(switch).not_to_have_css("transition-duration", "0s")
    console.page.emulate_media(reduced_motion="reduce")
    expect(switch).to_have_css("transition-duration", "0s")


@pytest.mark.browser
def test_keyboard_only(console: Console) -> None:
    """A person without a mouse skips the header, turns a switch and sees the focus."""
    page = console.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.role") == "switch":
            break
    expect(page.locator("[role=switch]:focus")).to_have_css("outline-style", "solid")
    page.keyboard.press("Space")
    console.card("Kitchen lamp").get_by_text("On", exact=True).wait_for()
    expect(page.locator("[role=switch]:focus")).to_have_count(1)


@pytest.mark.browser
def test_landmarks_and_names(console: Console) -> None:
    """A screen reader finds the landmarks, the current page and the status by name."""
    page = console.page
    for landmark, name in (("banner", None), ("navigation", "Console"), ("main", None)):
        expect(page.get_by_role(landmark, name=name)).to_have_count(1)  # type: ignore[arg-type]
    expect(page.get_by_role("complementary", name="Live events")).to_have_count(1)
    expect(page.locator("nav [aria-current=page]")).to_have_text("Home")


@pytest.mark.browser
def test_navigation(console: Console) -> None:
    """Each link leads to its view, whose heading gets the focus; the browser's Back returns."""
    page = console.page
    for link, title, current in (
        ("People", "People and discoveries", "People"),
        ("Activity", "Activity", "Activity"),
        ("Faults", "Faults", "Faults"),
        ("State", "Time and state", "State"),
        ("Home", "Home", "Home"),
        ("All events and calls", "Activity", "Activity"),
        ("iotmi emulator", "Home", "Home"),
    ):
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_focused()
        expect(page).to_have_title(f"{title} · iotmi emulator")
        expect(page.locator("nav [aria-current=page]")).to_have_text(current)
    page.go_back()
    page.get_by_role("heading", name="Activity", level=1).wait_for()


@pytest.mark.browser
def test_nothing_jumps(console: Console) -> None:
    """From the first paint on, the layout does not shift, also while events arrive."""
    console.page.reload()
    console.page.locator(".card").first.wait_for()
    for name in ("Coffee machine", "Kitchen lamp"):
        console.emulator.devices.report(thing_id(console.emulator, name), "OnOff", value=True)
    console.events().nth(1).wait_for()
    shift = """() => new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const each of list.getEntries()) sum += each.value;
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(sum), 100);
    })"""
    assert console.page.evaluate(shift) < 0.02


@pytest.mark.browser
def test_the_console_finds_a_server_that_started_again(
    new_page: "Callable[..., Page]", console_errors: list[str]
) -> None:
    """Without the server the console says so; it continues when the server is there again."""
    with Emulator(seed_home="demo") as emulator:
        with serving(emulator) as address:
            console = Console(new_page(), address, emulator)
            console.open()
        console.page.get_by_text("Reconnecting").wait_for()
        emulator.devices.report(thing_id(emulator, "Coffee machine"), "OnOff", value=True)
        with serving(emulator, port=int(address.rpartition(":")[2])):
            console.page.locator(".connection.live").wait_for()
            console.card("Coffee machine").get_by_text("On", exact=True).wait_for()
            console.page.context.close()
    assert all("ERR_" in each or "Failed to fetch" in each for each in console_errors)
    console_errors.clear()


@pytest.mark.browser
def test_keys_are_asked_by_the_browser(emulator: Emulator, new_page: "Callable[..., Page]") -> None:
    """With keys, the browser's own dialog asks for them, and the console then works."""
    keys = Credentials("AKIDEXAMPLE", "right")
    with serving(emulator, credentials=keys) as address:
        page = new_page(http_credentials={"username": "AKIDEXAMPLE", "password": "right"})
        console = Console(page, address, emulator)
        console.open()
        console.card("Coffee machine").get_by_label("Power").click()
        console.events().filter(has_text="Coffee machine: OnOff = true").wait_for()
        page.context.close()


def test_without_keys_nothing_is_shown(emulator: Emulator) -> None:
    """With keys, the page and its files are refused with a challenge for Basic authentication."""
    keys = Credentials("AKIDEXAMPLE", "right")
    wrong = base64.b64encode(b"AKIDEXAMPLE:wrong").decode()
    with serving(emulator, credentials=keys) as address:
        for path in ("/_emulator/", "/_emulator/console/app.js", "/_emulator/home"):
            for headers in ({}, {"Authorization": f"Basic {wrong}"}):
                response = urllib3.request("GET", address + path, headers=headers)
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_the_policy_allows_only_files_of_ours(address: str) -> None:
    """The page forbids inline scripts and styles, markup from text, frames and other hosts."""
    response = urllib3.request("GET", f"{address}/_emulator/")
    policy, page = response.headers["Content-Security-Policy"], response.data.decode()
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert directives["style-src"] == directives["img-src"] == "'self'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)


@pytest.mark.parametrize("source", SOURCES, ids=lambda each: each.name)
def test_every_file_is_served(address: str, source: Traversable) -> None:
    """The server sends each file as it is in the package."""
    path = "" if source.name == "index.html" else f"console/{source.name}"
    response = urllib3.request("GET", f"{address}/_emulator/{path}")
    assert response.data == source.read_bytes()
    assert response.headers["Content-Type"].startswith(MEDIA[source.name.rpartition(".")[2]])


@pytest.mark.parametrize("source", SOURCES, ids=lambda each: each.name)
def test_no_source_needs_a_network(source: Traversable) -> None:
    """No file names another host, and none writes markup."""
    text = source.read_text()
    addresses = re.findall(r"https?://[^\s\"'`)]+", text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
