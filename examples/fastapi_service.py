"""Serve a home over HTTP with FastAPI: list things, switch a lamp, map typed errors to statuses.

In production: `uvicorn --factory service:production`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

import iotmi
from iotmi.capabilities import OnOff
from iotmi.emulator import Emulator, VirtualDevice


def build(client: iotmi.AsyncClient) -> FastAPI:
    """Return the service over a client, which it closes at the end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/things")
    async def list_things(role: iotmi.Role | None = None) -> list[iotmi.ManagedThingSummary]:
        return [thing async for thing in client.managed_things.list(role_filter=role)]

    @app.put("/things/{thing_id}/on", status_code=202)
    async def switch(thing_id: str, *, value: bool) -> dict[str, str | None]:
        command = OnOff.on() if value else OnOff.off()
        return {"trace_id": (await client.managed_things.control(thing_id, command)).trace_id}

    @app.exception_handler(iotmi.ConstraintError)
    async def invalid(_: Request, error: iotmi.ConstraintError) -> JSONResponse:
        return JSONResponse({"problems": [str(each) for each in error.problems]}, 422)

    @app.exception_handler(iotmi.ResourceNotFoundError)
    async def missing(_: Request, error: iotmi.ResourceNotFoundError) -> JSONResponse:
        return JSONResponse({"message": error.message}, 404)

    @app.exception_handler(iotmi.NoResponseError)
    async def unknown(_: Request, error: iotmi.NoResponseError) -> JSONResponse:
        # The lamp may have switched. The caller has to read its state.
        return JSONResponse({"may_have_acted": error.may_have_acted}, 504)

    return app


def production() -> FastAPI:
    """Return the service over AWS."""
    return build(iotmi.AsyncClient(timeout=10))


def main() -> None:
    """Call the service on the emulator."""
    with Emulator() as emulator:
        client = emulator.client()
        hub = client.managed_things.create(
            role=iotmi.Role.CONTROLLER,
            authentication_material="SN:123456789524;UPC:829576019524",
            authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        )
        client.managed_things.wait_until_activated(hub.id)
        emulator.devices.appear(hub.id, VirtualDevice.of(OnOff, name="Reading lamp"))
        search = iotmi.StartDeviceDiscovery(
            discovery_type=iotmi.DiscoveryType.ZIGBEE, controller_identifier=hub.id
        )
        (lamp,) = client.device_discoveries.onboard(search)
        client.managed_things.wait_until_activated(lamp.id)

        with TestClient(build(emulator.async_client())) as web:
            print([thing["role"] for thing in web.get("/things").json()])
            print(web.put(f"/things/{lamp.id}/on", params={"value": True}).status_code)
            print(web.put("/things/missing/on", params={"value": True}).json())
            emulator.faults.lose_answers("SendManagedThingCommand")
            print(web.put(f"/things/{lamp.id}/on", params={"value": False}).json())


if __name__ == "__main__":
    main()
