"""Cloud connectors: a third party's cloud behind a Lambda function.

    from iotmi import connector

    app = connector.Connector(later=connector.InvokeAgain(), seen=connector.DynamoDBLeases("seen"))

    @app.send_command
    def command(request: connector.SendCommand) -> connector.CommandResponse: ...

    lambda_handler = app.lambda_handler

boto3 is imported when the first call to AWS is made.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/connector-operations-overview.html
"""

from iotmi.capabilities.matter import MatterCommand
from iotmi.connector._connector import BatchResponse, Connector
from iotmi.connector._errors import ConnectorError
from iotmi.connector._later import HandOn, InThread, InvokeAgain, Later, Queue
from iotmi.connector._leases import (
    Acquired,
    Done,
    DynamoDBLeases,
    Held,
    Lease,
    Leases,
    MemoryLeases,
    SQLiteLeases,
)
from iotmi.connector._requests import (
    ActivateUser,
    Auth,
    DeactivateUser,
    DiscoverDevices,
    OAuthToken,
    Request,
    SecretReference,
    SendCommand,
)
from iotmi.connector._responses import (
    CommandResponse,
    ConnectorResponse,
    DiscoveredDevice,
    UserActivated,
)

__all__ = [
    "Acquired",
    "ActivateUser",
    "Auth",
    "BatchResponse",
    "CommandResponse",
    "Connector",
    "ConnectorError",
    "ConnectorResponse",
    "DeactivateUser",
    "DiscoverDevices",
    "DiscoveredDevice",
    "Done",
    "DynamoDBLeases",
    "HandOn",
    "Held",
    "InThread",
    "InvokeAgain",
    "Later",
    "Lease",
    "Leases",
    "MatterCommand",
    "MemoryLeases",
    "OAuthToken",
    "Queue",
    "Request",
    "SQLiteLeases",
    "SecretReference",
    "SendCommand",
    "UserActivated",
]
