"""The same call by boto3, by iotmi and by the AWS CLI.

This module owns the three ways, and `steps` the calls. A runner returns the response as boto3 gives
it, or raises `RefusedError`.
"""

import json
import os
import re
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from botocore import xform_name
from botocore.exceptions import ClientError

import iotmi
from iotmi._schema.responses import Page
from iotmi._serde.encoder import to_boto3
from tests.conformance.pairing import pair
from tests.conformance.service import SERVICE, Service
from tests.parity.steps import Json

Client: TypeAlias = Any
"""A boto3 client: its methods are made at run time, and no type knows them."""

_CLI_ERROR: Final = re.compile(r"An error occurred \((\w+)\)")
_CLI_SECONDS: Final = 60


class RefusedError(Exception):
    """An error response of the service, with its code."""


class Runner(Protocol):
    """One way to call the service."""

    def __call__(self, operation: str, parameters: Mapping[str, Json]) -> Json:
        """Return the response."""
        ...


class Boto3Runner:
    """Plain boto3."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, operation: str, parameters: Mapping[str, Json]) -> Json:
        """Return the client's response without botocore's metadata."""
        try:
            answer = getattr(self._client, xform_name(operation))(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise RefusedError(code) from error
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


class IotmiRunner:
    """iotmi, with typed values."""

    def __init__(self, client: iotmi.Client, theirs: Service) -> None:
        self._client = client
        self._theirs = theirs
        self._requests = {info.name: info.request for info in iotmi.operations()}

    def __call__(self, operation: str, parameters: Mapping[str, Json]) -> Json:
        """Return the response in the service's names."""
        request = self._requests[operation]
        modelled = self._theirs.operations[operation]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            arguments = pair(request, modelled.input, parameters).arguments
            try:
                value: object = self._client.send(request(**arguments)).value
            except iotmi.ServiceError as error:
                raise RefusedError(error.code) from error
        if value is None:
            return {}
        if isinstance(value, Page):
            assert modelled.listed is not None
            page = {modelled.listed.name: [to_boto3(item) for item in value.items]}
            return page if value.next_token is None else {**page, "NextToken": value.next_token}
        return to_boto3(value)


class CliRunner:
    """The AWS CLI as a person types it. An environment variable names the server."""

    def __init__(self, program: Path, address: str, home: Path) -> None:
        self._program = program
        settings = home / "aws_config"
        # Without this, the CLI replaces a URL by its content.
        settings.write_text("[default]\ncli_follow_urlparam = false\noutput = json\n")
        kept = {name: value for name, value in os.environ.items() if "AWS" not in name}
        self._environment = {
            **kept,
            "AWS_ACCESS_KEY_ID": "EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": str(settings),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS": address,
            "PYTHONIOENCODING": "utf-8",
        }

    def __call__(self, operation: str, parameters: Mapping[str, Json]) -> Json:
        """Return the printed response."""
        done = subprocess.run(
            [str(self._program), SERVICE, xform_name(operation, "-"), *_flags(parameters)],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_CLI_SECONDS,
            check=False,
        )
        if done.returncode:
            found = _CLI_ERROR.search(done.stderr)
            if found is None:
                raise AssertionError(f"{operation}: {done.stderr}")
            raise RefusedError(found[1])
        return json.loads(done.stdout or "{}")


def _flags(parameters: Mapping[str, Json]) -> list[str]:
    flags: list[str] = []
    if "MaxResults" in parameters or "NextToken" in parameters:
        # Otherwise the CLI would fetch all pages.
        flags.append("--no-paginate")
    for name, value in parameters.items():
        flag = xform_name(name, "-")
        if isinstance(value, bool):
            flags.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            written = value if isinstance(value, str) else json.dumps(value)
            flags += [f"--{flag}", written]
    return flags
