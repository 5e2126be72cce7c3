"""The steps of reading a stream: shards, iterators, throttles, and checkpoints.

One generator yields calls and pauses as steps, and does no I/O. A sync and an async driver share
it. This module does not know the contents of a record.

Source: https://docs.aws.amazon.com/streams/latest/dev/developing-consumers-with-sdk.html
"""

import logging
import math
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from attrs import define, field, frozen

from iotmi.events._checkpoints import Checkpoints, ShardCheckpoint
from iotmi.events._kinesis import EXPIRED, Kinesis, ListedShard, error_code, is_transient
from iotmi.events._records import Record, from_kinesis

T = TypeVar("T")
R = TypeVar("R")

Start: TypeAlias = Literal["latest", "earliest"] | datetime

_logger: Final = logging.getLogger("iotmi.events")

_INTERVAL: Final = 0.25
"""Seconds between two reads of a shard. Kinesis allows five reads per second."""
_LISTING_INTERVAL: Final = 5.0
"""Seconds between two listings of the shards."""
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 20.0


# -- steps ---------------------------------------------------------------------------------


class Call(Generic[T]):
    """A call of a blocking function. The driver sets `result` or throws the function's exception.

    A cancelled driver may abandon a network call, but not the writing of a checkpoint.
    """

    __slots__ = ("abandonable", "function", "result")

    result: T

    def __init__(self, function: Callable[[], T], *, abandonable: bool = False) -> None:
        self.function = function
        self.abandonable = abandonable


@frozen
class Sleep:
    """A pause."""

    seconds: float


@frozen
class Deliver:
    """A record for the application. The driver continues when the application requests the next."""

    record: Record


# Any: a generator yields calls with results of different types.
Steps: TypeAlias = Generator[Deliver | Sleep | Call[Any], None, R]


# -- the reader ----------------------------------------------------------------------------


@define
class _Shard:
    """The state of reading one shard.

    Attributes:
        after: the last consumed record.
        iterator: the next position. None if a new iterator is needed.
        closed: True if the last listing showed the shard as closed.
        due: the earliest moment of the next read.
        failures: the number of consecutive failed calls.
    """

    id: str
    checkpoint: ShardCheckpoint
    after: str | None
    iterator: str | None = None
    closed: bool = False
    due: float = 0.0
    failures: int = 0


