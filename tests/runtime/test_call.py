"""One call: client tokens, attempts, deadlines and retries."""

import time
import uuid

import pytest

import iotmi
from iotmi import (
    AsyncClient,
    Client,
    CreatedManagedThing,
    GetManagedThing,
    Response,
    Retry,
    RetryPolicy,
)
from iotmi.emulator import Emulator
from tests.support.factories import hub_request, make_hub, toggle
from tests.support.http_servers import (
    answer,
    closed_port,
    hang_up,
    keep_silent,
    serving,
    with_keys,
)

pytestmark = pytest.mark.anyio


def tokens(emulator: Emulator) -> list[object]:
    """Return the client tokens that the service received."""
    return [call.parameters.get("ClientToken") for call in emulator.calls if call.parameters]


def test_a_throttled_create_sends_one_token_throughout(
    client: Client, emulator: Emulator, pauses: list[float]
) -> None:
    """A create that is throttled twice sends one ClientToken and creates one thing."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=2)
    response = client.send(hub_request())
    assert response.attempts == 3
    assert len(set(tokens(emulator))) == 1
    assert len(tokens(emulator)) == 3
    assert uuid.UUID(str(tokens(emulator)[0])).version == 4
    assert len(client.managed_things.list().collect()) == 1
    assert len(pauses) == 2
    assert all(0 <= pause <= bound for pause, bound in zip(pauses, (1, 2), strict=True))


async def test_the_async_client_sends_one_token(
    async_client: AsyncClient, emulator: Emulator
) -> None:
    """The async client sends one token too."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=2)
    response = await async_client.send(hub_request())
    assert response.attempts == 3
    assert len(set(tokens(emulator))) == 1


def test_a_create_called_again_sends_another_token(client: Client, emulator: Emulator) -> None:
    """A second call of the application is another request."""
    once = client.with_options(retry=RetryPolicy.none())
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    with pytest.raises(iotmi.ThrottlingError) as caught:
        once.send(hub_request())
    assert caught.value.attempts == 1
    once.send(hub_request())
    first, second = tokens(emulator)
    assert first != second


def test_a_given_token_is_sent_as_it_is(client: Client, emulator: Emulator) -> None:
    """A given token makes the application's own retry safe."""
    create = client.credential_lockers.create
    first, again = create(name="A", client_token="mine"), create(name="A", client_token="mine")
    assert tokens(emulator) == ["mine", "mine"]
    assert first == again
    with pytest.raises(iotmi.ConflictError):
        create(name="B", client_token="mine")


def test_a_lost_response_creates_no_second_thing(client: Client, emulator: Emulator) -> None:
    """A retry after a lost response returns the first thing."""
    emulator.faults.fail("CreateManagedThing", "InternalServerException", before_effect=False)
    made = make_hub(client)
    assert [thing.id for thing in client.managed_things.list()] == [made.id]


def test_a_command_with_unknown_outcome_is_not_retried(client: Client, emulator: Emulator) -> None:
    """A command is not retried after a 5xx, because a second Toggle would undo the first."""
    emulator.faults.fail("SendManagedThingCommand", "InternalServerException")
    with pytest.raises(iotmi.InternalServerError) as caught:
        client.managed_things.send_command("x", endpoints=[toggle()])
    assert caught.value.attempts == 1
    assert len(emulator.calls) == 1


def test_a_throttled_command_is_retried(client: Client, emulator: Emulator) -> None:
    """A throttled command is retried, because the service did nothing."""
    emulator.faults.fail("SendManagedThingCommand", "ThrottlingException")
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        client.managed_things.send_command("x", endpoints=[toggle()])
    assert caught.value.attempts == 2


def test_a_lasting_error_is_not_retried(client: Client, emulator: Emulator) -> None:
    """A lasting error is raised after one attempt."""
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        client.managed_things.get("x")
    assert caught.value.attempts == 1
    assert len(emulator.calls) == 1


def test_attempts_end(client: Client, emulator: Emulator, pauses: list[float]) -> None:
    """The last error is raised, with the number of attempts."""
    emulator.faults.fail("GetManagedThing", "ServiceUnavailableException", times=9)
    with pytest.raises(iotmi.ServiceUnavailableError) as caught:
        client.managed_things.get("x")
    assert caught.value.attempts == 5 == len(emulator.calls)
    assert "5 attempts" in str(caught.value)
    assert len(pauses) == 4
    assert all(pause <= 0.05 * 2**index for index, pause in enumerate(pauses))


