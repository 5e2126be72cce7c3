"""The error classes, and the mapping from botocore's errors."""

import copy
import inspect
import pickle
import re
import ssl
from typing import Any

import attrs
import botocore.exceptions
import pytest
from botocore.parsers import ResponseParserError
from botocore.session import Session

import iotmi
from iotmi import errors
from iotmi._botocore.error_mapping import map_error
from iotmi._schema.error_codes import ERRORS_BY_CODE

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.IotmiError)
}
MODELLED = [
    shape.name for shape in Session().get_service_model("iot-managed-integrations").error_shapes
]


def client_error(code: str, status: int = 400, **more: object) -> botocore.exceptions.ClientError:
    """Return botocore's exception for an error of the service."""
    # The stubs lack modelled members.
    answer: Any = {
        "Error": {"Code": code, "Message": "words"},
        "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": status, "HTTPHeaders": {}},
        **more,
    }
    return botocore.exceptions.ClientError(answer, "GetManagedThing")


def examples() -> list[errors.IotmiError]:
    """Return one error of each class."""
    made: list[errors.IotmiError] = [
        errors.IotmiError("x"),
        errors.ConstraintError("Thing", (errors.Problem("a.b", "must be so", 5),)),
        errors.MaterialError("ZigbeeCode", "install_code must be hexadecimal digits"),
        errors.CallError("x", operation="Op"),
        errors.NotSentError("x", operation="Op", retryable=True),
        errors.NoResponseError("x", operation="Op", attempts=3),
        errors.ResponseError("x", operation="Op", request_id="r", path="id"),
        errors.DeadlineExceededError(
            "x", operation="Op", timeout=2, last=errors.NoResponseError("y", operation="Op"), page=3
        ),
        errors.WaitError("x", 5),
        errors.WaitTimeoutError("x", None),
        errors.CommandTimeoutError("x", "1=_1"),
        errors.EventError("payload.status", "must be a string"),
        errors.WaitFailedError("x", iotmi.ManagedThingSummary(id="t")),
    ]
    made += [
        kind("words", operation="Op", code="Code", request_id="r", http_status=418, retry_after=2.5)
        for kind in CLASSES.values()
        if issubclass(kind, errors.ServiceError)
    ]
    for error in made:
        if isinstance(error, errors.CallError):
            error.failed_attempts = (
                errors.FailedAttempt(
                    error_type="ThrottlingError", code="Code", elapsed=0.5, pause=1.5
                ),
                errors.FailedAttempt(error_type=type(error).__name__, request_id="r", elapsed=0.25),
            )
    return made


def drawn_parents() -> dict[str, str]:
    """Return each class in the module's drawing with its parent."""
    parents: dict[str, str] = {}
    above = [(-1, "IotmiError")]
    for line in (errors.__doc__ or "").splitlines():
        found = list(re.finditer(r"[├└]── (\w+Error)\b", line))
        if found:
            # The second name on a line is a sibling of the first.
            while above[-1][0] >= found[0].start():
                above.pop()
            parents |= {match[1]: above[-1][1] for match in found}
            above.append((found[0].start(), found[0][1]))
    return parents


def test_the_drawn_tree_is_the_tree() -> None:
    """The drawing has exactly the classes of the module, below their parents."""
    parents = {
        name: kind.__bases__[0].__name__ for name, kind in CLASSES.items() if name != "IotmiError"
    }
    assert drawn_parents() == parents
    assert issubclass(errors.ConstraintError, ValueError)


def test_every_class_has_an_example_here() -> None:
    """The examples have every class."""
    assert {type(error) for error in examples()} == set(CLASSES.values())


@pytest.mark.parametrize("error", examples(), ids=lambda error: type(error).__name__)
def test_errors_can_be_pickled_and_copied(error: errors.IotmiError) -> None:
    """Class, text, fields and notes survive pickling and copying."""
    error.add_note("seen in the test")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.args == error.args
        assert set(vars(twin)) == set(vars(error))
        for field in ("failed_attempts", "page", "request_id", "attempts", "timeout"):
            assert getattr(twin, field, None) == getattr(error, field, None)
        assert repr(vars(twin).get("problems")) == repr(vars(error).get("problems"))


def test_a_pickled_problem_keeps_plain_values() -> None:
    """Numbers, texts and None survive in a pickled problem."""
    for given in (5, 2.5, "short", True, None):
        twin = pickle.loads(pickle.dumps(errors.Problem("path", "limit", given)))
        assert (twin.path, twin.rule, twin.value) == ("path", "limit", given)
        assert type(twin.value) is type(given)


