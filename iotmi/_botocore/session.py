"""botocore's sessions and clients, made as this library wants them.

A client of ours is botocore's, with no more in memory than the one service needs. How a request
goes over it is not known here.
"""

import os
import platform
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.exceptions as theirs
from botocore import __version__ as botocore_version
from botocore.client import BaseClient
from botocore.config import Config
from botocore.handlers import add_recursion_detection_header
from botocore.session import Session as BotocoreSession

from iotmi._botocore.loader import SERVICE, SingleServiceLoader
from iotmi._version import __version__
from iotmi.errors import NotSentError

if TYPE_CHECKING:
    import boto3


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
