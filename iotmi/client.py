"""The two clients: their options, their families and their lifetime.

The drivers know how a call runs. This module does not.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

import iotmi
from iotmi._binding import Async, Driver, Family, M, Sync
from iotmi._botocore.session import Session, open_client, require_service
from iotmi._botocore.transport import Transport
from iotmi._runtime.context import ClientContext, ConnectionState
from iotmi._runtime.pickling import ClientRecipe, restore_client
from iotmi._runtime.sync_driver import SyncDriver
from iotmi._schema.lazy import LazyModule
from iotmi._schema.model import Request
from iotmi._schema.responses import Response
from iotmi.pacing import Pacing
from iotmi.retrying import RetryPolicy

if TYPE_CHECKING:
    import boto3
    from botocore import client as botocore_client
else:
    boto3 = LazyModule("boto3")
    botocore_client = LazyModule("botocore.client")

R = TypeVar("R")

_DEFAULT_RETRY: Final = RetryPolicy()


class FamilyDescriptor:
    """The attribute of a client that is one family, loaded on first use.

    The attribute has the name of the family's module in `iotmi.resources`. On the class it is the
    family's class, for documentation tools and `unittest.mock.create_autospec`.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, client: "Families[M] | None", owner: type) -> object:
        if client is None:
            return self.family_class()
        # Not in the client's own attributes, which would hide a patch of the class from a client
        # in use.
        families = client._families  # noqa: SLF001
        family = families.get(self._name)
        if family is None:
            family = families[self._name] = self.family_class()(client._driver)  # noqa: SLF001
        return family

    def family_class(self) -> type[Family[Any]]:
        """Return the class of the family."""
        module = import_module(f"iotmi.resources.{self._name}")
        return next(
            kind
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, Family) and kind is not Family
        )


def family() -> Any:  # noqa: ANN401 - the annotation of the attribute has the type
    """Return the descriptor of a family, typed by the annotation it is assigned to."""
    return FamilyDescriptor()


class Families(Generic[M]):
    """The families of operations, one for each noun of the service."""

    _driver: Driver
    _families: dict[str, Family[M]]

    account: "iotmi.Account[M]" = family()
    """Settings for all hubs and devices of the account in one Region."""

    account_associations: "iotmi.AccountAssociations[M]" = family()
    """Links between end users' third-party accounts and this service."""

    cloud_connectors: "iotmi.CloudConnectors[M]" = family()
    """Translators between a third party's cloud and this service."""

    connector_destinations: "iotmi.ConnectorDestinations[M]" = family()
    """Sign-in settings of this AWS account for cloud connectors."""

    credential_lockers: "iotmi.CredentialLockers[M]" = family()
    """Groups of a hub and its devices that share credentials, such as a household."""

    destinations: "iotmi.Destinations[M]" = family()
    """Kinesis data streams that the service delivers notifications to."""

    device_discoveries: "iotmi.DeviceDiscoveries[M]" = family()
    """Searches for devices near a hub or in a third party's cloud."""

    event_log_configurations: "iotmi.EventLogConfigurations[M]" = family()
    """Log levels of the service's event log, by resource."""

    managed_things: "iotmi.ManagedThings[M]" = family()
    """Hubs and devices."""

    notification_configurations: "iotmi.NotificationConfigurations[M]" = family()
    """Destinations of notifications, by type of event."""

    ota_task_configurations: "iotmi.OtaTaskConfigurations[M]" = family()
    """Settings of over-the-air updates: rollout rate, timeout and abort criteria."""

    ota_tasks: "iotmi.OtaTasks[M]" = family()
    """Over-the-air updates of managed things."""

    provisioning_profiles: "iotmi.ProvisioningProfiles[M]" = family()
    """Settings by which hubs and devices obtain their first certificates."""

    runtime_log_configurations: "iotmi.RuntimeLogConfigurationFamily[M]" = family()
    """Log levels, storage and uploads of the logs of hubs and devices."""

    schema_versions: "iotmi.SchemaVersions[M]" = family()
    """Immutable definitions of capabilities and of the types they use."""

    tags: "iotmi.Tags[M]" = family()
    """Key-value pairs on the five types of resource that support them."""


