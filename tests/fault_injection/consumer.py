"""A process that listens to a stream and writes a line for each record. Made to be killed.

    python -m tests.fault_injection.consumer ENDPOINT STREAM CHECKPOINTS OUTPUT EVERY

Every so many reads, Kinesis answers with an expired iterator or a throttle; 0 is never.
"""

import json
import os
import sys
import time
from itertools import count
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from iotmi import events

WORK = 0.004
SEVERAL_ERRORS = ("ExpiredIteratorException", "ProvisionedThroughputExceededException")


def kinesis_client(endpoint: str | None = None) -> Any:  # noqa: ANN401
    """Return a client that neither repeats a call nor knows a real account."""
    return boto3.client(
        "kinesis",
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Any:  # noqa: ANN401
        yield self._content


def fail_every(client: Any, every: int, *codes: str) -> None:  # noqa: ANN401
    """Answer one read in *every* with an error, each code in turn."""
    numbers = count(1)

    def answer(request: Any, **_: object) -> AWSResponse | None:  # noqa: ANN401
        number = next(numbers)
        if number % every:
            return None
        code = codes[number // every % len(codes)]
        body = json.dumps({"__type": code, "message": "injected"}).encode()
        headers = HTTPHeaders()
        headers["content-type"] = "application/x-amz-json-1.1"
        return AWSResponse(request.url, 400, headers, _Body(body))

    # Before moto, which answers in this process too.
    client.meta.events.register_first("before-send.kinesis.GetRecords", answer)


def main() -> None:
    endpoint, stream, checkpoints, output, every = sys.argv[1:]
    client = kinesis_client(endpoint)
    if int(every):
        fail_every(client, int(every), *SEVERAL_ERRORS)
    lines = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    listening = events.listen(stream, kinesis=client, checkpoints=checkpoints, start="earliest")
    os.write(lines, b'"ready"\n')
    for record in listening:
        line = json.dumps([record.shard_id, record.sequence_number, record.data.decode()])
        # One write, so that a line is whole or absent.
        os.write(lines, line.encode() + b"\n")
        # The work of a consumer: most kills strike here, in the middle of a batch.
        time.sleep(WORK)


if __name__ == "__main__":
    main()
