# pyright: strict
"""The public API as an application uses it, with the type that each expression has.

Read by type checkers and never run: `tests/typing/test_typing.py` asks that they have no complaint.
"""

import contextlib
import math
import pickle
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import datetime

import boto3
import iotmi
from botocore.client import BaseClient
from iotmi import (
    AccountAssociation,
    AccountAssociationItem,
    AsyncClient,
    AsyncPager,
    Attempt,
    AuthenticationMaterialType,
    Async,
    CapabilityAction,
    Client,
    CommandCapability,
    CommandEndpoint,
    CreateAccountAssociation,
    CreatedAccountAssociation,
    CreatedManagedThing,
    CreateManagedThing,
    CredentialLocker,
    CredentialLockerSummary,
    GetCredentialLocker,
    GetManagedThing,
    JsonValue,
    ListManagedThings,
    ManagedThing,
    ManagedThings,
    ManagedThingState,
    ManagedThingSummary,
    OperationInfo,
    Page,
    Pager,
    PollInterval,
    ProvisioningStatus,
    Request,
    ResourceTags,
    Response,
    Retry,
    RetryPolicy,
    Role,
    SentManagedThingCommand,
    WiFiSimpleSetupConfiguration,
)
from iotmi.emulator import Call, Emulator
from iotmi.materials import (
    CloudDevice,
    CustomProtocolCode,
    DiscoveredDevice,
    Material,
    MaterialIssue,
    MaterialParameters,
    PreOnboardedCloudDevice,
    WiFiSetupCode,
    ZigbeeCode,
    ZWaveCode,
    ZWaveKeys,
    ZWaveTlv,
    parse,
)
from typing_extensions import assert_never, assert_type


def make_clients(session: boto3.Session, boto3_client: BaseClient) -> None:
    assert_type(Client(), Client)
    assert_type(Client(region_name="eu-west-1", profile_name="home", timeout=30.0), Client)
    assert_type(Client(session=session, endpoint_url="https://localhost"), Client)
    assert_type(Client(boto3_client=boto3_client, retry=RetryPolicy.none()), Client)
    assert_type(AsyncClient(retry=RetryPolicy(max_attempts=2)), AsyncClient)
    with Client() as client:
        assert_type(client, Client)
        assert_type(client.with_options(timeout=math.inf), Client)
        assert_type(client.with_options(retry=RetryPolicy()).with_options(), Client)
    assert_type(client.close(), None)


def managed_things(client: Client) -> None:
    created = client.managed_things.create(
        role=Role.CONTROLLER,
        authentication_material="SN:123456789524;UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        name="Hall hub",
        wifi_simple_setup_configuration=WiFiSimpleSetupConfiguration(timeout_in_minutes=10),
        tags={"floor": "1"},
        metadata={"room": "hall"},
    )
    assert_type(created, CreatedManagedThing)
    assert_type(created.id, str)
    assert_type(created.arn, str)
    assert_type(created.created_at, datetime)

    thing = client.managed_things.get(created.id)
    assert_type(thing, ManagedThing)
    assert_type(client.managed_things.get(identifier=created.id), ManagedThing)
    assert_type(thing.id, str)
    assert_type(thing.name, str | None)
    assert_type(thing.role, Role | None)
    assert_type(thing.provisioning_status, ProvisioningStatus | None)
    assert_type(thing.updated_at, datetime | None)
    assert_type(thing.metadata, Mapping[str, str] | None)
    setup = thing.wifi_simple_setup_configuration
    assert_type(setup, WiFiSimpleSetupConfiguration | None)
    if thing.name is not None:
        assert_type(thing.name.upper(), str)
    if setup is not None:
        assert_type(setup.timeout_in_minutes, int | None)

    assert_type(client.managed_things.update(thing.id, name="Cellar hub"), None)
    assert_type(client.managed_things.delete(thing.id, force=True), None)
    assert_type(client.managed_things.get_certificate(thing.id).certificate_pem, str | None)
    assert_type(client.managed_things.get_connectivity_data(thing.id).connected, bool | None)
    state = client.managed_things.get_state(thing.id)
    assert_type(state, ManagedThingState)
    for endpoint in state.endpoints:
        for capability in endpoint.capabilities:
            assert_type(capability.properties, JsonValue)


