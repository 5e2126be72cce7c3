"""The view of people, discoveries and updates."""

from typing import TYPE_CHECKING, Any

import pytest

from iotmi.emulator import Emulator, VirtualDevice
from tests.console.support import Boto, Console, thing_id
from tests.support.browser import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser


def item(console: Console, identifier: str) -> "Locator":
    """Return the list item of an association, a discovery or a task."""
    return console.page.locator(f'li[data-key="{identifier}"]')


@pytest.fixture
def association(boto: Boto, emulator: Emulator) -> str:
    """Return the id of an account association whose user has not signed in."""
    home: Any = emulator.home()
    destination = home["associations"][0]["connector_destination_id"]
    made = boto.create_account_association(ConnectorDestinationId=destination, Name="Ada")
    emulator.devices.hold(made["AccountAssociationId"])
    return str(made["AccountAssociationId"])


@pytest.fixture
def discovery(boto: Boto, emulator: Emulator) -> str:
    """Return the id of a running discovery that waits for the test."""
    started = boto.start_device_discovery(
        DiscoveryType="ZIGBEE", ControllerIdentifier=thing_id(emulator, "Hall hub")
    )
    emulator.devices.hold(started["Id"])
    return str(started["Id"])


def state_of(boto: Boto, association: str) -> tuple[str, str | None]:
    """Return the state and the error of an account association."""
    found = boto.get_account_association(AccountAssociationId=association)
    return found["AssociationState"], found.get("ErrorMessage")


def test_sign_in_and_expire_the_tokens(console: Console, boto: Boto, association: str) -> None:
    """A person signs in, and later the tokens expire."""
    console.open("people")
    ada = item(console, association)
    ada.get_by_role("button", name="Sign in").click()
    console.says("Signed in")
    assert state_of(boto, association)[0] == "ASSOCIATION_SUCCEEDED"
    ada.get_by_role("button", name="Expire tokens").click()
    console.says("The tokens expired")
    assert state_of(boto, association)[0] == "REFRESH_TOKEN_EXPIRED"


def test_refuse_to_sign_in(console: Console, boto: Boto, association: str) -> None:
    """A person refuses to sign in, with a message that the service reports."""
    console.open("people")
    item(console, association).get_by_role("button", name="Refuse").click()
    console.dialog().get_by_label("Message").fill("Not now")
    console.dialog().get_by_role("button", name="Refuse").click()
    console.says("The sign-in was refused")
    assert state_of(boto, association) == ("ASSOCIATION_FAILED", "Not now")
    expect(item(console, association).get_by_text("Not now")).to_be_visible()


def test_hold_a_person(console: Console, association: str) -> None:
    """The sign-in of a person is released and held."""
    console.open("people")
    ada = item(console, association)
    ada.get_by_role("button", name="Release").click()
    ada.get_by_role("button", name="Hold").click()
    ada.get_by_role("button", name="Release").wait_for()
    home: Any = console.emulator.home()
    assert [each["held"] for each in home["associations"] if each["id"] == association] == [True]


def test_a_discovery_finds_what_was_placed(console: Console, boto: Boto, discovery: str) -> None:
    """A device that a person places near a hub is what the discovery finds."""
    console.open("people")
    console.button("Place a device…").click()
    dialog = console.dialog()
    dialog.get_by_label("Name").fill("Porch light")
    dialog.get_by_label("Kind").select_option("Bulb")
    dialog.get_by_label("Where").select_option("Hub: Hall hub")
    dialog.get_by_label("Identifier in its cloud").fill("porch-1")
    dialog.get_by_role("button", name="Place device").click()
    console.says("The next discovery finds the device")
    expect(item(console, "porch-1").get_by_text("Not added")).to_be_visible()

    console.button("Finish").click()
    console.says("The discovery finished")
    assert boto.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    expect(item(console, discovery).get_by_text("Porch light · Emulated E1")).to_be_visible()


@pytest.mark.parametrize(
    ("verb", "status"), [("Finish", "SUCCEEDED"), ("Fail", "FAILED"), ("Time out", "TIMED_OUT")]
)
def test_end_a_discovery(
    console: Console, boto: Boto, discovery: str, verb: str, status: str
) -> None:
    """A person decides how a discovery ends."""
    console.open("people")
    console.button(verb).click()
    console.says("The discovery")
    assert boto.get_device_discovery(Identifier=discovery)["Status"] == status


def test_hold_a_discovery(console: Console, discovery: str) -> None:
    """A held discovery is released, runs on, and is held again."""
    console.open("people")
    found = item(console, discovery)
    found.get_by_role("button", name="Release").click()
    found.get_by_role("button", name="Hold").click()
    found.get_by_text("Held").wait_for()


def test_nobody_to_place_a_device_near(console: Console) -> None:
    """Without a hub and an account there is no place for a device."""
    console.emulator.reset("empty")
    console.open("people")
    expect(console.button("Place a device…")).to_be_disabled()
    expect(console.page.get_by_text("No account is linked yet.")).to_be_visible()


@pytest.fixture
def task(boto: Boto, emulator: Emulator) -> str:
    """Return the id of a task that updates the kitchen lamp and waits for the test."""
    thing = boto.get_managed_thing(Identifier=thing_id(emulator, "Kitchen lamp"))
    made = boto.create_ota_task(
        S3Url="s3://firmware/lamp.bin", OtaType="ONE_TIME", Target=[thing["Arn"]], Protocol="HTTP"
    )
    emulator.devices.hold(made["TaskId"])
    return str(made["TaskId"])


def execution_of(boto: Boto, task: str) -> str:
    """Return the status of the only execution of a task."""
    (found,) = boto.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
    return str(found["TaskExecutionSummary"]["Status"])


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        (("Start", "Finish"), "SUCCEEDED"),
        (("Fail",), "FAILED"),
        (("Reject",), "REJECTED"),
    ],
)
def test_carry_out_an_update(
    console: Console, boto: Boto, task: str, verbs: tuple[str, ...], status: str
) -> None:
    """A person starts and ends the update of a device."""
    console.open("people")
    for verb in verbs:
        item(console, task).get_by_role("button", name=verb, exact=True).click()
        console.says("The update")
    assert execution_of(boto, task) == status


def test_hold_an_update(console: Console, task: str) -> None:
    """A held task is released and held."""
    console.open("people")
    item(console, task).get_by_role("button", name="Release").click()
    item(console, task).get_by_role("button", name="Hold").click()
    item(console, task).get_by_role("button", name="Release").wait_for()


def test_a_discovery_of_boto3_appears(console: Console, boto: Boto) -> None:
    """A discovery that another client starts appears without a reload."""
    console.open("people")
    hub = thing_id(console.emulator, "Hall hub")
    console.emulator.devices.appear(hub, VirtualDevice.plug("Heater"))
    boto.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    console.page.get_by_text("Zigbee discovery").wait_for()
