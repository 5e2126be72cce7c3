"""Results of calls: one page of a listing, and a response with its metadata."""

from typing import Generic, TypeVar

from attrs import field, frozen

from iotmi._schema.containers import JsonValue

T = TypeVar("T")


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: what the page holds; it may hold nothing and still have pages after it.
        next_token: asks for the page after this one; None on the last page.
    """

    items: tuple[T, ...]
    next_token: str | None = None


@frozen(kw_only=True)
class Response(Generic[T]):
    """What came back for one request, with what is known about the call.

    Attributes:
        value: the answer.
        request_id: what AWS support asks for, or None where the service gave none.
        http_status: such as 200.
        attempts: how often the request was sent until this answer came.
        elapsed: seconds, over all attempts and pauses.
        raw: the decoded JSON as the service sent it, unknown members included. Not in the repr,
            for it may hold secrets.
    """

    value: T
    request_id: str | None
    http_status: int
    attempts: int
    elapsed: float
    raw: JsonValue = field(repr=False)