def command(client: Client) -> None:
    toggle = CapabilityAction(name="Toggle", parameters={"OnOff": [True, None, 1.5]})
    light = CommandCapability(id="matter.OnOff@1.4", name="On/Off", version="1", actions=[toggle])
    endpoints: Sequence[CommandEndpoint] = (CommandEndpoint(endpoint_id="1", capabilities=[light]),)
    sent = client.managed_things.send_command("thing", endpoints=endpoints)
    assert_type(sent, SentManagedThingCommand)
    assert_type(sent.trace_id, str | None)


def listings(client: Client) -> None:
    pager = client.managed_things.list(role_filter=Role.DEVICE, max_results=50)
    assert_type(pager, Pager[ManagedThingSummary])
    for summary in pager:
        assert_type(summary, ManagedThingSummary)
        assert_type(summary.id, str)
    assert_type(pager.pages(), Iterator[Page[ManagedThingSummary]])
    for page in pager.pages():
        assert_type(page.items, tuple[ManagedThingSummary, ...])
        assert_type(page.next_token, str | None)
    assert_type(pager.first(), ManagedThingSummary | None)
    assert_type(pager.collect(), list[ManagedThingSummary])
    assert_type(pager.collect(limit=10), list[ManagedThingSummary])
    assert_type([summary.name for summary in pager], list[str | None])
    assert_type(client.account_associations.list().first(), AccountAssociationItem | None)
    assert_type(client.credential_lockers.list(), Pager[CredentialLockerSummary])


def other_families(client: Client) -> None:
    link = client.account_associations.create(connector_destination_id="x")
    assert_type(link, CreatedAccountAssociation)
    assert_type(
        client.account_associations.wait_until_settled(link.account_association_id, timeout=60),
        AccountAssociation,
    )
    assert_type(client.credential_lockers.get("locker"), CredentialLocker)
    assert_type(client.tags.tag("arn", tags={"floor": "1"}), None)
    assert_type(client.tags.untag("arn", tag_keys=["floor"]), None)
    assert_type(client.tags.untag("arn", tag_keys=("floor", "room")), None)
    assert_type(client.tags.list("arn"), ResourceTags)


def waiters(client: Client) -> None:
    pauses = PollInterval(initial=0.1, maximum=5.0)
    thing = client.managed_things.wait_until_activated("thing", timeout=60, pauses=pauses)
    assert_type(thing, ManagedThing)
    assert_type(client.managed_things.wait_until_deleted("thing"), None)


def requests_as_values(client: Client) -> None:
    request = GetManagedThing("thing")
    assert_type(request.identifier, str)
    response = client.send(request)
    assert_type(response, Response[ManagedThing])
    assert_type(response.value, ManagedThing)
    assert_type(response.request_id, str | None)
    assert_type(response.http_status, int)
    assert_type(response.attempts, int)
    assert_type(response.elapsed, float)
    assert_type(response.raw, JsonValue)
    assert_type(client.send(GetCredentialLocker(identifier="locker")).value, CredentialLocker)
    assert_type(client.send(ListManagedThings(max_results=5)).value, Page[ManagedThingSummary])
    work: list[Request[object]] = [request, CreateAccountAssociation(connector_destination_id="x")]
    assert_type([client.send(item).value for item in work], list[object])
    seen: dict[GetManagedThing, int] = {request: 1}
    assert_type(seen.get(request), int | None)
    assert_type(pickle.dumps(request), bytes)


def make_anything(client: Client, request: Request[CreatedManagedThing]) -> str:
    return client.send(request).value.id


def checked_elsewhere(client: Client, request: CreateManagedThing) -> str:
    return make_anything(client, request)


