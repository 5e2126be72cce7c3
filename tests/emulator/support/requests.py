"""Helpers for tests of the emulator: requests with default values, and expected errors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from iotmi.emulator import Emulator, HttpRequest, HttpResponse
from iotmi.emulator._model.operations import load_service

Client: TypeAlias = Any
"""A boto3 client. boto3 generates the methods at run time, so no type declares them."""

Response: TypeAlias = Any
"""The result of a method of a boto3 client."""

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:lamps"
SECRET = {
    "arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamps-secret",
    "versionId": "0" * 32,
}

_SERIALS = count(100_000_000_000)


def material() -> str:
    """Return a bar code that no test has used."""
    return f"SN:{next(_SERIALS)};UPC:829576019524"


def create_thing(client: Client, **parameters: object) -> str:
    """Create a thing, by default a hub with its own bar code, and return its id."""
    given = {
        "Role": "CONTROLLER",
        "AuthenticationMaterial": material(),
        "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
        **parameters,
    }
    identifier: str = client.create_managed_thing(**given)["Id"]
    return identifier


def create_cloud_thing(client: Client, **parameters: object) -> str:
    """Create an unregistered cloud device, and return its id."""
    given = {
        "Role": "DEVICE",
        "AuthenticationMaterial": "CLOUD:discovery1:device-1",
        "AuthenticationMaterialType": "DISCOVERED_DEVICE",
        **parameters,
    }
    return create_thing(client, **given)


def create_connector(client: Client, name: str = "Lamps", **parameters: object) -> str:
    """Create a cloud connector, and return its id."""
    given = {"EndpointConfig": {"lambda": {"arn": FUNCTION}}, **parameters}
    identifier: str = client.create_cloud_connector(Name=name, **given)["Id"]
    return identifier


def create_connector_destination(client: Client, connector: str, **parameters: object) -> str:
    """Create a destination with general authorization, and return its id."""
    given = {"AuthConfig": {"GeneralAuthorization": [general("material")]}, **parameters}
    response = client.create_connector_destination(CloudConnectorId=connector, **given)
    identifier: str = response["Id"]
    return identifier


def destination(client: Client) -> str:
    """Create a destination of the connector named Lamps, and return its id."""
    connectors = client.list_cloud_connectors()["Items"]
    named = [each["Id"] for each in connectors if each["Name"] == "Lamps"]
    return create_connector_destination(client, named[0] if named else create_connector(client))


def general(name: str, version: str = "1" * 32) -> dict[str, Any]:
    """Return a general authorization material."""
    return {"AuthMaterialName": name, "SecretsManager": {**SECRET, "versionId": version}}


def status_of(client: Client, identifier: str) -> str:
    """Read a thing once, and return its status."""
    status: str = client.get_managed_thing(Identifier=identifier)["ProvisioningStatus"]
    return status


def activate(client: Client, identifier: str) -> None:
    """Read a thing until it is activated."""
    while status_of(client, identifier) != "ACTIVATED":
        pass


def create_association(client: Client, **parameters: object) -> str:
    """Create an account association that has succeeded, and return its id."""
    given = {
        "ConnectorDestinationId": parameters.get("ConnectorDestinationId") or destination(client),
        "GeneralAuthorization": {"AuthMaterialName": "material"},
        **parameters,
    }
    identifier: str = client.create_account_association(**given)["AccountAssociationId"]
    return identifier


def register(client: Client, thing: str, association: str) -> dict[str, Any]:
    """Register a thing with an account association, and return the response."""
    response: dict[str, Any] = client.register_account_association(
        ManagedThingId=thing, AccountAssociationId=association, DeviceDiscoveryId="discovery1"
    )
    return response


ON_OFF = "matter.OnOff@1.4"
REPORT: dict[str, Any] = {
    "version": "1.0.0",
    "nodeId": "zb.539D+4A1D",
    "endpoints": [
        {
            "id": "1",
            "deviceTypes": ["On/Off Switch"],
            "capabilities": [
                {
                    "id": ON_OFF,
                    "name": "On/Off",
                    "version": "6",
                    "properties": ["OnOff", "OnTime"],
                    "actions": ["On", "Off", "Toggle", "OffWithEffect"],
                    "events": [],
                },
                {
                    "id": "aws.Recording@1.0.2",
                    "name": "Recording",
                    "version": "1",
                    "properties": ["Enabled"],
                    "actions": ["Start", "Toggle"],
                    "events": ["Started"],
                },
            ],
        },
        {
            "id": "2",
            "deviceTypes": [],
            "capabilities": [
                {
                    "id": "matter.LevelControl@$latest",
                    "name": "Level Control",
                    "version": "5",
                    "properties": ["CurrentLevel"],
                    "actions": [],
                    "events": [],
                }
            ],
        },
    ],
}


@contextmanager
def expect_error(code: str, match: str | None = None) -> Iterator[dict[str, Any]]:
    """Expect the block to raise an error that its operation may return.

    The yielded dict holds the error response after the block.
    """
    response: dict[str, Any] = {}
    with pytest.raises(ClientError, match=match) as caught:
        yield response
    response.update(caught.value.response)
    assert response["Error"]["Code"] == code
    assert code in load_service().operations[caught.value.operation_name].errors


def http(
    emulator: Emulator, method: str, path: str, *, query: str = "", body: object = None
) -> tuple[HttpResponse, dict[str, Any]]:
    """Send one raw request. Return the response and its document."""
    octets = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    reply = emulator.handle(HttpRequest(method, path, query, {}, octets))
    return reply, json.loads(reply.body or b"{}")


def locker_names(client: Client) -> list[str]:
    """Return the names of all lockers."""
    return [item.get("Name", "") for item in client.list_credential_lockers()["Items"]]


def last_call(emulator: Emulator) -> tuple[int, str | None, bool, str | None]:
    """Return the last call's status, error, carried_out and fault."""
    call = emulator.calls[-1]
    return call.status, call.error, call.carried_out, call.fault