def test_a_pickled_waiter_error_has_a_repr() -> None:
    """A pickle has only the repr of the last value, which hides secrets."""
    seen = iotmi.CredentialLocker(id="abc", name="CANARY")
    error = errors.WaitFailedError("x", seen)
    assert copy.copy(error).last_value is copy.deepcopy(error).last_value is seen
    pickled = pickle.dumps(error)
    assert pickle.loads(pickled).last_value == "CredentialLocker(id='abc', name='***')"
    assert b"CANARY" not in pickled
    assert pickle.loads(pickle.dumps(errors.WaitTimeoutError("x", None))).last_value is None


def test_a_problem_with_any_value_can_be_pickled() -> None:
    """A bad value that cannot be pickled, or has secrets, is pickled as its repr."""
    misplaced = iotmi.UpdateManagedThing("a", owner="CANARY")
    for given in (misplaced, lambda: None, 10**5000, "short", None):
        pickled = pickle.dumps(errors.Problem("path", "must be a string", given))
        assert pickle.loads(pickled).rule == "must be a string"
        assert b"CANARY" not in pickled
    assert pickle.loads(pickle.dumps(errors.Problem("path", "limit", "short"))).value == "short"
    assert str(errors.Problem("p", "must be small", 10**5000)) == "p: must be small, got <int>"


@pytest.mark.parametrize("code", MODELLED)
def test_every_modelled_error_has_its_class(code: str) -> None:
    """Each exception of the model has a class, by its code."""
    error = map_error(client_error(code, 499), "GetManagedThing", str)
    assert type(error).__name__ == code.removesuffix("Exception") + "Error"
    assert isinstance(error, errors.ServiceError)
    assert (error.code, error.message, error.operation, error.request_id, error.http_status) == (
        code,
        "words",
        "GetManagedThing",
        "r-1",
        499,
    )


CODES_BEFORE_EVERY_SERVICE = {
    errors.AccessDeniedError: "AccessDenied",
    errors.AuthenticationError: """
        IncompleteSignature IncompleteSignatureException InvalidClientTokenId
        InvalidSignatureException MissingAuthenticationToken MissingAuthenticationTokenException
        RequestExpired SignatureDoesNotMatch UnrecognizedClientException
    """,
    errors.ExpiredTokenError: "ExpiredToken ExpiredTokenException",
    errors.InternalFailureError: "InternalFailure",
    errors.InternalServerError: "500",
    errors.ServiceUnavailableError: "502 503 504 ServiceUnavailable",
    errors.ThrottlingError: """
        429 RequestLimitExceeded RequestThrottled RequestThrottledException Throttling
        ThrottledException TooManyRequestsException
    """,
}


def test_codes_of_the_front_end_have_classes() -> None:
    """Codes of AWS's front end have classes; a code-less response goes by its status."""
    for kind, codes in CODES_BEFORE_EVERY_SERVICE.items():
        for code in codes.split():
            error = map_error(client_error(code), "GetManagedThing", str)
            assert type(error) is kind, code
    known = {code for codes in CODES_BEFORE_EVERY_SERVICE.values() for code in codes.split()}
    assert set(ERRORS_BY_CODE) == known | set(MODELLED)


def test_which_errors_are_retryable() -> None:
    """Only temporary errors are retryable; NotSentError depends on its cause."""
    worth = {name for name, kind in CLASSES.items() if kind.retryable}
    server = {"InternalFailureError", "InternalServerError", "ServiceUnavailableError"}
    assert worth == server | {"ThrottlingError", "NoResponseError"}
    faults = {
        name: kind.fault for name, kind in CLASSES.items() if issubclass(kind, errors.ServiceError)
    }
    assert faults == {name: "server" if name in server else "client" for name in faults}
    assert not errors.NotSentError("x", operation="Op").retryable
    assert errors.NotSentError("x", operation="Op", retryable=True).retryable


def test_a_code_without_a_class_is_a_service_error_with_its_code() -> None:
    """An unknown code becomes a ServiceError with the code."""
    error = map_error(client_error("TeapotException", 418), "GetManagedThing", str)
    assert type(error) is errors.ServiceError
    assert error.code == "TeapotException"
    assert not error.retryable


