"""The two clients: what an application makes, calls and closes.

They hold the families and the lifetime of the connection; how a call is made is the engines'
business.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from iotmi._binding import Async, Driver, M, Sync
from iotmi._botocore.session import Session, open_client
from iotmi._botocore.transport import Transport
from iotmi._runtime.context import ClientContext, ConnectionState
from iotmi._runtime.fork import ForkLocal
from iotmi._runtime.sync_driver import SyncDriver
from iotmi._schema.model import Request
from iotmi._schema.responses import Response
from iotmi.pacing import Pacing
from iotmi.retrying import RetryPolicy

if TYPE_CHECKING:
    import boto3
    from botocore.client import BaseClient

    from iotmi.resources.account import Account
    from iotmi.resources.account_associations import AccountAssociations
    from iotmi.resources.cloud_connectors import CloudConnectors
    from iotmi.resources.connector_destinations import ConnectorDestinations
    from iotmi.resources.credential_lockers import CredentialLockers
    from iotmi.resources.destinations import Destinations
    from iotmi.resources.device_discoveries import DeviceDiscoveries
    from iotmi.resources.event_log_configurations import EventLogConfigurations
    from iotmi.resources.managed_things import ManagedThings
    from iotmi.resources.notification_configurations import NotificationConfigurations
    from iotmi.resources.ota_task_configurations import OtaTaskConfigurations
    from iotmi.resources.ota_tasks import OtaTasks
    from iotmi.resources.provisioning_profiles import ProvisioningProfiles
    from iotmi.resources.runtime_log_configurations import RuntimeLogConfigurationFamily
    from iotmi.resources.schema_versions import SchemaVersions
    from iotmi.resources.tags import Tags

R = TypeVar("R")

_DEFAULT_RETRY: Final = RetryPolicy()


class Families(Generic[M]):
    """The service's nouns. Each family is loaded when it is first used."""

    _driver: Driver
    _context: ClientContext
    # What of the application's the connection is made from, which cannot be pickled; else empty.
    _unpicklable_source: str
    _pickle_options: Mapping[str, str | None]
    _owns_connection: bool

    @cached_property
    def account(self) -> "Account[M]":
        """What is set once for all hubs and devices of the account in a Region."""
        from iotmi.resources.account import Account

        return Account(self._driver)

    @cached_property
    def account_associations(self) -> "AccountAssociations[M]":
        """Links between an end user's account with a third party and this service."""
        from iotmi.resources.account_associations import AccountAssociations

        return AccountAssociations(self._driver)

    @cached_property
    def cloud_connectors(self) -> "CloudConnectors[M]":
        """What translates between a third party's cloud and this service."""
        from iotmi.resources.cloud_connectors import CloudConnectors

        return CloudConnectors(self._driver)

    @cached_property
    def connector_destinations(self) -> "ConnectorDestinations[M]":
        """How end users of this AWS account sign in at a cloud connector."""
        from iotmi.resources.connector_destinations import ConnectorDestinations

        return ConnectorDestinations(self._driver)

    @cached_property
    def credential_lockers(self) -> "CredentialLockers[M]":
        """Households: what keeps the credentials that a hub and its devices share."""
        from iotmi.resources.credential_lockers import CredentialLockers

        return CredentialLockers(self._driver)

    @cached_property
    def destinations(self) -> "Destinations[M]":
        """Where the service delivers its notifications."""
        from iotmi.resources.destinations import Destinations

        return Destinations(self._driver)

    @cached_property
    def device_discoveries(self) -> "DeviceDiscoveries[M]":
        """Searches for devices, by a hub around it or in a third party's cloud."""
        from iotmi.resources.device_discoveries import DeviceDiscoveries

        return DeviceDiscoveries(self._driver)

    @cached_property
    def event_log_configurations(self) -> "EventLogConfigurations[M]":
        """How much the service writes to the event log, and about what."""
        from iotmi.resources.event_log_configurations import EventLogConfigurations

        return EventLogConfigurations(self._driver)

    @cached_property
    def managed_things(self) -> "ManagedThings[M]":
        """Hubs and devices."""
        from iotmi.resources.managed_things import ManagedThings

        return ManagedThings(self._driver)

    @cached_property
    def notification_configurations(self) -> "NotificationConfigurations[M]":
        """Which kind of event goes to which destination."""
        from iotmi.resources.notification_configurations import NotificationConfigurations

        return NotificationConfigurations(self._driver)

    @cached_property
    def ota_task_configurations(self) -> "OtaTaskConfigurations[M]":
        """How fast updates spread, and when they are called off."""
        from iotmi.resources.ota_task_configurations import OtaTaskConfigurations

        return OtaTaskConfigurations(self._driver)

    @cached_property
    def ota_tasks(self) -> "OtaTasks[M]":
        """Updates sent over the air to managed things."""
        from iotmi.resources.ota_tasks import OtaTasks

        return OtaTasks(self._driver)

    @cached_property
    def provisioning_profiles(self) -> "ProvisioningProfiles[M]":
        """How hubs and devices of a kind first prove that they are yours."""
        from iotmi.resources.provisioning_profiles import ProvisioningProfiles

        return ProvisioningProfiles(self._driver)

    @cached_property
    def runtime_log_configurations(self) -> "RuntimeLogConfigurationFamily[M]":
        """What hubs and devices log, and when they send it to the cloud."""
        from iotmi.resources.runtime_log_configurations import RuntimeLogConfigurationFamily

        return RuntimeLogConfigurationFamily(self._driver)

    @cached_property
    def schema_versions(self) -> "SchemaVersions[M]":
        """What the capabilities of things mean."""
        from iotmi.resources.schema_versions import SchemaVersions

        return SchemaVersions(self._driver)

    @cached_property
    def tags(self) -> "Tags[M]":
        """Tags on the five kinds of resource that can bear them."""
        from iotmi.resources.tags import Tags

        return Tags(self._driver)