class _Client(Families[M]):
    """The options, copies and pickles of both clients.

    Args:
        session: a boto3 session that provides credentials, Region and configuration.
        boto3_client: a boto3 client of the service to send through instead.
        region_name: such as ``"eu-west-1"``.
        profile_name: a profile of the shared configuration file.
        endpoint_url: the endpoint to call instead of the Region's own.
        retry: the retry policy.
        pacing: adapts the rate of calls to the service's limit; None sends calls at once.
        timeout: the most seconds for one call with all attempts and pauses, or for the library's
            share of one walk over all pages. Then `DeadlineExceededError` is raised. None for no
            limit.

    Raises:
        NotSentError: the client cannot be made, for example without a Region.
    """

    def __init__(
        self,
        *,
        session: "boto3.Session | None" = None,
        boto3_client: "botocore_client.BaseClient | None" = None,
        region_name: str | None = None,
        profile_name: str | None = None,
        endpoint_url: str | None = None,
        retry: RetryPolicy = _DEFAULT_RETRY,
        pacing: Pacing | None = None,
        timeout: float | None = None,
    ) -> None:
        _validate_options(retry, pacing, timeout)
        if boto3_client is not None:
            if session or region_name or profile_name or endpoint_url:
                raise TypeError("a boto3_client brings its own session, Region and endpoint")
            source = "boto3_client"
            connect = _boto3_client_connector(boto3_client)
        else:
            if session is not None and profile_name is not None:
                raise TypeError("a session brings its own profile_name")
            source = "session" if session is not None else ""
            connect = _connector(session, profile_name, endpoint_url)
        self._owns_connection = True
        self._attach(
            ClientContext.create(
                connect(region_name),
                lambda parent: connect(parent.transport.region_name),
                retry=retry,
                pacing=pacing,
                timeout=timeout,
                recipe=ClientRecipe(type(self), source, profile_name, endpoint_url),
            )
        )

    def _attach(self, context: ClientContext) -> None:
        """Use *context* for every call."""
        self._context = context
        self._families = {}

    def with_options(
        self,
        *,
        retry: RetryPolicy | None = None,
        pacing: Pacing | None = None,
        timeout: float | None = None,
    ) -> Self:
        """Return a light copy that shares the connection, which only this client closes.

        Args:
            retry: another policy, with a retry quota of its own; None keeps the policy.
            pacing: another pacing, which starts at its initial rate; None keeps the pacing.
            timeout: another timeout in seconds; ``math.inf`` for none; None keeps the timeout.
        """
        _validate_options(retry, pacing, timeout)
        copy = type(self).__new__(type(self))
        copy._owns_connection = False  # noqa: SLF001
        context = self._context.with_options(retry=retry, pacing=pacing, timeout=timeout)
        copy._attach(context)  # noqa: SLF001
        return copy

    def _close(self) -> None:
        if self._owns_connection:
            self._context.close()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the options: the other process finds credentials and opens connections itself."""
        return restore_client, self._context.pickled()

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, _: object) -> Self:
        # Two clients over one connection; credentials and sockets cannot be copied.
        return self.with_options()

    def __repr__(self) -> str:
        return f"<iotmi.{type(self).__name__} in {self._context.transport.region_name}>"


class Client(_Client[Sync]):
    """A client of AWS IoT managed integrations. Safe to share between threads.

    ``with iotmi.Client() as client: client.managed_things.get("…")`` finds credentials and Region
    as boto3 does.
    """

    def _attach(self, context: ClientContext) -> None:
        super()._attach(context)
        self._driver = self._sync_driver = SyncDriver(context)

    def send(self, request: Request[R]) -> Response[R]:
        """Send *request* and return its response, with the metadata of the call.

        Raises:
            IotmiError: see `iotmi.errors` for the tree.
        """
        return self._sync_driver.send(request)

    def close(self) -> None:
        """Close the connections. A boto3 client that was passed in stays open.

        Calls in progress end normally. Later calls of this client and of its copies raise
        `NotSentError`. Closing a client twice has no effect, nor has closing a copy.
        """
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Client[Async]):
    """An async client of AWS IoT managed integrations, for asyncio and trio. Needs `iotmi[async]`.

    It has the same names as `Client`. A call that is cancelled may still take effect.
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
        """Send *request* and return its response, with the metadata of the call.

        Raises:
            IotmiError: see `iotmi.errors` for the tree.
        """
        return await self._async_driver.send(request)

    async def close(self) -> None:
        """Close the connections, as `Client.close` does."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _validate_options(
    retry: RetryPolicy | None, pacing: Pacing | None, timeout: float | None
) -> None:
    """Raise where an argument is of the wrong kind: at the first call it would be a riddle."""
    if retry is not None and not isinstance(retry, RetryPolicy):
        raise TypeError(f"retry must be an iotmi.RetryPolicy, got {retry!r}")
    if pacing is not None and not isinstance(pacing, Pacing):
        raise TypeError(f"pacing must be an iotmi.Pacing, got {pacing!r}")
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        raise TypeError(f"timeout must be a number of seconds, got {timeout!r}")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout must be more than 0 seconds, got {timeout}")


def _connector(
    session: "boto3.Session | None", profile_name: str | None, endpoint_url: str | None
) -> Callable[[str | None], ConnectionState]:
    """Return a function that opens a connection of our own to a Region."""

    def connect(region_name: str | None) -> ConnectionState:
        if session is not None:
            client = open_client(session, region_name=region_name, endpoint_url=endpoint_url)
            return ConnectionState.create(Transport(client, session=None, owned=True))
        own = Session(profile_name)
        client = open_client(own, region_name=region_name, endpoint_url=endpoint_url)
        return ConnectionState.create(Transport(client, session=own, owned=True))

    return connect


def _boto3_client_connector(
    client: "botocore_client.BaseClient",
) -> Callable[[str | None], ConnectionState]:
    """Return a function that wraps the application's *client*, again in a forked child."""
    require_service(client)

    def connect(region_name: str | None) -> ConnectionState:
        if region_name is not None:
            # A child: it keeps the client, and must not use the sockets of its parent.
            client.close()
        return ConnectionState.create(Transport(client, session=None, owned=False))

    return connect
