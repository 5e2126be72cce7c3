"""The three Kinesis calls for reading a stream, and the classification of their errors.

Owns the use of boto3's Kinesis client. Does not know the order in which shards are read.

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

Response: TypeAlias = Mapping[str, object]

BATCH: Final = 1000
"""The maximum number of records per read."""

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
"""The error codes after which a retry may succeed."""


@frozen
class ListedShard:
    """One shard in a listing.

    Attributes:
        id: the shard's id.
        parents: the ids of the shards from which a split or merge created this shard.
        closed: True if the shard accepts no more records.
    """

    id: str
    parents: tuple[str, ...]
    closed: bool


@frozen
class Read:
    """The outcome of one read of a shard.

    Attributes:
        records: the records as boto3 returns them.
        iterator: the position after the records, or None at the end of a closed shard.
        caught_up: True if the shard had no further records at that moment.
    """

    records: list[Mapping[str, object]]
    iterator: str | None
    caught_up: bool


@define
class Kinesis:
    """One stream, through boto3's client.

    Attributes:
        server_time: the ``Date`` of the last response from Kinesis, in seconds since 1970, or None.
    """

    _client: "botocore_client.BaseClient"
    stream: str
    server_time: float | None = field(default=None, init=False)

    @classmethod
    def of(cls, client: "botocore_client.BaseClient | None", stream: str) -> "Kinesis":
        """Return *stream* through *client*, or through a client with boto3's default settings."""
        if client is not None:
            return cls(client, stream)
        import boto3

        return cls(boto3.client("kinesis"), stream)

    def list_shards(self) -> list[ListedShard]:
        """Return every shard of the stream, including closed shards."""
        shards: list[ListedShard] = []
        parameters = {"StreamName": self.stream}
        while True:
            response = self._call("list_shards", **parameters)
            shards += [_listed(shard) for shard in _mappings(response.get("Shards"))]
            token = response.get("NextToken")
            if not isinstance(token, str):
                return shards
            parameters = {"NextToken": token}

    def iterator(self, shard: str, position: Mapping[str, object]) -> str:
        """Return an iterator at *position* in a shard."""
        response = self._call(
            "get_shard_iterator", StreamName=self.stream, ShardId=shard, **position
        )
        return str(response["ShardIterator"])

    def read(self, iterator: str) -> Read:
        """Return the records at *iterator*, up to `BATCH`."""
        response = self._call("get_records", ShardIterator=iterator, Limit=BATCH)
        following = response.get("NextShardIterator")
        return Read(
            _mappings(response.get("Records")),
            following if isinstance(following, str) else None,
            response.get("MillisBehindLatest") == 0,
        )

    def _call(self, operation: str, **parameters: object) -> Response:
        # boto3 creates the methods of a client at run time.
        response: Response = getattr(self._client, operation)(**parameters)
        date = _mapping(_mapping(response.get("ResponseMetadata")).get("HTTPHeaders")).get("date")
        if isinstance(date, str):
            with suppress(ValueError):
                self.server_time = parsedate_to_datetime(date).timestamp()
        return response


def error_code(error: Exception) -> str | None:
    """Return the error code in Kinesis's response, or None."""
    code = _mapping(_mapping(getattr(error, "response", None)).get("Error")).get("Code")
    return code if isinstance(code, str) else None


def is_transient(error: Exception) -> bool:
    """Return True if the same call may succeed later."""
    from botocore.exceptions import ConnectionError as NoConnectionError, HTTPClientError

    code = error_code(error)
    # An error response of a proxy has no code, and botocore uses the HTTP status instead.
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
