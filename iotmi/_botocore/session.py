"""botocore sessions and clients with this library's settings.

A client that this library makes loads the data of one service only. This module does not know how
requests are sent.
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
    """A botocore session with the credentials and the Region of boto3's default session.

    A boto3 session would load its resources and its transfer manager. If the application has set up
    a default session, its credentials, profile and Region are used. Of botocore's hundred handlers
    for all services, only the one that stops recursive Lambda functions is registered.
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
        """Return the credentials. If fetching them may block, the first call fetches them."""
        self.credentials.find_local()
        return self.credentials

    def create_client(
        self,
        service_name: str,
        *args: Any,  # noqa: ANN401 - passed on unchanged
        **options: Any,  # noqa: ANN401
    ) -> BaseClient:
        """Return a client. A client of another service comes from an unchanged botocore session.

        The credential chain makes clients of other services to assume a role or to sign in.
        """
        if service_name != SERVICE:
            unchanged = BotocoreSession(profile=self._profile_name)
            return unchanged.create_client(service_name, *args, **options)
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
    """Return a boto3 client with this library's settings.

    A session of the application keeps its own settings except retries and validation.

    Raises:
        NotSentError: botocore could not make a client, for example without a Region or a profile,
            or the endpoint's URL is invalid.
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
        # botocore's traceback adds nothing to the message.
        raise NotSentError(
            "no client: no Region is set: pass region_name, or set AWS_DEFAULT_REGION or the "
            f"profile's region; the service is available in {', '.join(REGIONS)}",
            operation="(none)",
        ) from None
    except (OSError, json.JSONDecodeError) as error:
        # A boto3 session fetches credentials when it makes a client. The errors' texts may hold
        # secrets.
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
        # Of botocore's retry modes, "legacy" does the least work for a single attempt.
        "retries": {"total_max_attempts": 1, "mode": "legacy"},
        "parameter_validation": False,
    }
    if isinstance(session, Session):
        options |= {"max_pool_connections": 32, "user_agent": _user_agent(session)}
    if connections is not None:
        options["max_pool_connections"] = connections
    return Config(**options)


def _name_ourselves(request: AWSPreparedRequest, **_: object) -> None:
    """Put this library's name before the user agent of the application's session."""
    # In ``before-send``, because botocore rebuilds the header after signing. It is not signed.
    before: str | bytes = request.headers.get("User-Agent", "")
    text = before.decode() if isinstance(before, bytes) else before
    request.headers["User-Agent"] = f"iotmi/{__version__} {text}".rstrip()


def require_service(client: BaseClient) -> None:
    """Raise unless *client* is a boto3 client of the service.

    Raises:
        TypeError: *client* is not a boto3 client.
        ValueError: *client* is a client of another service.
    """
    if not isinstance(client, BaseClient):
        raise TypeError(f"boto3_client must be a boto3 client, got {type(client).__name__}")
    service = client.meta.service_model.service_name
    if service != SERVICE:
        raise ValueError(f"boto3_client must be a client of {SERVICE}, not of {service}")


def region_hint(client: BaseClient) -> str:
    """Return a hint for errors if *client*'s Region may lack the service; else an empty string."""
    region_name = client.meta.region_name
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if region_name in REGIONS or not host.endswith((".amazonaws.com", ".api.aws")):
        return ""
    return (
        f": the service may not be available in {region_name}; it is known to be in "
        f"{', '.join(REGIONS)}"
    )


def _validate_endpoint_url(url: str) -> None:
    """Raise ValueError for a URL that botocore would reject at the first call only."""
    split = urlsplit(url)
    if split.scheme not in {"http", "https"}:
        raise ValueError(f"the endpoint's URL must begin with http or https, not {split.scheme!r}")
    # The property raises ValueError for an invalid port.
    _ = split.port


def _user_agent(session: Session) -> str:
    """Return the User-Agent header, built once. botocore builds its own twice for each request."""
    application: str | None = session.get_config_variable("user_agent_appid")
    return (
        f"iotmi/{__version__} Botocore/{botocore_version} "
        f"Python/{platform.python_version()} {platform.system()}/{platform.release()}"
        + (f" app/{application}" if application else "")
    )
