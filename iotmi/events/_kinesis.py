"""The three calls of Kinesis that reading a stream takes, and the errors that they end with.

Owns what is known of boto3's client of Kinesis. Does not know in which order shards are read.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html
"""

from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field, frozen

from iotmi._schema.lazy import LazyModule

if TYPE_CHECKING:
    from botocore import client as botocore_client
else:
    botocore_client = LazyModule("botocore.client")

Answer: TypeAlias = Mapping[str, object]

BATCH: Final = 1000
"""How many records one read asks for at most."""

EXPIRED: Final = "ExpiredIteratorException"
TRANSIENT: Final = frozenset(
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
"""The codes of errors after which the same call may succeed."""


@frozen
class ListedShard:
    """One shard, as a listing tells of it.

    Attributes:
        id: the shard's id.
        parents: the ids of the shards that it was split or merged from.
        closed: True where no record is added to it any more.
    """

    id: str
    parents: tuple[str, ...]
    closed: bool


@frozen
class Read:
    """The outcome of one read of a shard.

    Attributes:
        records: the records, as boto3 gives them.
        iterator: the position after them, or None at the end of a closed shard.
        caught_up: True where the shard held no more at that moment.
    """

    records: list[Mapping[str, object]]
    iterator: str | None
    caught_up: bool


@define
class Kinesis:
    """One stream, through boto3's client.

    Attributes:
        server_time: the time by Kinesis' own clock at the last response, in whole seconds since
            1970, or None where none was told.
    """

    _client: "botocore_client.BaseClient"
    stream: str
    server_time: float | None = field(default=None, init=False)

    @classmethod
    def of(cls, client: "botocore_client.BaseClient | None", stream: str) -> "Kinesis":
        """Return *stream* through *client*, or through one with boto3's own settings."""
        if client is not None:
            return cls(client, stream)
        import boto3

        return cls(boto3.client("kinesis"), stream)

    def list_shards(self) -> list[ListedShard]:
        """Return every shard of the stream, closed ones too."""
        shards: list[ListedShard] = []
        parameters = {"StreamName": self.stream}
        while True:
            answer = self._ask("list_shards", **parameters)
            shards += [_listed(shard) for shard in _mappings(answer.get("Shards"))]
            token = answer.get("NextToken")
            if not isinstance(token, str):
                return shards
            parameters = {"NextToken": token}

    def iterator(self, shard: str, position: Mapping[str, object]) -> str:
        """Return an iterator at *position* in a shard."""
        answer = self._ask("get_shard_iterator", StreamName=self.stream, ShardId=shard, **position)
        return str(answer["ShardIterator"])

    def read(self, iterator: str) -> Read:
        """Return the records at *iterator*, up to `BATCH`."""
        answer = self._ask("get_records", ShardIterator=iterator, Limit=BATCH)
        following = answer.get("NextShardIterator")
        return Read(
            _mappings(answer.get("Records")),
            following if isinstance(following, str) else None,
            answer.get("MillisBehindLatest") == 0,
        )

    def _ask(self, operation: str, **parameters: object) -> Answer:
        # boto3 makes its methods at run time.
        answer: Answer = getattr(self._client, operation)(**parameters)
        date = _mapping(_mapping(answer.get("ResponseMetadata")).get("HTTPHeaders")).get("date")
        if isinstance(date, str):
            with suppress(ValueError):
                self.server_time = parsedate_to_datetime(date).timestamp()
        return answer


def error_code(error: Exception) -> str | None:
    """Return the code of an error that Kinesis answered with, or None."""
    code = _mapping(_mapping(getattr(error, "response", None)).get("Error")).get("Code")
    return code if isinstance(code, str) else None


def is_transient(error: Exception) -> bool:
    """Return True where the same call may succeed later."""
    from botocore.exceptions import ConnectionError as NoConnectionError, HTTPClientError

    code = error_code(error)
    # A proxy answers with a status and without a code.
    return (
        isinstance(error, NoConnectionError | HTTPClientError)
        or code in TRANSIENT
        or (code is not None and code.isdecimal() and code.startswith("5"))
    )


def _listed(shard: Mapping[str, object]) -> ListedShard:
    parents = (shard.get("ParentShardId"), shard.get("AdjacentParentShardId"))
    numbers = _mapping(shard.get("SequenceNumberRange"))
    return ListedShard(
        str(shard["ShardId"]),
        tuple(parent for parent in parents if isinstance(parent, str)),
        bool(numbers.get("EndingSequenceNumber")),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
