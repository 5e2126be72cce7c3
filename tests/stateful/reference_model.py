"""The behaviour of the service as plain dictionaries, written from its documentation alone.

A method returns the result of a call, or raises an error with a code. The service chooses ids, so
they are arguments. This module uses nothing of the emulator.
"""

from collections.abc import Callable
from typing import Any, NoReturn

Record = dict[str, Any]

NOT_FOUND = "ResourceNotFoundException"
INVALID = "ValidationException"
CONFLICT = "ConflictException"

# The statuses until activation, by the create request: each read shows the present status and
# advances to the next.
STEPS = {
    "bar code": {"PRE_ASSOCIATED": "DISCOVERED", "DISCOVERED": "ACTIVATED"},
    "found by a hub": {"PRE_ASSOCIATED": "ACTIVATED"},
    "cloud": {},
}


class RefusedError(Exception):
    """An error with a code of the service."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(code: str) -> NoReturn:
    """Raise the error."""
    raise RefusedError(code)


def find(home: dict[str, Record], identifier: str | None) -> Record:
    """Return the resource with this id."""
    return home.get(identifier or "") or refuse(NOT_FOUND)


class Reference:
    """One account. Dictionaries keep the order of creation."""

    def __init__(self) -> None:
        self.lockers: dict[str, Record] = {}
        self.things: dict[str, Record] = {}
        self.associations: dict[str, Record] = {}
        self.discoveries: dict[str, Record] = {}
        self.devices: dict[str, Record] = {}
        self.links: dict[tuple[str, str], str] = {}

    def create_locker(self, identifier: str, name: str, tags: dict[str, str]) -> None:
        self.lockers[identifier] = {"name": name, "tags": dict(tags)}

    def get_locker(self, identifier: str) -> object:
        locker = find(self.lockers, identifier)
        return identifier, locker["name"], dict(locker["tags"])

    def delete_locker(self, identifier: str) -> None:
        find(self.lockers, identifier)
        if any(thing["locker"] == identifier for thing in self.things.values()):
            refuse(INVALID)
        del self.lockers[identifier]

    def create_thing(self, identifier: str, role: str, way: str, given: Record) -> None:
        key, locker, association = (given.get(name) for name in ("key", "locker", "association"))
        if key and any(thing["key"] == key for thing in self.things.values()):
            refuse(CONFLICT)
        found = self.devices.get(given.get("material", ""), {})
        if found.get("thing") in self.things:
            refuse(CONFLICT)
        if locker:
            find(self.lockers, locker)
        if association:
            find(self.associations, association)
            self.links[identifier, association] = "PRE_ASSOCIATED"
        if found:
            found["thing"] = identifier
        status = "PRE_ASSOCIATED" if association or way != "cloud" else "UNASSOCIATED"
        thing = {"role": role, "way": way, "key": key, "locker": locker, "status": status}
        thing |= {"name": None, "parent": found.get("hub"), "device": given.get("device")}
        self.things[identifier] = {**thing, "switch": given.get("switch"), "on": None, "tags": {}}

    def get_thing(self, identifier: str) -> object:
        thing = find(self.things, identifier)
        shown = self.shown(identifier), dict(thing["tags"])
        if thing["status"] == "DELETE_IN_PROGRESS":
            self.remove_thing(identifier)
        elif thing["status"] in STEPS[thing["way"]]:
            self.move_on(thing)
        return shown

    def move_on(self, thing: Record) -> None:
        if thing["way"] == "bar code" and thing["status"] == "PRE_ASSOCIATED":
            hubs = [
                hub
                for hub, each in self.things.items()
                if each["role"] == "CONTROLLER" and each["locker"] == thing["locker"]
            ]
            if thing["role"] == "DEVICE" and thing["locker"] and hubs:
                thing["parent"] = hubs[0]
        thing["status"] = STEPS[thing["way"]][thing["status"]]

    def shown(self, identifier: str) -> object:
        thing = self.things[identifier]
        return identifier, *(thing[name] for name in ("role", "status", "name", "locker", "parent"))

    def update_thing(self, identifier: str, name: str, locker: str | None) -> None:
        thing = find(self.things, identifier)
        if thing["status"] == "DELETE_IN_PROGRESS":
            refuse(CONFLICT)
        if locker:
            find(self.lockers, locker)
        thing.update(name=name, locker=locker or thing["locker"])

    def delete_thing(self, identifier: str, *, force: bool) -> None:
        thing = find(self.things, identifier)
        if any(other["parent"] == identifier for other in self.things.values()):
            refuse(CONFLICT)
        thing["status"] = "DELETE_IN_PROGRESS"
        if force:
            self.remove_thing(identifier)

    def remove_thing(self, identifier: str) -> None:
        del self.things[identifier]
        self.links = {pair: how for pair, how in self.links.items() if pair[0] != identifier}

    def command(self, identifier: str, action: str) -> None:
        thing = find(self.things, identifier)
        if thing["status"] != "ACTIVATED" or not thing["switch"]:
            refuse(INVALID)
        thing["on"] = {"On": True, "Off": False, "Toggle": not thing["on"]}[action]

    def state(self, identifier: str) -> object:
        return find(self.things, identifier)["on"]

    def create_association(self, identifier: str, *, login: bool) -> None:
        state = "ASSOCIATION_IN_PROGRESS" if login else "ASSOCIATION_SUCCEEDED"
        self.associations[identifier] = {"state": state, "login": login, "tags": {}}

    def get_association(self, identifier: str) -> object:
        association = find(self.associations, identifier)
        state = association["state"]
        if state == "ASSOCIATION_IN_PROGRESS":
            association["state"] = "ASSOCIATION_SUCCEEDED"
        elif state == "ASSOCIATION_DELETING":
            self.delete_association(identifier)
            del self.associations[identifier]
        return identifier, state, dict(association["tags"])

    def delete_association(self, identifier: str) -> None:
        association = find(self.associations, identifier)
        mine = {pair: how for pair, how in self.links.items() if pair[1] == identifier}
        if "ASSOCIATED" in mine.values():
            refuse(INVALID)
        self.links = {pair: how for pair, how in self.links.items() if pair not in mine}
        association["state"] = "ASSOCIATION_DELETING"

    def refresh(self, identifier: str) -> None:
        association = find(self.associations, identifier)
        if association["state"] == "ASSOCIATION_DELETING":
            refuse(CONFLICT)
        if not association["login"]:
            refuse(INVALID)
        association["state"] = "ASSOCIATION_IN_PROGRESS"

    def register(self, thing_id: str, association_id: str) -> None:
        thing = find(self.things, thing_id)
        association = find(self.associations, association_id)
        if thing["way"] != "cloud":
            refuse(INVALID)
        linked = self.links.get((thing_id, association_id)) == "ASSOCIATED"
        deleting = thing["status"] == "DELETE_IN_PROGRESS"
        if deleting or linked or association["state"] != "ASSOCIATION_SUCCEEDED":
            refuse(CONFLICT)
        self.links[thing_id, association_id] = "ASSOCIATED"
        thing["status"] = "ACTIVATED"

    def deregister(self, thing_id: str, association_id: str) -> None:
        thing = find(self.things, thing_id)
        find(self.associations, association_id)
        if self.links.get((thing_id, association_id)) != "ASSOCIATED":
            refuse(NOT_FOUND)
        del self.links[thing_id, association_id]
        others = [how for pair, how in self.links.items() if pair[0] == thing_id]
        if thing["status"] in ("DISCOVERED", "ACTIVATED") and "ASSOCIATED" not in others:
            thing["status"] = "ISOLATED"

    def discover(
        self, identifier: str, hub: str | None, association: str, asked: list[str]
    ) -> None:
        if hub:
            find(self.things, hub)
        elif find(self.associations, association)["state"] != "ASSOCIATION_SUCCEEDED":
            refuse(CONFLICT)
        asks = {"hub": hub, "association": association, "asked": asked}
        self.discoveries[identifier] = {"status": "RUNNING", **asks}

    def get_discovery(self, identifier: str) -> object:
        discovery = find(self.discoveries, identifier)
        status = discovery["status"]
        discovery["status"] = "SUCCEEDED"
        if status == "RUNNING" and not discovery["hub"]:
            self.find_in_cloud(identifier, discovery["association"], discovery["asked"])
        return identifier, status

    def find_in_cloud(self, identifier: str, association: str, asked: list[str]) -> None:
        """Find the requested devices. Things prepared for the account are registered."""
        mine = [pair for pair in self.links if pair[1] == association]
        known = {self.things[thing]["device"]: thing for thing, _ in mine}
        for device in asked:
            shown = {"device": device, "discovery": identifier, "thing": known.get(device)}
            how = "NO_CHANGE" if device in known else "DISCOVERED"
            self.devices[f"CLOUD:{identifier}:{device}"] = {**shown, "how": how}
        if self.associations.get(association, {}).get("state") in (None, "ASSOCIATION_DELETING"):
            return
        for pair in mine:
            waiting, foreseen = self.things[pair[0]], self.links[pair] == "PRE_ASSOCIATED"
            if foreseen and waiting["device"] in asked and waiting["status"] == "PRE_ASSOCIATED":
                self.links[pair], waiting["status"] = "ASSOCIATED", "ACTIVATED"

    def find_by_hub(self, identifier: str, materials: list[str]) -> None:
        """Find devices by a hub. The service chooses their ids."""
        hub = find(self.discoveries, identifier)["hub"]
        for material in materials:
            found = {"device": None, "how": None, "discovery": identifier, "hub": hub}
            self.devices.setdefault(material, {**found, "thing": None})

    def list_devices(self, identifier: str) -> object:
        find(self.discoveries, identifier)
        mine = [each for each in self.devices.values() if each["discovery"] == identifier]
        shown = [(each["device"], each["how"], each["thing"]) for each in mine]
        self.get_discovery(identifier)
        return shown

    def tag(self, home: str, identifier: str, tags: dict[str, str]) -> None:
        find(getattr(self, home), identifier)["tags"].update(tags)

    def untag(self, home: str, identifier: str, keys: list[str]) -> None:
        tags = find(getattr(self, home), identifier)["tags"]
        for key in keys:
            tags.pop(key, None)

    def tags(self, home: str, identifier: str) -> object:
        return dict(find(getattr(self, home), identifier)["tags"])

    def list_things(self, fits: Callable[[Record], bool]) -> list[object]:
        return [self.shown(each) for each, thing in self.things.items() if fits(thing)]
