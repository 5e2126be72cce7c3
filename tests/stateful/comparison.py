"""What holds the emulator and the reference together: one call here, the same call there.

Owns the two accounts of one run, the ids there were, and the comparing. Which calls are made is
not known here.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, Final

from attrs import define, field
from botocore.client import BaseClient
from hypothesis.stateful import RuleBasedStateMachine, invariant

from iotmi import (
    CapabilityAction,
    Client,
    CommandCapability,
    CommandEndpoint,
    CreateManagedThing,
    ManagedThing,
    ManagedThingSummary,
    ServiceError,
    StartDeviceDiscovery,
)
from iotmi.emulator import Emulator
from tests.stateful.reference_model import Record, Reference, RefusedError
from tests.support.connectors import make_connector_destination

NOBODY: Final = "0" * 32
KINDS: Final = {
    "lockers": "credential-locker",
    "things": "managed-thing",
    "associations": "account-association",
}


@define
class Tally:
    """What was done so far."""

    runs: int = 0
    steps: int = 0
    compared: int = 0
    refusals: Counter[str] = field(factory=Counter[str])


def shown(thing: ManagedThing | ManagedThingSummary) -> object:
    """What a get and a list both show of a thing."""
    return (
        thing.id,
        thing.role,
        thing.provisioning_status,
        thing.name,
        thing.credential_locker_id,
        thing.parent_controller_id,
    )


def switch(action: str) -> CommandEndpoint:
    """A command's part for the lamp's switch."""
    capability = CommandCapability(
        id="matter.OnOff@1.4", name="On/Off", version="6", actions=[CapabilityAction(name=action)]
    )
    return CommandEndpoint(endpoint_id="1", capabilities=[capability])


def outcome(attempt: Callable[[], object]) -> tuple[str, object]:
    """How an attempt ended, be it at the service or at the reference."""
    try:
        return "answered", attempt()
    except (ServiceError, RefusedError) as error:
        return "refused", error.code


class Comparison(RuleBasedStateMachine):
    """One account from its first call on, beside what it should be."""

    tally: ClassVar[Tally]
    boto3_client: ClassVar[BaseClient]
    client: ClassVar[Client]

    def __init__(self) -> None:
        super().__init__()
        self.emulator = Emulator()
        # The client is made once, for that takes longer than a day does.
        self.emulator.attach(self.boto3_client)
        self.destination = make_connector_destination(self.client)
        self.reference = Reference()
        # All ids there ever were: what is gone must stay gone.
        self.ids: dict[str, list[str]] = {home: [] for home in (*KINDS, "discoveries")}
        self.materials: list[str] = []
        self.serials = 0
        self.begun = False
        self.tally.runs += 1

    @invariant()
    def count(self) -> None:
        """After each step; the first time, before any."""
        self.tally.steps += self.begun
        self.begun = True

    def teardown(self) -> None:
        self.emulator.close()

    def agree(self, call: Callable[[], object], told: Callable[[], object]) -> None:
        """The service and the reference answer alike, or refuse alike."""
        self.compare(outcome(call), outcome(told))

    def make(self, home: str, call: Callable[[], str], told: Callable[[str], None]) -> None:
        """The same where the service chooses an id."""
        made = outcome(call)
        identifier = str(made[1])

        def tell() -> str:
            told(identifier)
            return identifier

        self.compare(made, outcome(tell))
        if made[0] == "answered":
            self.ids[home].append(identifier)

    def compare(self, done: tuple[str, object], told: tuple[str, object]) -> None:
        self.tally.compared += 1
        if told[0] == "refused":
            self.tally.refusals[str(told[1])] += 1
        assert done == told

    def pick(self, home: str, number: int) -> str:
        """One of the ids there ever were, or one there never was."""
        known = self.ids[home]
        return known[-1 - number % len(known)] if known and number < 9 else NOBODY

    def maybe(self, home: str, number: int) -> str | None:
        """The same, or none."""
        return self.pick(home, number) if number % 3 else None

    def create_thing(self, request: CreateManagedThing, way: str, given: Record) -> None:
        locker = request.credential_locker_id
        self.make(
            "things",
            lambda: self.client.send(request).value.id,
            lambda identifier: self.reference.create_thing(
                identifier, str(request.role), way, {"locker": locker, **given}
            ),
        )

    def discover(
        self, request: StartDeviceDiscovery, hub: str | None, association: str, asked: list[str]
    ) -> None:
        self.make(
            "discoveries",
            lambda: self.client.send(request).value.id,
            lambda identifier: self.reference.discover(identifier, hub, association, asked),
        )

    def is_on(self, identifier: str) -> object:
        endpoints = self.client.managed_things.get_state(identifier).endpoints
        if not endpoints:
            return None
        properties: Any = endpoints[0].capabilities[0].properties
        return properties[0]["value"]["propertyValue"]
