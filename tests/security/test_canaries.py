"""A canary in each sensitive shape of the service appears only in its own member.

Every operation with sensitive members meets every kind of failure on a real connection. Then all
reprs, logs, errors and pickles are searched.
"""

import json
import logging
import pickle
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

import anyio
import pytest
from attrs import frozen
from botocore.config import Config

import iotmi
from iotmi.emulator import Emulator
from tests.conformance import service
from tests.conformance.generate import Json
from tests.conformance.limits import Path as Place, with_value
from tests.conformance.service import SERVICE
from tests.conformance.wire import Line
from tests.support.canaries import CANARIES, Everywhere, Planted, Spot, planted, sensitive_shapes
from tests.support.http_servers import (
    Act,
    answer,
    closed_port,
    hang_up,
    keep_silent,
    serving,
    session,
    with_keys,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated by the service:DeprecationWarning")


@cache
def everything() -> tuple[Planted, ...]:
    """Return every operation with a sensitive member."""
    return planted(service.installed())


@cache
def requests() -> tuple[Planted, ...]:
    """Return the operations with a sensitive member in the request."""
    return tuple(each for each in everything() if each.asked)


@cache
def answers() -> tuple[Planted, ...]:
    """Return the operations with a sensitive member in the response."""
    return tuple(each for each in everything() if each.answered)


@pytest.fixture
def everywhere() -> Everywhere:
    """Return a collector of texts."""
    return Everywhere()


@pytest.fixture
def line() -> Line:
    """Yield a capture of requests with prepared responses."""
    return Line()


def names(spots: Sequence[Spot]) -> set[str]:
    """Return the shapes of *spots*."""
    return {name for name, _ in spots}


def places(everywhere: Everywhere) -> set[str]:
    """Return the places where a canary was found."""
    return {place for place, _ in everywhere.seen}


# -- that all are there, and would be found ------------------------------------------------


def test_each_sensitive_shape_has_a_canary_and_is_planted() -> None:
    """The canaries' shapes are those of botocore's model, and each is planted."""
    assert set(CANARIES) == sensitive_shapes(service.installed())
    assert len({canary.core for canary in CANARIES.values()}) == 24
    asked = {name for each in everything() for name in names(each.asked)}
    answered = {name for each in everything() for name in names(each.answered)}
    assert asked | answered == set(CANARIES)
    assert (len(asked), len(answered)) == (18, 18)


def test_each_canary_is_in_its_member(line: Line) -> None:
    """Each canary is sent in its request, and readable in its response's member."""
    client = line.client()
    for each in everything():
        line.body = json.dumps(each.answer).encode()
        given = pickle.dumps(client.send(each.request).value)
        sent = line.sent[-1]
        asked = sent.target.encode() + sent.body
        for name, canary in CANARIES.items():
            core = canary.core.encode()
            assert (core in asked) == (name in names(each.asked)), (each.declared.name, name)
            assert (core in given) == (name in names(each.answered)), (each.declared.name, name)


@pytest.mark.parametrize("name", CANARIES)
def test_the_search_finds_every_canary(name: str, everywhere: Everywhere) -> None:
    """The search finds each canary in every place."""
    canaries = " ".join(CANARIES[name].texts)
    with everywhere.listening():
        logging.getLogger("botocore.endpoint").debug("sending %s", canaries)
        logging.getLogger("iotmi").error("lost", exc_info=ValueError(canaries))
        warnings.warn(canaries, DeprecationWarning, stacklevel=1)
    everywhere.value("a value", canaries)
    error = iotmi.NotSentError("no", operation=canaries)
    error.__cause__ = ValueError(canaries)
    everywhere.error("an error", error)
    assert {place for _, place in everywhere.found(name)} == {
        "a value",
        "a warning",
        "log of botocore.endpoint",
        "log of iotmi",
        "traceback of an error",
        "fields of NotSentError of an error",
        "pickle of NotSentError of an error",
        "ValueError of an error",
        "fields of ValueError of an error",
    }
    assert not everywhere.found(*(CANARIES.keys() - {name}))


# -- requests ------------------------------------------------------------------------------


def quoted(each: Planted) -> str:
    """Return the secrets of a request, as a careless service might quote them."""
    return " | ".join(
        spelling
        for text in each.texts
        for spelling in (
            text,
            quote(text),
            quote(text, safe=""),
            quote_plus(text),
            json.dumps(text),
            json.dumps(text, ensure_ascii=False),
        )
    )


def refusal(status: str, code: str, **headers: str) -> Callable[[Planted], list[Act]]:
    """Return an error response that quotes the request in each member."""

    def acts(each: Planted) -> list[Act]:
        said = quoted(each)
        body = {"Message": said, "ResourceId": said, "ResourceType": said}
        return [answer(status, json.dumps(body).encode(), x_amzn_errortype=code, **headers)]

    return acts


def page(status: str) -> Callable[[Planted], list[Act]]:
    """Return a proxy's page that quotes the request."""
    return lambda each: [answer(status, f"<html>{quoted(each)}</html>".encode())]


throttled: Final = refusal("429 Too Many", "ThrottlingException", Retry_After="30")


@frozen
class Failure:
    """A way to fail.

    Attributes:
        acts: the server's reaction to each request.
        error: the class of the error, or None if the call succeeds in the end.
        options: the options of the client.
        attempts: the maximum number of attempts.
    """

    acts: Callable[[Planted], Sequence[Act]]
    error: type[iotmi.IotmiError] | None
    options: Mapping[str, Any] = {}
    attempts: int = 1


FAILURES: Final[Mapping[str, Failure]] = {
    "refused": Failure(refusal("400 Bad Request", "ValidationException"), iotmi.ValidationError),
    "missing": Failure(
        refusal("404 Not Found", "ResourceNotFoundException"), iotmi.ResourceNotFoundError
    ),
    "of a code of its own": Failure(refusal("418 Teapot", "Unheard"), iotmi.ServiceError),
    "stopped by a proxy": Failure(page("403 Forbidden"), iotmi.ServiceError),
    "answered with a page": Failure(page("200 OK"), iotmi.ResponseError),
    "broken off": Failure(lambda _: [hang_up], iotmi.NoResponseError),
    "late": Failure(lambda _: [keep_silent], iotmi.NoResponseError),
    "not served": Failure(lambda _: [], iotmi.NotSentError),
    "throttled for good": Failure(
        lambda each: [*throttled(each), *throttled(each)], iotmi.ThrottlingError, attempts=2
    ),
    "throttled and answered": Failure(
        lambda each: [*throttled(each), answer("200 OK", json.dumps(each.answer).encode())],
        None,
        attempts=2,
    ),
    "out of time": Failure(throttled, iotmi.DeadlineExceededError, {"timeout": 20.0}, attempts=2),
}


HANDED_IN, OF_ITS_OWN = "a boto3 client that is handed in", "a client of its own"


@contextmanager
def connected(failure: Failure, way: str) -> Iterator[Mapping[str, Any]]:
    """Return the options of a client of a server with these reactions."""
    acts = [act for each in requests() for act in failure.acts(each)]
    # A server that is not silent may respond late on a busy machine.
    seconds = 0.05 if failure is FAILURES["late"] else 60
    config = Config(read_timeout=seconds, retries={"total_max_attempts": 1})
    with serving(acts) as url:
        address = url if acts else closed_port()
        if way == OF_ITS_OWN:
            yield {"endpoint_url": address, **failure.options}
        else:
            theirs = session().client(SERVICE, endpoint_url=address, config=config)
            yield {"boto3_client": theirs, **failure.options}


# A client with its own session waits a minute for a response.
WAYS: Final = sorted({*product(FAILURES, (HANDED_IN, OF_ITS_OWN))} - {("late", OF_ITS_OWN)})


@contextmanager
def ending(everywhere: Everywhere, failure: Failure) -> Iterator[None]:
    """Check that the block ends as *failure* says, and collect its error."""
    if failure.error is None:
        yield
        return
    with pytest.raises(failure.error) as caught:
        yield
    assert type(caught.value) is failure.error
    everywhere.error("the error", caught.value)


@pytest.mark.parametrize(("how", "way"), WAYS)
def test_no_failure_reveals_secrets(how: str, way: str, everywhere: Everywhere) -> None:
    """No failure of any request reveals its secrets."""
    failure = FAILURES[how]
    retry = everywhere.policy(attempts=failure.attempts)
    with connected(failure, way) as options, everywhere.listening():
        client = with_keys(iotmi.Client, retry=retry, **options)
        with everywhere.observing(client):
            for each in requests():
                with ending(everywhere, failure):
                    everywhere.value("the response", client.send(each.request))
    assert {"on_attempt", "log of iotmi", "the telemetry"} <= places(everywhere)
    assert ("on_retry" in places(everywhere)) == how.startswith("throttled")
    assert ("the response" in places(everywhere)) == (failure.error is None)
    assert not everywhere.found()


@pytest.mark.parametrize("how", ["refused", "late", "throttled and answered"])
def test_no_async_failure_reveals_secrets(how: str, everywhere: Everywhere) -> None:
    """No failure of an async call reveals its secrets."""
    failure = FAILURES[how]

    async def meet(client: iotmi.AsyncClient) -> None:
        for each in requests():
            with ending(everywhere, failure):
                everywhere.value("the response", await client.send(each.request))

    retry = everywhere.policy(attempts=failure.attempts)
    with connected(failure, HANDED_IN) as options, everywhere.listening():
        client = iotmi.AsyncClient(retry=retry, **options)
        with everywhere.observing(client):
            anyio.run(meet, client)
    assert {"on_attempt", "the telemetry"} <= places(everywhere)
    assert not everywhere.found()


def test_no_request_reveals_secrets(line: Line, everywhere: Everywhere) -> None:
    """No repr of a request, a value or a pager reveals secrets."""
    client = line.client()
    for each in requests():
        request = each.request
        everywhere.value("a request", request)
        if isinstance(request, iotmi.Listing):
            everywhere.value("a pager", iotmi.Pager(client, request))  # type: ignore[arg-type]  # any client
    assert places(everywhere) == {"a request", "a pager"}
    assert not everywhere.found()


def held_at(holder: Json, path: Place) -> Json:
    """Return the part of *holder* at *path*."""
    for step in path:
        holder = holder[step]
    return holder


def spoilt(each: Planted) -> Iterator[dict[str, Json]]:
    """Yield parameters that break a limit at or above each secret."""
    for name, path in each.asked:
        core = CANARIES[name].core
        for wrong in (f"{core}\x00" * 600, [core], {core: {core: core}}, {core: 1}, core.encode()):
            yield with_value(each.parameters, path, wrong)
        for depth in range(1, len(path)):
            yield with_value(each.parameters, path[:depth], core)
            if isinstance(held := held_at(each.parameters, path[:depth]), list):
                yield with_value(each.parameters, path[:depth], held * 100)


def test_no_problem_reveals_secrets(everywhere: Everywhere) -> None:
    """A problem with a secret shows its type or size only."""
    refused = dict.fromkeys((name for each in requests() for name, _ in each.asked), 0)
    for each in requests():
        for parameters in spoilt(each):
            with everywhere.listening():
                try:
                    everywhere.value("a request", each.built(parameters))
                except iotmi.ConstraintError as error:
                    everywhere.error("the error", error)
                    for name, _ in each.asked:
                        refused[name] += 1
    assert all(refused.values())
    assert not everywhere.found()


# -- answers -------------------------------------------------------------------------------


@frozen
class Reading:
    """A client with prepared responses, and a collector of their texts."""

    line: Line
    client: iotmi.Client
    everywhere: Everywhere

    def reads(self, each: Planted, body: bytes) -> bool:
        """Return True if *body* can be decoded. Collect the result."""
        self.line.body = body
        self.line.sent.clear()
        try:
            with self.everywhere.listening():
                response = self.client.send(each.request)
                self.everywhere.value("the response", response)
                self.everywhere.value("the value", response.value)
        except iotmi.ResponseError as error:
            self.everywhere.error("the error", error)
            return False
        return True


@pytest.fixture
def reading(line: Line, everywhere: Everywhere) -> Reading:
    """Yield a reader of responses."""
    return Reading(line, line.client(), everywhere)


def test_no_response_reveals_secrets(reading: Reading) -> None:
    """A response's secrets are in its members and in no text."""
    for each in answers():
        assert reading.reads(each, json.dumps(each.answer).encode())
    assert not reading.everywhere.found()


def test_no_undecodable_response_reveals_secrets(reading: Reading) -> None:
    """An undecodable response is not quoted, if truncated or wrong at the secret."""
    refused = 0
    for each in answers():
        assert not reading.reads(each, json.dumps(each.answer).encode()[:-1])
        for name, path in each.answered:
            core = CANARIES[name].core
            for wrong in ([core], {core: 5}, {core: [core]}, f"{core}\ud800"):
                body = json.dumps(with_value(each.answer, path, wrong)).encode()
                refused += not reading.reads(each, body)
        for name in each.answer:
            wrong = with_value(each.answer, (name,), [each.answer, 5])
            refused += not reading.reads(each, json.dumps(wrong).encode())
    assert refused > 100
    assert not reading.everywhere.found()


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "DISCOVERED"])
def test_no_waiter_reveals_secrets(status: str, line: Line, everywhere: Everywhere) -> None:
    """A waiter's error has the last value, and no text or pickle reveals its secret."""
    (each,) = (each for each in answers() if each.declared.name == "GetManagedThing")
    line.body = json.dumps({**each.answer, "ProvisioningStatus": status}).encode()
    client = line.client().with_options(retry=everywhere.policy())
    with everywhere.listening(), pytest.raises(iotmi.WaitError) as caught:
        client.managed_things.wait_until_activated("a", timeout=1.0)
    assert isinstance(caught.value.last_value, iotmi.ManagedThing)
    everywhere.error("the error", caught.value)
    assert not everywhere.found()


