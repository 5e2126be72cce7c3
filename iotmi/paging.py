"""Pagers: a listing as an iterable that asks for a page when it is needed, and not before.

A pager knows a listing and something that sends it; it does not know how. Each iteration starts
anew from the first page.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Generic, Protocol, TypeVar

from iotmi._flow import following
from iotmi._model import Listing, Page, Request, Response

T = TypeVar("T")
R = TypeVar("R")


class Sender(Protocol):
    """What a pager needs of a client."""

    def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and wait for what comes."""
        ...


class AsyncSender(Protocol):
    """The same of an awaiting client."""

    async def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and wait for what comes."""
        ...


class Pager(Generic[T]):
    """The items of a listing, fetched page by page as they are asked for.

    ``for item in pager`` walks all items; a new walk starts at the first page again. Nothing is
    sent before the first item is asked for. The service promises neither an order nor that a walk
    sees what is created meanwhile.
    """

    def __init__(self, sender: Sender, listing: Listing[T]) -> None:
        self._sender = sender
        self._listing = listing

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """The pages, each with its items and the token of the next."""
        listing: Listing[T] | None = self._listing
        while listing is not None:
            response = self._sender.send(listing)
            yield response.value
            listing = following(listing, response)

    def first(self) -> T | None:
        """The first item, or None where there is none."""
        return next(iter(self), None)

    def collect(self, *, limit: int | None = None) -> list[T]:
        """All items, or the first *limit*, as a list. No page is sent for that is not needed."""
        found: list[T] = []
        if limit == 0:
            return found
        for page in self.pages():
            found += page.items
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def __repr__(self) -> str:
        return f"<Pager of {self._listing!r}>"


class AsyncPager(Generic[T]):
    """The items of a listing, fetched page by page as they are asked for.

    ``async for item in pager`` walks all items; a new walk starts at the first page again. Nothing
    is sent before the first item is asked for.
    """

    def __init__(self, sender: AsyncSender, listing: Listing[T]) -> None:
        self._sender = sender
        self._listing = listing

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, each with its items and the token of the next."""
        listing: Listing[T] | None = self._listing
        while listing is not None:
            response = await self._sender.send(listing)
            yield response.value
            listing = following(listing, response)

    async def first(self) -> T | None:
        """The first item, or None where there is none."""
        return next(iter(await self.collect(limit=1)), None)

    async def collect(self, *, limit: int | None = None) -> list[T]:
        """All items, or the first *limit*, as a list. No page is sent for that is not needed."""
        found: list[T] = []
        if limit == 0:
            return found
        async for page in self.pages():
            found += page.items
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def __repr__(self) -> str:
        return f"<AsyncPager of {self._listing!r}>"
