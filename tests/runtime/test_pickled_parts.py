"""Families, methods and pagers in other processes: they pickle as their client does."""

import copy
import multiprocessing
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import anyio
import pytest

import iotmi
from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.support.http_servers import KEYS


@pytest.fixture
def address(keys: None, emulator: Emulator) -> Iterator[str]:  # noqa: ARG001 - in the environment
    """Return the emulator for every process of this machine."""
    with serving(emulator) as address:
        yield address


@pytest.fixture
def remote(address: str) -> Iterator[iotmi.Client]:
    """Return a client that pickles."""
    with iotmi.Client(region_name="eu-west-1", endpoint_url=address) as client:
        yield client


@pytest.fixture
def ids(client: iotmi.Client) -> list[str]:
    """Return the ids of two lockers."""
    return [client.credential_lockers.create(name=name).id for name in ("a", "b")]


def set_environment(variables: dict[str, str]) -> None:
    """Set *variables* in the process of a pool."""
    os.environ.update(variables)


def collected(pager: iotmi.Pager[iotmi.CredentialLockerSummary]) -> set[str]:
    """Return the ids of all items."""
    return {summary.id for summary in pager}


def read(family: iotmi.CredentialLockers, locker_id: str) -> iotmi.CredentialLocker:
    """One locker."""
    return family.get(locker_id)


# Python 3.12 and later warn about a fork with threads, and the server of this test is a thread.
# Only Python 3.15 raises the warning where warnings are errors.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_methods_families_and_pagers_cross_into_a_pool(
    remote: iotmi.Client, ids: list[str], method: str
) -> None:
    """A bound method is what a pool maps, and its values come back whole."""
    lockers = [remote.credential_lockers.get(each) for each in ids]
    with ProcessPoolExecutor(
        1,
        multiprocessing.get_context(method),
        # A fork server that is running already has another environment.
        initializer=set_environment,
        initargs=(KEYS,),
    ) as pool:
        assert list(pool.map(remote.credential_lockers.get, ids)) == lockers
        assert pool.submit(read, remote.credential_lockers, ids[0]).result(60) == lockers[0]
        pager = remote.credential_lockers.list(max_results=1)
        assert pool.submit(collected, pager).result(60) == set(ids)


def test_parts_of_an_async_client_pickle(address: str, ids: list[str]) -> None:
    """The same of the async client."""

    async def use() -> None:
        async with iotmi.AsyncClient(region_name="eu-west-1", endpoint_url=address) as client:
            get = pickle.loads(pickle.dumps(client.credential_lockers.get))
            pager = pickle.loads(pickle.dumps(client.credential_lockers.list()))
            assert (await get(ids[0])).id == ids[0]
            assert {each.id async for each in pager} == set(ids)

    anyio.run(use)


def test_parts_keep_the_options_of_their_client(remote: iotmi.Client) -> None:
    """A family of a copy with other options takes them along."""
    family = remote.with_options(timeout=7.0).credential_lockers
    context = pickle.loads(pickle.dumps(family))._driver.context
    assert context.timeout == 7.0
    assert context.transport.region_name == "eu-west-1"
    context.close()


def test_what_does_not_pickle_says_so(client: iotmi.Client) -> None:
    """A family of a client that has a boto3 client or a session fails as the client does."""
    for part in (client, client.credential_lockers, client.credential_lockers.list()):
        with pytest.raises(pickle.PicklingError, match="does not pickle"):
            pickle.dumps(part)


def test_a_copy_sends_over_the_same_connection(client: iotmi.Client, ids: list[str]) -> None:
    """A deep copy of a client or its parts works, even if credentials cannot be copied."""
    assert collected(copy.deepcopy(client.credential_lockers.list())) == set(ids)
    assert copy.deepcopy(client.credential_lockers).get(ids[0]).id == ids[0]
    assert copy.deepcopy(client.credential_lockers.get)(ids[0]).id == ids[0]
    for twin in (copy.copy(client), copy.deepcopy(client)):
        assert twin is not client
        assert twin._context.connection is client._context.connection
        twin.close()
    assert client.credential_lockers.get(ids[0]).id == ids[0]


def test_values_copy_and_pickle(client: iotmi.Client, ids: list[str]) -> None:
    """Values, pages and requests are equal to their copies, which hold no connection."""
    page = next(client.credential_lockers.list().pages())
    for value in (page, client.credential_lockers.get(ids[0]), iotmi.GetManagedThing("a")):
        assert (
            copy.deepcopy(value) == copy.copy(value) == pickle.loads(pickle.dumps(value)) == value
        )
