# pyright: strict
"""Mistakes with connectors that type checkers must find, each on a line with an ``error`` mark."""

from iotmi import connector
from iotmi.capabilities import OnOff
from typing_extensions import assert_never

app = connector.Connector()


def activate(request: connector.ActivateUser) -> str:
    return request.connector_id


def discover(request: connector.DiscoverDevices) -> list[str]:
    return [*request.device_ids]


def command(request: connector.DeactivateUser) -> None: ...


app.activate_user(activate)  # error: returns a string
app.discover_devices(discover)  # error: returns strings
app.send_command(command)  # error: takes another request
app.report("lamp-1", OnOff)  # error: a class is no state
connector.CommandResponse([OnOff.on()])  # error: a command is no state
connector.Connector(later=connector.MemoryLeases())  # error: a store is no strategy


def a_class_is_missing(request: connector.Request) -> None:
    match request:
        case connector.ActivateUser() | connector.DiscoverDevices() | connector.SendCommand():
            pass
        case _:
            assert_never(request)  # error: DeactivateUser is left


def a_request_cannot_be_changed(request: connector.SendCommand) -> None:
    request.trace_id = "t"  # error: a request is frozen
