"""Signatures: made by botocore and by hand, and what is said of those that do not hold."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from attrs import evolve
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from iotmi._error_codes import ERRORS_BY_CODE
from iotmi.emulator import HttpRequest
from iotmi.emulator._errors import Refusal
from iotmi.emulator._signatures import SIGNING_NAME, Credentials, Signatures
from iotmi.errors import AuthenticationError

Make: TypeAlias = Callable[[], HttpRequest]
"""Makes a request when the test runs: what is signed when tests are collected may grow too old."""

KEY, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"


def signed(
    path: str = "/managed-things",
    query: str = "",
    body: bytes = b"{}",
    *,
    key: str = KEY,
    secret: str = SECRET,
    region: str = REGION,
    name: str = SIGNING_NAME,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpRequest:
    """A request signed by botocore."""
    url = f"http://127.0.0.1:9280{path}{'?' if query else ''}{query}"
    request = AWSRequest("POST", url, dict(headers or {}), body)
    SigV4Auth(BotocoreCredentials(key, secret, token), name, region).add_auth(request)
    sent = {"Host": "127.0.0.1:9280", **dict(request.headers.items())}
    return HttpRequest("POST", path, query, sent, body)


def check(request: HttpRequest, *, ahead: timedelta = timedelta()) -> None:
    """Check it at a server whose clock is ahead of the signer's."""
    signatures = Signatures(Credentials(KEY, SECRET), REGION, now=lambda: datetime.now(UTC) + ahead)
    signatures.check(request)


def refusal_of(request: HttpRequest, *, ahead: timedelta = timedelta()) -> Refusal:
    """Why it is refused; iotmi has a class for each of these."""
    with pytest.raises(Refusal) as caught:
        check(request, ahead=ahead)
    assert ERRORS_BY_CODE[caught.value.code] is AuthenticationError
    return caught.value


def with_header(request: HttpRequest, name: str, value: str | None) -> HttpRequest:
    """The request with another header, or without one."""
    kept = {each: given for each, given in request.headers.items() if each != name}
    return evolve(request, headers=kept if value is None else {**kept, name: value})


def with_part(request: HttpRequest, old: str, new: str) -> HttpRequest:
    """The request with another text in its Authorization."""
    authorization = request.headers["Authorization"]
    assert old in authorization
    return with_header(request, "Authorization", authorization.replace(old, new))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/managed-things", "MaxResults=10&NextToken=a%3D%3D&Empty="),
        ("/tags/arn%3Aaws%3Aiotmanagedintegrations%3Aeu-west-1%3A1%3Amanaged-thing%2Fa", ""),
        ("/tags/x", "tagKeys=b%20c&tagKeys=a&tagKeys=%C3%BC~*%2F".replace("*", "%2A")),
        ("/a/./b/../c//d", "b=2&a=1&a=0&B=3"),
        ("/%7Ea%20b/$&'()", ""),
    ],
)
def test_what_botocore_signs_is_taken(path: str, query: str) -> None:
    """Encoded paths and queries in any order, header values with blanks, any body."""
    for body in (b"", b"{}", b"\x00\xff" * 100):
        check(signed(path, query, body, headers={"X-Amz-Meta": "a   b ", "X-Other": "c"}))


def test_the_published_example_holds() -> None:
    """The key of the example in AWS's own description of the algorithm comes out as there."""
    signatures = Signatures(Credentials("AKIDEXAMPLE", SECRET), "us-east-1")
    scope = ("20150830", "us-east-1", "iam", "aws4_request")
    to_sign = (
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    )
    assert (
        signatures._signature(scope, to_sign)
        == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(secret="another"),
        lambda: evolve(signed(), method="PUT"),
        lambda: evolve(signed(), path="/managed-thing"),
        lambda: evolve(signed(), query="Force=true"),
        lambda: evolve(signed(), body=b"{ }"),
        lambda: with_header(signed(), "Host", "example.com"),
        lambda: with_header(signed(headers={"X-Other": "a"}), "X-Other", "b"),
        lambda: with_part(signed(), "Signature=", "Signature=ü"),
    ],
)
def test_whatever_is_changed_breaks_the_signature(make: Make) -> None:
    """Method, path, query, body, a signed header, or another secret key."""
    refusal = refusal_of(make())
    assert refusal.code == "InvalidSignatureException"
    assert "does not match" in refusal.message


def test_the_body_counts_and_not_what_a_header_says_of_it() -> None:
    """A header with the right digest does not make another body right."""
    request = signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert refusal_of(request).code == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (
            lambda: with_header(signed(), "Authorization", None),
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        (lambda: signed(key="AKIDOTHER"), "UnrecognizedClientException", "security token"),
        (lambda: signed(token="a"), "UnrecognizedClientException", "security token"),
        (
            lambda: signed(region="ca-central-1"),
            "InvalidSignatureException",
            "the Region 'eu-west-1'",
        ),
        (lambda: signed(name="iot"), "InvalidSignatureException", f"the service '{SIGNING_NAME}'"),
        (
            lambda: with_part(signed(), "aws4_request", "aws5"),
            "InvalidSignatureException",
            "terminator",
        ),
        (
            lambda: with_header(signed(), "X-Amz-Date", "20200101T000000Z"),
            "InvalidSignatureException",
            "the date of X-Amz-Date '20200101'",
        ),
        (lambda: with_part(signed(), "host;", ""), "InvalidSignatureException", "'host' must be"),
        (
            lambda: with_header(signed(), "X-Amz-Target", "a"),
            "InvalidSignatureException",
            "'x-amz-target' must be",
        ),
        (
            lambda: with_part(signed(), "AWS4-HMAC", "AWS3"),
            "IncompleteSignatureException",
            "must begin",
        ),
        (
            lambda: with_part(signed(), "Signature=", "S="),
            "IncompleteSignatureException",
            "'Signature'",
        ),
        (
            lambda: with_part(signed(), f"/{SIGNING_NAME}", ""),
            "IncompleteSignatureException",
            "5 slash-delimited",
        ),
    ],
)
def test_what_is_wrong_is_told(make: Make, code: str, message: str) -> None:
    """Each fault has the service's code for it, and none tells a secret."""
    refusal = refusal_of(make())
    assert refusal.code == code
    assert message in refusal.message
    assert SECRET not in repr(refusal)
    assert SECRET not in repr(Credentials(KEY, SECRET))


def test_a_date_that_is_none_is_told() -> None:
    """X-Amz-Date must be a time in the one form there is for it."""
    request = signed()
    date = request.headers["X-Amz-Date"]
    wrong = with_header(request, "X-Amz-Date", date[:8])
    assert refusal_of(wrong).code == "IncompleteSignatureException"


@pytest.mark.parametrize("ahead", [timedelta(minutes=4), timedelta(minutes=-4)])
def test_five_minutes_are_allowed(ahead: timedelta) -> None:
    """Clocks need not agree to the second."""
    check(signed(), ahead=ahead)


@pytest.mark.parametrize(
    ("ahead", "message"),
    [(timedelta(minutes=6), "Signature expired"), (timedelta(minutes=-6), "not yet current")],
)
def test_an_old_signature_is_refused(ahead: timedelta, message: str) -> None:
    """A request that was caught is worth nothing five minutes later."""
    refusal = refusal_of(signed(), ahead=ahead)
    assert refusal.code == "InvalidSignatureException"
    assert message in refusal.message
