"""iotmi with validation."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import iotmi
from iotmi import (
    AuthenticationMaterialType,
    CapabilityReport,
    CapabilityReportCapability,
    CapabilityReportEndpoint,
    CreatedManagedThing,
    CreateManagedThing,
    ListManagedThings,
    ManagedThing,
    ManagedThingSummary,
    Page,
    Role,
    unchecked,
)
from iotmi._serde.decoder import decode_response
from tests.benchmarks.contestant.client import AsyncGet, Get
from tests.benchmarks.contestant.devices import Device
from tests.benchmarks.contestant.responses import PAGE_SIZE

_LISTING: Final = ListManagedThings()


class Client:
    """iotmi, sending directly."""

    def __init__(self, url: str) -> None:
        self._client = iotmi.Client(endpoint_url=url)

    def page(self) -> Page[ManagedThingSummary]:
        return next(self._client.managed_things.list(max_results=PAGE_SIZE).pages())

    def create(self, device: Device) -> CreatedManagedThing:
        return self._client.send(request(device)).value

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

    def build(self, device: Device) -> CreateManagedThing:
        return request(device)

    def build_unchecked(self, device: Device) -> CreateManagedThing:
        with unchecked():
            return request(device)

    def decode(self, body: bytes) -> object:
        return decode_response(json.loads(body), _LISTING)

    @staticmethod
    def shared_get(url: str) -> Get:
        return iotmi.Client(endpoint_url=url).managed_things.get

    @staticmethod
    @asynccontextmanager
    async def async_get(url: str, backend: str) -> AsyncIterator[AsyncGet]:  # noqa: ARG004
        async with iotmi.AsyncClient(endpoint_url=url) as client:
            yield client.managed_things.get


def request(device: Device) -> CreateManagedThing:
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
