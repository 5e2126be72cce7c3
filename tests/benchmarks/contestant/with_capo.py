"""capo-iot-managed-integrations, a generated client with typed dicts and its own HTTP stack."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

from capo_iot_managed_integrations import (
    AsyncIoTManagedIntegrationsClient,
    IoTManagedIntegrationsClient,
)
from capo_iot_managed_integrations.types.get_managed_thing_response import GetManagedThingResponse
from capo_iot_managed_integrations.types.list_managed_things_response import (
    ListManagedThingsResponse,
    deserialize_json,
)
from zapros import AsyncStdNetworkHandler, StdNetworkHandler

from tests.benchmarks.contestant.client import CONNECTIONS, AsyncGet, Get
from tests.benchmarks.contestant.devices import Device
from tests.benchmarks.contestant.responses import PAGE_SIZE


class Client:
    """capo. It validates nothing, so it has no comparable build."""

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

    def build(self, device: Device) -> NoReturn:
        raise NotImplementedError

    def build_unchecked(self, device: Device) -> NoReturn:
        raise NotImplementedError

    def decode(self, body: bytes) -> object:
        return deserialize_json(json.loads(body))

    @staticmethod
    def shared_get(url: str) -> Get:
        handler = StdNetworkHandler(
            http1={
                "max_connections_per_host": CONNECTIONS,
                "max_idle_connections_per_host": CONNECTIONS,
            }
        )
        return IoTManagedIntegrationsClient(handler, endpoint=url).get_managed_thing

    @staticmethod
    @asynccontextmanager
    async def async_get(url: str, backend: str) -> AsyncIterator[AsyncGet]:  # noqa: ARG004
        handler = AsyncStdNetworkHandler(
            http1={
                "max_connections_per_host": CONNECTIONS,
                "max_idle_connections_per_host": CONNECTIONS,
            }
        )
        async with AsyncIoTManagedIntegrationsClient(handler, endpoint=url) as client:
            yield client.get_managed_thing
