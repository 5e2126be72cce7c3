"""Read many managed things concurrently, with a timeout. Needs `iotmi[async]`."""

import anyio

from iotmi import AsyncClient, AuthenticationMaterialType, ManagedThing, Role
from iotmi.emulator import Emulator


async def create_hubs(client: AsyncClient, count: int) -> list[str]:
    """Create hubs one after the other, and return their ids."""
    return [
        (
            await client.managed_things.create(
                role=Role.CONTROLLER,
                name=f"Hub {number}",
                authentication_material=f"SN:{number:012};UPC:829576019524",
                authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
            )
        ).id
        for number in range(count)
    ]


async def read_all(client: AsyncClient, thing_ids: list[str]) -> list[ManagedThing]:
    """Read all things concurrently. The first failure cancels the other reads and is raised."""
    found: list[ManagedThing] = []

    async def read(thing_id: str) -> None:
        found.append(await client.managed_things.get(thing_id))

    async with anyio.create_task_group() as tasks:
        for thing_id in thing_ids:
            tasks.start_soon(read, thing_id)
    return found


async def run() -> None:
    """Run on the emulator. With an AWS account, use `iotmi.AsyncClient()` instead."""
    with Emulator() as emulator:
        async with emulator.async_client() as client:
            thing_ids = await create_hubs(client, 8)
            with anyio.fail_after(30):
                things = await read_all(client, thing_ids)
            print(", ".join(sorted(thing.name or "?" for thing in things)))
            first = await client.managed_things.list(role_filter=Role.CONTROLLER).first()
            print("The first of the list:", first.name if first else None)


def main() -> None:
    """Run with asyncio. Pass `backend="trio"` to run with trio."""
    anyio.run(run)


if __name__ == "__main__":
    main()
