# pyright: strict
"""Connectors as type checkers must read them: no error anywhere."""

from collections.abc import Iterator

from iotmi import connector
from iotmi.capabilities import Command, OnOff
from typing_extensions import assert_never, assert_type

app = connector.Connector(seen=connector.MemoryLeases(), later=connector.InThread())


@app.activate_user
def activate(request: connector.ActivateUser) -> connector.UserActivated:
    return connector.UserActivated(user_id=request.connector_id)


@app.discover_devices
def discover(request: connector.DiscoverDevices) -> Iterator[connector.DiscoveredDevice]:
    for each in request.device_ids:
        yield connector.DiscoveredDevice(each, [OnOff, OnOff(on_off=True)])


@app.send_command
async def command(request: connector.SendCommand) -> connector.CommandResponse | None:
    for each in request.commands:
        match each:
            case OnOff.on(endpoint=endpoint):
                assert_type(endpoint, str)
            case connector.MatterCommand(cluster=cluster):
                assert_type(cluster, str)
            case Command(endpoint=endpoint):
                assert_type(endpoint, str)
    return connector.CommandResponse({"2": [OnOff(on_off=True)]})


@app.deactivate_user
def deactivate(request: connector.DeactivateUser) -> None: ...


def secret(auth: connector.Auth) -> str:
    match auth:
        case connector.OAuthToken(token=token):
            return token
        case connector.SecretReference(arn=arn):
            return arn
        case _:
            assert_never(auth)


assert_type(app.respond("{}")["header"]["responseCode"], int)
assert_type(app.check(), tuple[str, ...])
