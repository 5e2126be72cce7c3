"""One request from arrival to answer: HTTP in, HTTP out.

Owns the order of the steps. Each step is another module's; what an operation does is its
handler's. It does not know what carries the request here, nor any resource.

A refusal is answered. Anything else that is raised is a defect of the emulator and goes to
whoever called it, with the request's transaction rolled back.
"""

from collections.abc import Mapping
from contextlib import suppress

from attrs import frozen

from iotmi.emulator._clock import Clock
from iotmi.emulator._errors import NOT_IMPLEMENTED, Refusal, conflict
from iotmi.emulator._faults import Faults
from iotmi.emulator._http import HttpReply, HttpRequest
from iotmi.emulator._journal import Arrival, Journal
from iotmi.emulator._json import JsonObject, fingerprint, optional_text
from iotmi.emulator._operations import Operation, Service
from iotmi.emulator._parameters import read_parameters
from iotmi.emulator._replies import body_of, refused, success
from iotmi.emulator._store import Answered, Rows, Store
from iotmi.emulator._world import Handler, Place, World

_TOKEN = "ClientToken"


@frozen
class Backend:
    """The emulated service behind its HTTP face."""

    service: Service
    handlers: Mapping[str, Handler]
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
            reply, error = self._carry_out(request, arrival), None
        except Refusal as refusal:
            reply = refused(refusal, self.service.error_statuses[refusal.code])
            error = refusal.code
        except BaseException as defect:
            self.journal.answer(arrival, 500, type(defect).__name__)
            raise
        self.journal.answer(arrival, reply.status, error)
        return reply

    def _carry_out(self, request: HttpRequest, arrival: Arrival) -> HttpReply:
        operation, labels = self.service.find(request.method, request.path)
        arrival.operation = operation.name
        parameters = read_parameters(operation, labels, request)
        arrival.parameters = parameters.values
        fault = self.faults.take(operation.name)
        if fault is None:
            return self._perform(operation, parameters.values, parameters.refusal)
        if not fault.before_effect:
            # The caller is to see the fault, whether or not there was an effect.
            with suppress(Refusal):
                self._perform(operation, parameters.values, parameters.refusal)
        raise fault.refusal()

    def _perform(
        self, operation: Operation, parameters: JsonObject, refusal: Refusal | None
    ) -> HttpReply:
        handler = self.handlers.get(operation.name)
        if handler is None:
            raise Refusal(NOT_IMPLEMENTED, f"The emulator does not have {operation.name}.")
        if refusal is not None:
            raise refusal
        with self.store.transaction() as rows:
            return success(operation, self._answer(rows, operation, handler, parameters))

    def _answer(
        self, rows: Rows, operation: Operation, handler: Handler, parameters: JsonObject
    ) -> str:
        """The answer's text; to a token used before, the text it was answered with."""
        world = World(rows, self.clock, self.place, operation)
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
