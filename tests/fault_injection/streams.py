"""A Kinesis of moto's server whose shards end as those of AWS do.

moto 5.2 puts records into closed shards, moves the records of a split shard to its children, and
gives an iterator beyond the end of a closed shard. Here a closed shard keeps its records, takes no
more, and ends without an iterator.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.kinesis.models import KinesisBackend, Shard, Stream
from moto.kinesis.utils import decompose_shard_iterator
from moto.server import ThreadedMotoServer


def _shard_for_key(stream: Any, partition_key: str, explicit_hash_key: str) -> Any:  # noqa: ANN401
    shards = stream.shards
    stream.shards = {name: shard for name, shard in shards.items() if shard.is_open}
    try:
        return _get_shard_for_key(stream, partition_key, explicit_hash_key)
    finally:
        stream.shards = shards


def _without_moving(method: Any) -> Any:  # noqa: ANN401
    """Return a split or a merge that leaves the records where they are."""

    def reshard(stream: Any, *arguments: Any) -> None:  # noqa: ANN401
        kept = {name: shard.records for name, shard in stream.shards.items()}
        for shard in stream.shards.values():
            shard.records = type(shard.records)()
        method(stream, *arguments)
        for name, records in kept.items():
            stream.shards[name].records = records

    return reshard


def _records_until_the_end(backend: Any, stream_arn: Any, shard_iterator: Any, limit: Any) -> Any:  # noqa: ANN401
    following, records, behind = _get_records(backend, stream_arn, shard_iterator, limit)
    name, shard_id, _ = decompose_shard_iterator(shard_iterator)
    shard: Shard = backend.describe_stream(stream_arn=stream_arn, stream_name=name).shards[shard_id]
    _, _, position = decompose_shard_iterator(following)
    ended = not shard.is_open and int(position) >= shard.get_max_sequence_number()
    return None if ended else following, records, behind


_get_shard_for_key = Stream.get_shard_for_key
_get_records = KinesisBackend.get_records


@contextmanager
def shards_that_end() -> Iterator[None]:
    """Make the streams of moto in this process behave as the module says."""
    changes = {
        "get_shard_for_key": _shard_for_key,
        "split_shard": _without_moving(Stream.split_shard),
        "merge_shards": _without_moving(Stream.merge_shards),
    }
    with (
        mock.patch.multiple(Stream, **changes),
        mock.patch.object(KinesisBackend, "get_records", _records_until_the_end),
    ):
        yield


@contextmanager
def kinesis_server() -> Iterator[str]:
    """Run moto's server in this process and give its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with shards_that_end():
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield f"http://{host}:{port}"
        finally:
            server.stop()
