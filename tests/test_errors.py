"""The tree of errors, and what of botocore's becomes which of them."""

import copy
import inspect
import pickle
import re
import ssl
from typing import Any

import botocore.exceptions
import pytest
from botocore.parsers import ResponseParserError
from botocore.session import Session

import iotmi
from iotmi import errors
from iotmi._transport import translate

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.IotmiError)
}
MODELLED = [
    shape.name for shape in Session().get_service_model("iot-managed-integrations").error_shapes
]


def client_error(code: str, status: int = 400, **more: object) -> botocore.exceptions.ClientError:
    """What botocore raises for an error of the service's."""
    # Modelled members stand beside those that the stubs know.
    answer: Any = {
        "Error": {"Code": code, "Message": "words"},
        "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": status, "HTTPHeaders": {}},
        **more,
    }
    return botocore.exceptions.ClientError(answer, "GetManagedThing")


def examples() -> list[errors.IotmiError]:
    """One error of each class."""
    made: list[errors.IotmiError] = [
        errors.IotmiError("x"),
        errors.ConstraintError("Thing", (errors.Problem("a.b", "must be so", 5),)),
        errors.CallError("x", operation="Op"),
        errors.NotSentError("x", operation="Op", worth_repeating=True),
        errors.NoResponseError("x", operation="Op", attempts=3),
        errors.ResponseError("x", operation="Op", request_id="r", path="id"),
        errors.DeadlineExceededError(
            "x", operation="Op", timeout=2, last=errors.NoResponseError("y", operation="Op"), page=3
        ),
        errors.WaitError("x", 5),
        errors.WaitTimeoutError("x", None),
        errors.WaitFailedError("x", iotmi.ManagedThingSummary(id="t")),
    ]
    made += [
        kind("words", operation="Op", code="Code", request_id="r", http_status=418, retry_after=2.5)
        for kind in CLASSES.values()
        if issubclass(kind, errors.ServiceError)
    ]
    for error in made:
        if isinstance(error, errors.CallError):
            error.failures = (
                errors.FailedAttempt(kind="ThrottlingError", code="Code", elapsed=0.5, pause=1.5),
                errors.FailedAttempt(kind=type(error).__name__, request_id="r", elapsed=0.25),
            )
    return made


def test_the_drawn_tree_is_the_tree() -> None:
    """The picture at the top of the module names exactly the classes below it."""
    drawn = set(re.findall(r"\w+Error\b", errors.__doc__ or "")) - {"ValueError"}
    assert drawn == set(CLASSES) - {"CallError"}


def test_every_class_has_an_example_here() -> None:
    """The tests on all errors leave none out."""
    assert {type(error) for error in examples()} == set(CLASSES.values())


@pytest.mark.parametrize("error", examples(), ids=lambda error: type(error).__name__)
def test_errors_pickle_and_copy_whole(error: errors.IotmiError) -> None:
    """Class, text and every field survive pickling and copying, with a note added later."""
    error.add_note("seen in the test")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.args == error.args
        assert set(vars(twin)) == set(vars(error))
        for field in ("failures", "page", "request_id", "attempts", "timeout"):
            assert getattr(twin, field, None) == getattr(error, field, None)
        assert repr(vars(twin).get("problems")) == repr(vars(error).get("problems"))


def test_a_pickle_has_the_repr_of_what_a_waiter_saw() -> None:
    """The value may hold secrets, which its repr hides; a copy in this process has it whole."""
    seen = iotmi.CredentialLocker(id="abc", name="CANARY")
    error = errors.WaitFailedError("x", seen)
    assert copy.copy(error).value is copy.deepcopy(error).value is seen
    pickled = pickle.dumps(error)
    assert pickle.loads(pickled).value == "CredentialLocker(id='abc', name='***')"
    assert b"CANARY" not in pickled


def test_a_problem_pickles_whatever_was_given() -> None:
    """What stands in the wrong place may not pickle, or hold secrets that its repr hides."""
    misplaced = iotmi.UpdateManagedThing("a", owner="CANARY")
    for given in (misplaced, lambda: None, 10**5000, "short", None):
        pickled = pickle.dumps(errors.Problem("path", "must be a string", given))
        assert pickle.loads(pickled).limit == "must be a string"
        assert b"CANARY" not in pickled
    assert pickle.loads(pickle.dumps(errors.Problem("path", "limit", "short"))).value == "short"
    assert str(errors.Problem("p", "must be small", 10**5000)) == "p: must be small, got <int>"


