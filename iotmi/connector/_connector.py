"""`Connector`: a cloud connector as a Lambda function.

Owns the registration of functions, and the response in time. Does not know how a request is carried
out, nor the form of an invocation or a result.
"""

import logging
import os
import time
import warnings
from collections.abc import Awaitable, Callable, Iterable, Sequence
from threading import Lock
from typing import Final, TypedDict, TypeVar

import iotmi
from iotmi.capabilities import Capability
from iotmi.connector._aws import FUNCTION_NAME
from iotmi.connector._errors import ConnectorError
from iotmi.connector._execution import (
    ACCEPTED,
    IN_PROGRESS,
    UNAVAILABLE,
    Execution,
    Function,
    log_error,
)
from iotmi.connector._later import (
    HandOn,
    InThread,
    Later,
    messages_in,
    unwrap,
    wrap,
)
from iotmi.connector._leases import Leases, MemoryLeases
from iotmi.connector._parsing import BAD_REQUEST, NOT_SUPPORTED, parse
from iotmi.connector._requests import (
    OPERATIONS,
    ActivateUser,
    DeactivateUser,
    DiscoverDevices,
    Request,
    SendCommand,
)
from iotmi.connector._responses import (
    FAILED,
    CommandResponse,
    ConnectorResponse,
    DiscoveredDevice,
    UserActivated,
    failure,
    success,
)
from iotmi.connector._sending import report_events
from iotmi.connector._work import PendingResponse, SharedResponse, start

Activate = TypeVar(
    "Activate",
    bound=Callable[[ActivateUser], UserActivated]
    | Callable[[ActivateUser], Awaitable[UserActivated]],
)
Discover = TypeVar(
    "Discover",
    bound=Callable[[DiscoverDevices], Iterable[DiscoveredDevice]]
    | Callable[[DiscoverDevices], Awaitable[Iterable[DiscoveredDevice]]],
)
Command = TypeVar(
    "Command",
    bound=Callable[[SendCommand], CommandResponse | None]
    | Callable[[SendCommand], Awaitable[CommandResponse | None]],
)
Deactivate = TypeVar(
    "Deactivate",
    bound=Callable[[DeactivateUser], None] | Callable[[DeactivateUser], Awaitable[None]],
)
Identify = TypeVar(
    "Identify",
    bound=Callable[[DiscoverDevices | SendCommand], str | None]
    | Callable[[DiscoverDevices | SendCommand], Awaitable[str | None]],
)

_logger: Final = logging.getLogger("iotmi.connector")

BUDGET: Final = 1.5
PAGE_SIZE: Final = 20
_LATE: Final = 504
_ACTIVATION_AGE: Final = 60.0
"""The seconds for which the result of a late activation is kept for a repeated request."""


class _ItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """The response to an invocation by SQS: the messages that SQS delivers again."""

    batchItemFailures: list[_ItemFailure]


