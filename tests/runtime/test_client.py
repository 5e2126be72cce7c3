"""Clients: creating, copying, closing, and sharing boto3 with other code."""

import concurrent.futures
import math
import sys
from contextlib import nullcontext

import boto3
import pytest
from botocore.stub import Stubber

import iotmi
from iotmi import AsyncClient, Client, RetryPolicy
from iotmi._botocore.loader import SERVICE
from iotmi._botocore.session import open_client
from iotmi.emulator import Emulator
from tests.support.bad_servers import Refusals, listening
from tests.support.factories import hub_request, make_hub
from tests.support.http_servers import Service, answer, serving, session, with_keys

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return each event loop."""
    return str(request.param)


async def test_the_async_client_works(emulator: Emulator, retry: RetryPolicy) -> None:
    """The async client creates, reads, changes, lists and deletes, on asyncio and trio."""
    async with emulator.async_client(retry=retry) as client:
        made = await client.managed_things.create(
            role=hub_request().role,
            authentication_material=hub_request().authentication_material,
            authentication_material_type=hub_request().authentication_material_type,
        )
        await client.managed_things.update(made.id, name="Hall hub")
        assert (await client.managed_things.get(made.id)).name == "Hall hub"
        assert [thing.name async for thing in client.managed_things.list()] == ["Hall hub"]
        await client.managed_things.delete(made.id, force=True)
        with pytest.raises(iotmi.ResourceNotFoundError):
            await client.managed_things.get(made.id)
        with pytest.raises(iotmi.ConstraintError):
            await client.managed_things.get("")
        assert repr(client) == "<iotmi.AsyncClient in eu-west-1>"
        assert "eu-west-1" in repr(client.managed_things)


def test_the_two_clients_have_the_same_families_and_methods(
    client: Client, async_client: AsyncClient
) -> None:
    """Both clients have the same families and methods."""
    for info in iotmi.operations():
        family, method = info.method.split(".")
        for one in (client, async_client):
            bound = getattr(getattr(one, family), method)
            assert bound.__name__ == method
            assert bound.__doc__ == info.request.__doc__
            assert getattr(getattr(one, family), method) == bound


def test_one_client_serves_many_threads(client: Client) -> None:
    """64 threads create 64 hubs with one client."""
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        made = list(pool.map(lambda number: make_hub(client, number).id, range(64)))
    assert sorted(made) == sorted(thing.id for thing in client.managed_things.list())


def test_a_client_can_be_made_from_a_session_and_closed() -> None:
    """A client uses the session's Region and the endpoint, and closes its connections."""
    with serving([answer("200 OK", b'{"Id": "x"}')]) as url:
        with Client(session=session(), endpoint_url=url) as client:
            assert client.managed_things.get("x").id == "x"
            assert repr(client) == "<iotmi.Client in eu-west-1>"
    with Client(session=session(), region_name="ca-central-1") as client:
        assert repr(client) == "<iotmi.Client in ca-central-1>"


def test_options_that_contradict_each_other_are_refused(emulator: Emulator) -> None:
    """Conflicting options and negative timeouts raise an error."""
    with pytest.raises(TypeError, match="brings its own"):
        Client(boto3_client=emulator.boto3_client(), region_name="eu-west-1")
    with pytest.raises(TypeError, match="brings its own"):
        Client(session=session(), profile_name="x")
    for timeout in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="timeout must be more than 0"):
            Client(session=session(), timeout=timeout)
    with pytest.raises(ValueError, match="attempts"):
        RetryPolicy(max_attempts=0)


def test_a_given_boto3_client_stays_open_and_as_it_was(emulator: Emulator) -> None:
    """The owner's own calls are unchanged before, during and after ours."""
    theirs = emulator.boto3_client()
    with Client(boto3_client=theirs) as ours:
        made = make_hub(ours)
        found = theirs.get_managed_thing(Identifier=made.id)  # type: ignore[attr-defined]  # made by botocore
        assert found["CreatedAt"] == ours.managed_things.get(made.id).created_at
    assert theirs.list_managed_things()["Items"][0]["Id"] == made.id  # type: ignore[attr-defined]  # ditto


