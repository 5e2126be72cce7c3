"""The way of one request: from an HTTP request to a handler to an HTTP response.

Owns the order of the steps. Each step is in another module. This module must know neither what
carries the request nor any resource type.

A `ServiceFault` becomes an error response. Any other exception is a defect of the emulator: the
transaction is rolled back, and the exception reaches the caller.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import frozen

from iotmi.emulator._account.account import (
    AccountState,
    DefaultDevices,
    Handler,
    TransitionGate,
    TransitionHook,
)
from iotmi.emulator._account.scheduler import run_due
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._core.errors import NOT_IMPLEMENTED, ServiceFault, conflict
from iotmi.emulator._core.http import NO_RESPONSE, HttpRequest, HttpResponse
from iotmi.emulator._core.json import JsonObject, fingerprint, optional_text
from iotmi.emulator._dispatch.call_log import CallLog, PendingCall
from iotmi.emulator._dispatch.parameters import Parameters, read_parameters
from iotmi.emulator._dispatch.responses import error_response, serialize_body, success_response
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.operations import NO_OPERATION, Operation, Service
from iotmi.emulator._storage.store import IdempotencyRecord, Store, Transaction

_TOKEN = "ClientToken"


@frozen
class Dispatcher:
    """The emulated service without its HTTP carrier.

    Attributes:
        service: operations and errors.
        handlers: functions that execute operations, by name of the operation.
        transition_hooks: functions that run after a transition, by resource type.
        transition_gates: functions that may take over a transition, by resource type.
        functions: ARNs of the connectors' functions that the emulator can invoke.
        default_devices: function that returns the devices that a home has by default.
        store: storage.
        clock: clock of the account.
        scope: Region and account number.
        faults: fault injection.
        call_log: log of calls.
    """

    service: Service
    handlers: Mapping[str, Handler]
    transition_hooks: Mapping[str, TransitionHook]
    transition_gates: Mapping[str, TransitionGate]
    functions: frozenset[str]
    default_devices: DefaultDevices
    store: Store
    clock: Clock
    scope: AccountScope
    faults: Faults
    call_log: CallLog

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Return the response to one request.

        Raises:
            EmulatorClosedError: the emulator is closed.
        """
        self.store.require_open()
        pending = self.call_log.start()
        try:
            response = self._dispatch(request, pending)
        except BaseException as defect:
            pending.error = type(defect).__name__
            self.call_log.finish(pending, 500)
            raise
        self.call_log.finish(pending, response.status, response.headers.get("X-Amzn-Requestid"))
        return response

    def run_due(self) -> None:
        """Apply the transitions that are due on a running clock."""
        if self.clock.is_running:
            with self.store.transaction() as transaction:
                run_due(self._account(transaction, NO_OPERATION))

    @contextmanager
    def transaction(self) -> Iterator[AccountState]:
        """Open the account in a transaction that no request causes."""
        self.run_due()
        with self.store.transaction() as transaction:
            yield self._account(transaction, NO_OPERATION)

    def _account(self, transaction: Transaction, operation: Operation) -> AccountState:
        return AccountState(
            transaction,
            self.clock,
            self.scope,
            operation,
            self.default_devices,
            self.transition_hooks,
            self.transition_gates,
            self.functions,
        )

    def _dispatch(self, request: HttpRequest, pending: PendingCall) -> HttpResponse:
        try:
            operation, labels = self.service.find(request.method, request.path)
        except ServiceFault as service_fault:
            return self._error_response(service_fault, pending)
        pending.operation = operation.name
        parameters = read_parameters(operation, labels, request)
        pending.parameters = parameters.values
        pending.injected = self.faults.next_fault(operation.name)
        fault = pending.injected.fault
        if fault is None:
            return self._execute(operation, parameters, pending)
        response = NO_RESPONSE
        if not fault.before_effect:
            response = self._execute(operation, parameters, pending)
        injected_error = fault.service_fault()
        return (
            fault.apply(response)
            if injected_error is None
            else self._error_response(injected_error, pending)
        )

    def _execute(
        self, operation: Operation, parameters: Parameters, pending: PendingCall
    ) -> HttpResponse:
        try:
            response = self._run_handler(operation, parameters.values, parameters.service_fault)
        except ServiceFault as service_fault:
            return self._error_response(service_fault, pending)
        pending.carried_out = True
        return response

    def _error_response(self, service_fault: ServiceFault, pending: PendingCall) -> HttpResponse:
        pending.error = service_fault.code
        return error_response(service_fault, self.service.error_statuses[service_fault.code])

    def _run_handler(
        self, operation: Operation, parameters: JsonObject, service_fault: ServiceFault | None
    ) -> HttpResponse:
        handler = self.handlers.get(operation.name)
        if handler is None:
            raise ServiceFault(NOT_IMPLEMENTED, f"The emulator does not have {operation.name}.")
        if service_fault is not None:
            raise service_fault
        self.run_due()
        with self.store.transaction() as transaction:
            return success_response(
                operation, self._response_body(transaction, operation, handler, parameters)
            )

    def _response_body(
        self,
        transaction: Transaction,
        operation: Operation,
        handler: Handler,
        parameters: JsonObject,
    ) -> str:
        """Run the handler, and return the body of the response.

        A client token that was used before returns the body of its first use.
        """
        account = self._account(transaction, operation)
        token = optional_text(parameters, _TOKEN)
        arguments = {name: value for name, value in parameters.items() if name != _TOKEN}
        if token is None:
            return serialize_body(operation, handler(account, arguments) or {})
        record = transaction.idempotency_record(operation.name, token)
        if record is not None:
            if record.fingerprint != fingerprint(arguments):
                raise conflict("ClientToken was used before, with other parameters.")
            return record.body
        body = serialize_body(operation, handler(account, arguments) or {})
        transaction.save_idempotency_record(
            operation.name, token, IdempotencyRecord(fingerprint(arguments), body)
        )
        return body
