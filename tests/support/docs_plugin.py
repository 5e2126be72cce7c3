"""A pytest plugin that runs every Python block of the documents on an emulator.

pyproject.toml loads it by ``-p``, because the documents are outside the folder of the tests. No
test or page finds credentials, a Region or a profile of the person who runs it.

A page finds `client`, `emulator`, `locker_id`, `hub_id` and `lamp_id`, and imports everything else.
Waiters and retries do not wait.
"""

from contextlib import ExitStack
from doctest import ELLIPSIS
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide credentials, Region and profile from every test."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def furnish(page: dict[str, Any]) -> None:
    """Prepare the emulator of a page."""
    # Imported here, because pytest loads this module before coverage starts.
    from iotmi import AuthenticationMaterialType, Role
    from iotmi.emulator import Emulator
    from tests.support.factories import switch_report

    # A page enters process-wide changes here.
    page["afterwards"] = ExitStack()
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
    """Close the emulators of a page."""
    page["afterwards"].close()
    page["_furnished"].close()
    page["emulator"].close()


pytest_collect_file = Sybil(
    name="documents",
    path=str(Path(__file__).parents[2]),
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)],
    patterns=[
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "docs/emulator/*.md",
        "docs/families/*.md",
    ],
    setup=furnish,
    teardown=clear,
    fixtures=["_no_aws"],
).pytest()