@define
class StreamReader:
    """A reader of one stream."""

    _kinesis: Kinesis
    _checkpoints: Checkpoints
    _shards: dict[str, _Shard] = field(factory=dict, init=False)
    _parents: Mapping[str, Sequence[str]] = field(factory=dict, init=False)
    _listed_at: float = field(default=-math.inf, init=False)

    def begin(self, start: Start) -> None:
        """List the shards, and on the first run store their start positions. Blocks."""
        known = self._checkpoints.load()
        now = time.time()
        listed = self._kinesis.list_shards()
        self._listed_at = time.monotonic()
        if not known:
            # Kinesis refuses a timestamp in its future. Use its clock if the local clock is ahead.
            server_time = self._kinesis.server_time
            if server_time is not None and now > server_time + 1.0:
                now = server_time
            self._checkpoints.add(
                {shard.id: _initial_checkpoint(shard, start, now) for shard in listed}
            )
        self._update_shards(listed)
        if not known and start == "latest":
            # `latest` means the moment of this call, not of the first read.
            for shard in self._shards.values():
                shard.iterator = self._kinesis.iterator(shard.id, {"ShardIteratorType": "LATEST"})

    def steps(self) -> Steps[None]:
        """Read all shards in turn, forever."""
        while True:
            now = time.monotonic()
            arrived = False
            for shard in tuple(self._shards.values()):
                # Finishing another shard lists the shards again, which may remove this shard.
                if shard.id in self._shards and self._is_readable(shard, now):
                    arrived |= yield from self._read(shard)
            if time.monotonic() - self._listed_at > _LISTING_INTERVAL:
                yield from self._follow_resharding()
            if not arrived:
                due = min((shard.due for shard in self._shards.values()), default=0.0)
                yield Sleep(min(max(due - time.monotonic(), _INTERVAL / 5), _INTERVAL))

    def close(self) -> None:
        """Close the checkpoints."""
        self._checkpoints.close()

    # -- shards ----------------------------------------------------------------------------

    def _follow_resharding(self) -> Steps[None]:
        self._listed_at = time.monotonic()
        listed = yield from self._try(self._kinesis.list_shards, "list the shards", None)
        if listed is not None:
            yield Call(partial(self._update_shards, listed))

    def _update_shards(self, listed: Sequence[ListedShard]) -> None:
        """Add new shards, mark closed shards, and remove shards that no longer exist."""
        self._parents = {shard.id: shard.parents for shard in listed}
        checkpoints = self._checkpoints.load()
        # A shard that appears later is the child of a known shard, so all its records are new.
        new = {
            shard.id: ShardCheckpoint("TRIM_HORIZON")
            for shard in listed
            if shard.id not in checkpoints
        }
        if new:
            self._checkpoints.add(new)
        for shard in listed:
            checkpoint = checkpoints.get(shard.id) or new[shard.id]
            if not checkpoint.finished:
                reading = self._shards.setdefault(
                    shard.id, _Shard(shard.id, checkpoint, checkpoint.sequence_number)
                )
                reading.closed = shard.closed
        for gone in set(self._shards) - set(self._parents):
            # Kinesis removes a closed shard after its retention period.
            del self._shards[gone]

    def _is_readable(self, shard: _Shard, now: float) -> bool:
        parents = self._parents.get(shard.id, ())
        return shard.due <= now and not any(parent in self._shards for parent in parents)

    # -- one shard -------------------------------------------------------------------------

    def _read(self, shard: _Shard) -> Steps[bool]:
        """Read a shard once and deliver its records. Return True if there were any."""
        if shard.iterator is None:
            position = partial(self._kinesis.iterator, shard.id, _position(shard))
            shard.iterator = yield from self._try(position, "get an iterator of a shard", shard)
            if shard.iterator is None:
                return False
        # A shard that was closed before an empty read has no further records.
        was_closed = shard.closed
        read = yield from self._try(
            partial(self._kinesis.read, shard.iterator), "read a shard", shard
        )
        if read is None:
            return False
        shard.due = time.monotonic() + _INTERVAL
        shard.iterator = read.iterator
        for item in read.records:
            for record in from_kinesis([item], shard.id):
                yield Deliver(record)
            # The application has requested the next record, so this record is consumed.
            shard.after = str(item.get("SequenceNumber"))
            yield Call(partial(self._checkpoints.record_consumed, shard.id, shard.after))
        ended = read.iterator is None or (was_closed and read.caught_up and not read.records)
        if ended:
            yield Call(partial(self._checkpoints.finish, shard.id))
            del self._shards[shard.id]
            # Find the children, which start now.
            yield from self._follow_resharding()
        return ended or bool(read.records)

    def _try(self, function: Callable[[], T], doing: str, shard: _Shard | None) -> Steps[T | None]:
        """Call Kinesis. Return None if the call has to be retried later."""
        call = Call(function, abandonable=True)
        try:
            yield call
        except Exception as error:
            if shard is not None and error_code(error) == EXPIRED:
                # Iterators expire after five minutes, and the application may take longer.
                shard.iterator = None
                return None
            if not is_transient(error):
                raise
            self._back_off(error, doing, shard)
            return None
        if shard is not None:
            shard.failures = 0
        return call.result

    def _back_off(self, error: Exception, doing: str, shard: _Shard | None) -> None:
        failures = 0 if shard is None else shard.failures
        bound = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** min(failures, 16))
        # Jitter needs no cryptographic randomness.
        pause = random.uniform(bound / 2, bound)  # noqa: S311
        _logger.warning(
            "could not %s of stream %s (%s); next attempt in %.1f s",
            doing,
            self._kinesis.stream,
            error_code(error) or type(error).__name__,
            pause,
        )
        if shard is not None:
            shard.failures += 1
            shard.due = time.monotonic() + pause


def _initial_checkpoint(shard: ListedShard, start: Start, now: float) -> ShardCheckpoint:
    """Return the checkpoint of a shard for the first run."""
    if start == "earliest":
        return ShardCheckpoint("TRIM_HORIZON")
    if isinstance(start, datetime):
        return ShardCheckpoint("AT_TIMESTAMP", start.timestamp())
    # A process killed before its first record continues from here, not from the new end.
    return ShardCheckpoint("AT_TIMESTAMP", now, finished=shard.closed)


def _position(shard: _Shard) -> Mapping[str, object]:
    if shard.after is not None:
        return {
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            "StartingSequenceNumber": shard.after,
        }
    if shard.checkpoint.start_at is None:
        return {"ShardIteratorType": shard.checkpoint.start_type}
    moment = datetime.fromtimestamp(shard.checkpoint.start_at, UTC)
    return {"ShardIteratorType": shard.checkpoint.start_type, "Timestamp": moment}
