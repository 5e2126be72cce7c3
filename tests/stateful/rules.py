"""The steps of a run: calls of users in any order.

Every method of ``Day`` is a rule. Hypothesis draws it with its arguments.
"""

from typing import Final

from hypothesis.stateful import initialize, precondition, rule
from hypothesis.strategies import booleans, dictionaries, integers, lists, sampled_from

from iotmi import (
    AuthenticationMaterialType,
    CreateManagedThing,
    DiscoveryType,
    GeneralAuthorizationName,
    ProvisioningStatus,
    Role,
    StartDeviceDiscovery,
)
from tests.stateful.comparison import KINDS, Comparison, shown, switch
from tests.support.factories import switch_report

ACCOUNT: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012"
STATUSES: Final = (
    ProvisioningStatus.PRE_ASSOCIATED,
    ProvisioningStatus.ACTIVATED,
    ProvisioningStatus.DELETE_IN_PROGRESS,
)

PICKS: Final = integers(0, 9)
FEW: Final = integers(1, 3)
NAMES: Final = sampled_from(["Hall", "Attic", "Cellar"])
DEVICES: Final = sampled_from(["lamp-1", "lamp-2", "lock-1"])
HOMES: Final = sampled_from(sorted(KINDS))
KEYS: Final = sampled_from(["floor", "owner", "room"])


