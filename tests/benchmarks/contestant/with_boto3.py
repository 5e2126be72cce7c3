"""Raw boto3, with its default configuration and its parameter validation."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property

import boto3
from botocore.config import Config
from botocore.model import OperationModel, StructureShape
from botocore.parsers import ResponseParser, create_parser
from botocore.validate import ParamValidator

from tests.benchmarks.contestant.client import CONNECTIONS, AsyncGet, Get
from tests.benchmarks.contestant.devices import Device
from tests.benchmarks.contestant.responses import PAGE_SIZE


class Client:
    """Raw boto3. It has no async client, so its tasks use the default thread pool of the loop."""

    def __init__(self, url: str) -> None:
        self._client = boto3.client("iot-managed-integrations", endpoint_url=url)

    def page(self) -> dict[str, list[dict[str, object]]]:
        response: dict[str, list[dict[str, object]]] = self._client.list_managed_things(
            MaxResults=PAGE_SIZE
        )
        return response

    def create(self, device: Device) -> dict[str, object]:
        response: dict[str, object] = self._client.create_managed_thing(**parameters(device))
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

    def build(self, device: Device) -> None:
        given = {**parameters(device), "ClientToken": "token"}
        report = self._validator.validate(given, self._creation)
        if report.has_errors():
            raise ValueError(report.generate_report())

    def build_unchecked(self, device: Device) -> Mapping[str, object]:
        """Build only dictionaries."""
        return parameters(device)

    def decode(self, body: bytes) -> object:
        return self._parser.parse({"status_code": 200, "headers": {}, "body": body}, self._page)

    @staticmethod
    def shared_get(url: str) -> Get:
        config = Config(max_pool_connections=CONNECTIONS)
        client = boto3.client("iot-managed-integrations", endpoint_url=url, config=config)
        return lambda identifier: client.get_managed_thing(Identifier=identifier)

    @staticmethod
    @asynccontextmanager
    async def async_get(url: str, backend: str) -> AsyncIterator[AsyncGet]:
        sync_get = Client.shared_get(url)

        async def get_by_asyncio(identifier: str) -> object:
            return await asyncio.to_thread(sync_get, identifier)

        async def get_by_trio(identifier: str) -> object:
            import trio

            return await trio.to_thread.run_sync(sync_get, identifier)

        yield get_by_trio if backend == "trio" else get_by_asyncio

    @cached_property
    def _validator(self) -> ParamValidator:
        return ParamValidator()

    @cached_property
    def _parser(self) -> ResponseParser:
        return create_parser("rest-json")

    @cached_property
    def _creation(self) -> StructureShape:
        return _known(self._operation("CreateManagedThing").input_shape)

    @cached_property
    def _page(self) -> StructureShape:
        return _known(self._operation("ListManagedThings").output_shape)

    def _operation(self, name: str) -> OperationModel:
        operation: OperationModel = self._client.meta.service_model.operation_model(name)
        return operation


def _known(shape: StructureShape | None) -> StructureShape:
    if shape is None:
        raise LookupError("the operation has no such shape")
    return shape


def parameters(device: Device) -> Mapping[str, object]:
    """Return the parameters for the creation of *device*."""
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
