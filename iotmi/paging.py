"""Pagers: a listing as an iterable that requests each page when it is needed.

A pager knows a listing and a sender, and not how the sender works. Each iteration starts from the
first page again.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Generic, Protocol, TypeVar

from iotmi._sansio.deadline import PagingDeadline
from iotmi._sansio.steps import next_page
from iotmi._schema.model import Listing, Request
from iotmi._schema.responses import Page, Response

T = TypeVar("T")
R = TypeVar("R")


class _Sender(Protocol):
    """The method of the sync driver that a pager uses."""

    def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request* as a page of *paging* and return the response."""
        ...


class _AsyncSender(Protocol):
    """The method of the async driver that a pager uses."""

    async def send(self, request: Request[R], paging: PagingDeadline | None = None) -> Response[R]:
        """Send *request* as a page of *paging* and return the response."""
        ...


class Pager(Generic[T]):
    """The items of a listing, fetched page by page.

    ``for item in pager`` walks all items. A new walk starts at the first page again. Nothing is
    sent before the first item is requested. The service guarantees no order, and a walk may miss
    resources that are created meanwhile. A client's ``timeout`` limits the library's time for all
    pages of one walk.
    """

    def __init__(self, sender: _Sender, listing: Listing[T]) -> None:
        self._sender = sender
        self._listing = listing

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """Return an iterator over the pages, each with its items and the next token."""
        paging, tokens = PagingDeadline(), set[str]()
        listing: Listing[T] | None = self._listing
        while listing is not None:
            response = self._sender.send(listing, paging)
            yield response.value
            listing = next_page(listing, response, tokens)

    def first(self) -> T | None:
        """Return the first item, or None if there is none."""
        return next(iter(self), None)

    def collect(self, *, limit: int | None = None) -> list[T]:
        """Return all items, or the first *limit*, and request no page that is not needed."""
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
    """The items of a listing, fetched page by page.

    ``async for item in pager`` walks all items. A new walk starts at the first page again. Nothing
    is sent before the first item is requested. See `Pager` for order and timeouts.
    """

    def __init__(self, sender: _AsyncSender, listing: Listing[T]) -> None:
        self._sender = sender
        self._listing = listing

    def __aiter__(self) -> AsyncIterator[T]:
        return _AsyncItems(self.pages())

    def pages(self) -> AsyncIterator[Page[T]]:
        """Return an iterator over the pages, each with its items and the next token."""
        return _AsyncPages(self._sender, self._listing)

    async def first(self) -> T | None:
        """Return the first item, or None if there is none."""
        return next(iter(await self.collect(limit=1)), None)

    async def collect(self, *, limit: int | None = None) -> list[T]:
        """Return all items, or the first *limit*, and request no page that is not needed."""
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


class _AsyncPages(Generic[T]):
    """One walk over the pages. An async generator would have to be closed when it is abandoned."""

    def __init__(self, sender: _AsyncSender, listing: Listing[T]) -> None:
        self._sender = sender
        self._paging = PagingDeadline()
        self._tokens = set[str]()
        self._listing: Listing[T] | None = listing
        self._response: Response[Page[T]] | None = None
        self._asking = False

    def __aiter__(self) -> AsyncIterator[Page[T]]:
        return self

    async def __anext__(self) -> Page[T]:
        if self._asking:
            raise RuntimeError("another task is waiting for the next page of this walk")
        # An exception below ends the walk.
        listing, self._listing = self._listing, None
        response, self._response = self._response, None
        if listing is not None and response is not None:
            listing = next_page(listing, response, self._tokens)
        if listing is None:
            raise StopAsyncIteration
        self._asking = True
        try:
            self._response = await self._sender.send(listing, self._paging)
        finally:
            self._asking = False
        self._listing = listing
        return self._response.value


class _AsyncItems(Generic[T]):
    """One walk over the items of the pages."""

    def __init__(self, pages: AsyncIterator[Page[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).items)
