# pyright: strict
"""Planted mistakes, one per line. Each marked line must be refused, and no other.

Read by type checkers and never run; `tests/typing/test_typing.py` compares line by line. The text of a
marker is the name of its mistake. Left out, for no type checker can see it: one string where a
sequence of strings is due (a `str` is one), and a number or a string outside its limits.
"""

import iotmi
from iotmi import (
    CapabilityAction,
    CommandEndpoint,
    CreateManagedThing,
    GetCredentialLocker,
    GetManagedThing,
    ManagedThing,
    ManagedThingSummary,
    ManagedThings,
    Pager,
    PollInterval,
    ProvisioningStatus,
    Response,
    RetryPolicy,
    Role,
    WiFiSimpleSetupConfiguration,
)
from iotmi.emulator import Emulator
from iotmi.materials import DiscoveredDevice, WiFiSetupCode, ZigbeeCode


def arguments(client: iotmi.Client) -> None:
    client.managed_things.get(5)  # error: wrong type
    client.managed_things.get("thing", verbose=True)  # error: unknown keyword
    client.account_associations.create(name="Mains")  # error: missing keyword
    client.managed_things.get()  # error: missing identifier
    client.managed_things.get(None)  # error: None for an identifier
    client.managed_things.update("thing", "Hall hub")  # error: positional where keyword-only
    client.managed_things.update("thing", nmae="Hall hub")  # error: misspelt keyword
    client.managed_things.list(max_results="50")  # error: wrong type of max_results
    client.managed_things.list(role_filter="DEVICE")  # error: plain string for an enum
    client.managed_things.list(role_filter=ProvisioningStatus.ACTIVATED)  # error: wrong enum class
    client.managed_things.list(role_filter=Role.DEVCE)  # error: misspelt enum member
    client.managed_things.delete("thing", force="yes")  # error: string for a boolean
    client.managed_things.wait_until_deleted("thing", timeout="long")  # error: waiter timeout
    client.managed_things.wait_until_deleted("thing", pauses=5.0)  # error: number for pauses
    client.tags.tag("arn", tags={"floor": 1})  # error: wrong value in a map
    client.tags.untag("arn", tag_keys=[1, 2])  # error: wrong items in a sequence
    client.tags.untag("arn", tag_keys="floor".split)  # error: function not called


def names(client: iotmi.Client, thing: ManagedThing) -> None:
    client.managed_things.fetch("thing")  # error: misspelt method
    client.managed_thing.get("thing")  # error: misspelt family
    print(thing.provisoning_status)  # error: misspelt attribute
    print(client.managed_things.get("thing").nmae)  # error: misspelt attribute of an answer
    print(client.managed_things.update("thing", name="x").id)  # error: attribute of no answer
    print(iotmi.ResourceNotFound)  # error: misspelt exception
    raise iotmi.ConflictError("no")  # error: exception without its facts


def optionals(client: iotmi.Client, thing: ManagedThing) -> None:
    print(thing.name.upper())  # error: unguarded optional
    print(thing.created_at.year)  # error: unguarded time
    print(client.managed_things.list().first().id)  # error: unguarded first
    name: str = thing.name  # error: optional for a string
    print(name)


def values(client: iotmi.Client, thing: ManagedThing, summary: ManagedThingSummary) -> None:
    thing.name = "Hall hub"  # error: assignment to a frozen value
    client.managed_things.get = print  # error: assignment to a method
    WiFiSimpleSetupConfiguration(timeout_in_minutes="10")  # error: wrong type in a value
    WiFiSimpleSetupConfiguration(10)  # error: positional in a value
    CapabilityAction(name="Toggle", parameters=object())  # error: document not JSON
    CommandEndpoint(endpoint_id="1", capabilities=["x"])  # error: wrong type inside a nested value
    CreateManagedThing(role=Role.DEVICE)  # error: missing keyword of a request
    whole: ManagedThing = summary  # error: summary for the whole
    print(whole)


def requests(client: iotmi.Client) -> None:
    thing: Response[ManagedThing] = client.send(GetCredentialLocker("x"))  # error: wrong answer
    print(thing)
    client.send(GetManagedThing)  # error: class for a request
    client.send("GetManagedThing")  # error: name for a request


def policies(client: iotmi.Client) -> None:
    RetryPolicy(max_attempts="5")  # error: wrong type in a policy
    RetryPolicy(5)  # error: positional in a policy
    RetryPolicy(on_retry=lambda: None)  # error: listener without a parameter
    PollInterval(inital=1.0)  # error: misspelt keyword of pauses
    client.with_options(retry=3)  # error: number for a policy
    iotmi.Client("eu-west-1")  # error: positional in a client


def authentication_materials(client: iotmi.Client) -> None:
    code = ZigbeeCode.parse("Z:24FD5B0000015C63$I:83FED3407A939738")
    client.managed_things.create(**code.parameters())  # error: material without a role
    ZigbeeCode(eui64="24FD5B0000015C63")  # error: Zigbee code without its install code
    ZigbeeCode(eui64=0x24FD5B0000015C63, install_code="83FE")  # error: number for an address
    WiFiSetupCode(serial="123456789524")  # error: misspelt keyword of a material
    code.install_code = "83FED3407A939738"  # error: assignment to a material
    DiscoveredDevice(b"opaque")  # error: octets for a material


def exceptions(client: iotmi.Client) -> None:
    try:
        client.managed_things.get("thing")
    except iotmi.Role:  # error: except of no exception
        raise
    except iotmi.ServiceError as error:
        print(error.resource_id)  # error: attribute of another exception


async def colours(client: iotmi.Client, async_client: iotmi.AsyncClient) -> None:
    await client.managed_things.get("thing")  # error: blocking call awaited
    print(async_client.managed_things.get("thing").name)  # error: attribute of what is not awaited
    async_client.managed_things.delete("thing")  # error: call not awaited
    for summary in async_client.managed_things.list():  # error: for over an async pager
        pass
    async for summary in client.managed_things.list():  # error: async for over a pager
        pass
    pager = async_client.managed_things.list()
    blocking: Pager[ManagedThingSummary] = pager  # error: async pager for a pager
    print(blocking)
    with async_client:  # error: with on the async client
        pass
    async with client:  # error: async with on the blocking client
        pass
    things: ManagedThings = async_client.managed_things  # error: family of the other colour
    print(things)


def emulators(emulator: Emulator) -> None:
    emulator.client(timeout="5")  # error: wrong type in an emulator client
    emulator.faults.fail("GetManagedThing")  # error: fault without its code
