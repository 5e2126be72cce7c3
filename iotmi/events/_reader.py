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
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeAlias, TypeVar

from attrs import define, field, frozen

from iotmi.events._checkpoints import Checkpoints, Place
from iotmi.events._records import Record, from_kinesis

if TYPE_CHECKING:
    from botocore.client import BaseClient

T = TypeVar("T")
R = TypeVar("R")

Start: TypeAlias = Literal["latest", "earliest"] | datetime
Answer: TypeAlias = Mapping[str, object]

_logger: Final = logging.getLogger("iotmi.events")

_INTERVAL: Final = 0.25
"""Seconds between two reads of a shard: Kinesis allows five reads a second."""
_LISTING_INTERVAL: Final = 5.0
"""Seconds between two listings of the shards while nothing arrives."""
_BATCH: Final = 1000
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 20.0

_EXPIRED: Final = "ExpiredIteratorException"
_TRANSIENT: Final = frozenset(
    {
        "InternalFailure",
        "InternalFailureException",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
    }
)


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
        after: the last record that was handed over.
        iterator: the next position; None where a new one is needed.
        closed: True where the listing says that no record is added any more.
        failures: how many calls in a row failed.
        due: the moment before which the shard is not read.
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

    _client: "BaseClient"
    _stream: str
    _checkpoints: Checkpoints
    _shards: dict[str, _Shard] = field(factory=dict, init=False)
    _parents: Mapping[str, Sequence[str]] = field(factory=dict, init=False)
    _listed: float = field(default=0.0, init=False)
    _server_time: float | None = field(default=None, init=False)

    def begin(self, start: Start) -> None:
        """Find the shards, and on the first run keep where each of them begins. Blocks."""
        known = self._checkpoints.places()
        now = time.time()
        listed = self._list()
        if not known:
            # Kinesis refuses a moment in its future. Its clock counts where this one is ahead; a
            # response tells whole seconds.
            if self._server_time is not None and now > self._server_time + 1.0:
                now = self._server_time
            self._checkpoints.add(
                {str(shard["ShardId"]): _beginning(shard, start, now) for shard in listed}
            )
        self._learn(listed)
        if not known and start == "latest":
            # The moment of the call counts, not the one of the first read.
            for shard in self._shards.values():
                shard.iterator = self._iterator_at(shard.id, {"ShardIteratorType": "LATEST"})

    def course(self) -> Course[None]:
        """Read every shard in turn until the consumer stops."""
        while True:
            now = time.monotonic()
            arrived = False
            for shard in tuple(self._shards.values()):
                if shard.due <= now and self._parents_are_finished(shard):
                    arrived |= yield from self._read(shard)
            if not arrived:
                yield from self._follow_resharding()
                pause = min((shard.due for shard in self._shards.values()), default=0.0)
                yield Sleep(min(max(pause - time.monotonic(), _INTERVAL / 5), _INTERVAL))

    # -- shards ----------------------------------------------------------------------------

    def _list(self) -> list[Mapping[str, object]]:
        shards: list[Mapping[str, object]] = []
        parameters: dict[str, str] = {"StreamName": self._stream}
        while True:
            answer = self._ask("list_shards", **parameters)
            shards += _mappings(answer.get("Shards"))
            token = answer.get("NextToken")
            if not isinstance(token, str):
                self._listed = time.monotonic()
                return shards
            parameters = {"NextToken": token}

    def _learn(self, listed: Sequence[Mapping[str, object]]) -> None:
        """Take up what a listing tells: new shards, closed ones, and those that are gone."""
        self._parents = {
            str(shard["ShardId"]): [
                str(shard[name])
                for name in ("ParentShardId", "AdjacentParentShardId")
                if shard.get(name)
            ]
            for shard in listed
        }
        places = self._checkpoints.places()
        # A shard that appears later is the child of one that is known, so that all of it is new.
        new = {name: Place("TRIM_HORIZON") for name in self._parents if name not in places}
        if new:
            self._checkpoints.add(new)
            places = self._checkpoints.places()
        for shard in listed:
            name = str(shard["ShardId"])
            if places[name].finished:
                continue
            reading = self._shards.setdefault(
                name, _Shard(name, places[name], places[name].sequence_number)
            )
            reading.closed = _is_closed(shard)
        for name in set(self._shards) - set(self._parents):
            # Past its retention, Kinesis forgets a closed shard.
            del self._shards[name]

    def _follow_resharding(self) -> Course[None]:
        if time.monotonic() - self._listed < _LISTING_INTERVAL:
            return
        self._listed = time.monotonic()
        listed = yield from self._try(self._list, "list the shards", None)
        if listed is not None:
            yield Call(partial(self._learn, listed))

    def _parents_are_finished(self, shard: _Shard) -> bool:
        return not any(parent in self._shards for parent in self._parents.get(shard.id, ()))

    # -- one shard -------------------------------------------------------------------------

    def _read(self, shard: _Shard) -> Course[bool]:
        """Read a shard once, and hand over what came. Returns True where something did."""
        if shard.iterator is None:
            found = yield from self._try(
                partial(self._iterator_at, shard.id, _position(shard)),
                "find the place in a shard",
                shard,
            )
            if found is None:
                return False
            shard.iterator = found
        answer = yield from self._try(
            partial(self._ask, "get_records", ShardIterator=shard.iterator, Limit=_BATCH),
            "read a shard",
            shard,
        )
        if answer is None:
            return False
        shard.due = time.monotonic() + _INTERVAL
        delivered = _mappings(answer.get("Records"))
        following = answer.get("NextShardIterator")
        shard.iterator = following if isinstance(following, str) else None
        for item in delivered:
            for record in from_kinesis([item], shard.id):
                yield Take(record)
            # The consumer has asked for the next record, so that it is done with this one.
            number = str(item.get("SequenceNumber"))
            shard.after = number
            yield Call(partial(self._checkpoints.consumed, shard.id, number))
        if shard.iterator is None or (
            # A stream of moto's has an iterator even at the end of a closed shard.
            shard.closed and not delivered and answer.get("MillisBehindLatest") == 0
        ):
            yield Call(partial(self._checkpoints.finish, shard.id))
            del self._shards[shard.id]
            # Its children begin now.
            self._listed = -math.inf
            yield from self._follow_resharding()
            return True
        return bool(delivered)

    def _try(self, function: Callable[[], T], doing: str, shard: _Shard | None) -> Course[T | None]:
        """Call Kinesis. Returns None where it is to be tried again later."""
        call = Call(function, abandonable=True)
        try:
            yield call
        except Exception as error:
            code = _code(error)
            if shard is not None and code == _EXPIRED:
                # An iterator lives five minutes, and the consumer may take longer.
                shard.iterator = None
                return None
            if not _is_transient(error, code):
                raise
            failures = 1 if shard is None else shard.failures + 1
            # Jitter spreads the load; it keeps no secret.
            pause = random.uniform(0.5, 1.0) * min(  # noqa: S311
                _LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** (failures - 1)
            )
            _logger.warning(
                "could not %s of stream %s (%s); next attempt in %.1f s",
                doing,
                self._stream,
                code or type(error).__name__,
                pause,
            )
            if shard is not None:
                shard.failures = failures
                shard.due = time.monotonic() + pause
            return None
        if shard is not None:
            shard.failures = 0
        return call.result

    def _iterator_at(self, shard_id: str, position: Mapping[str, object]) -> str:
        answer = self._ask(
            "get_shard_iterator", StreamName=self._stream, ShardId=shard_id, **position
        )
        return str(answer["ShardIterator"])

    def _ask(self, operation: str, **parameters: object) -> Answer:
        # boto3 makes its methods at run time.
        answer: Answer = getattr(self._client, operation)(**parameters)
        metadata = answer.get("ResponseMetadata")
        headers = metadata.get("HTTPHeaders") if isinstance(metadata, Mapping) else None
        date = headers.get("date") if isinstance(headers, Mapping) else None
        if isinstance(date, str):
            with suppress(ValueError):
                self._server_time = parsedate_to_datetime(date).timestamp()
        return answer

    def close(self) -> None:
        """Close the checkpoints."""
        self._checkpoints.close()


def _beginning(shard: Mapping[str, object], start: Start, now: float) -> Place:
    """Return where a shard begins on the first run."""
    if start == "earliest":
        return Place("TRIM_HORIZON")
    if isinstance(start, datetime):
        return Place("AT_TIMESTAMP", start.timestamp())
    # A process that is killed before its first record goes on from here, not from the new end.
    return Place("AT_TIMESTAMP", now, finished=_is_closed(shard))


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


def _is_closed(shard: Mapping[str, object]) -> bool:
    numbers = shard.get("SequenceNumberRange")
    return isinstance(numbers, Mapping) and bool(numbers.get("EndingSequenceNumber"))


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _code(error: Exception) -> str | None:
    response = getattr(error, "response", None)
    said = response.get("Error") if isinstance(response, Mapping) else None
    code = said.get("Code") if isinstance(said, Mapping) else None
    return code if isinstance(code, str) else None


def _is_transient(error: Exception, code: str | None) -> bool:
    from botocore.exceptions import ConnectionError as NoConnectionError, HTTPClientError

    # A proxy answers with a status and without a code.
    return (
        isinstance(error, NoConnectionError | HTTPClientError)
        or code in _TRANSIENT
        or (code is not None and code.isdecimal() and code.startswith("5"))
    )
