"""The three clients, each used as in its documentation.

They take credentials and Region from the environment, which `tests.benchmarks.subprocesses` sets.
Each call builds its request from a `Device` and returns the client's own result: dicts, values or
typed dicts. ``page_ids``, ``created_id`` and ``got_id`` return the same for all clients, to prove
that all did the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import boto3
from capo_iot_managed_integrations import IoTManagedIntegrationsClient
from capo_iot_managed_integrations.types.get_managed_thing_response import GetManagedThingResponse
from capo_iot_managed_integrations.types.list_managed_things_response import (
    ListManagedThingsResponse,
)

from iotmi import (
    AuthenticationMaterialType,
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    Client,
    CreatedManagedThing,
    CreateManagedThing,
    ManagedThing,
    ManagedThingSummary,
    Page,
    Role,
)
from tests.benchmarks.devices import Device
from tests.benchmarks.responses import PAGE_SIZE


class BenchmarkClient(Protocol):
    """A client with the three measured operations."""

    name: str

    def __init__(self, url: str) -> None: ...

    def page(self) -> object:
        """Return one page of 100 things."""
        ...

    def create(self, device: Device) -> object:
        """Create a thing with the device's capability report."""
        ...

    def get(self, identifier: str) -> object:
        """Return one thing."""
        ...

    def pages(self) -> Iterator[Sequence[object]]:
        """Yield the items of each page of a listing, with the client's own pagination."""
        ...

    def page_ids(self) -> list[str]:
        """Return the ids on one page."""
        ...

    def created_id(self, device: Device) -> str:
        """Create a thing and return its id."""
        ...

    def got_id(self, identifier: str) -> str:
        """Get a thing and return its id."""
        ...


class Boto3:
    """Raw boto3, with its default configuration and its parameter validation."""

    name = "boto3"

    def __init__(self, url: str) -> None:
        self._client = boto3.client("iot-managed-integrations", endpoint_url=url)

    def page(self) -> dict[str, list[dict[str, object]]]:
        response: dict[str, list[dict[str, object]]] = self._client.list_managed_things(
            MaxResults=PAGE_SIZE
        )
        return response

    def create(self, device: Device) -> dict[str, object]:
        response: dict[str, object] = self._client.create_managed_thing(**boto3_parameters(device))
        return response

    def get(self, identifier: str) -> dict[str, object]:
        response: dict[str, object] = self._client.get_managed_thing(Identifier=identifier)
        return response

    def pages(self) -> Iterator[Sequence[object]]:
        paginator = self._client.get_paginator("list_managed_things")
        for page in paginator.paginate(MaxResults=PAGE_SIZE):
            yield page["Items"]

    def page_ids(self) -> list[str]:
        return [str(item["Id"]) for item in self.page()["Items"]]

    def created_id(self, device: Device) -> str:
        return str(self.create(device)["Id"])

    def got_id(self, identifier: str) -> str:
        return str(self.get(identifier)["Id"])


def boto3_parameters(device: Device) -> Mapping[str, object]:
    """Return the parameters of boto3 for the creation of *device*."""
    return {
        "Role": "DEVICE",
        "AuthenticationMaterial": device.material,
        "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
        "SerialNumber": device.serial_number,
        "CapabilityReport": {
            "version": "1.0.0",
            "endpoints": [
                {
                    "id": "1",
                    "deviceTypes": ["Aggregator"],
                    "capabilities": [
                        {
                            "id": capability.id,
                            "name": capability.name,
                            "version": "1",
                            "properties": capability.properties,
                            "actions": capability.actions,
                            "events": capability.events,
                        }
                        for capability in device.capabilities
                    ],
                }
            ],
        },
    }


class Iotmi:
    """iotmi with validation."""

    name = "iotmi"

    def __init__(self, url: str) -> None:
        self._client = Client(endpoint_url=url)

    def page(self) -> Page[ManagedThingSummary]:
        return next(self._client.managed_things.list(max_results=PAGE_SIZE).pages())

    def create(self, device: Device) -> CreatedManagedThing:
        return self._client.send(iotmi_request(device)).value

    def get(self, identifier: str) -> ManagedThing:
        return self._client.managed_things.get(identifier)

    def pages(self) -> Iterator[Sequence[object]]:
        for page in self._client.managed_things.list(max_results=PAGE_SIZE).pages():
            yield page.items

    def page_ids(self) -> list[str]:
        return [item.id for item in self.page().items]

    def created_id(self, device: Device) -> str:
        return self.create(device).id

    def got_id(self, identifier: str) -> str:
        return self.get(identifier).id


def iotmi_request(device: Device) -> CreateManagedThing:
    """Build and validate the request for the creation of *device*."""
    return CreateManagedThing(
        role=Role.DEVICE,
        authentication_material=device.material,
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        serial_number=device.serial_number,
        capability_report=CapabilityReport(
            version="1.0.0",
            endpoints=[
                CapabilityReportEndpoint(
                    id="1",
                    device_types=["Aggregator"],
                    capabilities=[
                        CapabilityReportCapability(
                            id=capability.id,
                            name=capability.name,
                            version="1",
                            properties=capability.properties,
                            actions=capability.actions,
                            events=capability.events,
                        )
                        for capability in device.capabilities
                    ],
                )
            ],
        ),
    )


class Capo:
    """capo-iot-managed-integrations, a generated client with typed dicts and its own HTTP stack."""

    name = "capo"

    def __init__(self, url: str) -> None:
        self._client = IoTManagedIntegrationsClient(endpoint=url)

    def page(self) -> ListManagedThingsResponse:
        return self._client.list_managed_things(max_results=PAGE_SIZE)

    def create(self, device: Device) -> Mapping[str, object]:
        return self._client.create_managed_thing(
            "DEVICE",
            device.material,
            "WIFI_SETUP_QR_BAR_CODE",
            serial_number=device.serial_number,
            capability_report={
                "version": "1.0.0",
                "endpoints": [
                    {
                        "id": "1",
                        "device_types": ["Aggregator"],
                        "capabilities": [
                            {
                                "id": capability.id,
                                "name": capability.name,
                                "version": "1",
                                "properties": capability.properties,
                                "actions": capability.actions,
                                "events": capability.events,
                            }
                            for capability in device.capabilities
                        ],
                    }
                ],
            },
        )

    def get(self, identifier: str) -> GetManagedThingResponse:
        return self._client.get_managed_thing(identifier)

    def pages(self) -> Iterator[Sequence[object]]:
        token: str | None = None
        while True:
            # capo's iterator yields items, so request its pages one by one.
            response = self._client.list_managed_things(max_results=PAGE_SIZE, next_token=token)
            yield response.get("items", [])
            token = response.get("next_token")
            if token is None:
                return

    def page_ids(self) -> list[str]:
        return [item.get("id", "") for item in self.page().get("items", [])]

    def created_id(self, device: Device) -> str:
        return str(self.create(device)["id"])

    def got_id(self, identifier: str) -> str:
        return self.get(identifier).get("id", "")


CLIENTS: Final[tuple[type[BenchmarkClient], ...]] = (Boto3, Iotmi, Capo)
