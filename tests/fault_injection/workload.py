"""The calls of a simulated household: create, read, change, switch a lamp.

This module owns the steps, and the response that each must get after the one before. It does not
know the faults.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Final, TypeVar

from attrs import Factory, define

import iotmi
from iotmi import CallError, Request, ResourceNotFoundError, Response
from tests.fault_injection.callers import Calling, asked
from tests.fault_injection.factories import KEY, KINDS
from tests.fault_injection.ledger import Known, Write, known_from

R = TypeVar("R")


class _EnoughError(Exception):
    """Raised when the household has made all its calls."""


@define
class Household:
    """One caller, with its knowledge of its own resources.

    Attributes:
        name: letters and digits. Its resources are named after it.
        calls: the number of calls to make.
        destination: the connector destination for its accounts.
        chance: the source of its decisions.
        writes: every write that it requested.
        findings: violations.
        sent: the number of calls made.
        agreed: the number of reads that agreed with its writes.
        failed: the errors of its calls, by class.
    """

    name: str
    calls: int
    destination: str
    chance: Random
    writes: list[Write] = Factory(list)
    findings: list[str] = Factory(list)
    sent: int = 0
    agreed: int = 0
    failed: Counter[str] = Factory(Counter)
    _lamp: str = ""
    _lit: bool | None = None
    # The possible names of each thing: the acknowledged one and the uncertain ones.
    _names: dict[str, list[str]] = Factory(dict)

    def live(self) -> Calling[None]:
        """Make the calls."""
        try:
            while not self._lamp:
                yield from self._fit_a_lamp()
            while True:
                (step,) = self.chance.choices(list(_STEPS), list(_STEPS.values()))
                yield from step(self)
        except _EnoughError:
            return

    # -- calls -------------------------------------------------------------------------

    def _ask(self, request: Request[R]) -> Calling[Response[R]]:
        if self.sent == self.calls:
            raise _EnoughError
        self.sent += 1
        try:
            return (yield from asked(request))
        except CallError as error:
            self.failed[type(error).__name__] += 1
            raise

    def _read(self, request: Request[R]) -> Calling[dict[str, object] | None]:
        """Return the wire form of a read, or None if it failed."""
        try:
            response = yield from self._ask(request)
        except CallError as error:
            self._expect_passing(error)
            return None
        assert isinstance(response.raw, dict)
        return dict(response.raw)

    def _write(self, request: Request[R], mark: str) -> Calling[Write]:
        """Request a write and record it."""
        promise = Write(type(request).__name__, mark)
        if self.sent < self.calls:
            self.writes.append(promise)
        try:
            response = yield from self._ask(request)
        except CallError as error:
            promise.error, promise.made = error, known_from(error)
            self._expect_passing(error)
            return promise
        promise.made = Known.DONE
        kind = KINDS.get(promise.operation)
        if kind is not None:
            assert isinstance(response.raw, dict)
            promise.identifier = str(response.raw[kind.identifier])
            self._names[promise.identifier] = [mark]
        return promise

    def _expect_passing(self, error: CallError) -> None:
        """Record a finding if an error is no injected fault."""
        if not error.retryable:
            self.findings.append(f"{self.name}: {error}")

    def _agree(self, what: str, found: object, *right: object) -> None:
        if found in right:
            self.agreed += 1
        else:
            self.findings.append(f"{self.name}: {what} shows {found!r} and not {right!r}")

    def _mark(self) -> str:
        return f"{self.name}n{len(self.writes)}"

    def _one_of(self, operation: str = "") -> Write | None:
        """Return a resource of its own, as far as it knows."""
        own = [
            promise
            for promise in self.writes
            if promise.identifier and operation in ("", promise.operation)
        ]
        return self.chance.choice(own) if own else None

    # -- steps -------------------------------------------------------------------------

    def _make(self, operation: str) -> Calling[Write]:
        mark = self._mark()
        request = KINDS[operation].build(mark, self.destination)
        return (yield from self._write(request, mark))

    def _make_anything(self) -> Calling[None]:
        yield from self._make(self.chance.choice(_FREELY_MADE))

    def _fit_a_lamp(self) -> Calling[None]:
        """Create the thing to switch, and read it until it is active."""
        lamp = yield from self._make("CreateManagedThing")
        status = None
        while lamp.identifier and status != iotmi.ProvisioningStatus.ACTIVATED:
            shown = yield from self._read(iotmi.GetManagedThing(lamp.identifier))
            status = shown and shown["ProvisioningStatus"]
        self._lamp = lamp.identifier

    def _look(self) -> Calling[None]:
        """Read a resource of its own and compare it with the last write."""
        promise = self._one_of()
        if promise is None:
            return
        kind = KINDS[promise.operation]
        what = f"{promise.operation} of {promise.mark}"
        try:
            response = yield from self._ask(kind.look(promise.identifier))
        except ResourceNotFoundError:
            gone = [] if promise.deleted is Known.UNDONE else ["nothing"]
            self._agree(what, "nothing", *gone)
            return
        except CallError as error:
            self._expect_passing(error)
            return
        assert isinstance(response.raw, dict)
        shown = response.raw
        right = [] if promise.deleted is Known.DONE else [promise.mark]
        self._agree(what, shown[kind.mark], *right)
        if promise.operation == "CreateManagedThing":
            self._agree(f"{what}, the name", shown["Name"], *self._names[promise.identifier])
            self._names[promise.identifier] = [str(shown["Name"])]

    def _rename(self) -> Calling[None]:
        promise = self._one_of("CreateManagedThing")
        if promise is None:
            return
        name = f"{self.name}r{self.sent}"
        names = self._names[promise.identifier]
        try:
            yield from self._ask(iotmi.UpdateManagedThing(promise.identifier, name=name))
        except CallError as error:
            self._expect_passing(error)
            if known_from(error) is Known.UNCERTAIN:
                names.append(name)
        else:
            self._names[promise.identifier] = [name]

    def _delete_a_locker(self) -> Calling[None]:
        promise = self._one_of("CreateCredentialLocker")
        if promise is None:
            return
        try:
            yield from self._ask(iotmi.DeleteCredentialLocker(promise.identifier))
        except ResourceNotFoundError as error:
            # Deleted by this call's first attempt, or by an earlier call with an unknown outcome.
            *before, _ = error.failed_attempts
            unsure = {failure.error_type for failure in before} - {"ThrottlingError"}
            if promise.deleted is Known.UNDONE and not unsure:
                self.findings.append(f"{self.name}: {promise.mark} was there: {error}")
            promise.deleted = Known.DONE
        except CallError as error:
            self._expect_passing(error)
            if promise.deleted is Known.UNDONE:
                promise.deleted = known_from(error)
        else:
            if promise.deleted is Known.DONE:
                self.findings.append(f"{self.name}: {promise.mark} was deleted twice")
            promise.deleted = Known.DONE

    def _toggle(self) -> Calling[None]:
        """Send a command that must not be repeated: a second one would undo the first."""
        mark = self._mark()
        toggle = iotmi.CapabilityAction(name="Toggle", action_trace_id=f"{mark:0>15}=")
        switch = iotmi.CommandCapability(
            id="matter.OnOff@1.4", name="On/Off", version="6", actions=[toggle]
        )
        endpoints = [iotmi.CommandEndpoint(endpoint_id="1", capabilities=[switch])]
        command = iotmi.SendManagedThingCommand(self._lamp, endpoints=endpoints)
        promise = yield from self._write(command, mark)
        if promise.made is Known.UNCERTAIN:
            self._lit = None
        elif promise.made is Known.DONE and self._lit is not None:
            self._lit = not self._lit

    def _see_whether_it_is_lit(self) -> Calling[None]:
        shown = yield from self._read(iotmi.GetManagedThingState(self._lamp))
        match shown:
            case {"Endpoints": [{"capabilities": [{"properties": [{"value": value}]}]}]}:
                lit = bool(value["propertyValue"])
                self._agree("the lamp", lit, lit if self._lit is None else self._lit)
                self._lit = lit

    def _refresh(self) -> Calling[None]:
        """Refresh each account once, so a repetition would show."""
        mark = self._mark()
        login = iotmi.CreateAccountAssociation(name=mark, connector_destination_id=self.destination)
        account = yield from self._write(login, mark)
        if account.identifier:
            request = iotmi.StartAccountAssociationRefresh(account.identifier)
            yield from self._write(request, account.identifier)

    def _discover(self) -> Calling[None]:
        """Discover each account once, so a repetition would show."""
        account = yield from self._make("CreateAccountAssociation")
        if account.identifier:
            request = KINDS["StartDeviceDiscovery"].build(account.identifier, "")
            yield from self._write(request, account.identifier)

    def _find(self) -> Calling[None]:
        """Find its thing by its unique serial number."""
        promise = self._one_of("CreateManagedThing")
        if promise is None:
            return
        shown = yield from self._read(iotmi.ListManagedThings(serial_number_filter=promise.mark))
        if shown is not None:
            assert isinstance(shown["Items"], list)
            found = [item["Id"] for item in shown["Items"]]
            self._agree(f"the list of {promise.mark}", found, [promise.identifier])

    def _encrypt(self) -> Calling[None]:
        key = f"{KEY}{self._mark()}"
        own = iotmi.EncryptionType.CUSTOMER_KEY_ENCRYPTION
        request = iotmi.PutDefaultEncryptionConfiguration(encryption_type=own, kms_key_arn=key)
        yield from self._write(request, key)

    def _register_an_endpoint(self) -> Calling[None]:
        yield from self._write(iotmi.RegisterCustomEndpoint(), "")


_STEPS: Final[Mapping[Callable[[Household], Calling[None]], int]] = {
    Household._make_anything: 30,
    Household._look: 30,
    Household._rename: 8,
    Household._toggle: 10,
    Household._see_whether_it_is_lit: 6,
    Household._delete_a_locker: 4,
    Household._find: 4,
    Household._refresh: 2,
    Household._discover: 3,
    Household._encrypt: 2,
    Household._register_an_endpoint: 3,
}
_FREELY_MADE: Final = tuple(name for name in KINDS if name != "StartDeviceDiscovery")
