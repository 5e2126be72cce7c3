"""Endpoints: an emulator's client resolves the same address as any boto3 client."""

from typing import Any

import boto3
import pytest

from iotmi.emulator import Emulator


def address(client: Any) -> str:  # noqa: ANN401 - a boto3 client, made at run time
    """Return the URL that a client is about to send a request to."""
    seen: list[str] = []

    def record_url(params: dict[str, Any], **_event: object) -> None:
        seen.append(params["url"])

    client.meta.events.register_first("before-call.*", record_url)
    with Emulator() as emulator:
        emulator.attach(client)
        client.list_managed_things()
    return seen[0]


@pytest.mark.parametrize("region", ["eu-west-1", "ca-central-1", "me-central-1", "cn-north-1"])
def test_endpoints_are_those_of_boto3(region: str) -> None:
    """Replacing botocore's table of endpoints changes no address."""
    plain = boto3.Session(
        aws_access_key_id="a", aws_secret_access_key="s", region_name=region
    ).client("iot-managed-integrations")
    with Emulator(region_name=region) as emulator:
        ours = emulator.boto3_client()
    assert address(ours) == address(plain)
    assert region in address(ours)