def test_the_missing_resource_is_named() -> None:
    """ResourceNotFoundError has the resource's id and type."""
    raised = client_error("ResourceNotFoundException", 404, ResourceId="i", ResourceType="T")
    error = map_error(raised, "GetManagedThing", str)
    assert isinstance(error, errors.ResourceNotFoundError)
    assert (error.resource_id, error.resource_type) == ("i", "T")


def test_the_code_decides_and_never_the_status() -> None:
    """The quotas with status 402 and 410 are not retryable."""
    quota = map_error(client_error("ServiceQuotaExceededException", 402), "X", str)
    limit = map_error(client_error("LimitExceededException", 410), "X", str)
    throttle = map_error(client_error("ThrottlingException", 400), "X", str)
    assert isinstance(quota, errors.ServiceQuotaExceededError)
    assert isinstance(limit, errors.LimitExceededError)
    assert not quota.retryable
    assert not limit.retryable
    assert throttle.retryable


HTTP_ERRORS = (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)


def botocore_errors() -> list[Exception]:
    """Return one of each exception of botocore."""
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
    botocore.exceptions.ProxyConnectionError,
)
UNREADABLE = (
    ResponseParserError,
    botocore.exceptions.ChecksumError,
    botocore.exceptions.FlexibleChecksumError,
)


@pytest.mark.parametrize("raised", botocore_errors(), ids=lambda raised: type(raised).__name__)
def test_every_exception_of_botocore_becomes_one_of_ours(raised: Exception) -> None:
    """NotSentError is only used if the request surely did not leave."""
    error = map_error(raised, "GetManagedThing", str)
    if isinstance(raised, UNREADABLE):
        assert type(error) is errors.ResponseError
    elif isinstance(raised, MAYBE_SENT):
        assert type(error) is errors.NoResponseError
    else:
        assert type(error) is errors.NotSentError
    assert error.operation == "GetManagedThing"
    assert "GetManagedThing" in str(error)


@pytest.mark.parametrize(
    "failure",
    [
        botocore.exceptions.SSLError(endpoint_url="https://x", error=ssl.SSLError("self-signed")),
        botocore.exceptions.ProxyConnectionError(proxy_url="http://x", error=OSError("no")),
    ],
)
def test_a_refused_certificate_or_proxy_sent_nothing(failure: Exception) -> None:
    """TLS and proxy errors are NotSentError only if `connect` raised them."""

    def connect() -> None:
        raise failure

    assert type(map_error(failure, "X", str)) is errors.NoResponseError
    with pytest.raises(type(failure)):
        connect()
    assert type(map_error(failure, "X", str)) is errors.NotSentError


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
def test_retry_after_headers(headers: dict[str, str], seconds: float | None) -> None:
    """AWS's header in milliseconds precedes HTTP's in seconds or as a date."""
    raised = client_error("ThrottlingException", 429)
    metadata: Any = raised.response.get("ResponseMetadata")
    metadata["HTTPHeaders"] = headers
    error = map_error(raised, "X", str)
    assert isinstance(error, errors.ServiceError)
    assert error.retry_after == seconds


def test_the_text_of_a_service_error() -> None:
    """The text has operation, code, message, status, request id and attempts."""
    error = errors.ConflictError(
        "words",
        operation="Op",
        code="ConflictException",
        request_id="r",
        http_status=409,
        attempts=2,
    )
    assert str(error) == "Op: ConflictException: words (HTTP 409, request id r, 2 attempts)"


def test_which_errors_may_have_acted() -> None:
    """`may_have_acted` is True for lost or bad responses, 5xx and unknown codes."""
    fresh = [error for error in examples() if isinstance(error, errors.CallError)]
    for error in fresh:
        error.failed_attempts = ()
    open_ = {type(error).__name__ for error in fresh if error.may_have_acted}
    server = {"InternalFailureError", "InternalServerError", "ServiceUnavailableError"}
    assert open_ == server | {"NoResponseError", "ResponseError"}
    for code, status, expected in (
        ("TeapotException", 500, True),
        ("TeapotException", 503, True),
        ("TeapotException", 499, False),
        ("ThrottlingException", 503, False),
    ):
        error = map_error(client_error(code, status), "X", str)
        assert error.may_have_acted is expected, (code, status)