class Connector:
    """A cloud connector: four functions behind one Lambda handler.

        app = connector.Connector()

        @app.discover_devices
        def discover(request): ...

        lambda_handler = app.lambda_handler

    The service allows 2 seconds for a response and repeats a request up to five times. Each
    response comes within `budget`. The functions may take longer, and may be ``async``.

    Args:
        client: the client that sends results. By default, a client with default settings, created
            when the first result is sent.
        seen: the store by which a repeated request is carried out once. By default, the memory of
            this process.
        later: the strategy for work that takes longer than the response. By default, a thread.
        connector_id: the id of the cloud connector, for `report` in processes that receive no
            requests.
        budget: the seconds in which a response is given, above 0 and below 2.
        page_size: the number of devices in one event of a discovery.
        capabilities: classes of capabilities of your own, for the commands of their clusters.

    Raises:
        ValueError: *budget* or *page_size* is out of range.

    Warns:
        RuntimeWarning: in AWS Lambda, *later* or *seen* does not outlive the response.
    """

    def __init__(
        self,
        client: "iotmi.Client | None" = None,
        seen: Leases | None = None,
        later: Later | None = None,
        *,
        connector_id: str | None = None,
        budget: float = BUDGET,
        page_size: int = PAGE_SIZE,
        capabilities: Sequence[type[Capability]] = (),
    ) -> None:
        if not 0 < budget < 2:
            raise ValueError(f"budget must be above 0 and below 2 seconds, got {budget}")
        if page_size < 1:
            raise ValueError(f"page_size must be at least 1, got {page_size}")
        self._execution = Execution(client, seen or MemoryLeases(), page_size)
        self._later: Later = later or InThread()
        self._connector_id = connector_id
        self._budget = budget
        self._capabilities = tuple(capabilities)
        self._connector_ids: set[str] = set()
        self._activations: dict[ActivateUser, SharedResponse] = {}
        self._lock = Lock()
        for problem in self._lambda_problems():
            warnings.warn(problem, RuntimeWarning, stacklevel=2)

    # -- registration ----------------------------------------------------------------------

    def activate_user(self, function: Activate) -> Activate:
        """Register the function that identifies an end user. It returns a `UserActivated`.

        Its result is in the response, so it must return within the budget. If it does not, the
        response has status 504, and a repeated request waits for the same call.

        Raises:
            ValueError: another function is registered.
        """
        self._register(ActivateUser, function)
        return function

    def discover_devices(self, function: Discover) -> Discover:
        """Register the function that returns or yields the devices of an end user.

        Raises:
            ValueError: another function is registered.
        """
        self._register(DiscoverDevices, function)
        return function

    def send_command(self, function: Command) -> Command:
        """Register the function that carries out commands.

        It returns a `CommandResponse` with the new state. None means success without a state.

        Raises:
            ValueError: another function is registered.
        """
        self._register(SendCommand, function)
        return function

    def deactivate_user(self, function: Deactivate) -> Deactivate:
        """Register the function that forgets an end user. A repeated request calls it again.

        Raises:
            ValueError: another function is registered.
        """
        self._register(DeactivateUser, function)
        return function

    def identify_user(self, function: Identify) -> Identify:
        """Register a function that returns the id of the end user of a discovery or a command.

        Optional. Its result is the `user_id` of the events that are sent.

        Raises:
            ValueError: another function is registered.
        """
        if self._execution.identify is not None:
            raise ValueError("a function is registered for identify_user already")
        self._execution.identify = function
        return function

    def _register(self, kind: type[Request], function: Function) -> None:
        if kind in self._execution.functions:
            raise ValueError(f"a function is registered for {kind.operation} already")
        self._execution.functions[kind] = function

    def check(self) -> tuple[str, ...]:
        """Return what this connector lacks, as sentences. Empty if it is complete.

        A test of your deployment can assert ``app.check() == ()``.
        """
        missing = [
            f"{kind.operation} has no function, and its response is that it is not supported"
            for kind in OPERATIONS
            if kind not in self._execution.functions
        ]
        return (*missing, *self._lambda_problems())

    def _lambda_problems(self) -> tuple[str, ...]:
        if FUNCTION_NAME not in os.environ:
            return ()
        problems = []
        if isinstance(self._later, InThread):
            problems.append(
                "AWS Lambda freezes a thread once the function has responded: pass "
                "later=InvokeAgain() or later=Queue(...)"
            )
        if isinstance(self._execution.seen, MemoryLeases):
            problems.append(
                "a repeated request may reach another process of AWS Lambda: pass "
                "seen=DynamoDBLeases(...)"
            )
        return tuple(problems)

    # -- the service's requests ------------------------------------------------------------

    def lambda_handler(self, event: object, context: object) -> ConnectorResponse | BatchResponse:
        """Handle one invocation of the Lambda function.

        Takes requests of the service, work that `InvokeAgain` handed on, and messages of a
        `Queue`. A request of the service never raises.

        Args:
            event: the event, as a mapping or as JSON text.
            context: the context of the invocation. A client in its attribute ``iotmi_client`` sends
                the results if the connector has none of its own.

        Raises:
            ConnectorError: another invocation carries out the same work that was handed on. Lambda
                then invokes this function again.
        """
        messages = tuple(messages_in(event))
        if messages:
            failed = [each.id for each in messages if not self._take_message(each.work, context)]
            return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
        handed_on = unwrap(event)
        if handed_on is not None:
            return self._take_handed_on(handed_on, context)
        return self.respond(event, context)

    def respond(self, event: object, context: object = None) -> ConnectorResponse:
        """Return the response to one request of the service, within the budget. Never raises.

        Args:
            event: the request, as a mapping or as JSON text.
            context: the context of the invocation.
        """
        deadline = time.monotonic() + self._budget
        try:
            return self._respond(event, context, deadline)
        except ConnectorError as error:
            return failure(error)
        # A response is due whatever happens, for example if no thread can be started.
        except Exception as error:  # noqa: BLE001
            # Without the traceback, whose last line may quote a token.
            _logger.error("the connector failed: %s", type(error).__name__)  # noqa: TRY400
            return failure(ConnectorError(FAILED, "the connector failed"))

    def _respond(self, event: object, context: object, deadline: float) -> ConnectorResponse:
        request = self._accept(event)
        self._execution.borrow_client(context)
        if isinstance(request, ActivateUser):
            return self._activate(request, deadline)
        pending = PendingResponse()
        later = self._later
        if isinstance(later, HandOn):
            start(lambda: self._hand_on(request, event, context, later, pending), daemon=True)
            late = failure(
                ConnectorError(UNAVAILABLE, "the request could not be handed on in time")
            )
        else:
            start(lambda: self._execution.run_in_thread(request, context, pending), daemon=False)
            late = success(ACCEPTED)
        return pending.wait_until(deadline) or late

    def _accept(self, event: object) -> Request:
        request = parse(event, self._capabilities)
        if type(request) not in self._execution.functions:
            raise ConnectorError(NOT_SUPPORTED, f"{request.operation} is not supported")
        with self._lock:
            self._connector_ids.add(request.connector_id)
        return request

    def _activate(self, request: ActivateUser, deadline: float) -> ConnectorResponse:
        """Return the response to an activation that this or an earlier invocation started."""
        now = time.monotonic()
        with self._lock:
            for known, earlier in list(self._activations.items()):
                if earlier.started + _ACTIVATION_AGE < now:
                    del self._activations[known]
            shared = self._activations.get(request)
            if shared is None:
                running = shared = SharedResponse(now)
                start(lambda: running.set(self._execution.activate(request)), daemon=True)
                self._activations[request] = shared
        response = shared.wait_until(deadline)
        if response is None:
            return failure(ConnectorError(_LATE, "the user is not activated yet"))
        with self._lock:
            self._activations.pop(request, None)
        return response

    def _hand_on(
        self,
        request: Request,
        event: object,
        context: object,
        later: HandOn,
        pending: PendingResponse,
    ) -> None:
        try:
            later.hand_on(wrap(event), context)
        # The work may raise anything, and a thread has no caller.
        except BaseException as error:  # noqa: BLE001
            log_error(request, "could not be handed on", error)
            pending.offer(failure(ConnectorError(UNAVAILABLE, "the request was not handed on")))
        else:
            pending.offer(success(ACCEPTED))

    def _take_message(self, work: object, context: object) -> bool:
        try:
            self._take(work, context)
        # A failure concerns one message. SQS delivers it again.
        except Exception as error:  # noqa: BLE001
            shown = error if isinstance(error, ConnectorError) else type(error).__name__
            # Without the traceback, whose last line may quote a token.
            _logger.error("a message failed: %s", shown)  # noqa: TRY400
            return False
        return True

    def _take_handed_on(self, event: object, context: object) -> ConnectorResponse:
        try:
            self._take(event, context)
        except ConnectorError as error:
            if error.status_code == IN_PROGRESS:
                raise
            _logger.error("work that was handed on is no request: %s", error)  # noqa: TRY400
            return failure(error)
        return success(ACCEPTED)

    def _take(self, event: object, context: object) -> None:
        """Carry out work that was handed on."""
        request = self._accept(event)
        if isinstance(request, ActivateUser):
            raise ConnectorError(BAD_REQUEST, "an activation cannot be handed on")
        self._execution.run(request, context, None)

    # -- changes at the third party --------------------------------------------------------

    def report(
        self,
        device_id: str,
        *values: Capability,
        endpoint: str = "1",
        user_id: str | None = None,
        connector_id: str | None = None,
    ) -> None:
        """Report new properties of a device that changed at the third party.

        Args:
            device_id: the id of the device in the third-party cloud.
            values: the new properties, such as ``OnOff(on_off=True)``.
            endpoint: the endpoint of the device.
            user_id: the id of the end user in the third-party cloud, or None.
            connector_id: the id of the cloud connector. By default, the id that the constructor
                got, or the only id in the requests to this process.

        Raises:
            ConstraintError: a value breaks a limit of the service.
            ValueError: there are no properties, or the id of the connector is unknown.
            CallError: the service did not accept the report.
        """
        events = tuple(
            report_events(
                connector_id or self._known_connector(), device_id, {endpoint: values}, user_id
            )
        )
        if not events:
            raise ValueError("report needs at least one property, such as OnOff(on_off=True)")
        client = self._execution.client_for(None)
        for event in events:
            client.send(event)

    def _known_connector(self) -> str:
        if self._connector_id is not None:
            return self._connector_id
        with self._lock:
            known = tuple(self._connector_ids)
        if len(known) != 1:
            raise ValueError(
                f"this process has received requests for {len(known)} connectors: pass "
                "connector_id=... to report() or to Connector()"
            )
        return known[0]

    def __repr__(self) -> str:
        return f"<Connector of {len(self._execution.functions)} functions>"
