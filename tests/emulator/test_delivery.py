"""Delivery of notifications to real streams, which are moto's here."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from iotmi.emulator import Emulator
from tests.emulator.support.notifications import (
    create_switch,
    envelopes,
    send_action,
    stream_arn,
    subscribe,
)
from tests.emulator.support.requests import Client, create_thing, expect_error


@pytest.fixture
def kinesis() -> Iterator[Any]:
    """Return a client of moto's Kinesis with the stream ``home``."""
    with mock_aws():
        client = boto3.client(
            "kinesis",
            region_name="eu-west-1",
            aws_access_key_id="EMULATED",
            aws_secret_access_key="emulated",
        )
        client.create_stream(StreamName="home", ShardCount=1)
        yield client


def records(kinesis: Client, name: str = "home") -> list[Any]:
    """Return all records of a stream."""
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    response = kinesis.get_records(ShardIterator=iterator, StreamARN=stream_arn(name))
    found: list[Any] = response["Records"]
    return found


def test_notifications_are_put_on_the_stream(kinesis: Client) -> None:
    """The stream has the record when the call returns."""
    with Emulator(kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE")
        create_thing(client)
        (record,) = records(kinesis)
        (sent,) = emulator.notifications
        assert record["Data"] == sent.data
        assert record["PartitionKey"] == sent.partition_key
        assert json.loads(record["Data"])["messageType"] == "DEVICE_LIFE_CYCLE"
        assert emulator.undelivered == ()


def test_the_stream_has_the_order_of_commits(kinesis: Client) -> None:
    """Calls from many threads put every record once, in the order of their commits."""
    with Emulator(kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE")
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: create_thing(client), range(64)))
        sent = [each.data for each in emulator.notifications]
        assert [each["Data"] for each in records(kinesis)] == sent
        assert len(sent) == 64


def test_a_failed_put_does_not_fail_the_call(kinesis: Client, tmp_path: Path) -> None:
    """The call succeeds, and the undelivered notification is kept with the reason."""
    path = tmp_path / "home.db"
    with Emulator(path, kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE", name="nowhere")
        thing = create_thing(client)
        assert client.get_managed_thing(Identifier=thing)["Id"] == thing
        client.update_destination(Name="nowhere", DeliveryDestinationArn=stream_arn("home"))
        create_thing(client)
    with Emulator(path) as emulator:
        (failed, *_rest), delivered = emulator.undelivered, records(kinesis)
        assert failed.notification == emulator.notifications[0]
        assert "ResourceNotFoundException" in failed.reason
        expected = {each.data for each in emulator.notifications}
        expected -= {each.notification.data for each in emulator.undelivered}
        assert {each["Data"] for each in delivered} == expected
        assert len(delivered) == 1


def test_a_failed_request_puts_nothing(kinesis: Client) -> None:
    """A rolled-back request puts no record."""
    with Emulator(kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_STATE")
        thing = create_switch(client)
        with expect_error("ValidationException"):
            send_action(client, thing, {"name": "On"}, {"name": "Explode"})
        assert records(kinesis) == []
        send_action(client, thing, {"name": "On"})
        assert len(records(kinesis)) == 1


def test_the_emulator_may_close_during_a_put(kinesis: Client) -> None:
    """A call succeeds although its put fails and the emulator is closed meanwhile."""
    with Emulator(kinesis=kinesis) as emulator:
        client: Any = emulator.boto3_client()
        subscribe(client, "DEVICE_LIFE_CYCLE", name="nowhere")

        def close(**_event: object) -> None:
            emulator.close()

        kinesis.meta.events.register("before-call.kinesis.PutRecord", close)
        assert create_thing(client)


def test_only_a_kinesis_client_is_accepted() -> None:
    """A client of another service is rejected at once."""
    with Emulator() as emulator, pytest.raises(ValueError, match="not of iot-managed-integrations"):
        Emulator(kinesis=emulator.boto3_client())


def test_without_a_stream_notifications_are_kept(emulator: Emulator, client: Client) -> None:
    """Without a client of Kinesis, notifications are recorded and none is undelivered."""
    subscribe(client, "DEVICE_LIFE_CYCLE")
    create_thing(client)
    assert len(envelopes(emulator, "DEVICE_LIFE_CYCLE")) == 1
    assert emulator.undelivered == ()
