"""Clients that send directly, and a look at what they send over."""

from typing import Final

import pytest

import iotmi
from iotmi import Client, RetryPolicy
from iotmi._botocore.connection_pool import ConnectionPool

ONCE: Final = RetryPolicy.none()
THING: Final = b'{"Id": "x"}'


def direct(url: str) -> Client:
    """Return a client that sends directly."""
    client = Client(endpoint_url=url, retry=ONCE)
    assert client._context.transport._direct is not None
    return client


def connections_of(client: Client | iotmi.AsyncClient) -> ConnectionPool:
    """Return the connections that it sends over."""
    way = client._context.transport._direct
    assert way is not None
    return way.connections


def idle(client: Client | iotmi.AsyncClient) -> int:
    """Return how many connections it keeps."""
    return sum(map(len, connections_of(client)._idle.values()))


def failure(url: str) -> iotmi.CallError:
    """Return the error that a call ends with."""
    with direct(url) as client, pytest.raises(iotmi.CallError) as caught:
        client.managed_things.get("x")
    return caught.value


def told_of(error: iotmi.CallError) -> tuple[object, ...]:
    """Return all that a user can tell of an *error*, without the words of the layer below."""
    fields = {name: value for name, value in vars(error).items() if name != "failed_attempts"}
    text = str(error) if isinstance(error, iotmi.ServiceError | iotmi.ResponseError) else ""
    return type(error), text, error.may_have_acted, fields
