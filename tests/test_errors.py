"""The tree of errors, and what of botocore's becomes which of them."""

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
    """What the picture at the top of the module says: each class with the one above it."""
    parents: dict[str, str] = {}
    above = [(-1, "IotmiError")]
    for line in (errors.__doc__ or "").splitlines():
        found = list(re.finditer(r"[├└]── (\w+Error)\b", line))
        if found:
            # The second name on a line is the first one's sibling.
            while above[-1][0] >= found[0].start():
                above.pop()
            parents |= {match[1]: above[-1][1] for match in found}
            above.append((found[0].start(), found[0][1]))
    return parents


def test_the_drawn_tree_is_the_tree() -> None:
    """The picture has exactly the classes of the module, each below what it is a kind of."""
    parents = {
        name: kind.__bases__[0].__name__ for name, kind in CLASSES.items() if name != "IotmiError"
    }
    assert drawn_parents() == parents
    assert issubclass(errors.ConstraintError, ValueError)


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
        for field in ("failed_attempts", "page", "request_id", "attempts", "timeout"):
            assert getattr(twin, field, None) == getattr(error, field, None)
        assert repr(vars(twin).get("problems")) == repr(vars(error).get("problems"))


def test_a_pickled_problem_keeps_what_was_given_where_it_is_plain() -> None:
    """Numbers, texts and None come back as they were."""
    for given in (5, 2.5, "short", True, None):
        twin = pickle.loads(pickle.dumps(errors.Problem("path", "limit", given)))
        assert (twin.path, twin.rule, twin.value) == ("path", "limit", given)
        assert type(twin.value) is type(given)


def test_a_pickle_has_the_repr_of_what_a_waiter_saw() -> None:
    """The value may hold secrets, which its repr hides; a copy in this process has it whole."""
    seen = iotmi.CredentialLocker(id="abc", name="CANARY")
    error = errors.WaitFailedError("x", seen)
    assert copy.copy(error).last_value is copy.deepcopy(error).last_value is seen
    pickled = pickle.dumps(error)
    assert pickle.loads(pickled).last_value == "CredentialLocker(id='abc', name='***')"
    assert b"CANARY" not in pickled
    assert pickle.loads(pickle.dumps(errors.WaitTimeoutError("x", None))).last_value is None


def test_a_problem_pickles_whatever_was_given() -> None:
    """What stands in the wrong place may not pickle, or hold secrets that its repr hides."""
    misplaced = iotmi.UpdateManagedThing("a", owner="CANARY")
    for given in (misplaced, lambda: None, 10**5000, "short", None):
        pickled = pickle.dumps(errors.Problem("path", "must be a string", given))
        assert pickle.loads(pickled).rule == "must be a string"
        assert b"CANARY" not in pickled
    assert pickle.loads(pickle.dumps(errors.Problem("path", "limit", "short"))).value == "short"
    assert str(errors.Problem("p", "must be small", 10**5000)) == "p: must be small, got <int>"


@pytest.mark.parametrize("code", MODELLED)
def test_every_modelled_error_has_its_class(code: str) -> None:
    """Each exception of the service's model becomes a class of its own, by its code."""
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


def test_codes_that_stand_before_every_service_have_their_classes() -> None:
    """They are in no service's model; a proxy's answer without a code is known by its status."""
    for kind, codes in CODES_BEFORE_EVERY_SERVICE.items():
        for code in codes.split():
            error = map_error(client_error(code), "GetManagedThing", str)
            assert type(error) is kind, code
    known = {code for codes in CODES_BEFORE_EVERY_SERVICE.values() for code in codes.split()}
    assert set(ERRORS_BY_CODE) == known | set(MODELLED)


def test_which_errors_are_worth_repeating() -> None:
    """Those that another moment may heal; of what was not sent, its cause says so."""
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
    """What nobody has heard of yet keeps its code."""
    error = map_error(client_error("TeapotException", 418), "GetManagedThing", str)
    assert type(error) is errors.ServiceError
    assert error.code == "TeapotException"
    assert not error.retryable


def test_the_missing_resource_is_named() -> None:
    """ResourceNotFoundException tells which resource, of what kind."""
    raised = client_error("ResourceNotFoundException", 404, ResourceId="i", ResourceType="T")
    error = map_error(raised, "GetManagedThing", str)
    assert isinstance(error, errors.ResourceNotFoundError)
    assert (error.resource_id, error.resource_type) == ("i", "T")


def test_the_code_decides_and_never_the_status() -> None:
    """A quota comes with 402 and a limit with 410; neither is worth repeating."""
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
    botocore.exceptions.ProxyConnectionError,
)
UNREADABLE = (
    ResponseParserError,
    botocore.exceptions.ChecksumError,
    botocore.exceptions.FlexibleChecksumError,
)


@pytest.mark.parametrize("raised", botocore_errors(), ids=lambda raised: type(raised).__name__)
def test_every_exception_of_botocore_becomes_one_of_ours(raised: Exception) -> None:
    """What may have left the machine is told apart from what surely did not."""
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
    """If it came of a `connect`; later, a request may have left: both are raised then too."""

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
def test_how_long_to_wait_is_read_from_the_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    """AWS's own header counts milliseconds and comes first; HTTP's is seconds or a date."""
    raised = client_error("ThrottlingException", 429)
    metadata: Any = raised.response.get("ResponseMetadata")
    metadata["HTTPHeaders"] = headers
    error = map_error(raised, "X", str)
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


def test_which_errors_leave_it_open_whether_the_service_acted() -> None:
    """A lost or unreadable answer, a fault of the server's, and a code of one that nobody knows."""
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


def test_the_story_of_an_error_tells_whether_the_service_may_have_acted() -> None:
    """One attempt is enough, whichever; without a story the error speaks for itself."""
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


def test_an_error_tells_once_how_often_it_was_tried() -> None:
    """One attempt is not worth a word."""
    error = errors.ServiceError("words", operation="Op", code="Code", http_status=418)
    assert str(error) == "Op: Code: words (HTTP 418, request id None)"


def test_what_an_error_is_not_told_is_absent() -> None:
    """One attempt, no story, and None for the rest."""
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


def test_what_an_error_is_told_it_keeps() -> None:
    """Every member is what was given for it."""
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
    """A line for each, after a line that counts them."""
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
    """Of more than 80 characters the first 77 are shown."""
    # Quotes belong to what is shown.
    just, over = "x" * 78, "x" * 79
    assert str(errors.Problem("p", "l", just)) == f"p: l, got '{just}'"
    assert str(errors.Problem("p", "l", over)) == f"p: l, got '{'x' * 76}..."


def test_a_failed_attempt_says_what_it_knows() -> None:
    """The service's code or else the class, and a request id where one came."""
    unanswered = errors.FailedAttempt(error_type="NoResponseError", elapsed=0.5)
    assert str(unanswered) == "NoResponseError"
    assert (unanswered.code, unanswered.request_id, unanswered.http_status) == (None, None, None)
    assert unanswered.pause == 0.0
    answered = errors.FailedAttempt(error_type="K", code="Code", request_id="r", elapsed=0.5)
    assert str(answered) == "Code, request id r"
    for field in attrs.fields(errors.FailedAttempt):
        assert field.kw_only
