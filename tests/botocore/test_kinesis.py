"""Kinesis clients, and this library's errors instead of botocore's."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

import iotmi
from iotmi._botocore.kinesis import KinesisClient, kinesis_errors, open_kinesis

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def kinesis() -> Iterator[KinesisClient]:
    """Yield a client of an account without streams."""
    with mock_aws():
        yield open_kinesis(profile_name=None, region_name="eu-west-1", endpoint_url=None)


def test_an_error_of_kinesis_names_the_operation(kinesis: KinesisClient) -> None:
    """A service's error has its code and status, whichever operation of the client failed."""
    with pytest.raises(iotmi.ServiceError) as caught, kinesis_errors():
        kinesis.describe_stream(StreamName="none")  # type: ignore[attr-defined]  # made by botocore
    assert caught.value.operation == "DescribeStream"
    assert (caught.value.code, caught.value.http_status) == ("ResourceNotFoundException", 400)


def test_a_request_that_kinesis_cannot_get_is_not_sent(kinesis: KinesisClient) -> None:
    """botocore finds that a parameter is missing, before it sends."""
    with pytest.raises(iotmi.NotSentError, match="Kinesis: nothing was sent"), kinesis_errors():
        kinesis.put_record(StreamName="none")  # type: ignore[attr-defined]  # made by botocore
