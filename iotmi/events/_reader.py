"""The course of reading a stream: shards, iterators, throttles, and when a record is consumed.

The course is one generator. It asks for calls and pauses and never makes one, so that a blocking
and an awaiting driver run the same text. Does not know what a record holds.

Source: https://docs.aws.amazon.com/streams/latest/dev/developing-consumers-with-sdk.html
"""

import logging
import math
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from attrs import define, field, frozen

from iotmi.events._checkpoints import Checkpoints, Place
from iotmi.events._kinesis import EXPIRED, Kinesis, ListedShard, error_code, is_transient
from iotmi.events._records import Record, from_kinesis

T = TypeVar("T")
R = TypeVar("R")

Start: TypeAlias = Literal["latest", "earliest"] | datetime

_logger: Final = logging.getLogger("iotmi.events")

_INTERVAL: Final = 0.25
"""Seconds between two reads of a shard: Kinesis allows five reads a second."""
_LISTING_INTERVAL: Final = 5.0
"""Seconds between two listings of the shards while nothing arrives."""
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 20.0


# -- what the course asks of its driver ----------------------------------------------------


class Step:
    """Something that the course asks its driver to do."""

    __slots__ = ()


class Call(Step, Generic[T]):
    """Run a function that blocks, and set `result`, or throw what the function raised.

    A call of the network may be abandoned by a driver that is cancelled. Writing a checkpoint may
    not.
    """

    __slots__ = ("abandonable", "function", "result")

    result: T

    def __init__(self, function: Callable[[], T], *, abandonable: bool = False) -> None:
        self.function = function
        self.abandonable = abandonable


@frozen
class Sleep(Step):
    """Let time pass."""

    seconds: float


@frozen
class Take(Step):
    """Hand a record to the consumer. The driver goes on once the consumer asks for the next."""

    record: Record


Course: TypeAlias = Generator[Step, None, R]


# -- the course ----------------------------------------------------------------------------


@define
class _Shard:
    """One shard that is being read.

    Attributes:
        after: the last record that was consumed.
        iterator: the next position; None where a new one is needed.
        closed: True where the last listing said that no record is added any more.
        due: the moment before which the shard is not read.
        failures: how many calls in a row failed.
    """

    id: str
    place: Place
    after: str | None
    iterator: str | None = None
    closed: bool = False
    due: float = 0.0
    failures: int = 0


@define
class StreamReader:
    """The reading of one stream."""

    _kinesis: Kinesis
    _checkpoints: Checkpoints
    _shards: dict[str, _Shard] = field(factory=dict, init=False)
    _parents: Mapping[str, Sequence[str]] = field(factory=dict, init=False)
    _listed_at: float = field(default=-math.inf, init=False)

    def begin(self, start: Start) -> None:
        """Find the shards, and on the first run keep where each of them begins. Blocks."""
        known = self._checkpoints.places()
        now = time.time()
        listed = self._kinesis.list_shards()
        self._listed_at = time.monotonic()
        if not known:
            # Kinesis refuses a moment in its future. Its clock counts where this one is ahead.
            server_time = self._kinesis.server_time
            if server_time is not None and now > server_time + 1.0:
                now = server_time
            self._checkpoints.add({shard.id: _beginning(shard, start, now) for shard in listed})
        self._learn(listed)
        if not known and start == "latest":
            # The moment of the call counts, not the one of the first read.
            for shard in self._shards.values():
                shard.iterator = self._kinesis.iterator(shard.id, {"ShardIteratorType": "LATEST"})

    def course(self) -> Course[None]:
        """Read every shard in turn, without end."""
        while True:
            now = time.monotonic()
            arrived = False
            for shard in tuple(self._shards.values()):
                # The end of another shard brings a listing, by which this one may be gone.
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

    def _follow_resharding(self) -> Course[None]:
        self._listed_at = time.monotonic()
        listed = yield from self._try(self._kinesis.list_shards, "list the shards", None)
        if listed is not None:
            yield Call(partial(self._learn, listed))

    def _learn(self, listed: Sequence[ListedShard]) -> None:
        """Take up what a listing tells: new shards, closed ones, and those that are gone."""
        self._parents = {shard.id: shard.parents for shard in listed}
        places = self._checkpoints.places()
        # A shard that appears later is the child of one that is known, so that all of it is new.
        new = {shard.id: Place("TRIM_HORIZON") for shard in listed if shard.id not in places}
        if new:
            self._checkpoints.add(new)
        for shard in listed:
            place = places.get(shard.id) or new[shard.id]
            if not place.finished:
                reading = self._shards.setdefault(
                    shard.id, _Shard(shard.id, place, place.sequence_number)
                )
                reading.closed = shard.closed
        for gone in set(self._shards) - set(self._parents):
            # Past its retention, Kinesis forgets a closed shard.
            del self._shards[gone]

    def _is_readable(self, shard: _Shard, now: float) -> bool:
        parents = self._parents.get(shard.id, ())
        return shard.due <= now and not any(parent in self._shards for parent in parents)

    # -- one shard -------------------------------------------------------------------------

    def _read(self, shard: _Shard) -> Course[bool]:
        """Read a shard once, and hand over what came. Returns True where something did."""
        if shard.iterator is None:
            position = partial(self._kinesis.iterator, shard.id, _position(shard))
            shard.iterator = yield from self._try(position, "find a place in a shard", shard)
            if shard.iterator is None:
                return False
        # What this read does not find in a shard that was closed before, nobody will.
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
                yield Take(record)
            # The consumer has asked for the next record, so that it is done with this one.
            shard.after = str(item.get("SequenceNumber"))
            yield Call(partial(self._checkpoints.consumed, shard.id, shard.after))
        ended = read.iterator is None or (was_closed and read.caught_up and not read.records)
        if ended:
            yield Call(partial(self._checkpoints.finish, shard.id))
            del self._shards[shard.id]
            # Its children begin now.
            yield from self._follow_resharding()
        return ended or bool(read.records)

    def _try(self, function: Callable[[], T], doing: str, shard: _Shard | None) -> Course[T | None]:
        """Call Kinesis. Returns None where the call is to be made again later."""
        call = Call(function, abandonable=True)
        try:
            yield call
        except Exception as error:
            if shard is not None and error_code(error) == EXPIRED:
                # An iterator lives five minutes, and the consumer may take longer.
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
        # Jitter spreads the load; it keeps no secret.
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


def _beginning(shard: ListedShard, start: Start, now: float) -> Place:
    """Return where a shard begins on the first run."""
    if start == "earliest":
        return Place("TRIM_HORIZON")
    if isinstance(start, datetime):
        return Place("AT_TIMESTAMP", start.timestamp())
    # A process that is killed before its first record goes on from here, not from the new end.
    return Place("AT_TIMESTAMP", now, finished=shard.closed)


def _position(shard: _Shard) -> Mapping[str, object]:
    if shard.after is not None:
        return {
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            "StartingSequenceNumber": shard.after,
        }
    if shard.place.start_at is None:
        return {"ShardIteratorType": shard.place.start_type}
    moment = datetime.fromtimestamp(shard.place.start_at, UTC)
    return {"ShardIteratorType": shard.place.start_type, "Timestamp": moment}
