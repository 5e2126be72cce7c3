"""The console as a person uses it, and the state that the service reports."""

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from iotmi.emulator import Emulator

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Boto: TypeAlias = Any
"""A client of boto3, which has no types of its own."""

VIEWS = ("", "people", "activity", "faults", "settings", "things")
"""The views of the console. ``things`` is the view of one thing."""


@frozen
class Console:
    """A console in a browser.

    Attributes:
        page: the page of the browser.
        address: address of the server.
        emulator: emulator behind the server.
    """

    page: "Page"
    address: str
    emulator: Emulator

    def open(self, view: str = "") -> None:
        """Open a view and wait until it shows the home and follows the stream."""
        self.page.goto(f"{self.address}/_emulator/#/{view}")
        self.page.locator("h1").wait_for()
        self.page.locator(".connection.live").wait_for()

    def open_thing(self, name: str) -> None:
        """Open the view of a thing, and wait until it shows the thing."""
        self.open(f"things/{thing_id(self.emulator, name)}")
        self.page.get_by_role("heading", name=name, level=1, exact=True).wait_for()

    def card(self, name: str) -> "Locator":
        """Return the card of a thing at the home."""
        return self.page.locator(".card").filter(
            has=self.page.get_by_role("heading", name=name, exact=True)
        )

    def button(self, name: str) -> "Locator":
        """Return the button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def dialog(self) -> "Locator":
        """Return the open dialog."""
        return self.page.get_by_role("dialog")

    def says(self, text: str) -> None:
        """Wait for a message, and dismiss it."""
        message = self.page.locator(".message", has_text=text).first.element_handle()
        # A message that is no error may remove itself in the meantime.
        message.evaluate("(each) => each.querySelector('button').click()")

    def settled(self) -> None:
        """Wait until no control is busy with an action."""
        self.page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")

    def events(self) -> "Locator":
        """Return the rows of the live events."""
        return self.page.locator("[data-key^=event-]")

    def calls(self) -> "Locator":
        """Return the rows of the calls."""
        return self.page.locator("[data-key^=call-]")


def thing_id(emulator: Emulator, name: str) -> str:
    """Return the id of a thing by its name. No status advances."""
    home: Any = emulator.home()
    (found,) = [each["id"] for each in home["hubs"] + home["devices"] if each["name"] == name]
    return str(found)


def held_value(boto: Boto, thing: str, name: str) -> object:
    """Return a property's value as boto3 reads it."""
    state = boto.get_managed_thing_state(ManagedThingId=thing)
    for endpoint in state["Endpoints"]:
        for capability in endpoint["capabilities"]:
            for each in capability["properties"]:
                if each["name"] == name:
                    value: object = each["value"]["propertyValue"]
                    return value
    raise AssertionError(f"{thing} has no property {name}")
