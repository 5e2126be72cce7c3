"""The view of time and state."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.console.support import Console, thing_id
from tests.support.browser import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("label", "by"),
    [
        ("+ 1 minute", timedelta(minutes=1)),
        ("+ 1 hour", timedelta(hours=1)),
        ("+ 1 day", timedelta(days=1)),
    ],
)
def test_advance_by_a_step(console: Console, label: str, by: timedelta) -> None:
    """A button moves the emulator's time, which the console shows."""
    console.open("settings")
    before = console.emulator.now()
    console.button(label).click()
    console.says("later")
    after = console.emulator.now()
    assert by <= after - before < by + timedelta(minutes=1)
    console.page.get_by_role("main").get_by_text(f"{after:%Y-%m-%d %H:%M}").wait_for()


def test_advance_by_an_amount(console: Console) -> None:
    """A form moves the emulator's time by any amount."""
    console.open("settings")
    before = console.emulator.now()
    console.page.get_by_label("Amount").fill("2.5")
    console.page.get_by_label("Unit").select_option("hours")
    console.button("Advance").click()
    console.says("Time advanced")
    assert console.emulator.now() - before >= timedelta(hours=2.5)


def test_a_real_clock_cannot_be_advanced(new_page: "Callable[..., Page]") -> None:
    """With a real clock, the controls of time are disabled."""
    with Emulator(clock="real", seed_home="demo") as emulator, serving(emulator) as address:
        page = new_page()
        console = Console(page, address, emulator)
        console.open("settings")
        expect(console.button("+ 1 hour")).to_be_disabled()
        expect(console.page.get_by_label("Amount")).to_be_disabled()
        expect(console.page.get_by_text("Transitions take real time")).to_be_visible()
        page.context.close()


def test_reset_asks_first(console: Console) -> None:
    """A reset is confirmed in a dialog; to cancel it changes nothing."""
    console.open("settings")
    console.button("Reset to empty…").click()
    console.dialog().get_by_role("button", name="Cancel").click()
    assert thing_id(console.emulator, "Hall hub")


def test_reset(open_console: Callable[..., Console]) -> None:
    """A reset replaces the home in every browser, with its events and calls."""
    here, there = open_console(), open_console()
    here.emulator.devices.report(thing_id(here.emulator, "Coffee machine"), "OnOff", value=True)
    for each in (here, there):
        each.events().first.wait_for()
    here.open("settings")
    here.button("Reset to empty…").click()
    here.dialog().get_by_role("button", name="Reset").click()
    here.says("The emulator was reset")
    there.page.get_by_text("This home is empty.").wait_for()
    expect(there.events()).to_have_count(0)

    here.button("Reset to the demo home…").click()
    here.dialog().get_by_role("button", name="Reset").click()
    here.says("The emulator was reset")
    there.card("Coffee machine").get_by_label("Power").click()
    there.events().filter(has_text="Coffee machine: OnOff = true").wait_for()


def test_download_and_restore_a_snapshot(console: Console, tmp_path: Path) -> None:
    """A snapshot that was downloaded brings the home back."""
    console.open("settings")
    with console.page.expect_download() as downloading:
        console.page.get_by_role("link", name="Download snapshot").click()
    path = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(path)
    console.emulator.reset("empty")
    console.page.get_by_label("Restore snapshot…").set_input_files(path)
    console.dialog().get_by_role("button", name="Restore").click()
    console.says("The snapshot was restored")
    assert thing_id(console.emulator, "Hall hub")


def test_a_file_that_is_no_snapshot(
    console: Console, tmp_path: Path, console_errors: list[str]
) -> None:
    """Another file is refused with a sentence, and nothing changes."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"no": "snapshot"}))
    console.open("settings")
    console.page.get_by_label("Restore snapshot…").set_input_files(path)
    console.dialog().get_by_role("button", name="Restore").click()
    expect(console.page.locator(".message.error")).to_contain_text("snapshot")
    assert thing_id(console.emulator, "Hall hub")
    assert all("400" in each for each in console_errors)
    console_errors.clear()