def test_a_stubbers_response_is_decoded() -> None:
    """botocore's Stubber works: its parsed responses become values."""
    theirs = boto3.client(
        "iot-managed-integrations",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    from datetime import UTC, datetime

    moment = datetime(2026, 1, 2, tzinfo=UTC)
    with Stubber(theirs) as stubber:
        stubber.add_response(
            "get_managed_thing",
            {"Id": "x", "Role": "DEVICE", "CreatedAt": moment, "Tags": {"a": "b"}},
            {"Identifier": "x"},
        )
        thing = Client(boto3_client=theirs).managed_things.get("x")
    assert (thing.id, thing.role, thing.created_at) == ("x", iotmi.Role.DEVICE, moment)
    assert thing.tags == {"a": "b"}


def test_botocore_does_not_retry_beneath_us() -> None:
    """One attempt of ours is one request."""
    unavailable = Refusals(503, "ServiceUnavailableException")
    with listening(unavailable) as url:
        client = Client(session=session(), endpoint_url=url, retry=RetryPolicy.none())
        with pytest.raises(iotmi.ServiceUnavailableError):
            client.managed_things.get("x")
    assert len(unavailable.issued) == 1


def test_botocore_does_not_validate_beneath_us() -> None:
    """An `unchecked` request reaches the service."""
    with serving([answer("204 No Content")]) as url:
        with with_keys(Client, endpoint_url=url) as client, iotmi.unchecked():
            client.managed_things.update("x", name="")


def test_the_user_agent_has_our_version() -> None:
    """The user agent has the version."""
    seen: list[str] = []
    with serving([answer("200 OK", b'{"Id": "x"}')]) as url:
        client = open_client(session(), endpoint_url=url)
        client.meta.events.register(
            f"before-send.{SERVICE}",
            lambda request, **_: seen.append(str(request.headers["User-Agent"])),
        )
        Client(boto3_client=client).managed_things.get("x")
    assert f"iotmi/{iotmi.__version__} " in seen[0]


def test_without_anyio_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anyio, AsyncClient raises an error with the install command, and Client works."""
    monkeypatch.delitem(sys.modules, "iotmi._runtime.async_driver", raising=False)
    monkeypatch.setitem(sys.modules, "anyio", None)
    with Client(session=session()) as client:
        assert client.managed_things is not None
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'iotmi\[async\]'") as caught:
        AsyncClient(session=session())
    assert caught.value.name == "anyio"


def test_pauses_follow_the_emulators_clock() -> None:
    """Pauses are skipped on the `on_read` clock, advance `emulated` time, or are real."""
    with Emulator() as looked_at, Emulator(clock="emulated") as moved:
        for emulator in (looked_at, moved):
            client = emulator.client()
            before = emulator.now()
            emulator.faults.fail("GetManagedThing", "ThrottlingException", retry_after=45)
            with pytest.raises(iotmi.ResourceNotFoundError):
                client.managed_things.get("x")
            assert (emulator.now() - before).total_seconds() > 45 or emulator is looked_at
    with Emulator(clock="real") as real:
        assert real.client()._context.retry_strategy.policy == RetryPolicy(seed=0)


def test_the_emulators_seed_fixes_pauses() -> None:
    """Pauses are the same in every run, and differ between clients."""

    def pauses(seed: int) -> list[list[float | None]]:
        with Emulator(seed=seed) as emulator:
            pauses_of_runs: list[list[float | None]] = []
            for _ in range(2):
                emulator.faults.fail("GetManagedThing", "ThrottlingException", times=4)
                with pytest.raises(iotmi.ResourceNotFoundError) as caught:
                    emulator.client().managed_things.get("x")
                pauses_of_runs.append([one.pause for one in caught.value.failed_attempts])
            return pauses_of_runs

    first, second = pauses(7)
    assert first != second
    assert pauses(7) == [first, second] != pauses(8)


def test_a_throttle_refills_while_pauses_are_skipped() -> None:
    """Skipped pauses count as time for the emulator's throttle."""
    with Emulator() as emulator:
        emulator.faults.throttle(rate=1.0, burst=1)
        client = emulator.client(retry=None)
        for number in range(5):
            client.credential_lockers.create(name=f"Household {number}")
        assert {call.status for call in emulator.calls} == {201, 429}


def test_a_copy_uses_the_same_connection(service: Service) -> None:
    """A client and its copy send over one connection."""
    client = with_keys(Client, endpoint_url=service.url)
    client.managed_things.get("x")
    client.with_options(timeout=5.0).managed_things.get("x")
    first, second = service.ports
    assert first == second


def test_a_copy_has_other_options(client: Client, emulator: Emulator) -> None:
    """An option that is not given stays; a pause of 10 s exceeds a timeout of 5 s only."""
    copy = client.with_options(timeout=5.0)
    other_policy = copy.with_options(retry=RetryPolicy(sleep=lambda _: None))
    for one, timed in [
        (client, False),
        (copy, True),
        (copy.with_options(timeout=math.inf), False),
        (other_policy, True),
    ]:
        emulator.faults.fail("ListManagedThings", "ThrottlingException", retry_after=10)
        with pytest.raises(iotmi.DeadlineExceededError) if timed else nullcontext():
            one.managed_things.list().first()
