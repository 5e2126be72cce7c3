"""The emulator as its user holds it.

Owns the lifetime and the making of clients. How a request is answered is the backend's
business; it does not know any resource.
"""

from os import PathLike
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from iotmi.emulator._clock import Clock
from iotmi.emulator._faults import Faults
from iotmi.emulator._http import HttpReply, HttpRequest
from iotmi.emulator._journal import Call, Journal
from iotmi.emulator._operations import SERVICE, load_service
from iotmi.emulator._seam import attach, sealed_session
from iotmi.emulator._service import Backend
from iotmi.emulator._store import Store
from iotmi.emulator._world import Place
from iotmi.emulator.handlers import HANDLERS

if TYPE_CHECKING:
    from typing import Self

    from iotmi.client import AsyncClient, Client
    from iotmi.retrying import RetryPolicy

C = TypeVar("C", bound=BaseClient)


class Emulator:
    """The service, inside this process: no account, no network, no port.

    ``with Emulator() as emulator: client = emulator.client()``. Nothing a client of the
    emulator sends reaches a network. All methods may be called from any thread.

    A status that changes by itself changes by being looked at: the look shows the present
    status, and the one after it shows the next. No test needs to wait.

    Args:
        path: A file to keep the resources in; in memory when None.
        region_name: The Region of the resources' ARNs.
        account_id: The account of the resources' ARNs.

    Raises:
        EmulatorFileError: The file is not an emulator's, or is of another version, Region
            or account.
    """

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        region_name: str = "eu-west-1",
        account_id: str = "123456789012",
    ) -> None:
        service = load_service()
        place = Place(region_name, account_id)
        self._backend = Backend(
            service=service,
            handlers=HANDLERS,
            store=Store(path, owner=str(place)),
            clock=Clock(),
            place=place,
            faults=Faults(service),
            journal=Journal(),
        )
        self._session: boto3.Session | None = None
        self._session_lock = Lock()

    @property
    def faults(self) -> Faults:
        """Errors to answer coming calls with."""
        return self._backend.faults

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the service saw, in order of arrival: the last 10,000 calls answered."""
        return self._backend.journal.calls

    def handle(self, request: HttpRequest) -> HttpReply:
        """Answer one HTTP request.

        Raises:
            EmulatorClosedError: The emulator was closed.
        """
        return self._backend.handle(request)

    def attach(self, boto3_client: C) -> C:
        """Have the emulator answer all that a boto3 client sends, and give the client back.

        Raises:
            ValueError: It is a client of another service.
        """
        attach(boto3_client, self._backend.handle)
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
            session = self._own_session()
            client: BaseClient = session.client(SERVICE, region_name=region_name, config=config)
            return self.attach(client)

    def client(
        self, *, retry: "RetryPolicy | None" = None, timeout: float | None = None
    ) -> "Client":
        """A client of the emulator; the arguments are those of `iotmi.Client`."""
        from iotmi.client import Client

        client = self._client_of_ours()
        if retry is None:
            return Client(boto3_client=client, timeout=timeout)
        return Client(boto3_client=client, retry=retry, timeout=timeout)

    def async_client(
        self, *, retry: "RetryPolicy | None" = None, timeout: float | None = None
    ) -> "AsyncClient":
        """A client to be awaited; the arguments are those of `iotmi.AsyncClient`."""
        from iotmi.client import AsyncClient

        client = self._client_of_ours()
        if retry is None:
            return AsyncClient(boto3_client=client, timeout=timeout)
        return AsyncClient(boto3_client=client, retry=retry, timeout=timeout)

    def close(self) -> None:
        """Let go of the resources; calls through clients of the emulator raise from now on."""
        self._backend.store.close()

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _client_of_ours(self) -> BaseClient:
        from iotmi._transport import open_client

        with self._session_lock:
            return self.attach(open_client(self._own_session()))

    def _own_session(self) -> boto3.Session:
        # Made when first wanted: a server needs none.
        if self._session is None:
            self._session = sealed_session(self._backend.place.region_name)
        return self._session
