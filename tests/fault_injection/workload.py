"""What a household does all day: makes things, reads them back, changes them, switches a lamp.

Owns the steps, and what each answer must say to who made the step before. Which faults strike is
not known here.
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
from tests.fault_injection.ledger import Known, Promise, known_from

R = TypeVar("R")


class _EnoughError(Exception):
    """All calls that the household was to make are made."""


@define
class Household:
    """One caller, with what it knows of what is its own.

    Attributes:
        name: Letters and digits; what it makes is named after it.
        calls: How many calls it makes.
        destination: The connector destination for its accounts.
        chance: Decides what it does next.
        promises: Every write that it asked for.
        findings: What was not as it had to be.
        sent: How many calls it has made.
        agreed: How many reads showed what it knew.
        failed: The errors that calls ended with, by kind.
    """

    name: str
    calls: int
    destination: str
    chance: Random
    promises: list[Promise] = Factory(list)
    findings: list[str] = Factory(list)
    sent: int = 0
    agreed: int = 0
    failed: Counter[str] = Factory(Counter)
    _lamp: str = ""
    _lit: bool | None = None
    # The names that each thing may have: the acknowledged one, and those that are uncertain.
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
        """What a read shows on the wire; None where there was no answer to be had."""
        try:
            response = yield from self._ask(request)
        except CallError as error:
            self._expect_passing(error)
            return None
        assert isinstance(response.raw, dict)
        return dict(response.raw)

    def _promised(self, request: Request[R], mark: str) -> Calling[Promise]:
        """A write, entered in the books."""
        promise = Promise(type(request).__name__, mark)
        if self.sent < self.calls:
            self.promises.append(promise)
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
        """Nothing but the faults may be the matter."""
        if not error.retryable:
            self.findings.append(f"{self.name}: {error}")

    def _agree(self, what: str, found: object, *right: object) -> None:
        if found in right:
            self.agreed += 1
        else:
            self.findings.append(f"{self.name}: {what} shows {found!r} and not {right!r}")

    def _mark(self) -> str:
        return f"{self.name}n{len(self.promises)}"

    def _one_of(self, operation: str = "") -> Promise | None:
        """Something of its own, so far as it knows."""
        own = [
            promise
            for promise in self.promises
            if promise.identifier and operation in ("", promise.operation)
        ]
        return self.chance.choice(own) if own else None

    # -- steps -------------------------------------------------------------------------

    def _make(self, operation: str) -> Calling[Promise]:
        mark = self._mark()
        request = KINDS[operation].build(mark, self.destination)
        return (yield from self._promised(request, mark))

    def _make_anything(self) -> Calling[None]:
        yield from self._make(self.chance.choice(_FREELY_MADE))

    def _fit_a_lamp(self) -> Calling[None]:
        """The thing that the household switches, which is seen until it can be switched."""
        lamp = yield from self._make("CreateManagedThing")
        status = None
        while lamp.identifier and status != iotmi.ProvisioningStatus.ACTIVATED:
            shown = yield from self._read(iotmi.GetManagedThing(lamp.identifier))
            status = shown and shown["ProvisioningStatus"]
        self._lamp = lamp.identifier

    def _look(self) -> Calling[None]:
        """Read something of its own, which is as it was left."""
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
            # By this call's own first attempt, or by one before that nobody was sure of.
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
        """What must not be done twice: the second would undo the first."""
        mark = self._mark()
        toggle = iotmi.CapabilityAction(name="Toggle", parameters={"mark": mark})
        switch = iotmi.CommandCapability(
            id="matter.OnOff@1.4", name="On/Off", version="6", actions=[toggle]
        )
        endpoints = [iotmi.CommandEndpoint(endpoint_id="1", capabilities=[switch])]
        command = iotmi.SendManagedThingCommand(self._lamp, endpoints=endpoints)
        promise = yield from self._promised(command, mark)
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
        """One refresh for each account, so that a second one of the same shows."""
        mark = self._mark()
        login = iotmi.CreateAccountAssociation(name=mark, connector_destination_id=self.destination)
        account = yield from self._promised(login, mark)
        if account.identifier:
            request = iotmi.StartAccountAssociationRefresh(account.identifier)
            yield from self._promised(request, account.identifier)

    def _discover(self) -> Calling[None]:
        """One discovery for each account, likewise."""
        account = yield from self._make("CreateAccountAssociation")
        if account.identifier:
            request = KINDS["StartDeviceDiscovery"].build(account.identifier, "")
            yield from self._promised(request, account.identifier)

    def _find(self) -> Calling[None]:
        """By its serial number, of which there is one in the world."""
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
        yield from self._promised(request, key)

    def _register_an_endpoint(self) -> Calling[None]:
        yield from self._promised(iotmi.RegisterCustomEndpoint(), "")


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