def what_goes_wrong(client: Client) -> None:
    try:
        client.managed_things.get("thing")
    except iotmi.ResourceNotFoundError as error:
        assert_type(error.resource_id, str | None)
        assert_type(error.operation, str)
        assert_type(error.retry_after, float | None)
    except (iotmi.ThrottlingError, iotmi.ConflictError) as error:
        assert_type(error.code, str)
        assert_type(error.http_status, int)
    except iotmi.ServiceError as error:
        assert_type(error.request_id, str | None)
    except iotmi.ConstraintError as error:
        assert_type(error.problems, tuple[iotmi.Problem, ...])
        assert_type([problem.path for problem in error.problems], list[str])
        as_value_error: ValueError = error
        raise as_value_error from None
    except iotmi.DeadlineExceededError as error:
        assert_type(error.last, iotmi.CallError | None)
        assert_type(error.page, int | None)
    except (iotmi.NotSentError, iotmi.NoResponseError) as error:
        assert_type(error.attempts, int)
        assert_type(error.failed_attempts, tuple[iotmi.FailedAttempt, ...])
        assert_type(error.failed_attempts[0].request_id, str | None)
        assert_type(error.failed_attempts[0].pause, float)
    except iotmi.IotmiError as error:
        assert_type(error.retryable, bool)
    with contextlib.suppress(iotmi.WaitTimeoutError, iotmi.WaitFailedError):
        client.managed_things.wait_until_deleted("thing")


def open_enums(thing: ManagedThing) -> str:
    match thing.role:
        case None:
            return "unknown"
        case role if not role.known:
            # A value that the service learned later comes before the members: to a type checker
            # an enum is closed, and what stood after the last member would be unreachable.
            return role.value
        case Role.CONTROLLER:
            return "a hub"
        case Role.DEVICE:
            return "a device"


def shown(text: str) -> str:
    return text.lower()


def enum_members(text: str, role: Role) -> None:
    assert_type(Role(text), Role)
    assert_type(shown(role.value), str)
    assert_type(role == text, bool)
    assert_type(shown(Role.DEVICE), str)
    assert_type(ProvisioningStatus(text).known, bool)
    assert_type(list(Role), list[Role])


def past_the_limits(client: Client) -> None:
    with iotmi.unchecked():
        client.managed_things.update("thing", name="x" * 500)


def tell(retry: Retry) -> None:
    assert_type(retry.operation, str)
    assert_type(retry.attempt, int)
    assert_type(retry.error, iotmi.CallError)
    assert_type(retry.pause, float)


def notify_attempt(attempt: Attempt) -> None:
    assert_type(attempt.attempt, int)
    assert_type(attempt.error, iotmi.CallError | None)
    assert_type(attempt.request_id, str | None)


def policies() -> None:
    policy = RetryPolicy(
        max_attempts=3,
        initial_backoff=0.1,
        quota=None,
        max_elapsed=60,
        on_retry=tell,
        seed=1,
        sleep=None,
    )
    assert_type(policy, RetryPolicy)
    assert_type(policy.max_attempts, int)
    assert_type(policy.quota, int | None)
    assert_type(policy.on_retry, Callable[[Retry], None] | None)
    assert_type(RetryPolicy(on_attempt=notify_attempt).on_attempt, Callable[[Attempt], None] | None)


def operations() -> None:
    assert_type(iotmi.operations(), tuple[OperationInfo, ...])
    for info in iotmi.operations():
        assert_type(info.name, str)
        assert_type(info.request, type[Request[object]])
        assert_type(info.output, type | None)
        assert_type(info.idempotent, bool)
    assert_type(shown(iotmi.__version__), str)


def family_as_a_parameter(things: ManagedThings) -> ManagedThing:
    return things.get("thing")


async def awaiting_family_as_a_parameter(things: ManagedThings[Async]) -> ManagedThing:
    return await things.get("thing")


async def families_passed_on(client: Client, async_client: AsyncClient) -> None:
    assert_type(family_as_a_parameter(client.managed_things), ManagedThing)
    thing = await awaiting_family_as_a_parameter(async_client.managed_things)
    assert_type(thing, ManagedThing)