@pytest.mark.parametrize("code", MODELLED)
def test_every_modelled_error_has_its_class(code: str) -> None:
    """Each exception of the service's model becomes a class of its own, by its code."""
    error = translate(client_error(code, 499), "GetManagedThing", str)
    assert type(error).__name__ == code.removesuffix("Exception") + "Error"
    assert isinstance(error, errors.ServiceError)
    assert (error.code, error.message, error.operation, error.request_id, error.http_status) == (
        code,
        "words",
        "GetManagedThing",
        "r-1",
        499,
    )


def test_a_code_without_a_class_is_a_service_error_with_its_code() -> None:
    """What nobody has heard of yet keeps its code."""
    error = translate(client_error("TeapotException", 418), "GetManagedThing", str)
    assert type(error) is errors.ServiceError
    assert error.code == "TeapotException"
    assert not error.worth_repeating


def test_the_missing_resource_is_named() -> None:
    """ResourceNotFoundException tells which resource, of what kind."""
    raised = client_error("ResourceNotFoundException", 404, ResourceId="i", ResourceType="T")
    error = translate(raised, "GetManagedThing", str)
    assert isinstance(error, errors.ResourceNotFoundError)
    assert (error.resource_id, error.resource_type) == ("i", "T")


def test_the_code_decides_and_never_the_status() -> None:
    """A quota comes with 402 and a limit with 410; neither is worth repeating."""
    quota = translate(client_error("ServiceQuotaExceededException", 402), "X", str)
    limit = translate(client_error("LimitExceededException", 410), "X", str)
    throttle = translate(client_error("ThrottlingException", 400), "X", str)
    assert isinstance(quota, errors.ServiceQuotaExceededError)
    assert isinstance(limit, errors.LimitExceededError)
    assert not quota.worth_repeating
    assert not limit.worth_repeating
    assert throttle.worth_repeating


HTTP_ERRORS = (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)


def botocore_errors() -> list[Exception]:
    """One of each exception that botocore has."""
    made: list[Exception] = [ResponseParserError("x")]
    for kind in vars(botocore.exceptions).values():
        if inspect.isclass(kind) and issubclass(kind, botocore.exceptions.BotoCoreError):
            words: dict[str, Any] = dict.fromkeys(re.findall(r"{(\w+)}", kind.fmt), "e")
            if issubclass(kind, botocore.exceptions.WaiterError):
                words["last_response"] = "e"
            elif issubclass(kind, HTTP_ERRORS):
                words["error"] = "e"
            made.append(kind(**words))
    return made


MAYBE_SENT = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.IncompleteReadError,
    botocore.exceptions.SSLError,
)
UNREADABLE = (
    ResponseParserError,
    botocore.exceptions.ChecksumError,
    botocore.exceptions.FlexibleChecksumError,
)


@pytest.mark.parametrize("raised", botocore_errors(), ids=lambda raised: type(raised).__name__)
def test_every_exception_of_botocore_becomes_one_of_ours(raised: Exception) -> None:
    """What may have left the machine is told apart from what surely did not."""
    error = translate(raised, "GetManagedThing", str)
    if isinstance(raised, UNREADABLE):
        assert type(error) is errors.ResponseError
    elif isinstance(raised, MAYBE_SENT):
        assert type(error) is errors.NoResponseError
    else:
        assert type(error) is errors.NotSentError
    assert error.operation == "GetManagedThing"
    assert "GetManagedThing" in str(error)


def test_a_refused_certificate_sent_nothing() -> None:
    """The one TLS failure that surely comes before the request."""
    raised = botocore.exceptions.SSLError(
        endpoint_url="https://x", error=ssl.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
    )
    assert type(translate(raised, "X", str)) is errors.NotSentError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"x-amz-retry-after": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    """AWS's own header counts milliseconds and comes first; HTTP's is seconds or a date."""
    raised = client_error("ThrottlingException", 429)
    metadata: Any = raised.response.get("ResponseMetadata")
    metadata["HTTPHeaders"] = headers
    error = translate(raised, "X", str)
    assert isinstance(error, errors.ServiceError)
    assert error.retry_after == seconds


def test_a_service_error_tells_its_story_in_one_line() -> None:
    """Operation, code, message, status, request id and attempts stand in the text."""
    error = errors.ConflictError(
        "words",
        operation="Op",
        code="ConflictException",
        request_id="r",
        http_status=409,
        attempts=2,
    )
    assert str(error) == "Op: ConflictException: words (HTTP 409, request id r, 2 attempts)"
