"""Pagers, sync and async."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

import iotmi
from iotmi import AsyncClient, Client, ListManagedThings, Page
from iotmi.emulator import Emulator
from tests.support.factories import make_hub
from tests.support.http_servers import answer, serving, with_keys

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def ids(client: Client) -> list[str]:
    """Return the ids of seven things, in order of creation."""
    return [make_hub(client, number).id for number in range(7)]


def listings(emulator: Emulator) -> int:
    """Return the number of page requests."""
    return sum(call.operation == "ListManagedThings" for call in emulator.calls)


def test_items_come_page_by_page(client: Client, emulator: Emulator, ids: list[str]) -> None:
    """A page is requested only when its first item is needed."""
    pager = client.managed_things.list(max_results=3)
    assert listings(emulator) == 0
    walk = iter(pager)
    assert [next(walk).id for _ in range(3)] == ids[:3]
    assert listings(emulator) == 1
    assert next(walk).id == ids[3]
    assert listings(emulator) == 2
    assert [thing.id for thing in pager] == ids


async def test_an_async_walk_can_be_continued(async_client: AsyncClient, ids: list[str]) -> None:
    """`async for` continues an iterator where `anext` stopped, as Python's own iterators do."""
    walk = aiter(async_client.managed_things.list(max_results=3))
    assert (await anext(walk)).id == ids[0]
    assert [thing.id async for thing in walk] == ids[1:]


def test_a_pager_can_be_iterated_twice(client: Client, ids: list[str]) -> None:
    """Each iteration begins at the first page."""
    pager = client.managed_things.list(max_results=2)
    assert [thing.id for thing in pager] == [thing.id for thing in pager] == ids


def test_pages_have_tokens_until_the_last(client: Client, ids: list[str]) -> None:
    """A page has the next token, and a request can begin there."""
    pages = list(client.managed_things.list(max_results=3).pages())
    assert [len(page.items) for page in pages] == [3, 3, 1]
    assert all(isinstance(page, Page) for page in pages)
    assert pages[-1].next_token is None
    rest = client.managed_things.list(max_results=3, next_token=pages[0].next_token)
    assert [thing.id for thing in rest] == ids[3:]


def test_first_and_collect_request_only_needed_pages(
    client: Client, emulator: Emulator, ids: list[str]
) -> None:
    """`first` requests one page, `collect(limit=)` as many as needed."""
    pager = client.managed_things.list(max_results=3)
    first = pager.first()
    assert first is not None
    assert first.id == ids[0]
    assert listings(emulator) == 1
    assert [thing.id for thing in pager.collect(limit=3)] == ids[:3]
    assert listings(emulator) == 2
    assert [thing.id for thing in pager.collect(limit=4)] == ids[:4]
    assert pager.collect(limit=0) == []
    assert [thing.id for thing in pager.collect()] == ids


def test_nothing_to_list(client: Client) -> None:
    """An empty account has no first item and an empty list."""
    assert client.managed_things.list().first() is None
    assert client.managed_things.list().collect() == []


async def test_the_async_pager_does_the_same(async_client: AsyncClient, ids: list[str]) -> None:
    """The async pager gives the same items, pages and first item."""
    pager = async_client.managed_things.list(max_results=3)
    assert [thing.id async for thing in pager] == ids
    assert [len(page.items) async for page in pager.pages()] == [3, 3, 1]
    first = await pager.first()
    assert first is not None
    assert first.id == ids[0]
    assert [thing.id for thing in await pager.collect(limit=4)] == ids[:4]
    assert await pager.collect(limit=0) == []
    assert len(await pager.collect()) == 7
    assert await async_client.managed_things.list(role_filter=iotmi.Role.DEVICE).first() is None
    assert "role_filter" in repr(async_client.managed_things.list(role_filter=iotmi.Role.DEVICE))


def test_kinds_of_pagers(client: Client, async_client: AsyncClient) -> None:
    """A sync pager is not an async iterable, and the reverse."""
    assert isinstance(iter(client.managed_things.list()), Iterator)
    assert isinstance(aiter(async_client.managed_things.list()), AsyncIterator)
    assert not hasattr(client.managed_things.list(), "__aiter__")
    assert not hasattr(async_client.managed_things.list(), "__iter__")


def page(items: int, token: str | None) -> bytes:
    """Return the body of a page."""
    listed = [{"Id": f"t{number}"} for number in range(items)]
    return json.dumps({"Items": listed, "NextToken": token}).encode()


def test_an_empty_page_is_not_the_end() -> None:
    """Empty pages do not end a listing, and any next token is sent back."""
    script = [answer("200 OK", page(0, "a/+b")), answer("200 OK", page(2, None))]
    with serving(script) as url, with_keys(Client, endpoint_url=url) as client:
        assert [thing.id for thing in client.managed_things.list()] == ["t0", "t1"]


CIRCLES = {
    "at once": ["A", "A"],
    "of two": ["A", "B", "A"],
    "after a while": ["A", "B", "C", "D", "B"],
}


@pytest.mark.parametrize("tokens", CIRCLES.values(), ids=CIRCLES)
async def test_a_circle_of_tokens_is_an_error(tokens: list[str]) -> None:
    """A listing that would never end is refused when the first token comes again."""
    script = [answer("200 OK", page(1, token)) for token in tokens]
    with serving(script * 3) as url:
        with with_keys(Client, endpoint_url=url) as client:
            with pytest.raises(iotmi.ResponseError, match="same next_token") as caught:
                client.managed_things.list().collect()
            assert caught.value.operation == "ListManagedThings"
            pages = client.managed_things.list().pages()
            assert [next(pages).next_token for _ in tokens] == tokens
            with pytest.raises(iotmi.ResponseError, match="same next_token"):
                next(pages)
        async with with_keys(AsyncClient, endpoint_url=url) as async_client:
            with pytest.raises(iotmi.ResponseError, match="same next_token"):
                await async_client.managed_things.list().collect()


async def test_a_circle_back_to_where_the_listing_resumed_is_an_error() -> None:
    """The token with which a listing begins counts too."""
    script = [answer("200 OK", page(1, token)) for token in ("B", "A")]
    with serving(script) as url, with_keys(Client, endpoint_url=url) as client:
        with pytest.raises(iotmi.ResponseError, match="same next_token"):
            client.managed_things.list(next_token="A").collect()


async def test_an_empty_token_ends_the_listing() -> None:
    """It is no token, and nothing that was collected is lost."""
    script = [answer("200 OK", page(1, token)) for token in ("A", "")] * 3
    with serving(script) as url:
        with with_keys(Client, endpoint_url=url) as client:
            assert len(client.managed_things.list().collect()) == 2
            assert [page.next_token for page in client.managed_things.list().pages()] == ["A", None]
        async with with_keys(AsyncClient, endpoint_url=url) as async_client:
            assert len(await async_client.managed_things.list().collect()) == 2


def test_a_listing_can_be_sent_by_itself(client: Client, ids: list[str]) -> None:
    """`send` returns one page."""
    response = client.send(ListManagedThings(max_results=2))
    assert [thing.id for thing in response.value.items] == ids[:2]