def test_the_pause_that_the_service_asks_for_is_kept(
    client: Client, emulator: Emulator, pauses: list[float]
) -> None:
    """A pause is never shorter than Retry-After."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException", retry_after=7)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.get("x")
    assert pauses == [7.0]


@pytest.mark.parametrize(("asked", "attempts"), [(60, 2), (61, 1)])
def test_a_very_long_retry_after_ends_the_call(
    emulator: Emulator, asked: float, attempts: int
) -> None:
    """A Retry-After above the policy's limit ends the call, and the error has it."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2, retry_after=asked)
    policy = RetryPolicy(max_attempts=2, sleep=lambda _: None)
    with pytest.raises(iotmi.ThrottlingError) as caught:
        emulator.client(retry=policy).managed_things.get("x")
    assert (caught.value.attempts, caught.value.retry_after) == (attempts, asked)
    patient = emulator.client(retry=RetryPolicy(max_retry_after=None, sleep=lambda _: None))
    emulator.faults.clear()
    emulator.faults.fail("GetManagedThing", "ThrottlingException", retry_after=86_400)
    with pytest.raises(iotmi.ResourceNotFoundError):
        patient.managed_things.get("x")


def test_on_retry_gets_each_retry(emulator: Emulator) -> None:
    """The hook gets the operation, the error, the attempt's number and the pause."""
    retries: list[Retry] = []
    policy = RetryPolicy(on_retry=retries.append, sleep=lambda _: None)
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2)
    with pytest.raises(iotmi.ResourceNotFoundError):
        emulator.client(retry=policy).managed_things.get("x")
    assert [(retry.operation, retry.attempt, type(retry.error)) for retry in retries] == [
        ("GetManagedThing", 1, iotmi.ThrottlingError),
        ("GetManagedThing", 2, iotmi.ThrottlingError),
    ]
    assert all(retry.pause >= 0 for retry in retries)


async def test_pauses_are_really_made(emulator: Emulator) -> None:
    """Without a simulated sleep, both clients wait."""
    policy = RetryPolicy(throttle_backoff=0.02, seed=1)
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2, retry_after=0.02)
    began = time.monotonic()
    with pytest.raises(iotmi.ResourceNotFoundError):
        emulator.client(retry=policy).managed_things.get("x")
    assert time.monotonic() - began >= 0.04
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=2, retry_after=0.02)
    with pytest.raises(iotmi.ResourceNotFoundError):
        await emulator.async_client(retry=policy).managed_things.get("x")
    assert time.monotonic() - began >= 0.08


def test_the_same_seed_makes_the_same_pauses(emulator: Emulator) -> None:
    """A seed fixes the jitter."""
    seen: list[list[float]] = [[], []]
    for pauses in seen:
        emulator.faults.fail("GetManagedThing", "ThrottlingException", times=4)
        client = emulator.client(retry=RetryPolicy(seed=3, sleep=pauses.append))
        with pytest.raises(iotmi.ResourceNotFoundError):
            client.managed_things.get("x")
    assert seen[0] == seen[1] != []


def test_an_exhausted_quota_stops_retries(emulator: Emulator) -> None:
    """An exhausted quota stops retries, and successes refill it."""
    client = emulator.client(retry=RetryPolicy(quota=30, sleep=lambda _: None))
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=4)
    with pytest.raises(iotmi.InternalServerError) as caught:
        client.managed_things.get("x")
    assert caught.value.attempts == 3  # two retries at 14 each
    emulator.faults.clear()
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=1)
    with pytest.raises(iotmi.InternalServerError) as caught:
        client.managed_things.get("x")
    assert caught.value.attempts == 1
    for _ in range(12):
        client.managed_things.list().first()
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=1)
    with pytest.raises(iotmi.ResourceNotFoundError) as found:
        client.managed_things.get("x")
    assert found.value.attempts == 2


def test_without_a_quota_all_attempts_are_made(emulator: Emulator) -> None:
    """`quota=None` is no limit."""
    client = emulator.client(retry=RetryPolicy(quota=None, max_attempts=60, sleep=lambda _: None))
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=58)
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        client.managed_things.get("x")
    assert caught.value.attempts == 59


