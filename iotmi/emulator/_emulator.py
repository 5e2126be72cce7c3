"""The emulator as its user holds it.

Owns the lifetime and the making of clients. How a request is answered is the backend's
business; it does not know any resource.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from os import PathLike
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from iotmi._botocore.loader import SERVICE
from iotmi.emulator import _time_control as time_control
from iotmi.emulator._boto3_client import attach, sealed_session
from iotmi.emulator._core.clock import to_datetime
from iotmi.emulator._core.errors import EmulatorClosedError
from iotmi.emulator._core.http import HttpRequest, HttpResponse
from iotmi.emulator._devices.home import Devices
from iotmi.emulator._dispatch.call_log import Call, CallLog
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._notifications.kinesis import publish_to_kinesis, validate_kinesis
from iotmi.emulator._notifications.outbox import (
    Notifications,
    Undelivered,
    sent_notifications,
    undelivered_notifications,
)
from iotmi.emulator._storage.store import Store
from iotmi.emulator.handlers import HANDLERS, TRANSITION_HOOKS

if TYPE_CHECKING:
    from typing import Self

    from iotmi.client import AsyncClient, Client
    from iotmi.pacing import Pacing
    from iotmi.retrying import RetryPolicy

C = TypeVar("C", bound=BaseClient)


class Emulator:
    """The service, inside this process: no account, no network, no port.

    ``with Emulator() as emulator: client = emulator.client()``. Nothing a client of the
    emulator sends reaches a network. All methods may be called from any thread.

    A status that changes by itself changes by being looked at, unless *clock* says otherwise:
    the look shows the present status, and the one after it shows the next. No test needs to
    wait.

    Args:
        path: A file to keep the resources in; in memory when None.
        region_name: The Region of the resources' ARNs.
        account_id: The account of the resources' ARNs.
        clock: ``"on_read"``: what takes time is done when next looked at, and no test needs to
            wait. ``"emulated"``: it takes time, which `advance` lets pass at once.
            ``"real"``: it takes real time.
        kinesis: A boto3 client of Kinesis, to put notifications on the streams of their
            destinations; where there is none, they are only kept.
        seed: Of all chance, by which faults strike and clients of the emulator pause: the same
            seed, the same calls.

    Raises:
        EmulatorFileError: The file is not an emulator's, or is of another version, Region
            or account.
        ValueError: There is no clock of this name, or *kinesis* is of another service.
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
    ) -> None:
        service = load_service()
        scope = AccountScope(region_name, account_id)
        time_control.validate_clock(clock)
        if kinesis is not None:
            validate_kinesis(kinesis)
        store = Store(path, owner=str(scope))
        opened = time_control.open_clock(clock, store)
        self._dispatcher = Dispatcher(
            service=service,
            handlers=HANDLERS,
            transition_hooks=TRANSITION_HOOKS,
            store=store,
            clock=opened,
            scope=scope,
            faults=Faults(service, seed=seed, seconds=time_control.clock_source(clock, opened)),
            call_log=CallLog(),
        )
        if kinesis is not None:
            publish_to_kinesis(self._dispatcher.store, kinesis)
        time_control.start(self._dispatcher)
        self._devices = Devices(self._dispatcher)
        self._clock: time_control.ClockName = clock
        # One for each client, lest they pause in step.
        self._seeds = count(seed)
        self._session: boto3.Session | None = None
        self._session_lock = Lock()

    @property
    def region_name(self) -> str:
        """The Region of the resources' ARNs."""
        return self._dispatcher.scope.region_name

    @property
    def devices(self) -> Devices:
        """The home's devices, and the people in it, to be taken in hand."""
        return self._devices

    def now(self) -> datetime:
        """The emulator's time, in UTC."""
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
        """Let emulated time pass, and with it all that becomes due; the time it then is.

        Where looks took the place of time, they do so no more from the first call on: what is
        under way begins to take its time now, and the clock is the emulated one.

        Raises:
            ValueError: The clock is the real one, or time would go back.
        """
        if self._clock == "real":
            raise ValueError('the time of Emulator(clock="real") cannot be moved')
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return time_control.advance(self._dispatcher, passed if by is None else passed + by)

    @property
    def faults(self) -> Faults:
        """What coming calls are to meet: errors, throttles, delays, broken connections."""
        return self._dispatcher.faults

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the service saw, in order of arrival: the last 10,000 calls answered."""
        return self._dispatcher.call_log.calls

    @property
    def notifications(self) -> Notifications:
        """What was sent to the destinations of the configured event types, in order."""
        self._dispatcher.run_due()
        with self._dispatcher.store.transaction() as transaction:
            return sent_notifications(transaction)

    @property
    def undelivered(self) -> tuple[Undelivered, ...]:
        """Those of the notifications that could not be put on their streams."""
        self._dispatcher.run_due()
        with self._dispatcher.store.transaction() as transaction:
            return undelivered_notifications(transaction)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one HTTP request.

        Raises:
            EmulatorClosedError: The emulator was closed.
        """
        return self._dispatcher.handle(request)

    def attach(self, boto3_client: C) -> C:
        """Have the emulator answer all that a boto3 client sends, and give the client back.

        Raises:
            ValueError: It is a client of another service.
        """
        attach(boto3_client, self._dispatcher.handle)
        return boto3_client

    def boto3_client(
        self, *, region_name: str | None = None, config: Config | None = None
    ) -> BaseClient:
        """A plain boto3 client of the emulator, with made-up credentials.

        Args:
            region_name: Another Region than the emulator's, for the client's own use.
            config: botocore's settings, such as those of its retries.
        """
        with self._session_lock:
            session = self._sealed_session()
            client: BaseClient = session.client(SERVICE, region_name=region_name, config=config)
            return self.attach(client)

    def client(
        self,
        *,
        retry: "RetryPolicy | None" = None,
        pacing: "Pacing | None" = None,
        timeout: float | None = None,
    ) -> "Client":
        """A client of the emulator; the arguments are those of `iotmi.Client`.

        Without a *retry* of one's own, retries and waiters do not keep anybody waiting: their
        pauses move the emulated time, or are skipped where looks take the place of time. Only
        with the real clock are they made. How long they are follows from the emulator's seed.
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
        retry: "RetryPolicy | None" = None,
        pacing: "Pacing | None" = None,
        timeout: float | None = None,
    ) -> "AsyncClient":
        """A client to be awaited; as `client`, with the arguments of `iotmi.AsyncClient`."""
        from iotmi.client import AsyncClient

        return AsyncClient(
            boto3_client=self._boto3_client(),
            retry=retry or self._no_wait_policy(),
            pacing=pacing,
            timeout=timeout,
        )

    def close(self) -> None:
        """Let go of the resources; calls through clients of the emulator raise from now on."""
        if self._clock != "real" and self._dispatcher.clock.is_running:
            with suppress(EmulatorClosedError):
                time_control.persist(self._dispatcher)
        self._dispatcher.store.close()

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _no_wait_policy(self) -> "RetryPolicy":
        from iotmi.retrying import RetryPolicy

        return RetryPolicy(
            seed=next(self._seeds), sleep=time_control.sleep_for(self._clock, self._dispatcher)
        )

    def _boto3_client(self) -> BaseClient:
        from iotmi._botocore.session import open_client

        with self._session_lock:
            return self.attach(open_client(self._sealed_session()))

    def _sealed_session(self) -> boto3.Session:
        # Made when first wanted: a server needs none.
        if self._session is None:
            self._session = sealed_session(self._dispatcher.scope.region_name)
        return self._session
