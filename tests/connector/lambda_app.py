"""The Lambda function of the tests: a lamp that needs five seconds.

The environment has the folder of the leases, the strategy, and the addresses of the services.
"""

import os
import sys
import time
from collections.abc import Callable

from iotmi.capabilities import LevelControl, OnOff
from iotmi.connector import (
    CommandResponse,
    Connector,
    DeactivateUser,
    DiscoverDevices,
    DiscoveredDevice,
    InvokeAgain,
    Later,
    Queue,
    SendCommand,
    SQLiteLeases,
)

SECONDS = float(os.environ.get("LAMP_SECONDS", "5"))

LATER: dict[str, Callable[[], Later | None]] = {
    "invoke": InvokeAgain,
    "queue": lambda: Queue(None, os.environ["LAMP_QUEUE"]),
    "thread": lambda: None,
}
app = Connector(
    seen=SQLiteLeases(f"{os.environ['LAMP_FOLDER']}/leases.db", lease=1.0),
    later=LATER[os.environ["LAMP_LATER"]](),
)


def _work(name: str) -> None:
    sys.stdout.write(f"working on {name}\n")
    sys.stdout.flush()
    time.sleep(SECONDS)


@app.discover_devices
def discover(_: DiscoverDevices) -> list[DiscoveredDevice]:
    _work("discovery")
    return [DiscoveredDevice("dev_1", [OnOff, LevelControl], name="Lamp")]


@app.send_command
def command(_: SendCommand) -> CommandResponse:
    _work("command")
    return CommandResponse([OnOff(on_off=True)])


@app.deactivate_user
def deactivate(_: DeactivateUser) -> None:
    _work("deactivation")


lambda_handler = app.lambda_handler