class _Client(Families[M]):
    """What the two clients share: how they are made, copied and shown.

    Args:
        session: a boto3 session to take credentials, Region and configuration from.
        boto3_client: a finished boto3 client instead. Its own retries, if it has any, come on top
            of ours; make it with ``Config(retries={"total_max_attempts": 1})``.
        region_name: such as ``"eu-west-1"``.
        profile_name: of the shared configuration file.
        endpoint_url: to call instead of the Region's own endpoint.
        retry: how persistent the client is.
        pacing: how the client finds and keeps the rate that the service allows; None for calls as
            fast as they come.
        timeout: the most seconds that one call may take over all attempts and pauses, or one walk
            over all its pages, after which `DeadlineExceededError` is raised; None for no bound.

    Raises:
        NotSentError: no client could be made, for want of a Region for example.
    """

    def __init__(
        self,
        *,
        session: "boto3.Session | None" = None,
        boto3_client: "BaseClient | None" = None,
        region_name: str | None = None,
        profile_name: str | None = None,
        endpoint_url: str | None = None,
        retry: RetryPolicy = _DEFAULT_RETRY,
        pacing: Pacing | None = None,
        timeout: float | None = None,
    ) -> None:
        _validate_timeout(timeout)
        if boto3_client is not None:
            if session or region_name or profile_name or endpoint_url:
                raise TypeError("a boto3_client brings its own session, Region and endpoint")
            self._unpicklable_source = "boto3_client"
            connections = _wrap_boto3_client(boto3_client)
        else:
            if session is not None and profile_name is not None:
                raise TypeError("a session brings its own profile_name")
            self._unpicklable_source = "session" if session is not None else ""
            connections = _create_connections(session, region_name, profile_name, endpoint_url)
        self._pickle_options = {"profile_name": profile_name, "endpoint_url": endpoint_url}
        self._owns_connection = True
        self._attach(ClientContext.create(connections, retry=retry, pacing=pacing, timeout=timeout))

    def _attach(self, context: ClientContext) -> None:
        """Take *course* for every call; each client adds an engine of its colour."""
        self._context = context

    def with_options(
        self,
        *,
        retry: RetryPolicy | None = None,
        pacing: Pacing | None = None,
        timeout: float | None = None,
    ) -> Self:
        """A light copy that shares the connection, which this one closes. None changes nothing.

        Args:
            retry: another policy, with a budget of its own.
            pacing: another pacing, which has yet to find the rate.
            timeout: another bound in seconds; ``math.inf`` for none.
        """
        _validate_timeout(timeout)
        copy = type(self).__new__(type(self))
        copy._unpicklable_source, copy._pickle_options, copy._owns_connection = (
            self._unpicklable_source,
            self._pickle_options,
            False,
        )
        options = self._context.with_options(retry=retry, pacing=pacing, timeout=timeout)
        copy._attach(options)  # noqa: SLF001
        return copy

    def _close(self) -> None:
        if self._owns_connection:
            self._context.close()

    def __reduce__(self) -> tuple[object, ...]:
        """By its options: the other side finds credentials for itself, and opens connections."""
        if self._unpicklable_source:
            import pickle

            raise pickle.PicklingError(
                f"a client that was made from a {self._unpicklable_source} does not pickle: make it in the "
                "other process, or make it from profile_name, region_name and endpoint_url"
            )
        context = self._context
        options = {
            **self._pickle_options,
            # Found here, where the other side might find another.
            "region_name": context.transport.region_name,
            "retry": context.retry_strategy.policy,
            "pacing": context.rate_limiters.pacing if context.rate_limiters else None,
            "timeout": context.timeout,
        }
        return _unpickle, (type(self), options)

    def __repr__(self) -> str:
        return f"<iotmi.{type(self).__name__} in {self._context.transport.region_name}>"


