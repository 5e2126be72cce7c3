"""Clients after `close`: their calls are refused, and nothing is sent."""

import copy
import pickle

import anyio
import boto3
import pytest

import iotmi
from iotmi.emulator import Emulator

CLOSED = "ListManagedThings: nothing was sent: the client is closed; make another one"


def refuse(client: iotmi.Client, emulator: Emulator) -> None:
    """Check that a call of a client is refused, once and before it is sent."""
    with pytest.raises(iotmi.NotSentError) as caught:
        client.managed_things.list().first()
    assert str(caught.value).startswith(CLOSED)
    assert (caught.value.retryable, caught.value.may_have_acted) == (False, False)
    assert caught.value.attempts == 1
    assert emulator.calls == ()


def test_a_closed_client_refuses_calls() -> None:
    """A call after close raises an error of one attempt. Closing again has no effect."""
    with Emulator() as emulator:
        client = emulator.client()
        client.close()
        client.close()
        refuse(client, emulator)


def test_a_client_cannot_be_entered_again_for_calls() -> None:
    """The second with block can be entered, and its calls are refused."""
    with Emulator() as emulator, emulator.client() as client:
        with client:
            pass
        with client:
            refuse(client, emulator)


def test_copies_close_with_their_client() -> None:
    """A copy is refused after its client was closed. Closing a copy closes nothing."""
    with Emulator() as emulator:
        client = emulator.client()
        light, shallow = client.with_options(timeout=5), copy.copy(client)
        light.close()
        client.credential_lockers.list().collect()
        assert len(emulator.calls) == 1
        client.close()
        for each in (light, shallow):
            with pytest.raises(iotmi.NotSentError, match="the client is closed"):
                each.credential_lockers.list().collect()


def test_a_pickled_client_is_open() -> None:
    """A client that was closed before it is pickled is open in the other process."""
    client = iotmi.Client(
        region_name="eu-west-1", endpoint_url="http://127.0.0.1:9", retry=iotmi.RetryPolicy.none()
    )
    client.close()
    other = pickle.loads(pickle.dumps(client))
    with pytest.raises(iotmi.NotSentError) as caught:
        other.managed_things.list().first()
    assert "closed; make another" not in str(caught.value)


def test_a_boto3_client_of_the_application_stays_open() -> None:
    """Only iotmi's client is closed: its boto3 client still works."""
    with Emulator() as emulator:
        session = boto3.Session("any", "any", region_name="eu-west-1")
        plain = emulator.attach(session.client("iot-managed-integrations"))
        client = iotmi.Client(boto3_client=plain)
        client.close()
        refuse(client, emulator)
        assert plain.list_managed_things()["Items"] == []


def test_a_closed_async_client_refuses_calls() -> None:
    """The async client raises the same error, also in its second async with block."""

    async def check() -> None:
        with Emulator() as emulator:
            async with emulator.async_client() as client:
                await client.credential_lockers.list().collect()
            async with client:
                with pytest.raises(iotmi.NotSentError, match="the client is closed"):
                    await client.credential_lockers.list().collect()
            assert len(emulator.calls) == 1

    anyio.run(check)
