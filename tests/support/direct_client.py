"""Clients that send directly, and access to their connections."""

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
    """Return the connection pool of *client*."""
    direct_sender = client._context.transport._direct
    assert direct_sender is not None
    return direct_sender.connections


def idle(client: Client | iotmi.AsyncClient) -> int:
    """Return the number of idle connections of *client*."""
    return sum(map(len, connections_of(client)._idle.values()))


def failure(url: str) -> iotmi.CallError:
    """Return the error of a call."""
    with direct(url) as client, pytest.raises(iotmi.CallError) as caught:
        client.managed_things.get("x")
    return caught.value


def facts_of(error: iotmi.CallError) -> tuple[object, ...]:
    """Return an *error*'s type and fields, and the text of errors that a response gives."""
    fields = {name: value for name, value in vars(error).items() if name != "failed_attempts"}
    text = str(error) if isinstance(error, iotmi.ServiceError | iotmi.ResponseError) else ""
    return type(error), text, error.may_have_acted, fields