# -- the emulator --------------------------------------------------------------------------


def test_the_emulator_reveals_no_secrets(tmp_path: Path, everywhere: Everywhere) -> None:
    """No name, list or repr of the emulator reveals stored secrets."""
    answered = set[str]()
    with Emulator(tmp_path / "home.db") as emulator:
        emulator.faults.fail(None, "ThrottlingException")
        client = emulator.client(retry=everywhere.policy())
        with everywhere.listening():
            for each in everything():
                with suppress(iotmi.ServiceError):
                    everywhere.value("the response", client.send(each.built(acceptable(each))))
                    answered |= names(each.asked)
            for family in (client.managed_things, client.credential_lockers):
                for summary in family.list():
                    everywhere.value("the value", family.get(summary.id))
        for shown in (emulator, client, emulator.faults, emulator.undelivered):
            everywhere.value("the emulator", shown)
        everywhere.value("the calls", emulator.calls)
        everywhere.value("the notifications", emulator.notifications)
        everywhere.add("the files", *(str(file) for file in tmp_path.rglob("*")))
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert len([name for name in answered if CANARIES[name].core.encode() in kept]) > 8
    assert not everywhere.found()


def acceptable(each: Planted) -> dict[str, Json]:
    """Return the parameters without unknown references, and with a valid bar code."""
    members = {member.name: member for member in each.theirs.input.properties}
    wanted = {path[0] for _, path in each.asked}
    kept = {
        name: value
        for name, value in each.parameters.items()
        if members[name].required or name in wanted
    }
    if "AuthenticationMaterialType" in kept and each.declared.name == "CreateManagedThing":
        kept["AuthenticationMaterialType"] = "WIFI_SETUP_QR_BAR_CODE"
        core = CANARIES["AuthMaterialString"].core
        kept["AuthenticationMaterial"] = f"SN:{core}{core};UPC:829576019524"
    return kept
