"""A cloud connector for a third party's lamps, invoked as the service invokes it."""

import iotmi
from iotmi import connector
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator

# In Lambda: Connector(later=connector.InvokeAgain(), seen=connector.DynamoDBLeases("leases")).
app = connector.Connector()
LAMPS = {"lamp-1": False, "lamp-2": True}


@app.activate_user
def activate(request: connector.ActivateUser) -> connector.UserActivated:
    """Ask the third party for the user of the token."""
    print("signed in with", request.auth)
    return connector.UserActivated(user_id="user-1")


@app.discover_devices
def discover(request: connector.DiscoverDevices) -> list[connector.DiscoveredDevice]:
    """Return the lamps of the user."""
    del request
    return [
        connector.DiscoveredDevice(lamp, [OnOff(on_off=on)], device_types=["On/Off Light"])
        for lamp, on in LAMPS.items()
    ]


@app.send_command
def command(request: connector.SendCommand) -> connector.CommandResponse:
    """Switch a lamp."""
    for each in request.commands:
        match each:
            case OnOff.toggle():
                LAMPS[request.device_id] = not LAMPS[request.device_id]
            case _:
                raise connector.ConnectorError(501, "a lamp can only be toggled")
    return connector.CommandResponse([OnOff(on_off=LAMPS[request.device_id])])


@app.deactivate_user
def deactivate(request: connector.DeactivateUser) -> None:
    """Forget the user."""
    print("signed out with", request.auth)


lambda_handler = app.lambda_handler


class Context:
    """The context of an invocation on the emulator, which lends its client."""

    def __init__(self, client: iotmi.Client) -> None:
        self.iotmi_client = client


def main() -> None:
    """Toggle a lamp twice by the same request, as the service repeats it."""
    with Emulator() as emulator:
        client = emulator.client()
        function = "arn:aws:lambda:eu-west-1:123456789012:function:lamps"
        connector_id = client.cloud_connectors.create(
            name="Lamps",
            endpoint_config=iotmi.EndpointConfig(lambda_=iotmi.LambdaConfig(arn=function)),
        ).id
        auth = {"type": "OAuth2.0", "token": "the user's secret"}
        toggle = {"id": "0x0006", "commands": [{"0x02": {}}]}
        device = {
            "connectorDeviceId": "lamp-1",
            "traceId": "9b75f3839b6140f=_1",
            "endpoints": [{"id": "1", "clusters": [toggle]}],
        }
        for operation in ("ActivateUser", "SendCommand", "SendCommand", "DeactivateUser"):
            payload = {"operationName": f"AWS.{operation}", "connectorId": connector_id, **device}
            event = {"header": {"auth": auth}, "payload": payload}
            print(lambda_handler(event, Context(client)))
        print("lamp-1 is", "on" if LAMPS["lamp-1"] else "off")
        print([call.operation for call in emulator.calls[1:]])


if __name__ == "__main__":
    main()