class Client(_Client[Sync]):
    """AWS IoT managed integrations, typed. Safe to share between threads.

    ``with iotmi.Client() as client: client.managed_things.get("…")`` finds credentials and Region
    as boto3 does.
    """

    def _attach(self, context: ClientContext) -> None:
        super()._attach(context)
        self._driver = self._sync_driver = SyncDriver(context)

    def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and give the answer with all that is known about the call.

        Raises:
            IotmiError: see `iotmi.errors` for the tree.
        """
        return self._sync_driver.send(request)

    def close(self) -> None:
        """Close the connections. A boto3 client that was given stays open."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Client[Async]):
    """AWS IoT managed integrations, typed and awaited, under asyncio or trio. Needs `iotmi[async]`.

    The same names as `Client`'s. A call that is cancelled may still take effect at the service.
    """

    def _attach(self, context: ClientContext) -> None:
        try:
            from iotmi._runtime.async_driver import AsyncDriver
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "AsyncClient needs anyio: python -m pip install 'iotmi[async]'", name=error.name
            ) from error
        super()._attach(context)
        self._driver = self._async_driver = AsyncDriver(context)

    async def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and give the answer with all that is known about the call.

        Raises:
            IotmiError: see `iotmi.errors` for the tree.
        """
        return await self._async_driver.send(request)

    async def close(self) -> None:
        """Close the connections. A boto3 client that was given stays open."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _unpickle(kind: Callable[..., _Client[M]], options: Mapping[str, Any]) -> _Client[M]:
    """The client that was pickled, as good as new."""
    return kind(**options)


def _validate_timeout(timeout: float | None) -> None:
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout must be more than 0 seconds, got {timeout}")


def _create_connections(
    session: "boto3.Session | None",
    region_name: str | None,
    profile_name: str | None,
    endpoint_url: str | None,
) -> ForkLocal[ConnectionState]:
    """A connection of our own, opened anew in a forked child."""

    def opened(region_name: str | None) -> ConnectionState:
        if session is not None:
            client = open_client(session, region_name=region_name, endpoint_url=endpoint_url)
            return ConnectionState.create(Transport(client, session=None, owned=True))
        own = Session(profile_name)
        client = open_client(own, region_name=region_name, endpoint_url=endpoint_url)
        return ConnectionState.create(Transport(client, session=own, owned=True))

    return ForkLocal(opened(region_name), lambda parent: opened(parent.transport.region_name))


def _wrap_boto3_client(client: "BaseClient") -> ForkLocal[ConnectionState]:
    """The connection of a client that the application made, which in a forked child it keeps."""

    def without_sockets(_: ConnectionState) -> ConnectionState:
        client.close()
        return ConnectionState.create(Transport(client, session=None, owned=False))

    return ForkLocal(
        ConnectionState.create(Transport(client, session=None, owned=False)), without_sockets
    )
