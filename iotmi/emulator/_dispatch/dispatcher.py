"""One request from arrival to answer: HTTP in, HTTP out.

Owns the order of the steps. Each step is another module's; what an operation does is its
handler's. It does not know what carries the request here, nor any resource.

A refusal is answered. Anything else that is raised is a defect of the emulator and goes to
whoever called it, with the request's transaction rolled back.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import frozen

from iotmi.emulator._account.account import Effect, Handler, World
from iotmi.emulator._account.scheduler import catch_up
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._core.errors import NOT_IMPLEMENTED, Refusal, conflict
from iotmi.emulator._core.http import UNANSWERED, HttpReply, HttpRequest
from iotmi.emulator._core.json import JsonObject, fingerprint, optional_text
from iotmi.emulator._dispatch.call_log import Arrival, Journal
from iotmi.emulator._dispatch.parameters import Parameters, read_parameters
from iotmi.emulator._dispatch.responses import body_of, refused, success
from iotmi.emulator._faults.faults import Faults
from iotmi.emulator._model.arn import Place
from iotmi.emulator._model.operations import BY_HAND, Operation, Service
from iotmi.emulator._storage.store import Answered, Rows, Store

_TOKEN = "ClientToken"


@frozen
class Backend:
    """The emulated service behind its HTTP face."""

    service: Service
    handlers: Mapping[str, Handler]
    effects: Mapping[str, Effect]
    store: Store
    clock: Clock
    place: Place
    faults: Faults
    journal: Journal

    def handle(self, request: HttpRequest) -> HttpReply:
        """Answer one request."""
        self.store.require_open()
        arrival = self.journal.arrive()
        try:
            reply = self._settle(request, arrival)
        except BaseException as defect:
            arrival.error = type(defect).__name__
            self.journal.answer(arrival, 500)
            raise
        self.journal.answer(arrival, reply.status)
        return reply

    def catch_up(self) -> None:
        """Let happen what time has made due."""
        if self.clock.runs:
            with self.store.transaction() as rows:
                catch_up(self._world(rows, BY_HAND))

    @contextmanager
    def by_hand(self) -> Iterator[World]:
        """The world, to do something to it that is no request: one transaction."""
        self.catch_up()
        with self.store.transaction() as rows:
            yield self._world(rows, BY_HAND)

    def _world(self, rows: Rows, operation: Operation) -> World:
        return World(rows, self.clock, self.place, operation, self.effects)

    def _settle(self, request: HttpRequest, arrival: Arrival) -> HttpReply:
        try:
            operation, labels = self.service.find(request.method, request.path)
        except Refusal as refusal:
            return self._refuse(refusal, arrival)
        arrival.operation = operation.name
        parameters = read_parameters(operation, labels, request)
        arrival.parameters = parameters.values
        arrival.fate = self.faults.fate_of(operation.name)
        fault = arrival.fate.fault
        if fault is None:
            return self._carry_out(operation, parameters, arrival)
        reply = UNANSWERED
        if not fault.before_effect:
            reply = self._carry_out(operation, parameters, arrival)
        planted = fault.refusal()
        return fault.spoil(reply) if planted is None else self._refuse(planted, arrival)

    def _carry_out(
        self, operation: Operation, parameters: Parameters, arrival: Arrival
    ) -> HttpReply:
        try:
            reply = self._perform(operation, parameters.values, parameters.refusal)
        except Refusal as refusal:
            return self._refuse(refusal, arrival)
        arrival.carried_out = True
        return reply

    def _refuse(self, refusal: Refusal, arrival: Arrival) -> HttpReply:
        arrival.error = refusal.code
        return refused(refusal, self.service.error_statuses[refusal.code])

    def _perform(
        self, operation: Operation, parameters: JsonObject, refusal: Refusal | None
    ) -> HttpReply:
        handler = self.handlers.get(operation.name)
        if handler is None:
            raise Refusal(NOT_IMPLEMENTED, f"The emulator does not have {operation.name}.")
        if refusal is not None:
            raise refusal
        self.catch_up()
        with self.store.transaction() as rows:
            return success(operation, self._answer(rows, operation, handler, parameters))

    def _answer(
        self, rows: Rows, operation: Operation, handler: Handler, parameters: JsonObject
    ) -> str:
        """The answer's text; to a token used before, the text it was answered with."""
        world = self._world(rows, operation)
        token = optional_text(parameters, _TOKEN)
        asked = {name: value for name, value in parameters.items() if name != _TOKEN}
        if token is None:
            return body_of(operation, handler(world, asked) or {})
        before = rows.answered(operation.name, token)
        if before is not None:
            if before.fingerprint != fingerprint(asked):
                raise conflict("ClientToken was used before, with other parameters.")
            return before.body
        body = body_of(operation, handler(world, asked) or {})
        rows.remember(operation.name, token, Answered(fingerprint(asked), body))
        return body