def test_failed_attempts_decide_may_have_acted() -> None:
    """One attempt that may have acted is enough; without attempts the class decides."""
    undone = errors.FailedAttempt(error_type="ThrottlingError", elapsed=0.5)
    done = errors.FailedAttempt(error_type="NoResponseError", elapsed=0.5, may_have_acted=True)
    for kind in (errors.NotSentError, errors.NoResponseError):
        error = kind("x", operation="Op")
        for failures, expected in (
            ((undone,), False),
            ((done, undone), True),
            ((undone, done), True),
        ):
            error.failed_attempts = failures
            assert error.may_have_acted is expected


def test_the_text_mentions_several_attempts_once() -> None:
    """The text mentions attempts only if there were several."""
    error = errors.ServiceError("words", operation="Op", code="Code", http_status=418)
    assert str(error) == "Op: Code: words (HTTP 418, request id None)"


def test_the_defaults_of_an_error() -> None:
    """The defaults are one attempt, no failures, and None."""
    made = [
        errors.CallError(message="words", operation="Op"),
        errors.NotSentError("words", operation="Op"),
        errors.NoResponseError("words", operation="Op"),
        errors.ResponseError("words", operation="Op", request_id=None),
        errors.DeadlineExceededError("words", operation="Op", timeout=2.5, last=None),
        errors.ResourceNotFoundError("words", operation="Op", code="Code"),
    ]
    for error in made:
        assert (error.operation, error.args) == ("Op", ("words",))
        assert (error.attempts, error.failed_attempts, error.request_id) == (1, (), None)
        for name in ("path", "page", "last", "retry_after", "resource_id", "resource_type"):
            assert getattr(error, name, None) is None
        assert getattr(error, "http_status", 0) == 0


def test_given_fields_are_kept() -> None:
    """Each given field is kept."""
    last = errors.NoResponseError("earlier", operation="Op", attempts=2)
    unread = errors.ResponseError("x", operation="Op", request_id="r", path="id", attempts=3)
    late = errors.DeadlineExceededError(
        "x", operation="Op", timeout=2.5, last=last, page=4, attempts=5
    )
    unsent = errors.NotSentError("x", operation="Op", attempts=6)
    refused = errors.ServiceError(
        "words",
        operation="Op",
        code="C",
        request_id="r",
        http_status=418,
        attempts=7,
        retry_after=8,
    )
    assert [one.attempts for one in (last, unread, late, unsent, refused)] == [2, 3, 5, 6, 7]
    assert (unread.request_id, unread.path) == ("r", "id")
    assert (late.timeout, late.last, late.page) == (2.5, last, 4)
    assert (refused.message, refused.code, refused.retry_after) == ("words", "C", 8)
    assert (refused.request_id, refused.http_status) == ("r", 418)


def test_a_constraint_error_lists_its_problems() -> None:
    """The text counts the problems and has one line for each."""
    first, second = errors.Problem("a.b", "must be so", 5), errors.Problem("c", "must not", "d")
    one, two = (
        errors.ConstraintError("Thing", (first,)),
        errors.ConstraintError("Op", (first, second)),
    )
    assert str(one) == "Thing has 1 problem:\n  a.b: must be so, got 5"
    assert str(two) == "Op has 2 problems:\n  a.b: must be so, got 5\n  c: must not, got 'd'"
    assert (two.subject, two.problems) == ("Op", (first, second))
    assert repr(first) == "Problem('a.b: must be so, got 5')"


def test_a_long_value_is_shortened() -> None:
    """A value of more than 80 characters is cut after 77."""
    # The quotes count.
    just, over = "x" * 78, "x" * 79
    assert str(errors.Problem("p", "l", just)) == f"p: l, got '{just}'"
    assert str(errors.Problem("p", "l", over)) == f"p: l, got '{'x' * 76}..."


def test_an_absent_or_redacted_value_is_not_in_the_text() -> None:
    """`None` and three stars give no value, and every other value is shown."""
    for value in (None, "".join("***")):
        assert str(errors.Problem("p", "l", value)) == "p: l"
    assert str(errors.Problem("p", "l", "")) == "p: l, got ''"


def test_the_text_of_a_failed_attempt() -> None:
    """The text has the code or the class, and the request id."""
    unanswered = errors.FailedAttempt(error_type="NoResponseError", elapsed=0.5)
    assert str(unanswered) == "NoResponseError"
    assert (unanswered.code, unanswered.request_id, unanswered.http_status) == (None, None, None)
    assert unanswered.pause == 0.0
    answered = errors.FailedAttempt(error_type="K", code="Code", request_id="r", elapsed=0.5)
    assert str(answered) == "Code, request id r"
    for field in attrs.fields(errors.FailedAttempt):
        assert field.kw_only
