"""The emulator as its user holds it.

Owns the lifetime, and the creation of clients. It must know neither how a request is handled nor
any resource type.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from os import PathLike
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config

import iotmi
from iotmi._botocore.in_process import delay
from iotmi._botocore.loader import SERVICE
from iotmi._schema.lazy import LazyModule
from iotmi.emulator import _time_control as time_control
from iotmi.emulator._boto3_client import attach, sealed_session
from iotmi.emulator._core.clock import to_datetime
from iotmi.emulator._core.errors import EmulatorClosedError
from iotmi.emulator._core.http import HttpRequest, HttpResponse
from iotmi.emulator._core.json import JsonValue
from iotmi.emulator._devices.defaults import default_devices
from iotmi.emulator._devices.home import Devices
from iotmi.emulator._dispatch.call_log import Call, CallLog
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import CONNECTOR_INVOCATION
from iotmi.emulator._notifications.kinesis import publish_to_kinesis, validate_kinesis
from iotmi.emulator._notifications.outbox import (
    Notifications,
    Undelivered,
    sent_notifications,
    undelivered_notifications,
)
from iotmi.emulator._storage.store import Store
from iotmi.emulator._whole_account import WholeAccount
from iotmi.emulator.handlers import HANDLERS, TRANSITION_GATES, TRANSITION_HOOKS

if TYPE_CHECKING:
    from iotmi.emulator._connectors import deliveries, functions, loading
else:
    # Imported with the first connector, because an emulator starts faster without them.
    deliveries = LazyModule("iotmi.emulator._connectors.deliveries")
    functions = LazyModule("iotmi.emulator._connectors.functions")
    loading = LazyModule("iotmi.emulator._connectors.loading")

C = TypeVar("C", bound=BaseClient)

_ONE_ATTEMPT: Final = Config(retries={"total_max_attempts": 1})
_LOGGER: Final = logging.getLogger("iotmi.emulator")


class Emulator(WholeAccount):
    """The service inside this process, without an account, a network or a port.

    ``with Emulator() as emulator: client = emulator.client()``. No request of an emulator's client
    reaches a network. All methods are thread-safe.

    By default, statuses that change on their own advance one step each time you read them: a read
    shows the present status, and the next read shows the next one. No test has to wait.

    Args:
        path: file to keep the resources in, or None for memory.
        region_name: Region in the resources' ARNs.
        account_id: account number in the resources' ARNs.
        clock: ``"on_read"``: each read of a resource takes its next transition.
            ``"emulated"``: transitions take time, which `advance` lets pass at once.
            ``"real"``: transitions take real time.
        kinesis: boto3 client of Kinesis, to put notifications on the streams of their destinations.
            Without one, notifications are only recorded.
        seed: seed of all random numbers, for faults and for the backoff of the emulator's clients.
        seed_home: home to begin with, as in `reset`, or a snapshot. It is ignored if the file has
            resources already.
        connectors: code of cloud connectors, by the ARN of the Lambda function in their
            ``EndpointConfig``: a Lambda handler, or a `iotmi.connector.Connector`. The emulator
            invokes it as the service does. Other connectors are not invoked.

    Raises:
        EmulatorFileError: *path* is not a file of the emulator, or has another version, Region or
            account.
        TypeError: the code of a connector is neither a function nor has a ``lambda_handler``.
        ValueError: *clock* or *seed_home* is unknown, or *kinesis* is a client of another service.
    """

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        region_name: str = "eu-west-1",
        account_id: str = "123456789012",
        clock: time_control.ClockName = "on_read",
        seed: int = 0,
        kinesis: BaseClient | None = None,
        seed_home: "str | Mapping[str, JsonValue] | None" = None,
        connectors: "Mapping[str, loading.ConnectorCode] | None" = None,
    ) -> None:
        service = load_service()
        scope = AccountScope(region_name, account_id)
        time_control.validate_clock(clock)
        if kinesis is not None:
            validate_kinesis(kinesis)
        opened_functions = functions.open_functions(connectors) if connectors else None
        store = Store(path, owner=str(scope))
        opened = time_control.open_clock(clock, store)
        dispatcher = Dispatcher(
            service=service,
            handlers=HANDLERS,
            transition_hooks=TRANSITION_HOOKS,
            transition_gates=TRANSITION_GATES,
            functions=frozenset(connectors or ()),
            default_devices=default_devices,
            store=store,
            clock=opened,
            scope=scope,
            faults=Faults(
                service,
                seed=seed,
                sleep=delay,
                seconds=time_control.clock_source(clock, opened),
            ),
            call_log=CallLog(),
        )
        if kinesis is not None:
            publish_to_kinesis(store, kinesis)
        super().__init__(dispatcher, clock, opened_functions)
        self._deliveries = None if opened_functions is None else self._deliver_to(opened_functions)
        time_control.start(dispatcher)
        self._devices = Devices(dispatcher)
        # Each client gets its own seed, so that their backoff differs.
        self._seeds = count(seed)
        self._session: boto3.Session | None = None
        self._session_lock = Lock()
        self._lent_client: iotmi.Client | None = None
        self._lent_lock = Lock()
        if seed_home is not None:
            self._begin_with(seed_home)

    @property
    def region_name(self) -> str:
        """The Region in the resources' ARNs."""
        return self._dispatcher.scope.region_name

    @property
    def devices(self) -> Devices:
        """Control of the home's virtual devices, and of its people."""
        return self._devices

    def now(self) -> datetime:
        """Return the emulator's time in UTC."""
        return to_datetime(self._dispatcher.clock.present)

    def advance(
        self,
        by: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Move the emulated time forward, apply what becomes due, and return the new time.

        The first call on an ``"on_read"`` clock turns it into an ``"emulated"`` one: pending
        transitions begin to take their time now.

        Args:
            by: time to move forward, in addition to the other arguments.
            days: days to move forward.
            hours: hours to move forward.
            minutes: minutes to move forward.
            seconds: seconds to move forward.

        Raises:
            ValueError: the clock is ``"real"``, or time would move backwards.
        """
        if self._clock == "real":
            raise ValueError('the time of Emulator(clock="real") cannot be moved')
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        moved = passed if by is None else passed + by
        return time_control.advance(self._dispatcher, self._deliveries, moved)

    @property
    def connectors(self) -> "functions.Connectors":
        """The functions of connectors by ARN, with their faults and their invocations."""
        return functions.open_functions({}) if self._connectors is None else self._connectors

    @property
    def faults(self) -> Faults:
        """Faults for coming calls: errors, throttling, delays and broken connections."""
        return self._dispatcher.faults

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last 10,000 completed calls, in order of arrival."""
        return self._dispatcher.call_log.calls

    @property
    def notifications(self) -> Notifications:
        """All notifications that were sent to destinations, in order."""
        self._settle()
        with self._dispatcher.store.transaction() as transaction:
            return sent_notifications(transaction)

    @property
    def undelivered(self) -> tuple[Undelivered, ...]:
        """The notifications that could not be put on their streams."""
        self._settle()
        with self._dispatcher.store.transaction() as transaction:
            return undelivered_notifications(transaction)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Return the response to one HTTP request.

        Raises:
            EmulatorClosedError: the emulator was closed.
        """
        self._deliver_due()
        return self._dispatcher.handle(request)

    def attach(self, boto3_client: C) -> C:
        """Send all requests of a boto3 client to this emulator, and return the client.

        Raises:
            ValueError: *boto3_client* is a client of another service.
        """
        attach(boto3_client, self.handle)
        return boto3_client

    def boto3_client(
        self, *, region_name: str | None = None, config: Config | None = None
    ) -> BaseClient:
        """Return a plain boto3 client of the emulator, with fake credentials.

        botocore sleeps before it retries. So that no test waits, the client does not retry, except
        on the ``"real"`` clock and where *config* sets the retries.

        Args:
            region_name: Region of the client, if it differs from the emulator's.
            config: botocore settings, such as its retries.
        """
        if self._clock != "real":
            config = _ONE_ATTEMPT if config is None else _ONE_ATTEMPT.merge(config)
        with self._session_lock:
            session = self._sealed_session()
            client: BaseClient = session.client(SERVICE, region_name=region_name, config=config)
            return self.attach(client)

    def client(
        self,
        *,
        retry: "iotmi.RetryPolicy | None" = None,
        pacing: "iotmi.Pacing | None" = None,
        timeout: float | None = None,
    ) -> "iotmi.Client":
        """Return a client of the emulator.

        Without *retry*, backoff and poll intervals do not block. They move the emulated time, and
        an ``"on_read"`` clock skips them. Only the ``"real"`` clock waits. Their lengths follow
        from the emulator's seed.

        Args:
            retry: retry policy, as in `iotmi.Client`.
            pacing: settings of the rate limiter, as in `iotmi.Client`.
            timeout: timeout of each call in seconds, as in `iotmi.Client`.
        """
        from iotmi.client import Client

        return Client(
            boto3_client=self._boto3_client(),
            retry=retry or self._no_wait_policy(),
            pacing=pacing,
            timeout=timeout,
        )

    def async_client(
        self,
        *,
        retry: "iotmi.RetryPolicy | None" = None,
        pacing: "iotmi.Pacing | None" = None,
        timeout: float | None = None,
    ) -> "iotmi.AsyncClient":
        """Return an async client of the emulator.

        Args:
            retry: retry policy, as in `client`.
            pacing: settings of the rate limiter, as in `iotmi.AsyncClient`.
            timeout: timeout of each call in seconds, as in `iotmi.AsyncClient`.
        """
        from iotmi.client import AsyncClient

        return AsyncClient(
            boto3_client=self._boto3_client(),
            retry=retry or self._no_wait_policy(),
            pacing=pacing,
            timeout=timeout,
        )

    def close(self) -> None:
        """Release the database. Later calls through clients of the emulator raise."""
        if self._clock != "real" and self._dispatcher.clock.is_running:
            with suppress(EmulatorClosedError):
                time_control.persist(self._dispatcher)
        self._dispatcher.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _no_wait_policy(self) -> "iotmi.RetryPolicy":
        from iotmi.retrying import RetryPolicy

        return RetryPolicy(
            seed=next(self._seeds),
            sleep=time_control.sleep_for(self._clock, self._dispatcher, self._deliveries),
        )

    def _settle(self) -> None:
        """Do what is due: deliveries to connectors, and transitions on a running clock."""
        self._deliver_due()
        self._dispatcher.run_due()

    def _deliver_due(self) -> None:
        if self._deliveries is not None:
            self._deliveries.deliver_due()

    def _deliver_to(self, connectors: "functions.Connectors") -> "deliveries.Deliveries":
        """Begin the delivery of requests, and log what the connectors say that they lack."""
        for function in connectors.values():
            for problem in function.problems:
                _LOGGER.warning("%s: %s", function.arn, problem)
        made = deliveries.Deliveries(
            self._dispatcher,
            connectors,
            client=self._client_of_connectors,
            background=self._clock == "real",
        )
        self._dispatcher.store.set_commit_listener(CONNECTOR_INVOCATION.name, made)
        return made

    def _client_of_connectors(self) -> "iotmi.Client":
        """Return the client that the emulator lends to connectors."""
        with self._lent_lock:
            if self._lent_client is None:
                self._lent_client = self.client()
            return self._lent_client

    def _boto3_client(self) -> BaseClient:
        from iotmi._botocore.session import open_client

        with self._session_lock:
            return self.attach(open_client(self._sealed_session()))

    def _sealed_session(self) -> boto3.Session:
        # Created on first use, because a server needs no session.
        if self._session is None:
            self._session = sealed_session(self._dispatcher.scope.region_name)
        return self._session


def dispatcher_of(emulator: Emulator) -> Dispatcher:
    """Return the dispatcher of an emulator, for the control API."""
    return emulator._dispatcher  # noqa: SLF001 - a method would be public
