"""The comparison of emulator and reference model: one call on each side.

This module owns the two accounts of a run, the ids so far, and the comparison. It does not know the
calls.
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
    """Figures so far."""

    runs: int = 0
    steps: int = 0
    compared: int = 0
    refusals: Counter[str] = field(factory=Counter[str])


def shown(thing: ManagedThing | ManagedThingSummary) -> object:
    """Return the members of a thing that a get and a list share."""
    return (
        thing.id,
        thing.role,
        thing.provisioning_status,
        thing.name,
        thing.credential_locker_id,
        thing.parent_controller_id,
    )


def switch(action: str) -> CommandEndpoint:
    """Return a command's part for the lamp's switch."""
    capability = CommandCapability(
        id="matter.OnOff@1.4", name="On/Off", version="6", actions=[CapabilityAction(name=action)]
    )
    return CommandEndpoint(endpoint_id="1", capabilities=[capability])


def outcome(attempt: Callable[[], object]) -> tuple[str, object]:
    """Return the result or the error code of a call."""
    try:
        return "answered", attempt()
    except (ServiceError, RefusedError) as error:
        return "refused", error.code


class Comparison(RuleBasedStateMachine):
    """One account from its first call on, and the reference for it."""

    tally: ClassVar[Tally]
    boto3_client: ClassVar[BaseClient]
    client: ClassVar[Client]

    def __init__(self) -> None:
        super().__init__()
        self.emulator = Emulator()
        # Creating a client takes longer than a run.
        self.emulator.attach(self.boto3_client)
        self.destination = make_connector_destination(self.client)
        self.reference = Reference()
        # All ids so far: deleted resources must stay deleted.
        self.ids: dict[str, list[str]] = {home: [] for home in (*KINDS, "discoveries")}
        self.materials: list[str] = []
        self.serials = 0
        self.begun = False
        self.tally.runs += 1

    @invariant()
    def count(self) -> None:
        """Count each step; before the first step, the run."""
        self.tally.steps += self.begun
        self.begun = True

    def teardown(self) -> None:
        self.emulator.close()

    def agree(self, call: Callable[[], object], expected: Callable[[], object]) -> None:
        """Check that the service and the reference give the same result or error."""
        self.compare(outcome(call), outcome(expected))

    def make(self, home: str, call: Callable[[], str], expected: Callable[[str], None]) -> None:
        """Check a create, where the service chooses an id."""
        made = outcome(call)
        identifier = str(made[1])

        def tell() -> str:
            expected(identifier)
            return identifier

        self.compare(made, outcome(tell))
        if made[0] == "answered":
            self.ids[home].append(identifier)

    def compare(self, done: tuple[str, object], expected: tuple[str, object]) -> None:
        self.tally.compared += 1
        if expected[0] == "refused":
            self.tally.refusals[str(expected[1])] += 1
        assert done == expected

    def pick(self, home: str, number: int) -> str:
        """Return an id that existed at some time, or one that never did."""
        known = self.ids[home]
        return known[-1 - number % len(known)] if known and number < 9 else NOBODY

    def maybe(self, home: str, number: int) -> str | None:
        """Return the same, or None."""
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
