"""A served emulator, and files of devices for its fleets."""

from pathlib import Path
from typing import Final

import iotmi
from iotmi.emulator import Emulator
from tests.support.factories import switch_report

UPC: Final = "036000291452"
SECRET: Final = "SN:900000012345"
ONBOARD: Final = ("--action", "onboard", "--role", "DEVICE")


class Service:
    """A served emulator, and a folder with files."""

    def __init__(self, emulator: Emulator, address: str, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.here = ("--endpoint-url", address)
        self.ledger = ("--ledger", str(folder / "job.ledger"))

    def devices(self, count: int, name: str = "devices.csv") -> str:
        """Write a file of new devices, and return its path."""
        rows = [f"SN:9{number:011};UPC:{UPC},Lamp {number}" for number in range(count)]
        return self.write(name, "code,name", *rows)

    def write(self, name: str, *lines: str) -> str:
        """Write a file, and return its path."""
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def ids(self, count: int) -> str:
        """Create things, and return the path of a file with their ids."""
        with self.emulator.client() as client:
            made = [
                client.managed_things.create(
                    role=iotmi.Role.DEVICE,
                    authentication_material=f"SN:8{number:011};UPC:{UPC}",
                    authentication_material_type=(
                        iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE
                    ),
                    capability_report=switch_report(),
                )
                for number in range(count)
            ]
            for each in made:
                client.managed_things.wait_until_activated(each.id)
        return self.write("ids.csv", "id,arn", *(f"{each.id},{each.arn}" for each in made))

    @property
    def things(self) -> list[iotmi.ManagedThingSummary]:
        """The things of the service."""
        with self.emulator.client() as client:
            return client.managed_things.list().collect()
