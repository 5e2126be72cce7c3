"""Results of calls: one page of a listing, and a response with its metadata."""

from typing import Generic, TypeVar

from attrs import field, frozen

from iotmi._schema.containers import JsonValue
from iotmi._schema.public import public
from iotmi._schema.pydantic_hook import PydanticHook
from iotmi._values import Value

T = TypeVar("T")


@public
@frozen(kw_only=True, eq=False, repr=False)
class Page(PydanticHook, Value, Generic[T]):
    """One page of a listing.

    Attributes:
        items: the items, possibly none, even if more pages follow.
        next_token: the token that requests the next page; None on the last page.
    """

    items: tuple[T, ...]
    next_token: str | None = None


@public
@frozen(kw_only=True, eq=False, repr=False)
class Response(Value, Generic[T]):
    """The result of one call, with its metadata.

    Attributes:
        value: the decoded value.
        request_id: the id that AWS support asks for, or None if the service sent none.
        http_status: such as 200.
        attempts: the number of times the request was sent.
        elapsed: seconds, all attempts and pauses included.
        raw: the JSON as the service sent it, unknown members included. Not in the repr, because it
            may hold secrets.
    """

    value: T
    request_id: str | None
    http_status: int
    attempts: int
    elapsed: float
    raw: JsonValue = field(repr=False)