class Day(Comparison):
    """One account from its first call on. Each step compares the two sides."""

    @rule(name=NAMES, tags=dictionaries(KEYS, NAMES, max_size=2))
    def create_locker(self, name: str, tags: dict[str, str]) -> None:
        self.make(
            "lockers",
            lambda: self.client.credential_lockers.create(name=name, tags=tags or None).id,
            lambda identifier: self.reference.create_locker(identifier, name, tags),
        )

    @rule(number=PICKS)
    def get_locker(self, number: int) -> None:
        identifier = self.pick("lockers", number)

        def call() -> object:
            locker = self.client.credential_lockers.get(identifier)
            return locker.id, locker.name, dict(locker.tags or {})

        self.agree(call, lambda: self.reference.get_locker(identifier))

    @rule(number=PICKS)
    def delete_locker(self, number: int) -> None:
        identifier = self.pick("lockers", number)
        self.agree(
            lambda: self.client.credential_lockers.delete(identifier),
            lambda: self.reference.delete_locker(identifier),
        )

    @rule(number=PICKS, again=booleans())
    def create_hub(self, number: int, again: bool) -> None:  # noqa: FBT001 - given by name
        self.serials += not again
        material = f"SN:SERIAL{self.serials:06};UPC:829576019524"
        request = CreateManagedThing(
            role=Role.CONTROLLER,
            authentication_material=material,
            authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
            credential_locker_id=self.maybe("lockers", number),
        )
        self.create_thing(request, "bar code", {"key": material})

    @rule(number=PICKS)
    def create_lamp(self, number: int) -> None:
        request = CreateManagedThing(
            role=Role.DEVICE,
            authentication_material="Z:286D9700010F9478$I:83FED3407A939738",
            authentication_material_type=AuthenticationMaterialType.ZIGBEE_QR_BAR_CODE,
            credential_locker_id=self.maybe("lockers", number),
            capability_report=switch_report(),
        )
        self.create_thing(request, "bar code", {"switch": True})

    @precondition(lambda self: self.materials)
    @rule(number=PICKS)
    def create_found(self, number: int) -> None:
        material = self.materials[-1 - number % len(self.materials)]
        request = CreateManagedThing(
            role=Role.DEVICE,
            authentication_material=material,
            authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
        )
        cloud = material.startswith("CLOUD:")
        device = material.rpartition(":")[2] if cloud else None
        way = "cloud" if cloud else "found by a hub"
        self.create_thing(request, way, {"material": material, "device": device})

    @rule(number=PICKS, device=DEVICES)
    def create_foreseen(self, number: int, device: str) -> None:
        association = self.pick("associations", number)
        request = CreateManagedThing(
            role=Role.DEVICE,
            authentication_material=f"CLOUD:{device}:{association}",
            authentication_material_type=AuthenticationMaterialType.PRE_ONBOARDED_CLOUD,
        )
        self.create_thing(request, "cloud", {"device": device, "association": association})

    @rule(number=PICKS, looks=FEW)
    def get_thing(self, number: int, looks: int) -> None:
        identifier = self.pick("things", number)

        def call() -> object:
            thing = self.client.managed_things.get(identifier)
            return shown(thing), dict(thing.tags or {})

        for _ in range(looks):
            self.agree(call, lambda: self.reference.get_thing(identifier))

    @rule(number=PICKS, name=NAMES, locker=PICKS)
    def update_thing(self, number: int, name: str, locker: int) -> None:
        identifier, locker_id = self.pick("things", number), self.maybe("lockers", locker)
        self.agree(
            lambda: self.client.managed_things.update(
                identifier, name=name, credential_locker_id=locker_id
            ),
            lambda: self.reference.update_thing(identifier, name, locker_id),
        )

    @rule(number=PICKS, force=booleans())
    def delete_thing(self, number: int, force: bool) -> None:  # noqa: FBT001 - given by name
        identifier = self.pick("things", number)
        self.agree(
            lambda: self.client.managed_things.delete(identifier, force=force),
            lambda: self.reference.delete_thing(identifier, force=force),
        )

    @rule(number=PICKS, action=sampled_from(["On", "Off", "Toggle"]))
    def command(self, number: int, action: str) -> None:
        identifier = self.pick("things", number)

        def call() -> None:
            self.client.managed_things.send_command(identifier, endpoints=[switch(action)])

        self.agree(call, lambda: self.reference.command(identifier, action))
        self.agree(lambda: self.is_on(identifier), lambda: self.reference.state(identifier))

    @rule(login=booleans())
    def create_association(self, login: bool) -> None:  # noqa: FBT001 - given by name
        general = None if login else GeneralAuthorizationName(auth_material_name="material")
        self.make(
            "associations",
            lambda: (
                self.client.account_associations.create(
                    connector_destination_id=self.destination, general_authorization=general
                ).account_association_id
            ),
            lambda identifier: self.reference.create_association(identifier, login=login),
        )

    @rule(number=PICKS)
    def get_association(self, number: int) -> None:
        identifier = self.pick("associations", number)

        def call() -> object:
            association = self.client.account_associations.get(identifier)
            return (
                association.account_association_id,
                association.association_state,
                dict(association.tags or {}),
            )

        self.agree(call, lambda: self.reference.get_association(identifier))

    @rule(number=PICKS)
    def delete_association(self, number: int) -> None:
        identifier = self.pick("associations", number)
        self.agree(
            lambda: self.client.account_associations.delete(identifier),
            lambda: self.reference.delete_association(identifier),
        )

    @rule(number=PICKS)
    def refresh(self, number: int) -> None:
        identifier = self.pick("associations", number)

        def call() -> None:
            self.client.account_associations.start_refresh(identifier)

        self.agree(call, lambda: self.reference.refresh(identifier))

    @rule(thing=PICKS, association=PICKS)
    def register(self, thing: int, association: int) -> None:
        pair = self.pick("things", thing), self.pick("associations", association)
        cloud = [each for each, its in self.reference.things.items() if its["way"] == "cloud"]
        if cloud and thing:
            # Only these things can be registered.
            pair = cloud[-thing % len(cloud)], pair[1]

        def call() -> None:
            self.client.account_associations.register(
                managed_thing_id=pair[0],
                account_association_id=pair[1],
                device_discovery_id="discovery1",
            )

        self.agree(call, lambda: self.reference.register(*pair))

    @rule(thing=PICKS, association=PICKS, linked=PICKS)
    def deregister(self, thing: int, association: int, linked: int) -> None:
        pair = self.pick("things", thing), self.pick("associations", association)
        links = list(self.reference.links)
        if links and linked:
            # Two random ids are seldom linked.
            pair = links[-linked % len(links)]
        self.agree(
            lambda: self.client.account_associations.deregister(
                managed_thing_id=pair[0], account_association_id=pair[1]
            ),
            lambda: self.reference.deregister(*pair),
        )

    @rule(number=PICKS)
    def discover_by_a_hub(self, number: int) -> None:
        hub = self.pick("things", number)
        request = StartDeviceDiscovery(
            discovery_type=DiscoveryType.ZIGBEE, controller_identifier=hub
        )
        self.discover(request, hub, "", [])

    @rule(number=PICKS, asked=lists(DEVICES, min_size=1, unique=True))
    def discover_in_a_cloud(self, number: int, asked: list[str]) -> None:
        association = self.pick("associations", number)
        request = StartDeviceDiscovery(
            discovery_type=DiscoveryType.CLOUD,
            account_association_id=association,
            connector_device_id_list=asked,
        )
        self.discover(request, None, association, asked)

    @rule(number=PICKS)
    def get_discovery(self, number: int) -> None:
        identifier = self.pick("discoveries", number)

        def call() -> object:
            discovery = self.client.device_discoveries.get(identifier)
            return discovery.id, discovery.status

        self.agree(call, lambda: self.reference.get_discovery(identifier))

    @rule(number=PICKS, size=FEW)
    def list_devices(self, number: int, size: int) -> None:
        identifier = self.pick("discoveries", number)

        def call() -> object:
            found = self.client.device_discoveries.list_devices(
                identifier, max_results=size
            ).collect()
            named = [each.authentication_material for each in found]
            by_hub = [material for material in named if material]
            if by_hub:
                self.reference.find_by_hub(identifier, by_hub)
            cloud = [each.connector_device_id for each in found if each.connector_device_id]
            self.materials += [f"CLOUD:{identifier}:{device}" for device in cloud] + by_hub
            return [
                (each.connector_device_id, each.modification, each.managed_thing_id)
                for each in found
            ]

        self.agree(call, lambda: self.reference.list_devices(identifier))

    @rule(home=HOMES, number=PICKS, tags=dictionaries(KEYS, NAMES, min_size=1), removed=lists(KEYS))
    def tag(self, home: str, number: int, tags: dict[str, str], removed: list[str]) -> None:
        identifier = self.pick(home, number)
        arn = f"{ACCOUNT}:{KINDS[home]}/{identifier}"
        self.agree(
            lambda: self.client.tags.tag(arn, tags=tags),
            lambda: self.reference.tag(home, identifier, tags),
        )
        if removed:
            self.agree(
                lambda: self.client.tags.untag(arn, tag_keys=removed),
                lambda: self.reference.untag(home, identifier, removed),
            )
        self.agree(
            lambda: dict(self.client.tags.list(arn).tags or {}),
            lambda: self.reference.tags(home, identifier),
        )

    @rule(size=FEW, role=sampled_from([None, *Role]), status=sampled_from([None, *STATUSES]))
    def list_things(self, size: int, role: Role | None, status: ProvisioningStatus | None) -> None:
        pager = self.client.managed_things.list(
            max_results=size, role_filter=role, provisioning_status_filter=status
        )
        self.agree(
            lambda: [shown(thing) for thing in pager],
            lambda: self.reference.list_things(
                lambda thing: role in (None, thing["role"]) and status in (None, thing["status"])
            ),
        )

    @rule(size=FEW, number=PICKS)
    def list_by_home(self, size: int, number: int) -> None:
        """List the things of a locker, then those of a hub."""
        locker, hub = self.pick("lockers", number), self.pick("things", number)
        things = self.client.managed_things
        self.agree(
            lambda: [
                shown(thing)
                for thing in things.list(max_results=size, credential_locker_filter=locker)
            ],
            lambda: self.reference.list_things(lambda thing: thing["locker"] == locker),
        )
        self.agree(
            lambda: [
                shown(thing)
                for thing in things.list(max_results=size, parent_controller_identifier_filter=hub)
            ],
            lambda: self.reference.list_things(lambda thing: thing["parent"] == hub),
        )

    @rule(size=FEW)
    def list_the_others(self, size: int) -> None:
        """List lockers, associations, discoveries and registrations, in order of creation."""
        client, reference = self.client, self.reference
        self.agree(
            lambda: [each.id for each in client.credential_lockers.list(max_results=size)],
            lambda: list(reference.lockers),
        )
        self.agree(
            lambda: [
                (each.account_association_id, each.association_state)
                for each in client.account_associations.list(max_results=size)
            ],
            lambda: [(each, its["state"]) for each, its in reference.associations.items()],
        )
        self.agree(
            lambda: [
                (each.id, each.status) for each in client.device_discoveries.list(max_results=size)
            ],
            lambda: [(each, its["status"]) for each, its in reference.discoveries.items()],
        )
        self.agree(
            lambda: [
                (
                    (each.managed_thing_id, each.account_association_id),
                    each.managed_thing_association_status,
                )
                for each in client.account_associations.list_managed_things(max_results=size)
            ],
            lambda: list(reference.links.items()),
        )

    @rule()
    def stumble(self) -> None:
        """Throttle the next call once, which its caller does not notice."""
        self.emulator.faults.clear()
        self.emulator.faults.fail(None, "ThrottlingException")


class FurnishedDay(Day):
    """A run that begins with resources, because most operations need some."""

    @initialize()
    def furnish(self) -> None:
        """Create a hub and a lamp in one locker, and an account with devices."""
        self.create_locker("Hall", {})
        self.create_hub(1, again=False)
        self.create_lamp(1)
        for number in (1, 0):
            self.get_thing(number, 2)
        self.create_association(login=False)
        self.create_foreseen(0, "lamp-1")
        self.discover_in_a_cloud(0, ["lamp-2", "lock-1"])
        self.list_devices(0, 1)
        self.list_devices(0, 2)
        self.create_found(0)
        self.register(1, 0)
