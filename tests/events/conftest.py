"""Fixtures of listeners: a stream of two shards."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from iotmi.events import _reader
from tests.fault_injection.consumer import kinesis_client
from tests.fault_injection.streams import shards_that_end

from .streams import STREAM


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a client of a Kinesis with one stream of two shards, which is read without pauses."""
    # moto has no rate limits.
    monkeypatch.setattr(_reader, "_INTERVAL", 0.01)
    monkeypatch.setattr(_reader, "_LISTING_INTERVAL", 0.05)
    monkeypatch.setattr(_reader, "_FIRST_BACKOFF", 0.01)
    with mock_aws(), shards_that_end():
        client = kinesis_client()
        client.create_stream(StreamName=STREAM, ShardCount=2)
        yield client
