"""botocore's sessions and clients, made as this library wants them.

A client of ours is botocore's, with no more in memory than the one service needs. How a request
goes over it is not known here.
"""

import json
import os
import platform
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import botocore.exceptions
from botocore import __version__ as botocore_version
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.handlers import add_recursion_detection_header
from botocore.session import Session as BotocoreSession

from iotmi._botocore.credentials import Chain, SessionCredentials
from iotmi._botocore.loader import SERVICE, SingleServiceLoader
from iotmi._version import __version__
from iotmi.errors import NotSentError

if TYPE_CHECKING:
    import boto3

REGIONS: Final = ("ca-central-1", "eu-west-1", "me-central-1")


class Session(BotocoreSession):
    """A session of our own, with the credentials and the Region of boto3's default one.

    boto3's own session would bring its resources and its transfer manager into memory. Where the
    application has set up a default session, its credentials, profile and Region are taken. Of the
    hundred handlers that botocore keeps for all services, only the one that stops a Lambda function
    from calling itself without end is registered.
    """

    def __init__(self, profile_name: str | None) -> None:
        default = _default_session() if profile_name is None else None
        if default is not None and default.profile_name != "default":
            profile_name = default.profile_name
        super().__init__(profile=profile_name, include_builtin_handlers=False)
        self._profile_name = profile_name
        self.credentials = SessionCredentials(
            lambda: Chain.of_session(self, None if default is None else default.get_credentials)
        )
        if default is not None and default.region_name:
            self.set_config_variable("region", default.region_name)
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            emitter = self.get_component("event_emitter")
            emitter.register(f"before-call.{SERVICE}", add_recursion_detection_header)

    def get_credentials(self) -> SessionCredentials:
        """Return credentials that are fetched when a call needs them, if that may take time."""
        self.credentials.find_local()
        return self.credentials

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


def _default_session() -> "boto3.Session | None":
    """Return boto3's default session, if the application has one."""
    session: boto3.Session | None = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
    return session


def open_client(
    session: "boto3.Session | BotocoreSession",
    *,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    connections: int | None = None,
) -> BaseClient:
    """Return a boto3 client as this library wants it.

    A session of the application's keeps its own settings, but for retries and validation.

    Raises:
        NotSentError: botocore could not make one, for example for want of a Region or a profile,
            or there is nothing at its address that could be called.
    """
    make = session.create_client if isinstance(session, BotocoreSession) else session.client
    try:
        client: BaseClient = make(
            SERVICE,
            region_name=region_name,
            endpoint_url=endpoint_url,
            config=_config(session, connections),
        )
        _validate_endpoint_url(client.meta.endpoint_url)
    except botocore.exceptions.NoRegionError:
        # Nothing in its traceback helps.
        raise NotSentError(
            "no client: no Region is set: pass region_name, or set AWS_DEFAULT_REGION or the "
            f"profile's region; the service is available in {', '.join(REGIONS)}",
            operation="(none)",
        ) from None
    except (OSError, json.JSONDecodeError) as error:
        # A boto3 session fetches credentials when it makes a client. Their texts may hold secrets.
        name = getattr(session, "profile_name", None) or "default"
        program = f" {error.filename!r}" if isinstance(error, OSError) and error.filename else ""
        raise NotSentError(
            f"no client: the credentials of profile {name!r} could not be fetched, most likely by "
            f"its credential_process{program}: {type(error).__name__}",
            operation="(none)",
        ) from None
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise NotSentError(f"no client: {error}", operation="(none)") from error
    if not isinstance(session, Session):
        client.meta.events.register_first(f"before-send.{SERVICE}", _name_ourselves)
    return client


def _config(session: "boto3.Session | BotocoreSession", connections: int | None) -> Config:
    options: dict[str, Any] = {
        # Of botocore's modes, the one with the least to do.
        "retries": {"total_max_attempts": 1, "mode": "legacy"},
        "parameter_validation": False,
    }
    if isinstance(session, Session):
        options |= {"max_pool_connections": 32, "user_agent": _user_agent(session)}
    if connections is not None:
        options["max_pool_connections"] = connections
    return Config(**options)


def _name_ourselves(request: AWSPreparedRequest, **_: object) -> None:
    """Put our name before the user agent that the application's session has made up."""
    # Not earlier: botocore rebuilds it after signing, and the signature leaves it out.
    before: str | bytes = request.headers.get("User-Agent", "")
    text = before.decode() if isinstance(before, bytes) else before
    request.headers["User-Agent"] = f"iotmi/{__version__} {text}".rstrip()


def require_service(client: BaseClient) -> None:
    """Raise unless *client* is a boto3 client of the service.

    Raises:
        TypeError: it is no boto3 client.
        ValueError: it is a client of another service.
    """
    if not isinstance(client, BaseClient):
        raise TypeError(f"boto3_client must be a boto3 client, got {type(client).__name__}")
    service = client.meta.service_model.service_name
    if service != SERVICE:
        raise ValueError(f"boto3_client must be a client of {SERVICE}, not of {service}")


def region_hint(client: BaseClient) -> str:
    """Return what to add where the host of *client*'s Region is unknown; nothing if it is known."""
    region_name = client.meta.region_name
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if region_name in REGIONS or not host.endswith((".amazonaws.com", ".api.aws")):
        return ""
    return (
        f": the service may not be available in {region_name}; it is known to be in "
        f"{', '.join(REGIONS)}"
    )


def _validate_endpoint_url(url: str) -> None:
    """Raise ValueError for an address that botocore would refuse at the first call only."""
    split = urlsplit(url)
    if split.scheme not in {"http", "https"}:
        raise ValueError(f"an endpoint is called by http or https, not by {split.scheme!r}")
    # It raises where it is no number, or too large a one.
    _ = split.port


def _user_agent(session: Session) -> str:
    """Return who we are, made once: botocore puts its own together twice for each request."""
    application: str | None = session.get_config_variable("user_agent_appid")
    return (
        f"iotmi/{__version__} Botocore/{botocore_version} "
        f"Python/{platform.python_version()} {platform.system()}/{platform.release()}"
        + (f" app/{application}" if application else "")
    )
