"""Attempts as hooks, observers and errors report them."""

import copy
import logging
import pickle
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import anyio
import pytest

import iotmi
from iotmi import AsyncClient, Attempt, Client, FailedAttempt, GetManagedThing, Retry, RetryPolicy
from iotmi._observability.events import CallObserver, CallResult
from iotmi.emulator import Emulator, Faults
from tests.support.factories import hub_request, make_hub, observed_by, toggle
from tests.support.http_servers import (
    Service,
    answer,
    closed_port,
    hang_up,
    keep_silent,
    serving,
    with_keys,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def attempts() -> list[Attempt]:
    """Return the attempts that `on_attempt` receives."""
    return []


@pytest.fixture
def hooked(emulator: Emulator, attempts: list[Attempt], pauses: list[float]) -> Client:
    """Return a client whose hook records the attempts."""
    return emulator.client(retry=RetryPolicy(on_attempt=attempts.append, sleep=pauses.append))


def test_every_attempt_is_reported(
    hooked: Client, emulator: Emulator, attempts: list[Attempt], pauses: list[float]
) -> None:
    """The hook gets two failed attempts and a successful one, each with its pause."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException", times=2)
    response = hooked.send(hub_request())
    assert [(one.operation, one.attempt, type(one.error)) for one in attempts] == [
        ("CreateManagedThing", 1, iotmi.ThrottlingError),
        ("CreateManagedThing", 2, iotmi.ThrottlingError),
        ("CreateManagedThing", 3, type(None)),
    ]
    assert [one.pause for one in attempts] == [0.0, *pauses]
    assert [one.error.request_id for one in attempts if one.error] == [
        one.request_id for one in attempts[:2]
    ]
    assert attempts[-1].request_id == response.request_id
    assert len({one.request_id for one in attempts} - {None}) == 3
    assert 0 < sum(one.elapsed for one in attempts) <= response.elapsed


def test_an_attempt_ends_with_its_response(
    hooked: Client, attempts: list[Attempt], caplog: pytest.LogCaptureFixture
) -> None:
    """A slow log handler after the response does not count as time of the attempt."""

    class SlowHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - of the base
            time.sleep(0.05)

    handler = SlowHandler()
    logging.getLogger("iotmi").addHandler(handler)
    try:
        with caplog.at_level(logging.DEBUG, logger="iotmi"):
            response = hooked.send(hub_request())
    finally:
        logging.getLogger("iotmi").removeHandler(handler)
    assert attempts[0].elapsed <= response.elapsed


async def test_the_async_client_does_the_same(emulator: Emulator, attempts: list[Attempt]) -> None:
    """The async client calls the hook in the task."""
    tasks: list[int] = []

    def hook(attempt: Attempt) -> None:
        attempts.append(attempt)
        tasks.append(anyio.get_current_task().id)

    client = emulator.async_client(retry=RetryPolicy(on_attempt=hook, sleep=lambda _: None))
    emulator.faults.fail("GetManagedThing", "ServiceUnavailableException")
    with pytest.raises(iotmi.ResourceNotFoundError):
        await client.managed_things.get("x")
    assert [type(one.error).__name__ for one in attempts] == [
        "ServiceUnavailableError",
        "ResourceNotFoundError",
    ]
    assert set(tasks) == {anyio.get_current_task().id}


def test_an_undecodable_response_is_a_failed_attempt(attempts: list[Attempt]) -> None:
    """An undecodable response is a failed attempt with its request id and status."""
    with (
        serving([answer("200 OK", b"<html>", x_amzn_requestid="r-7")]) as url,
        with_keys(
            Client, endpoint_url=url, retry=RetryPolicy(on_attempt=attempts.append)
        ) as client,
    ):
        with pytest.raises(iotmi.ResponseError) as caught:
            client.managed_things.get("x")
    assert [(one.error, one.request_id) for one in attempts] == [(caught.value, "r-7")]
    (failure,) = caught.value.failed_attempts
    assert (failure.error_type, failure.code) == ("ResponseError", None)
    assert (failure.request_id, failure.http_status) == ("r-7", 200)


def test_only_attempts_that_began_are_reported(emulator: Emulator, attempts: list[Attempt]) -> None:
    """The hook gets an attempt that the deadline ended, and none that it prevented."""
    policy = RetryPolicy(on_attempt=attempts.append)
    with (
        serving([keep_silent]) as url,
        with_keys(Client, endpoint_url=url, retry=policy, timeout=0.5) as client,
    ):
        with pytest.raises(iotmi.DeadlineExceededError) as cut:
            client.managed_things.get("x")
    assert [one.error for one in attempts] == [cut.value]
    attempts.clear()
    emulator.faults.fail("GetManagedThing", "ThrottlingException", retry_after=60)
    with pytest.raises(iotmi.DeadlineExceededError) as refused:
        emulator.client(retry=policy, timeout=2.0).managed_things.get("x")
    assert [one.error for one in attempts] == [refused.value.last]


@pytest.mark.parametrize("failing", [True, False])
def test_an_error_of_a_hook_ends_the_call(
    emulator: Emulator,
    failing: bool,  # noqa: FBT001 - pytest's way
) -> None:
    """An error of a hook ends the call, even a throttle of a call that the hook made."""

    def hook(_: Attempt) -> None:
        raise iotmi.ThrottlingError("mine", operation="Mine", code="ThrottlingException")

    make_hub(emulator.client())
    before = len(emulator.calls)
    if failing:
        emulator.faults.fail("ListManagedThings", "InternalServerException")
    client = emulator.client(retry=RetryPolicy(on_attempt=hook, sleep=lambda _: None))
    with pytest.raises(iotmi.ThrottlingError, match="Mine"):
        client.managed_things.list().first()
    assert len(emulator.calls) == before + 1


def test_both_hooks_are_called_in_order(emulator: Emulator) -> None:
    """`on_attempt` is called before `on_retry`."""
    order: list[Attempt | Retry] = []
    policy = RetryPolicy(on_attempt=order.append, on_retry=order.append, sleep=lambda _: None)
    emulator.faults.fail("GetManagedThing", "ThrottlingException")
    with pytest.raises(iotmi.ResourceNotFoundError):
        emulator.client(retry=policy).managed_things.get("x")
    assert [type(one) for one in order] == [Attempt, Retry, Attempt]
    announced, second = order[1:]
    assert announced.pause == second.pause > 0
    assert announced.error is order[0].error


# -- the story in an error -------------------------------------------------------------


def test_an_error_has_all_failures(client: Client, emulator: Emulator, pauses: list[float]) -> None:
    """An error has one record for each failed attempt, oldest first."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("GetManagedThing")
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        client.managed_things.get("x")
    first, second, last = caught.value.failed_attempts
    assert (first.error_type, first.code, first.http_status) == (
        "ThrottlingError",
        "ThrottlingException",
        429,
    )
    assert (second.error_type, second.code, second.http_status) == ("NoResponseError", None, None)
    assert second.request_id is None
    assert (last.error_type, last.http_status) == ("ResourceNotFoundError", 404)
    assert last.request_id == caught.value.request_id
    assert first.request_id not in {last.request_id, None}
    assert [one.pause for one in caught.value.failed_attempts] == [*pauses, 0.0]
    assert all(one.elapsed > 0 for one in caught.value.failed_attempts)
    assert caught.value.attempts == len(caught.value.failed_attempts)
    assert "ThrottlingException" not in str(caught.value)


def test_failures_are_not_kept_for_the_next_call(client: Client, emulator: Emulator) -> None:
    """Each call has its own list of failures."""
    emulator.faults.fail("GetManagedThing", "ThrottlingException")
    for attempts in (2, 1):
        with pytest.raises(iotmi.ResourceNotFoundError) as caught:
            client.managed_things.get("x")
        assert len(caught.value.failed_attempts) == caught.value.attempts == attempts


def test_unsent_attempts_are_failures_too() -> None:
    """Attempts that could not connect are recorded too."""
    with with_keys(
        Client,
        endpoint_url=closed_port(),
        retry=RetryPolicy(max_attempts=2, sleep=lambda _: None),
    ) as client:
        with pytest.raises(iotmi.NotSentError) as caught:
            client.managed_things.get("x")
    assert [failure.error_type for failure in caught.value.failed_attempts] == ["NotSentError"] * 2
    assert caught.value.request_id is None


def test_the_text_of_a_deadline_error() -> None:
    """The text has attempts, time, pauses, codes, request ids and the last activity."""
    script = [
        answer("503 Service Unavailable", b"{}", x_amzn_requestid="r-1"),
        hang_up,
        keep_silent,
    ]
    policy = RetryPolicy(initial_backoff=0.01, max_backoff=0.02)
    with (
        serving(script) as url,
        with_keys(Client, endpoint_url=url, retry=policy, timeout=1.0) as client,
    ):
        began = time.monotonic()
        with pytest.raises(iotmi.DeadlineExceededError) as caught:
            client.managed_things.get("x")
        spent = time.monotonic() - began
    error = caught.value
    text = str(error)
    assert re.fullmatch(
        r"GetManagedThing: no response within 1 s, after 3 attempts "
        r"\(\d\.\d\d s in all, \d\.\d\d s of it pauses\): "
        r"503, request id r-1; NoResponseError; cut off after \d\.\d\d s",
        text,
    )
    assert [one.error_type for one in error.failed_attempts] == [
        "ServiceUnavailableError",
        "NoResponseError",
        "DeadlineExceededError",
    ]
    assert isinstance(error.last, iotmi.NoResponseError)
    assert error.__cause__ is error.last
    assert len(error.last.failed_attempts) == 2
    assert 0.9 < sum(one.elapsed + one.pause for one in error.failed_attempts) <= spent


def test_a_failed_attempt_is_a_value() -> None:
    """A failed attempt compares, hashes, pickles, copies and has a text."""
    failure = FailedAttempt(
        error_type="ThrottlingError",
        code="ThrottlingException",
        request_id="r",
        elapsed=0.5,
        pause=1.0,
    )
    assert pickle.loads(pickle.dumps(failure)) == copy.deepcopy(failure) == failure
    assert len({failure, copy.copy(failure)}) == 1
    assert failure != FailedAttempt(error_type="ThrottlingError", elapsed=0.5)
    assert str(failure) == "ThrottlingException, request id r"
    assert "error_type='ThrottlingError'" in repr(failure)
    assert not hasattr(failure, "__dict__")


def test_failures_contain_no_secret(client: Client, emulator: Emulator) -> None:
    """No text of an error contains a request's sensitive value."""
    emulator.faults.fail("CreateManagedThing", "ValidationException")
    with pytest.raises(iotmi.ValidationError) as caught:
        make_hub(client)
    assert "CANARY" not in repr(caught.value.failed_attempts) + str(caught.value)


# -- observers -------------------------------------------------------------------------


class RecordingObserver:
    """An observer that records its calls."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, object]] = []

    def on_call_start(
        self, operation: str, /, *, region_name: str, page: int | None
    ) -> CallObserver:
        self.entries.append((f"{operation} begins", (region_name, page)))
        return self

    def around_attempt(self) -> AbstractContextManager[object]:
        return nullcontext()

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        self.entries.append(("attempt ended", attempt))

    def on_backoff(self, retry: Retry, /) -> None:
        self.entries.append(("pause begins", retry))

    def on_call_end(self, outcome: CallResult, /) -> None:
        self.entries.append(("call ended", outcome))

    def outcomes(self) -> Iterator[CallResult]:
        """Return the end of each call."""
        return (entry for _, entry in self.entries if isinstance(entry, CallResult))


def test_observers_see_the_whole_call(emulator: Emulator, attempts: list[Attempt]) -> None:
    """Each observer is called in order, in addition to the policy's hooks."""
    client, diaries = emulator.client(), (RecordingObserver(), RecordingObserver())
    observed_by(client, RetryPolicy(on_attempt=attempts.append, sleep=lambda _: None), *diaries)
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    response = client.send(hub_request())
    for diary in diaries:
        assert [name for name, _ in diary.entries] == [
            "CreateManagedThing begins",
            "attempt ended",
            "pause begins",
            "attempt ended",
            "call ended",
        ]
        assert diary.entries[0][1] == ("eu-west-1", None)
        assert [entry for name, entry in diary.entries if name == "attempt ended"] == attempts
        (outcome,) = diary.outcomes()
        assert (outcome.attempts, outcome.error) == (2, None)
        assert (outcome.request_id, outcome.http_status) == (response.request_id, 201)
        assert outcome.elapsed >= response.elapsed


def test_observers_see_the_error_and_the_page(emulator: Emulator) -> None:
    """The result has the raised error, with the response's request id and status."""
    client, diary = emulator.client(), RecordingObserver()
    for number in range(2):
        make_hub(client, number)
    observed_by(client, RetryPolicy.none(), diary)
    walk = client.managed_things.list(max_results=1).pages()
    next(walk)
    emulator.faults.fail("ListManagedThings", "InternalServerException")
    with pytest.raises(iotmi.InternalServerError) as caught:
        next(walk)
    begins = [entry for name, entry in diary.entries if name.endswith("begins")]
    assert begins == [("eu-west-1", 1), ("eu-west-1", 2)]
    first, second = diary.outcomes()
    assert first.error is None
    assert second.error is caught.value
    assert (second.request_id, second.http_status) == (caught.value.request_id, 500)


async def test_a_cancelled_call_ends_for_its_observers() -> None:
    """A cancelled call ends for its observers, and its attempt does not."""
    diary = RecordingObserver()
    with Service() as service:
        service.open.clear()
        client = with_keys(AsyncClient, endpoint_url=service.url)
        observed_by(client, RetryPolicy(), diary)
        await service.cancel_when_asked(partial(client.managed_things.get, "x"))
        assert [name for name, _ in diary.entries] == ["GetManagedThing begins", "call ended"]
        (outcome,) = diary.outcomes()
        assert isinstance(outcome.error, GeneratorExit)
        assert outcome.attempts == 1
        service.open.set()


def test_without_hooks_there_are_no_observers(client: Client) -> None:
    """A client without hooks creates no observers."""
    assert client._context.observers == ()
    assert client.send(GetManagedThing(make_hub(client).id)).attempts == 1
    assert client.with_options(retry=RetryPolicy(on_retry=print))._context.observers != ()


def test_observers_do_not_change_retries(emulator: Emulator) -> None:
    """Observers do not change which calls are retried."""
    client, diary = emulator.client(), RecordingObserver()
    observed_by(client, RetryPolicy(sleep=lambda _: None), diary)
    emulator.faults.fail("SendManagedThingCommand", "InternalServerException")
    with pytest.raises(iotmi.InternalServerError):
        client.managed_things.send_command("x", endpoints=[toggle()])
    (outcome,) = diary.outcomes()
    assert outcome.attempts == 1 == len(emulator.calls)


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lambda faults: faults.fail("GetManagedThing", "ThrottlingException", times=9), False),
        (lambda faults: faults.fail("GetManagedThing", "ValidationException"), False),
        (lambda faults: faults.refuse_connections("GetManagedThing", times=9), False),
        (lambda faults: faults.fail("GetManagedThing", "InternalServerException", times=9), True),
        (lambda faults: faults.lose_answers("GetManagedThing", times=9), True),
    ],
)
def test_may_have_acted(plant: Callable[[Faults], None], *, expected: bool) -> None:
    """`may_have_acted` is False after a refusal or an unsent request, else True."""
    with Emulator() as emulator:
        plant(emulator.faults)
        with pytest.raises(iotmi.CallError) as caught:
            emulator.client().managed_things.get("x")
    assert caught.value.may_have_acted is expected
    assert caught.value.may_have_acted is expected


def test_may_have_acted_considers_all_attempts() -> None:
    """A throttle after a lost response leaves `may_have_acted` True."""
    with Emulator() as emulator:
        emulator.faults.lose_answers("CreateCredentialLocker")
        emulator.faults.fail("CreateCredentialLocker", "ThrottlingException", times=9)
        with pytest.raises(iotmi.ThrottlingError) as caught:
            emulator.client().credential_lockers.create(name="Elm Street 7")
        emulator.faults.clear()
        assert len(emulator.client().credential_lockers.list().collect()) == 1
    assert caught.value.may_have_acted
    assert [failure.may_have_acted for failure in caught.value.failed_attempts] == [True] + [
        False
    ] * 4