def authentication_materials(client: Client) -> None:
    material = parse("SN:123456789524;UPC:829576019524", strict=False)
    assert_type(material, Material)
    assert_type(material.text, str)
    assert_type(material.type, AuthenticationMaterialType)
    assert_type(material.warnings, tuple[MaterialIssue, ...])
    assert_type(material.parameters(), MaterialParameters)
    created = client.managed_things.create(role=Role.DEVICE, **material.parameters())
    assert_type(created, CreatedManagedThing)
    assert_type(CreateManagedThing(role=Role.DEVICE, **material.parameters()), CreateManagedThing)
    assert_type(ZigbeeCode.parse("Z:24FD5B0000015C63$I:83FED3407A939738", strict=True), ZigbeeCode)
    zigbee = ZigbeeCode(eui64="24FD5B0000015C63", install_code="83FED3407A939738C552")
    assert_type(zigbee.with_crc(), ZigbeeCode)
    zwave = ZWaveCode(
        requested_keys=ZWaveKeys.S2_AUTHENTICATED,
        dsk="51525-35455-41424-34445-31323-33435-21222-32425",
        tlvs=[ZWaveTlv(type=2, value="05")],
    )
    assert_type(zwave.requested_keys, ZWaveKeys)
    assert_type(zwave.tlvs, tuple[ZWaveTlv, ...])
    assert_type(zwave.manufacturer_id, int | None)
    assert_type(PreOnboardedCloudDevice.parse("CLOUD:a:b").account_association_ids, tuple[str, ...])


def every_material(material: Material) -> str:
    match material:
        case WiFiSetupCode(serial_number=serial_number):
            return serial_number
        case ZigbeeCode(eui64=eui64):
            return eui64
        case ZWaveCode(dsk=dsk):
            return dsk
        case CloudDevice() | PreOnboardedCloudDevice():
            return material.connector_device_id
        case DiscoveredDevice() | CustomProtocolCode():
            return material.text
        case _:
            assert_never(material)


async def awaited_material(client: AsyncClient, code: ZWaveCode) -> None:
    created = await client.managed_things.create(role=Role.DEVICE, **code.parameters())
    assert_type(created, CreatedManagedThing)


async def awaited() -> None:
    async with AsyncClient() as client:
        assert_type(client, AsyncClient)
        assert_type(client.with_options(timeout=5.0), AsyncClient)
        call: Coroutine[object, None, ManagedThing] = client.managed_things.get("thing")
        thing = await call
        assert_type(thing, ManagedThing)
        assert_type(thing.name, str | None)
        created = await client.managed_things.create(
            role=Role.DEVICE,
            authentication_material="x",
            authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
        )
        assert_type(created, CreatedManagedThing)
        await client.managed_things.update(thing.id, name="Cellar hub")
        await client.managed_things.delete(thing.id)
        await client.tags.untag("arn", tag_keys=["floor"])
        assert_type(await client.tags.list("arn"), ResourceTags)
        activated = await client.managed_things.wait_until_activated(thing.id, timeout=60)
        assert_type(activated, ManagedThing)
        await client.managed_things.wait_until_deleted(thing.id)
        response = await client.send(GetManagedThing("thing"))
        assert_type(response, Response[ManagedThing])
    await client.close()


async def awaited_listings(client: AsyncClient) -> None:
    pager = client.managed_things.list(role_filter=Role.DEVICE)
    assert_type(pager, AsyncPager[ManagedThingSummary])
    async for summary in pager:
        assert_type(summary, ManagedThingSummary)
    async for page in pager.pages():
        assert_type(page, Page[ManagedThingSummary])
    assert_type(await pager.first(), ManagedThingSummary | None)
    assert_type(await pager.collect(limit=10), list[ManagedThingSummary])
    assert_type([summary.id async for summary in pager], list[str])


def emulators() -> None:
    with Emulator("home.db", region_name="eu-west-1") as emulator:
        assert_type(emulator, Emulator)
        assert_type(emulator.client(retry=RetryPolicy.none(), timeout=5.0), Client)
        assert_type(emulator.async_client(), AsyncClient)
        assert_type(emulator.boto3_client(), BaseClient)
        emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2, retry_after=0.5)
        assert_type(emulator.calls, tuple[Call, ...])
        assert_type(emulator.calls[0].operation, str | None)
