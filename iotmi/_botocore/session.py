"""botocore's sessions and clients, made as this library wants them.

A client of ours is botocore's, with no more in memory than the one service needs. How a request
goes over it is not known here.
"""

import gzip
import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import botocore.exceptions as theirs
from botocore import __version__ as botocore_version
from botocore.client import BaseClient
from botocore.config import Config
from botocore.handlers import add_recursion_detection_header
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session as BotocoreSession

from iotmi._version import __version__
from iotmi.errors import NotSentError

if TYPE_CHECKING:
    import boto3

SERVICE: Final = "iot-managed-integrations"


class Session(BotocoreSession):
    """A session of our own, with the credential and Region chain of boto3's default one.

    boto3's own session would bring its resources and its transfer manager into memory, and its
    default one is not safe to make clients in from threads. Nor is any of the handlers here that
    botocore keeps for other services, some hundred, but for the one that stops a Lambda function
    from calling itself without end.
    """

    def __init__(self, profile_name: str | None) -> None:
        super().__init__(profile=profile_name, include_builtin_handlers=False)
        self._profile_name = profile_name
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            emitter = self.get_component("event_emitter")
            emitter.register(f"before-call.{SERVICE}", add_recursion_detection_header)

    def create_client(
        self,
        service_name: str,
        *args: Any,  # noqa: ANN401 - handed on as they come
        **options: Any,  # noqa: ANN401
    ) -> BaseClient:
        """A client; of another service, by botocore's session as it is.

        To assume a role or to sign in, the credential chain asks for clients of other services.
        """
        if service_name != SERVICE:
            as_it_is = BotocoreSession(profile=self._profile_name)
            return as_it_is.create_client(service_name, *args, **options)
        paths = self.get_component("data_loader").search_paths
        self.register_component("data_loader", SingleServiceLoader(paths))
        return super().create_client(service_name, *args, **options)


class SingleServiceLoader(Loader):
    """Finds what the one service needs, without a look at all the others."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(
            paths, file_loader=PlainDictFileLoader(), include_default_search_paths=False
        )

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        return [SERVICE]

    def load_data_with_path(self, name: str) -> tuple[dict[str, Any], str]:
        """What *name* holds, and where it was found.

        botocore's own list of endpoints is a megabyte in which this service does not occur. What
        it says of a partition as a whole, which is all that is asked of it, stands in a list of
        seven kilobytes as well. A list that somebody has put before botocore's is read.
        """
        found: tuple[dict[str, Any], str]
        if name != "endpoints" or not self.is_builtin_path(self._find(name)):
            found = super().load_data_with_path(name)
            return found
        told, path = super().load_data_with_path("partitions")
        partitions = [_partition_to_endpoints(partition) for partition in told["partitions"]]
        return {"version": 3, "partitions": partitions}, path

    def _find(self, name: str) -> str:
        places = (os.path.join(path, name) for path in self.search_paths)  # noqa: PTH118
        return next(filter(self.file_loader.exists, places), "")


def _partition_to_endpoints(partition: dict[str, Any]) -> dict[str, Any]:
    """A *partition* as the list of endpoints writes it: how hosts are named by default."""
    outputs = partition["outputs"]
    plain, fips = "{service}.{region}.{dnsSuffix}", "{service}-fips.{region}.{dnsSuffix}"
    suffix, dual = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
    return {
        "partition": partition["id"],
        "dnsSuffix": suffix,
        "regionRegex": partition["regionRegex"],
        # What is everywhere is no Region.
        "regions": {
            name: about
            for name, about in partition["regions"].items()
            if not name.endswith("-global")
        },
        "services": {},
        "defaults": {
            "hostname": plain,
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": [
                {"tags": ["fips"], "hostname": fips, "dnsSuffix": suffix},
                {"tags": ["dualstack", "fips"], "hostname": fips, "dnsSuffix": dual},
                {"tags": ["dualstack"], "hostname": plain, "dnsSuffix": dual},
            ],
        },
    }


class PlainDictFileLoader(JSONFileLoader):
    """Reads botocore's data into plain dicts, in a third of the time of ordered ones."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401 - the base class's own
        for ending, opened in (".json", Path.open), (".json.gz", gzip.open):
            try:
                with opened(Path(file_path + ending), "rb") as file:
                    return json.loads(file.read())
            except FileNotFoundError:
                continue
        return None


def open_client(
    session: "boto3.Session | BotocoreSession",
    *,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    connections: int = 32,
) -> BaseClient:
    """A boto3 client as this library wants it.

    Raises:
        NotSentError: botocore could not make one, for want of a Region or a profile for example,
            or there is nothing at its address that could be called.
    """
    config = Config(
        # Of botocore's ways to do so, the one with the least to do.
        retries={"total_max_attempts": 1, "mode": "legacy"},
        parameter_validation=False,
        max_pool_connections=connections,
        user_agent=_user_agent(),
    )
    make = session.create_client if isinstance(session, BotocoreSession) else session.client
    try:
        client: BaseClient = make(
            SERVICE, region_name=region_name, endpoint_url=endpoint_url, config=config
        )
        _validate_endpoint_url(client.meta.endpoint_url)
    except (theirs.BotoCoreError, ValueError) as error:
        raise NotSentError(f"no client: {error}", operation="(none)") from error
    return client


def _validate_endpoint_url(url: str) -> None:
    """botocore looks for a host when a client is made, and for what else is wrong at a call."""
    split = urlsplit(url)
    if split.scheme not in {"http", "https"}:
        raise ValueError(f"an endpoint is called by http or https, not by {split.scheme!r}")
    # It raises where it is no number, or too large a one.
    _ = split.port


def _user_agent() -> str:
    """Who we are, made once: botocore puts its own together twice for each request."""
    return (
        f"iotmi/{__version__} Botocore/{botocore_version} "
        f"Python/{platform.python_version()} {platform.system()}/{platform.release()}"
    )
