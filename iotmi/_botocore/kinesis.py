"""Kinesis clients for the command line, and the mapping of their errors.

This module does not know how a stream is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import botocore.exceptions
from botocore.client import BaseClient
from botocore.session import Session

from iotmi._botocore.error_mapping import map_error
from iotmi.errors import NotSentError

KinesisClient: TypeAlias = BaseClient
"""A boto3 client of Kinesis."""


def open_kinesis(
    *, profile_name: str | None, region_name: str | None, endpoint_url: str | None
) -> KinesisClient:
    """Return a Kinesis client.

    Raises:
        NotSentError: botocore could not make a client, for example without a Region.
    """
    try:
        return Session(profile=profile_name).create_client(
            "kinesis", region_name=region_name, endpoint_url=endpoint_url
        )
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise NotSentError(f"no client of Kinesis: {error}", operation="(none)") from error


@contextmanager
def kinesis_errors() -> Iterator[None]:
    """Raise this library's errors instead of botocore's during the block.

    Raises:
        CallError: botocore raised an error. The names of Kinesis's operations stay.
    """
    try:
        yield
    except botocore.exceptions.ClientError as error:
        raise map_error(error, error.operation_name, str) from error
    except botocore.exceptions.BotoCoreError as error:
        raise map_error(error, "Kinesis", str) from error