def test_max_elapsed_ends_a_call_with_the_last_error(
    emulator: Emulator, pauses: list[float]
) -> None:
    """No attempt begins after `max_elapsed`, and the service's error is raised."""
    policy = RetryPolicy(max_attempts=50, max_elapsed=3.0, seed=1, sleep=pauses.append)
    emulator.faults.fail("GetManagedThing", "ThrottlingException", times=50)
    with pytest.raises(iotmi.ThrottlingError):
        emulator.client(retry=policy).managed_things.get("x")
    assert 0 < sum(pauses) <= 3.0


def test_a_pause_past_the_deadline_is_not_begun(emulator: Emulator) -> None:
    """DeadlineExceededError is raised before the pause, with the last error."""
    client = emulator.client(timeout=2.0)
    emulator.faults.fail("GetManagedThing", "ThrottlingException", retry_after=60)
    began = time.monotonic()
    with pytest.raises(iotmi.DeadlineExceededError) as caught:
        client.managed_things.get("x")
    assert time.monotonic() - began < 2.0
    assert caught.value.attempts == 1
    assert caught.value.timeout == 2.0
    assert isinstance(caught.value.last, iotmi.ThrottlingError)
    assert caught.value.__cause__ is caught.value.last


def test_a_hanging_attempt_is_abandoned_at_the_deadline() -> None:
    """A silent server does not hold the caller beyond the timeout."""
    with (
        serving([keep_silent]) as url,
        with_keys(iotmi.Client, endpoint_url=url, timeout=0.3) as client,
    ):
        began = time.monotonic()
        with pytest.raises(iotmi.DeadlineExceededError) as caught:
            client.managed_things.get("x")
        assert 0.3 <= time.monotonic() - began < 5
    assert caught.value.last is None


def test_a_deadline_error_has_earlier_failures() -> None:
    """The error has the failed first attempt and the interrupted second one."""
    unavailable = answer("503 Service Unavailable", b"{}")
    policy = RetryPolicy(sleep=lambda _: None)
    with (
        serving([unavailable, keep_silent]) as url,
        with_keys(iotmi.Client, endpoint_url=url, retry=policy, timeout=1.0) as client,
    ):
        with pytest.raises(iotmi.DeadlineExceededError, match="after 2 attempts") as caught:
            client.managed_things.get("x")
    assert isinstance(caught.value.last, iotmi.ServiceUnavailableError)


async def test_the_async_client_does_the_same() -> None:
    """The thread is abandoned, and the task goes on."""
    with serving([keep_silent]) as url:
        async with with_keys(iotmi.AsyncClient, endpoint_url=url, timeout=0.3) as client:
            with pytest.raises(iotmi.DeadlineExceededError):
                await client.managed_things.get("x")


def test_a_call_within_its_time_is_not_disturbed(emulator: Emulator) -> None:
    """A deadline that is not reached changes no result."""
    client = emulator.client(timeout=30)
    assert isinstance(make_hub(client), CreatedManagedThing)
    with pytest.raises(iotmi.ResourceNotFoundError):
        client.managed_things.get("x")


def test_a_response_has_facts_of_its_call(client: Client) -> None:
    """`send` returns the value with facts of the call, and hides the raw response."""
    made = make_hub(client)
    response = client.send(GetManagedThing(made.id))
    assert isinstance(response, Response)
    assert response.value.id == made.id
    assert (response.http_status, response.attempts) == (200, 1)
    assert uuid.UUID(str(response.request_id)).version == 4
    assert 0 < response.elapsed < 10
    assert isinstance(response.raw, dict)
    assert response.raw["SerialNumber"] == "CANARYSERIAL00010"
    assert "CANARY" not in repr(response)


def test_a_refused_connection_is_retried() -> None:
    """A refused connection sent nothing, so any operation is retried."""
    with with_keys(
        iotmi.Client,
        endpoint_url=closed_port(),
        retry=RetryPolicy(max_attempts=2, sleep=lambda _: None),
    ) as client:
        with pytest.raises(iotmi.NotSentError) as caught:
            client.managed_things.send_command("x", endpoints=[toggle()])
    assert caught.value.attempts == 2
    assert caught.value.retryable


def test_missing_credentials_are_not_retried() -> None:
    """Missing credentials are not retried."""
    import boto3

    with (
        iotmi.Client(session=boto3.Session(region_name="eu-west-1")) as client,
        pytest.raises(iotmi.NotSentError, match="credentials") as caught,
    ):
        client.managed_things.get("x")
    assert caught.value.attempts == 1


