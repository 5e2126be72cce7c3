"""The home that every page of the documents begins with, in the tests and in the reader's browser.

This module imports nothing but iotmi, because the site carries it to the browser.
"""

from contextlib import ExitStack, chdir
from tempfile import TemporaryDirectory
from typing import Any


def furnish(page: dict[str, Any]) -> None:
    """Prepare the emulator and the folder of a page."""
    # Imported here, because pytest loads this module before coverage starts.
    from iotmi import AuthenticationMaterialType, Role
    from iotmi.emulator import Emulator
    from tests.support.factories import switch_report

    # A page enters process-wide changes here.
    afterwards = page["afterwards"] = ExitStack()
    folder = afterwards.enter_context(TemporaryDirectory())
    afterwards.enter_context(chdir(folder))
    emulator = page["emulator"] = page["_furnished"] = Emulator()
    client = emulator.client()
    locker_id = client.credential_lockers.create(name="Elm Street 5").id
    hub_id = client.managed_things.create(
        role=Role.CONTROLLER,
        name="Hall hub",
        authentication_material="SN:900000000001;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        credential_locker_id=locker_id,
    ).id
    lamp_id = client.managed_things.create(
        role=Role.DEVICE,
        name="Reading lamp",
        authentication_material="Z:286D9700010F9478$I:83FED3407A939738",
        authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        credential_locker_id=locker_id,
        capability_report=switch_report(),
    ).id
    for thing_id in (hub_id, lamp_id):
        client.managed_things.wait_until_activated(thing_id)
    page |= {
        "client": client,
        "hub_id": hub_id,
        "lamp_id": lamp_id,
        "locker_id": locker_id,
    }


def clear(page: dict[str, Any]) -> None:
    """Close the emulators of a page, and remove its folder."""
    page["afterwards"].close()
    page["_furnished"].close()
    page["emulator"].close()
