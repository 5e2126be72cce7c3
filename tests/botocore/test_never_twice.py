"""One request for each attempt, whatever botocore's settings, and idempotency tokens."""

import copy
import json
import pickle
from typing import Any, Final

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import iotmi
from iotmi import Client, NoResponseError, RetryPolicy
from tests.botocore.ways import ALL, Way, boto3_client, name
from tests.support.bad_servers import Cut, Script, listening, raw
from tests.support.factories import toggle
from tests.support.http_servers import session
from tests.support.losing_servers import BROKEN, ENDS, Losing

pytestmark = pytest.mark.usefixtures("keys")

COMMAND: Final = iotmi.SendManagedThingCommand("x", endpoints=(toggle(),))
SETTINGS: Final[dict[str, Config | None]] = {
    "defaults": None,
    "legacy": Config(retries={"mode": "legacy", "max_attempts": 9}),
    "standard": Config(retries={"mode": "standard", "total_max_attempts": 7}),
    "adaptive": Config(retries={"mode": "adaptive", "total_max_attempts": 7}),
}
TWICE: Final = [
    (way, setting)
    for way in ALL
    for setting in SETTINGS
    if way.source == "handed-in" or setting == "defaults"
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("way", "setting"), TWICE, ids=lambda each: getattr(each, "name", each))
def test_a_command_whose_response_is_lost_arrives_once(way: Way, setting: str, end: str) -> None:
    """W9: this holds for botocore's default retries and for each retry mode."""
    service = Losing(ENDS[end])
    with listening(service) as url:
        (error,) = way.run(url, COMMAND, config=SETTINGS[setting], retry=RetryPolicy())
    assert service.arrived == 1
    assert isinstance(error, iotmi.CallError)
    assert error.may_have_acted
    assert error.attempts == 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_applications_own_calls_keep_their_retries(setting: str) -> None:
    """W9: the application's calls over the same client are retried before and after ours."""
    responses = [BROKEN, raw("200 OK", b'{"Id": "x"}')] * 3
    script = Script(*responses)
    with listening(script) as url:
        shared = boto3_client(url, SETTINGS[setting])
        client = Client(boto3_client=shared, retry=RetryPolicy.none())
        assert shared.get_managed_thing(Identifier="x")["Id"] == "x"
        with pytest.raises(iotmi.InternalServerError):
            client.managed_things.get("x")
        assert client.managed_things.get("x").id == "x"
        response = shared.get_managed_thing(Identifier="x")
        assert response["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(script.requests) == 6


def test_one_attempt_is_one_request() -> None:
    """W9: botocore's retries do not multiply the attempts of `RetryPolicy`."""
    service = Losing(ENDS["500"])
    with listening(service) as url:
        client = Client(
            boto3_client=boto3_client(url), retry=RetryPolicy(max_attempts=3, sleep=lambda _: None)
        )
        with pytest.raises(iotmi.InternalServerError) as caught:
            client.managed_things.get("x")
    assert service.arrived == caught.value.attempts == 3


def test_an_after_call_error_handler_sees_botocores_error() -> None:
    """W9: the attempt ends with the error that botocore would raise."""
    seen: list[BaseException] = []
    with listening(Losing(ENDS["500"])) as url:
        shared = boto3_client(url)
        shared.meta.events.register(
            "after-call-error.*", lambda exception, **_: seen.append(exception)
        )
        with pytest.raises(iotmi.InternalServerError):
            Client(boto3_client=shared, retry=RetryPolicy.none()).managed_things.get("x")
    (error,) = seen
    assert isinstance(error, ClientError)


def sent_token(request: bytes) -> Any:  # noqa: ANN401
    """Return the idempotency token in a request's body."""
    return json.loads(request.partition(b"\r\n\r\n")[2])["ClientToken"]


@pytest.mark.parametrize("way", ALL, ids=name)
def test_the_token_of_a_lost_creation_is_known(way: Way) -> None:
    """W18: the error has the idempotency token. No text shows it, and a pickle keeps it."""
    script = Script(Cut(b"HTTP/1.1 201"))
    creation = iotmi.CreateCredentialLocker(name="Elm Street 7")
    with listening(script) as url:
        error, second, plain = way.run(
            url,
            creation,
            iotmi.CreateCredentialLocker(name="a", client_token="mine"),
            iotmi.GetManagedThing("x"),
        )
    assert isinstance(error, NoResponseError)
    assert error.client_token == sent_token(script.requests[0])
    assert second.client_token == "mine"
    assert plain.client_token is None
    for each in (error, pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert each.client_token == error.client_token
        assert str(error.client_token) not in f"{each} {each!r} {each.failed_attempts}"


def test_a_deadline_error_has_the_token() -> None:
    """W18: the response did not come in time."""
    script = Script(b"")
    with listening(script) as url, Client(endpoint_url=url, timeout=0.3) as client:
        with pytest.raises(iotmi.DeadlineExceededError) as caught:
            client.credential_lockers.create(name="Elm Street 7")
        assert caught.value.client_token == sent_token(script.requests[0])


def test_a_token_can_be_sent_again(emulator: Any) -> None:  # noqa: ANN401
    """W18: the first response is lost, and the second request returns the same resource."""
    client = emulator.client(retry=RetryPolicy.none())
    emulator.faults.lose_answers("CreateCredentialLocker")
    with pytest.raises(NoResponseError) as caught:
        client.credential_lockers.create(name="Elm Street 7")
    token = caught.value.client_token
    made = client.credential_lockers.create(name="Elm Street 7", client_token=token)
    assert [each.id for each in client.credential_lockers.list()] == [made.id]


def test_retry_settings_of_the_environment_do_not_count() -> None:
    """W9: each kind of client makes one attempt."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_MAX_ATTEMPTS", "9")
        environment.setenv("AWS_RETRY_MODE", "standard")
        service = Losing(ENDS["closed"])
        with listening(service) as url:
            ways: list[dict[str, Any]] = [
                {"session": session(), "endpoint_url": url},
                {"boto3_client": boto3_client(url)},
                {"endpoint_url": url},
            ]
            for options in ways:
                service.arrived = 0
                with Client(**options) as client, pytest.raises(NoResponseError):
                    client.send(COMMAND)
                assert service.arrived == 1