def test_a_client_needs_a_region() -> None:
    """A client without a Region cannot be created."""
    with pytest.raises(iotmi.NotSentError, match="no Region is set: pass region_name"):
        iotmi.Client()
    with pytest.raises(iotmi.NotSentError, match="unknown"):
        iotmi.Client(profile_name="unknown")


def test_a_read_is_retried_after_a_closed_connection() -> None:
    """A read is retried after the server closed the connection."""
    with (
        serving([hang_up, answer("200 OK", b'{"Id": "x"}')]) as url,
        with_keys(
            iotmi.Client, endpoint_url=url, retry=RetryPolicy(sleep=lambda _: None)
        ) as client,
    ):
        response = client.send(GetManagedThing("x"))
    assert response.attempts == 2
    assert response.request_id is None


def test_a_command_is_not_retried_after_a_closed_connection() -> None:
    """A command is not retried after the server closed the connection."""
    with (
        serving([hang_up]) as url,
        with_keys(
            iotmi.Client, endpoint_url=url, retry=RetryPolicy(sleep=lambda _: None)
        ) as client,
    ):
        with pytest.raises(iotmi.NoResponseError) as caught:
            client.managed_things.send_command("x", endpoints=[toggle()])
    assert caught.value.attempts == 1


def test_a_server_without_tls() -> None:
    """A server without TLS raises an error of ours."""
    from tests.support.http_servers import talk_nonsense

    with (
        serving([talk_nonsense]) as url,
        with_keys(
            iotmi.Client, endpoint_url=url.replace("http:", "https:"), retry=RetryPolicy.none()
        ) as client,
    ):
        with pytest.raises((iotmi.NoResponseError, iotmi.NotSentError), match="SSL"):
            client.managed_things.get("x")


def test_a_response_without_a_code_goes_by_its_status() -> None:
    """A response without a code is mapped by its HTTP status."""
    page = answer("502 Bad Gateway", b"<html>no</html>", content_type="text/html")
    with (
        serving([page]) as url,
        with_keys(iotmi.Client, endpoint_url=url, retry=RetryPolicy.none()) as client,
    ):
        with pytest.raises(iotmi.ServiceError) as caught:
            client.managed_things.get("x")
    assert caught.value.http_status == 502
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        (b"<html>CANARY</html>", None, "not JSON"),
        (b"\xff\xfe", None, "not JSON"),
        (b"[]", None, "is an array, not an object"),
        (b"{}", "id", "is missing"),
        (b"", "id", "is missing"),
        (b'{"Id": null}', "id", "is null, not a string"),
        (b'{"Id": "x", "Name": 5}', "name", "is a number, not a string"),
        (b'{"Id": "x", "CreatedAt": "CANARY"}', "created_at", "no form of time fits"),
        (b'{"Id": "x", "Role": ["CANARY"]}', "role", "is an array, not a string"),
        (b'{"Id": "x", "Tags": ["CANARY"]}', "tags", "is an array, not an object"),
    ],
)
def test_an_undecodable_response(body: bytes, path: str | None, reason: str) -> None:
    """ResponseError has operation, request id and path, and quotes nothing."""
    import traceback

    script = [answer("200 OK", body, x_amzn_requestid="r-7")]
    with serving(script) as url, with_keys(iotmi.Client, endpoint_url=url) as client:
        with pytest.raises(iotmi.ResponseError, match=reason) as caught:
            client.managed_things.get("x")
    error = caught.value
    assert (error.operation, error.request_id, error.path) == ("GetManagedThing", "r-7", path)
    assert "CANARY" not in "".join(traceback.format_exception(error))


def test_the_path_of_an_undecodable_member() -> None:
    """The path includes list indices."""
    body = b'{"Endpoints": [{"endpointId": "1", "capabilities": [{"id": 5}]}]}'
    with (
        serving([answer("200 OK", body)]) as url,
        with_keys(iotmi.Client, endpoint_url=url) as client,
    ):
        with pytest.raises(iotmi.ResponseError) as caught:
            client.managed_things.get_state("x")
    assert caught.value.path == "endpoints[0].capabilities[0].id"


@pytest.fixture
def anyio_backend() -> str:
    """Return asyncio. test_client.py covers trio."""
    return "asyncio"
